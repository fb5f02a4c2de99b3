"""Prescaled pictures: a picture's planes, scaled once for a whole move so that sampling them is exact and quick.

One is twice as fine as the frame that is nearest to it, after it was made no sharper than that frame can
show. Linear sampling then moves by true fractions of a pixel, and grain keeps its look wherever it falls
between pixels (at the frame's own fineness it breathes: measured 5.0 % against 3.6 % of local contrast).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projects.media.arrays import Alpha, Plane, Rgb, Size, channels, enlarge, recolour, resize, size_of, times
from projects.media.colour import TO_YUV, Yuv
from projects.media.motion.framing import Framing, Matrix

FINENESS = 2
MARGIN = 4


@dataclass(frozen=True, slots=True)
class Prescaled:
    """Planes y and, half as wide and high, u and v, and where the frame at rest lies on them.

    A point p of the frame lies at p * scale + offset of the y plane; both count from corners.
    """

    yuv: Yuv
    scale: tuple[float, float]
    offset: tuple[float, float]

    def sampling(self, backward: Matrix) -> Matrix:
        """Return where a pixel of the frame lies on the y plane, for counts from the middle of pixels."""
        scale, offset = np.array(self.scale), np.array(self.offset)
        turn = backward[:, :2] * scale[:, None]
        shift = backward[:, 2] * scale + offset
        return np.column_stack([turn, shift + turn @ np.array([0.5, 0.5]) - 0.5])


def for_chroma(sampling: Matrix) -> Matrix:
    """Return the same sampling for planes of half the width and height, whose pixels sit between four."""
    turn, shift = sampling[:, :2], sampling[:, 2]
    return np.column_stack([turn, (turn @ np.array([0.5, 0.5]) + shift - 0.5) / 2])


def lay(rgb: Rgb, framing: Framing) -> Prescaled:
    """Return the part of a picture that the move sees, prescaled."""
    part = _seen(framing, size_of(rgb))
    y, u, v = channels(recolour(_scaled(rgb, part, framing), TO_YUV))
    return _placed(Yuv(enlarge(y, _fine(u)), u, v), part, framing)


@dataclass(frozen=True, slots=True)
class Cutting:
    """A subject by itself: prescaled planes whose codes are weakened by the mask, the mask for y, and for u and v."""

    prescaled: Prescaled
    mask: Plane
    mask_half: Plane


def lay_cutting(rgb: Rgb, alpha: Alpha, framing: Framing) -> Cutting:
    """Return the subject of a picture as a cutting; the mask has the picture's size and is not empty."""
    part = _around(alpha)
    y, u, v = channels(recolour(_scaled(rgb, part, framing), TO_YUV))
    mask_half = _scaled(alpha, part, framing)
    mask = enlarge(mask_half, _fine(u))
    yuv = Yuv(times(enlarge(y, _fine(u)), mask), times(u, mask_half), times(v, mask_half))
    return Cutting(_placed(yuv, part, framing), mask, mask_half)


Part = tuple[int, int, int, int]
"""Left, top, right and bottom in whole pixels of a picture."""


def _seen(framing: Framing, picture: Size) -> Part:
    low, high = framing.reach
    corner, scale = np.array([framing.window.left, framing.window.top]), framing.window.scale
    first = np.floor(corner + low * scale).astype(int) - MARGIN
    last = np.ceil(corner + high * scale).astype(int) + MARGIN
    return max(0, first[0]), max(0, first[1]), min(picture[0], last[0]), min(picture[1], last[1])


def _around(alpha: Alpha) -> Part:
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    width, height = size_of(alpha)
    return (
        max(0, int(columns[0]) - MARGIN),
        max(0, int(rows[0]) - MARGIN),
        min(width, int(columns[-1]) + 1 + MARGIN),
        min(height, int(rows[-1]) + 1 + MARGIN),
    )


def _scaled(picture: NDArray[np.uint8], part: Part, framing: Framing) -> NDArray[np.uint8]:
    """Return the part at the fineness of the nearest frame; what is finer would shimmer."""
    left, top, right, bottom = part
    fine = framing.nearest / framing.window.scale
    size = max(1, math.ceil((right - left) * fine)), max(1, math.ceil((bottom - top) * fine))
    piece = np.ascontiguousarray(picture[top:bottom, left:right])
    return enlarge(piece, size) if fine > 1 else resize(piece, size, "area")


def _fine(half: Plane) -> Size:
    return half.shape[1] * FINENESS, half.shape[0] * FINENESS


def _placed(yuv: Yuv, part: Part, framing: Framing) -> Prescaled:
    left, top, right, bottom = part
    finer = yuv.size[0] / (right - left), yuv.size[1] / (bottom - top)
    window = framing.window
    scale = window.scale * finer[0], window.scale * finer[1]
    return Prescaled(yuv, scale, ((window.left - left) * finer[0], (window.top - top) * finer[1]))
