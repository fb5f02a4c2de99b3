"""What a person draws on a photo to help the cut-out: a box, and brush strokes to keep or to remove."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import cv2
import numpy as np

from projects.media.arrays import Box, Size, resize
from projects.media.cutout.morphology import Mask
from projects.media.faults import Refused

MOST_STROKES, MOST_POINTS = 400, 20_000
UNREADABLE = "A brush stroke could not be read. Draw it again."


class Stroke(TypedDict):
    """One stroke as the page sends it: points and radius are shares (radius of the longer side)."""

    points: list[list[float]]
    radius: float
    keep: bool


Brush = Mask | Sequence[Stroke] | None
"""What a caller may give for the pixels to keep or to drop: a mask of the photo's size, or strokes."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """Pixels that a person has decided: they stay in, or they stay out."""

    keep: Mask
    drop: Mask

    @property
    def empty(self) -> bool:
        """Whether nothing was drawn."""
        return not (self.keep.any() or self.drop.any())

    def within(self, rows: slice, columns: slice) -> Pinned:
        """Return the part of it inside a window."""
        return Pinned(self.keep[rows, columns], self.drop[rows, columns])

    def at(self, size: Size) -> Pinned:
        """Return it for the picture at another size; no stroke is lost by shrinking."""
        keep, drop = (_touched(mask, size) for mask in (self.keep, self.drop))
        return Pinned(keep & ~drop, drop)

    def apply(self, mask: Mask) -> Mask:
        """Return the mask with the person's pixels as they said."""
        return (mask | self.keep) & ~self.drop


def pinned(keep: Brush, drop: Brush, size: Size) -> Pinned:
    """Return what is pinned on a picture of `size`. Raises Refused when a stroke cannot be read."""
    kept, dropped = (_brushed(brush, size) for brush in (keep, drop))
    return Pinned(kept & ~dropped, dropped)


def strokes_mask(strokes: Sequence[Stroke], shape: tuple[int, ...]) -> Mask:
    """Return the pixels that the strokes cover in a picture of `shape` (height, width, ...).

    Raises Refused for anything but finite points and a radius between 0 and .5, or for too many of them.
    """
    height, width = shape[:2]
    if len(strokes) > MOST_STROKES or sum(len(stroke["points"]) for stroke in strokes) > MOST_POINTS:
        raise Refused("There are too many brush strokes. Undo some, or draw with a wider brush.")
    canvas = np.zeros((height, width), np.uint8)
    for stroke in strokes:
        points, radius = _pixels(stroke, (width, height))
        cv2.polylines(canvas, [points], False, 1, 2 * radius + 1)
        for x, y in points:
            cv2.circle(canvas, (int(x), int(y)), radius, 1, cv2.FILLED)
    return canvas.astype(np.bool_)


def checked_box(box: Box) -> Box:
    """Return the box cut to the picture. Raises Refused when less than 2 % of a side is left."""
    if not all(math.isfinite(value) for value in box):
        raise Refused("The box could not be read. Draw it again.")
    left, top = max(0.0, box[0]), max(0.0, box[1])
    right, bottom = min(1.0, box[0] + box[2]), min(1.0, box[1] + box[3])
    if right - left < 0.02 or bottom - top < 0.02:
        raise Refused("The box is too small or outside the picture. Draw it around the whole product.")
    return (left, top, right - left, bottom - top)


def _brushed(brush: Brush, size: Size) -> Mask:
    shape = (size[1], size[0])
    if brush is None:
        return np.zeros(shape, np.bool_)
    if not isinstance(brush, np.ndarray):
        return strokes_mask(brush, shape)
    if brush.shape != shape:
        raise ValueError(f"The brush mask is {brush.shape}, the picture {shape}.")
    return brush.astype(np.bool_)


def _pixels(stroke: Stroke, size: Size) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int32]], int]:
    try:
        points = np.array(stroke["points"], np.float64).reshape(-1, 2)
        radius = float(stroke["radius"])
    except (KeyError, TypeError, ValueError):
        raise Refused(UNREADABLE) from None
    if not len(points) or not np.isfinite(points).all() or not 0 < radius <= 0.5:
        raise Refused(UNREADABLE)
    inside = np.clip(points, -1, 2) * size
    return np.rint(inside).astype(np.int32), max(1, round(radius * max(size)))


def _touched(mask: Mask, size: Size) -> Mask:
    return resize(mask.astype(np.float32), size, "area") > 0.25
