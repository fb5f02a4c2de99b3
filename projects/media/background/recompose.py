"""A product taken out of its photo and placed anew on that photo's own background, for a format it did not fit."""

from __future__ import annotations

import numpy as np

from projects.media.arrays import Alpha, Float, Rgb, Size, gaussian, resize, rounded, size_of
from projects.media.background.compositing import Placed, Spot, place
from projects.media.background.plates import FILM_GRAIN, Plate, with_grain
from projects.media.cutout.morphology import box_of

WIDE, HIGH, MIDDLE = 0.62, 0.58, 0.42
"""Most of the frame's width and height that the product fills, and how far down its middle is."""
BLUR = 0.05
"""Blur of the background as a share of the width: like a shallow depth of field, it hides what is made up."""


def recompose(rgb: Rgb, alpha: Alpha, plate: Rgb, size: Size) -> Placed:
    """Return the product whole in a frame of `size`, on its own background out of focus, with a soft shadow.

    plate: the photo without the product (`clean_plate`), of the photo's size. size: even pixels.
    """
    ground = Plate(with_grain(_cover(plate, size), FILM_GRAIN))
    return place(rgb, alpha, ground, spot_in(alpha, size))


def spot_in(alpha: Alpha, size: Size) -> Spot:
    """Return where the product goes: as large as .62 of the width allows, its middle at 42 % of the height."""
    width, height = size_of(alpha)
    left, top, wide, high = box_of(alpha > 127)
    wide, high = max(1.0, wide * width), max(1.0, high * height)
    scale = min(WIDE * size[0] / wide, HIGH * size[1] / high)
    return Spot(
        scale,
        size[0] / 2 - scale * (left * width + wide / 2),
        MIDDLE * size[1] - scale * (top * height + high / 2),
    )


def _cover(plate: Rgb, size: Size) -> Rgb:
    """Return the plate over the whole frame, out of focus; blurred small, for a wide blur has no detail."""
    width, height = size_of(plate)
    scale = max(size[0] / width, size[1] / height)
    across, down = (min(side, round(part / scale)) for side, part in zip((width, height), size, strict=True))
    left, top = (width - across) // 2, (height - down) // 2
    small = (max(8, size[0] // 4), max(8, size[1] // 4))
    part: Float = plate[top : top + down, left : left + across].astype(np.float32)
    soft = gaussian(resize(np.ascontiguousarray(part), small, "area"), BLUR * small[0])
    return rounded(resize(soft, size, "cubic"))
