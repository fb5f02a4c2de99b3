"""The product's shape in the light: its mask taken for a height, as if the product were round."""

from __future__ import annotations

import numpy as np

from projects.media.arrays import Alpha, Float, Size, wide_blur
from projects.media.light.presets import Colour, Side

ROUND = 0.03
"""The product's edge is softened by this share of the longer side to find which way it faces."""


def facing(mask: Float, side: Side) -> Float:
    """Return how much each point of a round product faces the key, -1 to 1; 0 outside it.

    The softened mask is taken for a height; its slope says which way the surface leans.
    """
    if not mask.any():
        return np.zeros_like(mask)
    soft = wide_blur(mask, max(1.0, ROUND * max(mask.shape)))
    down, across = np.gradient(soft)
    steepest = float(np.hypot(across, down).max()) or 1.0
    toward = {"left": across, "right": -across, "top": down, "back": down}.get(side, down)
    facing: Float = np.clip(toward / np.float32(steepest), -1, 1) * mask
    return facing


def rim_light(mask: Float, rims: tuple[Colour, Colour], power: float) -> Float:
    """Return light along the product's edge: one colour on its left, the other on its right."""
    edge = mask * (1 - wide_blur(mask, max(1.0, 0.008 * max(mask.shape))))
    across = np.gradient(wide_blur(mask, max(1.0, ROUND * max(mask.shape))))[1]
    left, right = np.clip(across, 0, None), np.clip(-across, 0, None)
    top = float(max(left.max(), right.max())) or 1.0
    lights = [
        (edge * side / top)[..., None] * np.array(colour, np.float32)
        for side, colour in zip((left, right), rims, strict=True)
    ]
    rim: Float = (lights[0] + lights[1]) * np.float32(0.9 * power)
    return rim


def soft_mask(size: Size, alpha: Alpha | None) -> Float:
    """Return the mask as shares, all 0 where there is none."""
    if alpha is None:
        return np.zeros((size[1], size[0]), np.float32)
    return alpha.astype(np.float32) / np.float32(255)
