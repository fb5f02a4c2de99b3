"""What is around a gap carried on into it: what a photo would show there if nothing stood in the way.

A box that a person draws makes such a gap. What differs from the filling is the product: wall, table and the light on
them are expected where they are, so a grey product on a grey wall is told from it by very little.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from projects.media.arrays import Alpha, Float, gaussian, resize
from projects.media.cutout.lab import View
from projects.media.cutout.morphology import Mask, grow

SQUASH = 12
"""Floors, tables and walls run across a photo, so what lies level with a gap counts as this much nearer."""
GAIN = 2
"""Codes for each unit of Lab that a pixel is off what is expected."""


def unexpected(view: View, box: Mask) -> Iterator[Alpha]:
    """Yield codes (height, width, 3) of how each pixel differs in Lab from what is around the box, 128 for not at all.

    Once with what is level with it nearest, once with all directions alike.
    """
    known = ~grow(box, 1)
    if known.any():
        for expected in (fill_level(view.lab, known), pull_push(view.lab, known)):
            yield np.clip(128 + GAIN * (view.lab - expected), 0, 255).astype(np.uint8)


def fill_level(picture: Float, known: Mask) -> Float:
    """Return the picture (height, width, 3) filled from what is known, more from beside a gap than from above it."""
    height, width = known.shape
    narrow = (max(8, width // SQUASH), height)
    weight = resize(known.astype(np.float32), narrow, "area")
    colour = resize(picture * known[..., None], narrow, "area")
    mean: Float = (colour / np.maximum(weight, 1e-3)[..., None]).astype(np.float32)
    whole = pull_push(mean, weight > 0.5)
    return resize(gaussian(whole, 0.7), (width, height), "cubic")


def pull_push(picture: Float, known: Mask) -> Float:
    """Return the picture with its unknown part filled smoothly from what is known around it.

    Halved until it is small, known pixels only; then back up, each level filling what the finer one lacks.
    """
    weight = known.astype(np.float32)
    levels = [(picture * weight[..., None], weight)]
    while min(levels[-1][1].shape) > 4:
        colour, amount = levels[-1]
        half = (max(2, colour.shape[1] // 2), max(2, colour.shape[0] // 2))
        levels.append((resize(gaussian(colour, 1), half, "area"), resize(gaussian(amount, 1), half, "area")))
    colour, amount = levels.pop()
    below = colour / (amount[..., None] + np.float32(1e-6))
    for colour, amount in reversed(levels):
        size = (colour.shape[1], colour.shape[0])
        under = resize(below, size, "linear")
        share = np.clip(amount, 0, 1)[..., None]
        below = colour / np.maximum(amount, 1e-6)[..., None] * share + under * (1 - share)
    return below.astype(np.float32)
