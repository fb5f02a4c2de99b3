"""What lies behind a subject: its photo's plate, joined to the photo so that nobody sees where one ends."""

from __future__ import annotations

import numpy as np

from projects.media.arrays import Alpha, Float, Rgb, dilate, gaussian, resize, rounded, size_of
from projects.media.cutout.lab import fit_within
from projects.media.cutout.morphology import grow

RIM = 0.004
"""How far the subject's own light reaches beyond its edge, as a share of the longer side."""
SIDE, SHORE, REACHES = 360, 1, (1, 2, 4, 8, 16, 32)
"""Tone is matched at this longer side, from a shore of so many pixels, over distances of these sigmas."""


def behind(rgb: Rgb, alpha: Alpha, plate: Rgb, foot: Float) -> Rgb:
    """Return the photo with the plate in place of the subject.

    rgb, alpha, plate: of one size. foot: how much each place (height, width) belongs to the subject's foot.
    Plates are made up beyond the subject's edge too, and seldom in just the photo's tone. Here the photo comes
    up to the edge, and at the foot right under it, with the shadow that makes the subject stand; and the plate
    takes on the photo's tone there.
    """
    solid = _share(alpha)
    rim = _share(gaussian(dilate(alpha, max(1, round(RIM * max(size_of(rgb))))), 1))
    hidden = np.minimum(rim, 1 - foot * (1 - solid))
    rows, columns = np.flatnonzero(hidden.any(axis=1)), np.flatnonzero(hidden.any(axis=0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    made = plate[part] + _tone(rgb, plate, rim)[part]
    weight = hidden[part][..., None]
    whole = rgb.copy()
    whole[part] = rounded(rgb[part] * (1 - weight) + made * weight)
    return whole


def _tone(rgb: Rgb, plate: Rgb, rim: Float) -> Float:
    """Return what photo and plate differ by along the rim, carried on smoothly within it.

    Each place takes the mean of the rim, weighted by distance to the power of about -4: Shepard's interpolation,
    its weights a sum of Gaussians.
    """
    small = fit_within(rgb, SIDE)
    size = size_of(small)
    apart = small.astype(np.float32) - resize(plate, size, "area")
    within = resize(rim, size, "area") > 0.02
    shore = (grow(within, SHORE) & ~within).astype(np.float32)
    total, amount = np.zeros_like(apart), np.full_like(shore, 1e-12)
    for reach in REACHES:
        total += gaussian(apart * shore[..., None], reach) / np.float32(reach**2)
        amount += gaussian(shore, reach) / np.float32(reach**2)
    mean = np.asarray(total / amount[..., None], np.float32)
    return resize(mean, size_of(rgb), "linear")


def _share(mask: Alpha) -> Float:
    share: Float = mask.astype(np.float32) / np.float32(255)
    return share
