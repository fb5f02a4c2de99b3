"""What matters in a picture: where its product is, as far as that can be told, and what draws the eye."""

from __future__ import annotations

import numpy as np

from projects.media.arrays import Float, Rgb, resize, size_of
from projects.media.cutout.segmentation import cut_out
from projects.media.reframe.saliency import saliency, small

LOOK_AT = 640
"""Longer side in pixels at which the product is looked for."""
LIKELY = 0.65
"""A cut-out with a lower score says nothing; one that is too doubtful to cut along still tells the place."""
PRODUCT = (0.01, 0.6)
"""The share of the picture that a product takes; anything else is no product."""
WEIGHT = 0.7


def matters(rgb: Rgb) -> Float:
    """Return how much each place of a small copy of a still matters, (height, width), summing to 1."""
    return with_product(saliency(small(rgb)), product(rgb))


def product(rgb: Rgb) -> Float | None:
    """Return the product's coverage, 0 to 1, on a copy of at most 640 pixels; None when none is to be seen."""
    width, height = size_of(rgb)
    share = min(1.0, LOOK_AT / max(width, height))
    found = cut_out(resize(rgb, (max(1, round(width * share)), max(1, round(height * share)))))
    solid: Float = found.alpha.astype(np.float32) / np.float32(255)
    likely = found.score >= LIKELY and PRODUCT[0] < float(solid.mean()) < PRODUCT[1]
    return solid if likely else None


def with_product(drawn: Float, solid: Float | None) -> Float:
    """Return a map of what draws the eye with the product, if any, put first."""
    if solid is None:
        return drawn
    placed = resize(solid, size_of(drawn), "area")
    mixed: Float = (WEIGHT * placed / max(float(placed.sum()), 1e-9) + (1 - WEIGHT) * drawn).astype(
        np.float32
    )
    return mixed
