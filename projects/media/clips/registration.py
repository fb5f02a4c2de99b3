"""Registering: how the camera moved between two small frames of a shot, told apart from what moves by itself.

A search for the move that leaves the least difference on most of the picture. Phase correlation, tracked corners and
correlation (ECC) were tried first: a lively subject on a soft background passes for the camera with all three.
"""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np

from projects.media.arrays import Float, Plane, resize, size_of, warp_affine

TRIM = 70
"""The share in percent of the smallest differences that judges a camera move: the subject is in the rest."""
GAIN = 0.97
"""A camera move counts only when it takes the difference below this share: else a big subject passes for one."""
REACH = (8, 4)
"""How far a shift is searched, across and down, in pixels of frames at half size."""
STEPS = (1.0, 0.5, 0.25)
"""Pixels, and with each of them percents of zoom, by which a shift is refined."""
MOST_TRIES = 6

Move = tuple[float, float, float]
"""A shift in pixels and a zoom about the middle, as a share."""


def camera_move(frame: Plane, onto: Plane) -> Float:
    """Return the inverse affine matrix (2, 3) that shows the frame as the camera saw it at the other's time."""
    shifted = _shift(frame, onto)
    refined = _refined(frame, onto, shifted)
    still = difference(frame, onto)
    moves = difference(as_moved(frame, _matrix(refined, size_of(frame))), onto) < GAIN * still
    return _matrix(refined if moves else (0.0, 0.0, 0.0), size_of(frame))


def as_moved(frame: Plane, inverse: Float) -> Plane:
    """Return the frame after a camera move, its edges drawn out."""
    return warp_affine(frame, inverse, size_of(frame), "edge")


def corner_shifts(inverse: Float, width: int, height: int) -> Float:
    """Return how far the move takes each corner of the frame, (4, 2) in pixels."""
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float32)
    shifts: Float = corners @ inverse[:, :2].T + inverse[:, 2] - corners
    return shifts


def difference(one: Plane, other: Plane) -> float:
    """Return the mean of the smaller differences, in codes."""
    apart = cv2.absdiff(one, other).ravel()
    count = max(1, apart.size * TRIM // 100)
    return float(np.partition(apart, count - 1)[:count].mean())


def _shift(frame: Plane, onto: Plane) -> Move:
    """Return the best shift by two whole pixels at a time."""
    width, height = size_of(frame)
    half = width // 2, height // 2
    one, other = resize(frame, half, "area"), resize(onto, half, "area")

    def left(shift: tuple[int, int]) -> float:
        x, y = shift
        rows, columns = slice(max(0, -y), half[1] - max(0, y)), slice(max(0, -x), half[0] - max(0, x))
        from_rows = slice(rows.start + y, rows.stop + y)
        from_columns = slice(columns.start + x, columns.stop + x)
        return difference(one[from_rows, from_columns], other[rows, columns])

    x, y = min(product(range(-REACH[0], REACH[0] + 1), range(-REACH[1], REACH[1] + 1)), key=left)
    return 2.0 * x, 2.0 * y, 0.0


def _refined(frame: Plane, onto: Plane, start: Move) -> Move:
    """Return the move near another that leaves least, by ever smaller steps of shift and zoom."""
    size = size_of(frame)

    def left(move: Move) -> float:
        return difference(as_moved(frame, _matrix(move, size)), onto)

    best, least = start, left(start)
    for step in STEPS:
        for _ in range(MOST_TRIES):
            tried = [(left(move), move) for move in _around(best, step)]
            lower, nearest = min(tried)
            if lower >= least:
                break
            best, least = nearest, lower
    return best


def _around(move: Move, step: float) -> list[Move]:
    x, y, zoom = move
    sides = [(x + by, y, zoom) for by in (-step, step)] + [(x, y + by, zoom) for by in (-step, step)]
    return sides + [(x, y, zoom + by / 100) for by in (-step, step)]


def _matrix(move: Move, size: tuple[int, int]) -> Float:
    x, y, zoom = move
    share = 1 / (1 + zoom)
    middle = (size[0] - 1) / 2 * (1 - share), (size[1] - 1) / 2 * (1 - share)
    return np.array([[share, 0, middle[0] + x], [0, share, middle[1] + y]], np.float32)
