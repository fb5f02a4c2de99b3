"""Registering: how the camera moved between two small frames of a shot, told apart from what moves by itself."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from projects.media.arrays import Float, Plane, size_of, warp_affine

TRIM = 70
"""The share in percent of the smallest differences that judges a camera move: the subject is in the rest."""
GAIN = 0.97
"""A camera move counts only when it takes the difference below this share: else a big subject passes for one."""
LEAST_CORNERS = 8


def camera_move(frame: Plane, onto: Plane) -> Float:
    """Return the inverse affine matrix (2, 3) that shows the frame as the camera saw it at the other's time.

    The first that explains clearly more than the one before: none, a shift, a shift with zoom and turn.
    """
    best: Float = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    least = _difference(frame, onto)
    for matrix in (_shift(frame, onto), _zoom(frame, onto)):
        if matrix is None:
            continue
        left = _difference(as_moved(frame, matrix), onto)
        if left < GAIN * least:
            best, least = matrix, left
    return best


def as_moved(frame: Plane, inverse: Float) -> Plane:
    """Return the frame after a camera move, its edges drawn out."""
    return warp_affine(frame, inverse, size_of(frame), "edge")


def corner_shifts(inverse: Float, width: int, height: int) -> Float:
    """Return how far the move takes each corner of the frame, (4, 2) in pixels."""
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float32)
    shifts: Float = corners @ inverse[:, :2].T + inverse[:, 2] - corners
    return shifts


def _shift(frame: Plane, onto: Plane) -> Float:
    window = cv2.createHanningWindow(size_of(frame), cv2.CV_32F)
    (x, y), _ = cv2.phaseCorrelate(frame.astype(np.float32), onto.astype(np.float32), window)
    return np.array([[1, 0, -x], [0, 1, -y]], np.float32)


def _zoom(frame: Plane, onto: Plane) -> Float | None:
    """Return the move, turn and zoom that most corners of the picture follow."""
    corners = cv2.goodFeaturesToTrack(onto, 120, 0.01, 4)
    if corners is None or len(corners) < LEAST_CORNERS:
        return None
    found, status, _ = cv2.calcOpticalFlowPyrLK(
        onto, frame, corners, np.empty_like(corners), winSize=(11, 11), maxLevel=2
    )
    good = status.ravel() == 1
    if good.sum() < LEAST_CORNERS:
        return None
    # RANSAC draws at random; the same clip must give the same path.
    cv2.setRNGSeed(1)
    matrix, _ = cv2.estimateAffinePartial2D(corners[good], found[good], ransacReprojThreshold=0.7)
    return cast("Float | None", None if matrix is None else matrix.astype(np.float32))


def _difference(one: Plane, other: Plane) -> float:
    """Return the mean of the smaller differences, in codes."""
    apart = np.abs(one.astype(np.int16) - other.astype(np.int16))
    return float(apart[apart <= np.percentile(apart, TRIM)].mean())
