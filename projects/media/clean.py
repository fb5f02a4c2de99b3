"""A photo without its product: what the product hid is made up from around it, soft where nobody can know."""

from __future__ import annotations

import numpy as np

from projects.media.arrays import Alpha, Float, Rgb, gaussian, resize, rounded, size_of
from projects.media.lab import fit_within
from projects.media.shapes import Mask, grow, resized

SIDE = 640
"""Longer side in pixels at which the hidden part is made up."""
WIDER = 0.022
"""How far the mask is widened, as a share of that side: a product's glow on its backdrop goes with it."""
SQUASH = 12
"""Floors, tables and walls run across a photo, so what lies level with a gap counts as this much nearer."""


def clean_plate(rgb: Rgb, alpha: Alpha) -> Rgb:
    """Return the photo with the subject taken out.

    A pull-push pyramid closes the gap smoothly, level lines before upright ones, and the background's own noise
    goes over it. Inpainting by fronts (Telea) carries in more texture and leaves a seam where the fronts meet.
    """
    small = fit_within(rgb, SIDE)
    hidden = grow(resized(alpha > 8, size_of(small)), max(1, round(WIDER * max(size_of(small)))))
    if not hidden.any() or hidden.all():
        return rgb.copy()
    return _laid_in(rgb, _closed(small, ~hidden), hidden)


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


def _closed(small: Rgb, known: Mask) -> Float:
    """Return the picture with its gap closed, more from beside it than from above and below."""
    size = size_of(small)
    narrow = (max(8, size[0] // SQUASH), size[1])
    weight = resize(known.astype(np.float32), narrow, "area")
    colour = resize(small.astype(np.float32) * known[..., None], narrow, "area")
    sure = weight > 0.5
    known_colour = np.asarray(colour / np.maximum(weight, np.float32(1e-3))[..., None], np.float32)
    whole = pull_push(known_colour, sure)
    made = resize(gaussian(whole, 0.7), size, "cubic")
    closed: Float = np.where(known[..., None], small.astype(np.float32), made)
    return closed


def _laid_in(rgb: Rgb, made: Float, hidden: Mask) -> Rgb:
    """Return the photo with the made-up part over the hidden one, feathered 1.5 pixels, with its own noise."""
    size = size_of(rgb)
    scale = size[0] / made.shape[1]
    large = resize(made, size, "cubic")
    cover = gaussian(resized(hidden, size).astype(np.float32), 1.5 * max(1.0, scale / 2))[..., None]
    noise = np.random.default_rng(1).standard_normal(rgb.shape[:2], dtype=np.float32)
    large += (gaussian(noise, 0.6) * np.float32(2.2 * _noise(rgb, hidden)))[..., None]
    mixed = rgb.astype(np.float32) * (1 - cover) + large * cover
    return rounded(mixed)


def _noise(rgb: Rgb, hidden: Mask) -> float:
    """Return the sigma in codes of the finest noise of the background, from its median high-pass, at most 2."""
    luma = rgb[..., 1].astype(np.float32)
    fine = np.abs(luma - gaussian(luma, 1.0))[~resized(hidden, size_of(rgb))]
    return min(2.0, float(np.median(fine)) / 0.6745) if fine.size else 0.0
