"""Overlays: a patch as planes, placed on the frame once and blended into each frame in its own box only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from projects.media.arrays import Box, Float, Plane, Size, channels, plus, recolour, resize, times
from projects.media.colour import TO_YUV, Yuv
from projects.media.typography.looks import Patch


@dataclass(frozen=True, slots=True)
class Overlay:
    """Planes to add at (left, top), even pixels, to what `keep` (0 to 255) leaves of the frame's own.

    `box` is what people see of it, the plate or the letters, in shares of the picture.
    """

    left: int
    top: int
    keep: Yuv
    add: Yuv
    box: Box

    def laid_on(self, frame: Yuv) -> Yuv:
        """Return the frame with the overlay; the frame itself stays as it is."""
        planes = []
        layers = zip(frame.planes, self.keep.planes, self.add.planes, (1, 2, 2), strict=True)
        for plane, keep, add, step in layers:
            laid = plane.copy()
            rows = slice(self.top // step, self.top // step + keep.shape[0])
            columns = slice(self.left // step, self.left // step + keep.shape[1])
            laid[rows, columns] = plus(times(np.ascontiguousarray(plane[rows, columns]), keep), add)
            planes.append(laid)
        return Yuv(*planes)


def overlay(patch: Patch, at: tuple[float, float], size: Size) -> Overlay:
    """Return the patch as planes with the top left of its solid part at `at` (x, y) pixels of a frame.

    What lies outside the frame, and all rows and columns that show nothing, are cut off.
    """
    solid = patch.solid
    x, y = round(at[0]) - solid[0], round(at[1]) - solid[1]
    shown = patch.opacity > 1 / 512
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    left, right = _even(x + int(columns[0]), x + int(columns[-1]) + 1, size[0])
    top, bottom = _even(y + int(rows[0]), y + int(rows[-1]) + 1, size[1])
    opacity = _window(patch.opacity, (left - x, top - y, right - x, bottom - y))
    colour = _window(patch.colour, (left - x, top - y, right - x, bottom - y))
    box = (x + solid[0], y + solid[1], solid[2] - solid[0], solid[3] - solid[1])
    share = (box[0] / size[0], box[1] / size[1], box[2] / size[0], box[3] / size[1])
    return Overlay(left, top, _kept(opacity), _added(colour, opacity), share)


def _even(first: int, last: int, limit: int) -> tuple[int, int]:
    """Return even bounds around the pixels from `first` up to `last` that lie inside the frame."""
    return max(0, first // 2 * 2), min(limit, (last + 1) // 2 * 2)


def _window(picture: Float, box: tuple[int, int, int, int]) -> Float:
    """Return a part of the picture by (left, top, right, bottom); it may reach over its edge by a pixel."""
    left, top, right, bottom = box
    flat = picture.ndim == 2
    padded = np.pad(picture, ((1, 1), (1, 1)) if flat else ((1, 1), (1, 1), (0, 0)))
    window: Float = np.ascontiguousarray(padded[top + 1 : bottom + 1, left + 1 : right + 1])
    return window


def _kept(opacity: Float) -> Yuv:
    left = (1 - opacity) * np.float32(255)
    half = resize(left, (left.shape[1] // 2, left.shape[0] // 2), "area")
    return Yuv(_codes(left), _codes(half), _codes(half))


def _added(colour: Float, opacity: Float) -> Yuv:
    # The colour is already weakened; the offsets of limited range must be weakened alike.
    y, u, v = channels(recolour(colour, TO_YUV[:, :3]) + opacity[..., None] * TO_YUV[:, 3])
    half = (y.shape[1] // 2, y.shape[0] // 2)
    return Yuv(_codes(y), _codes(resize(u, half, "area")), _codes(resize(v, half, "area")))


def _codes(plane: Float) -> Plane:
    codes: Plane = np.rint(np.clip(plane, 0, 255)).astype(np.uint8)
    return codes
