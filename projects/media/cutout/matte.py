"""From a hard mask to a soft edge at full size, and the colour that belongs to it."""

from __future__ import annotations

import numpy as np

from projects.media.arrays import Alpha, Float, Rgb, box_mean, gaussian, resize, rounded, size_of, wide_blur
from projects.media.cutout.morphology import Mask, grow, resized, shrink, window

FLOOR = np.float32(4e-3)
"""Squared difference of the two sides (colours 0 to 1) below which an even pair of colours is not trusted."""


def matte(rgb: Rgb, mask: Mask) -> Alpha:
    """Return the alpha of a mask of any size at the photo's size, its edge where the photo's edge is.

    Within 2.4 mask pixels of the outline, each pixel's share of subject is read off the line between the
    colours on either side. That is trusted as far as those differ, are even, and explain what lies between
    them; elsewhere (texture, clear glass, white on white) the smoothed outline itself is the edge.
    """
    size = size_of(rgb)
    scale = max(1.0, size[0] / mask.shape[1])
    rows, columns = window(resized(mask, size), round(8 * scale) + 4)
    rough = _upscaled(mask, size)[rows, columns]
    part = rgb[rows, columns].astype(np.float32) / np.float32(255)
    reach = max(2, round(2.4 * scale))
    share, trust = _on_colour_line(part, rough, reach)
    firm = np.clip((rough - 0.5) * 2 + 0.5, 0, 1)
    soft = np.where(_band(rough, reach), firm + (share - firm) * trust, rough)
    alpha = np.zeros(rgb.shape[:2], np.uint8)
    alpha[rows, columns] = rounded(_pressed(soft) * np.float32(255))
    return alpha


def decontaminate(rgb: Rgb, alpha: Alpha) -> Rgb:
    """Return the photo with the backdrop's colour taken out of the subject's edge.

    Where alpha < 242 the colour is that of the sure subject nearby (a normalised blur, .4 % of the long side),
    so that no halo of the old backdrop shows on a new one. Only the colours change, alpha goes with them.
    """
    sigma = max(1.0, 0.004 * max(rgb.shape))
    edge = (alpha > 0) & (alpha < 250)
    rows, columns = window(edge, round(4 * sigma))
    part, share = rgb[rows, columns].astype(np.float32), alpha[rows, columns].astype(np.float32)
    sure = (share >= 242).astype(np.float32)
    near, weight = wide_blur(part * sure[..., None], sigma), wide_blur(sure, sigma)[..., None]
    far, wide = wide_blur(part * sure[..., None], 3 * sigma), wide_blur(sure, 3 * sigma)[..., None]
    colour = (near + far * np.float32(0.02)) / (weight + wide * np.float32(0.02) + np.float32(1e-6))
    known = np.clip(wide * 1e4, 0, 1)
    mix = np.clip((250 - share) / 24, 0, 1)[..., None] * known * (share > 0)[..., None]
    clean = rgb.copy()
    clean[rows, columns] = rounded(part + (colour - part) * mix)
    return clean


def _on_colour_line(part: Float, rough: Float, reach: int) -> tuple[Float, Float]:
    """Return each pixel's share of subject, read between the two sides' colours, and how far to trust it."""
    size = size_of(rough)
    inside, inside_spread = _colours(part, rough > 0.97, reach)
    outside, outside_spread = _colours(part, rough < 0.03, reach)
    spread = resize(inside_spread + outside_spread, size, "linear")
    inside, outside = resize(inside, size, "linear"), resize(outside, size, "linear")
    line = inside - outside
    contrast = np.square(line).sum(axis=-1)
    share = np.clip(((part - outside) * line).sum(axis=-1) / (contrast + np.float32(1e-5)), 0, 1)
    off = np.square(part - outside - line * share[..., None]).sum(axis=-1)
    return share, contrast / (contrast + 4 * spread + 8 * gaussian(off, 0.6 * reach) + FLOOR)


def _colours(part: Float, where: Mask, reach: int) -> tuple[Float, Float]:
    """Return the mean colour near each pixel of a part of the picture, and its variance (summed channels).

    Both are smooth, so they are made, and returned, at the size at which `reach` is about 3 pixels.
    """
    shrunk = max(1, reach // 3)
    size = (max(1, part.shape[1] // shrunk), max(1, part.shape[0] // shrunk))
    weight = where.astype(np.float32)
    colour, square = part * weight[..., None], np.square(part).sum(axis=-1) * weight
    radius = max(1, 2 * reach // shrunk)
    mean, power, amount = (box_mean(resize(a, size, "area"), radius) for a in (colour, square, weight))
    amount = amount + np.float32(1e-6)
    mean = mean / amount[..., None]
    return mean, np.maximum(power / amount - np.square(mean).sum(axis=-1), 0)


def _band(rough: Float, reach: int) -> Mask:
    inside = rough > 0.5
    return grow(inside, reach) & ~shrink(inside, reach)


def _pressed(soft: Float) -> Float:
    """Return the matte with its faint ends pressed to 0 and 1: haze reads as dirt on a new plate."""
    return (soft - np.float32(0.06)) / np.float32(0.88)


def _upscaled(mask: Mask, size: tuple[int, int]) -> Float:
    smooth = gaussian(mask.astype(np.float32), 0.8)
    if size_of(mask) == size:
        return smooth
    return np.clip(resize(smooth, size, "cubic" if size[0] > mask.shape[1] else "area"), 0, 1)
