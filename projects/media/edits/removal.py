"""Removal: what stands in a box is taken out, and the ground behind it is made up from around it.

Where other parts of the picture match the surroundings, they fill the gap (`healing`); elsewhere it is closed smoothly.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import cv2
import numpy as np

from projects.media.arrays import Alpha, Box, Rgb, dilate, size_of
from projects.media.background.clean_plate import clean_plate
from projects.media.colour import Yuv, rgb_from_yuv, yuv_from_rgb
from projects.media.cutout.segmentation import cut_out
from projects.media.edits import region
from projects.media.edits.healing import healed

ABOUT = 0.03
"""How far a box is widened, as a share of the picture: a thing's shadow and glow go with it."""
ROUND = 0.014
"""How far the thing's mask is widened, as a share of the picture's longer side."""
THING = (0.12, 0.9)
"""The share of its box that a thing fills; outside these the cut-out has found something else."""
AROUND = 0.2
"""How much of a moving picture is looked at around the gap, as a share of its sides."""
EACH = Fraction(1, 4)
"""Seconds between two closings of a gap in a moving picture; what is shown glides from one to the next."""


def hidden(rgb: Rgb, box: Box) -> Alpha:
    """Return what is to go: the thing in the box, else all of the box, within the box a little widened."""
    inside = region.solid(box, size_of(rgb))
    alpha = cut_out(rgb, box).alpha
    filled = float(alpha[inside > 0].mean()) / 255 if inside.any() else 0.0
    if not THING[0] <= filled <= THING[1]:
        alpha = inside
    wide = dilate(np.asarray((alpha > 24) * np.uint8(255), np.uint8), max(1, round(ROUND * max(rgb.shape))))
    return np.minimum(wide, region.solid(region.wider(box, ABOUT), size_of(rgb)))


def removed(rgb: Rgb, box: Box) -> Rgb:
    """Return the still without what stands in the box; outside the widened box every pixel stays."""
    whole = closed(rgb, hidden(rgb, box))
    return region.mixed(rgb, whole, region.solid(region.wider(box, 2 * ABOUT), size_of(rgb)))


def closed(rgb: Rgb, alpha: Alpha) -> Rgb:
    """Return the picture with what the mask hides made up."""
    found = healed(rgb, alpha)
    return clean_plate(rgb, alpha) if found is None else found


def removed_from(
    frames: Iterator[Yuv], first: Rgb, box: Box, *, still: bool, rate: Fraction
) -> Iterator[Yuv]:
    """Yield each frame without what stands in the box.

    first: the first frame. still: nothing moves, so one closing of the thing's own shape serves all frames; else the
    whole box is closed again four times a second. rate: frames a second.
    """
    mask = region.soft(region.wider(box, ABOUT), size_of(first))
    if still:
        ground = yuv_from_rgb(removed(first, box))
        return (region.mixed_frame(frame, ground, mask) for frame in frames)
    return _again_and_again(frames, box, mask, max(1, round(EACH * rate)))


def _again_and_again(frames: Iterator[Yuv], box: Box, mask: Alpha, every: int) -> Iterator[Yuv]:
    shown: Rgb | None = None
    wanted: Rgb | None = None
    for number, frame in enumerate(frames):
        rgb = rgb_from_yuv(frame)
        if number % every == 0 or wanted is None:
            wanted = _closed_box(rgb, box)
        shown = (
            wanted
            if shown is None
            else np.asarray(cv2.addWeighted(shown, 1 - 1 / every, wanted, 1 / every, 0))
        )
        yield region.mixed_frame(frame, yuv_from_rgb(np.asarray(shown, np.uint8)), mask)


def _closed_box(rgb: Rgb, box: Box) -> Rgb:
    """Return the picture with a box of it closed smoothly, looking only at what is around it."""
    width, height = size_of(rgb)
    left, top, wide, high = region.wider(box, AROUND)
    rows = slice(int(top * height), round((top + high) * height))
    columns = slice(int(left * width), round((left + wide) * width))
    done = rgb.copy()
    gap = region.solid(box, (width, height))[rows, columns]
    done[rows, columns] = clean_plate(np.ascontiguousarray(rgb[rows, columns]), np.ascontiguousarray(gap))
    return done
