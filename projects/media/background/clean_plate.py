"""A photo without its product: what the product hid is made up from around it, soft where nobody can know."""

from __future__ import annotations

import numpy as np

from projects.media.arrays import Alpha, Float, Rgb, gaussian, resize, rounded, size_of
from projects.media.cutout.lab import fit_within
from projects.media.cutout.morphology import Mask, grow, resized
from projects.media.cutout.surround import fill_level

SIDE = 640
"""Longer side in pixels at which the hidden part is made up."""
WIDER = 0.022
"""How far the mask is widened, as a share of that side: a product's glow on its backdrop goes with it."""


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


def _closed(small: Rgb, known: Mask) -> Float:
    """Return the picture with its gap closed, more from beside it than from above and below."""
    picture = small.astype(np.float32)
    closed: Float = np.where(known[..., None], picture, fill_level(picture, known))
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
