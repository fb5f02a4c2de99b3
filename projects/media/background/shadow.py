"""The shadow that makes a product stand: on its footprint, in linear light, or it floats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from projects.media.arrays import Alpha, Float, warp_affine, wide_blur

Kind = Literal["soft", "hard", "none"]


@dataclass(frozen=True, slots=True)
class Pool:
    """One soft ellipse on the base line: sides as shares of the footprint, blur of the product, darkness."""

    wide: float
    high: float
    blur: float
    dark: float


CONTACT_BLUR, CONTACT_DARK = 0.005, 0.80
NEAR, WIDE = Pool(1.12, 0.16, 0.018, 0.45), Pool(1.7, 0.34, 0.06, 0.32)
CAST_HEIGHT, CAST_BLUR, CAST_DARK = 0.10, 0.045, 0.22
ABOVE = ((0.012, 0.38), (0.05, 0.30))
"""Seen from above: blur as a share of the product, and darkness, of two shadows that fall down and right."""
SUN_SHEAR, SUN_HEIGHT, SUN_DARK = 1.05, 0.30, 0.42
"""A hard light from the upper left in front: how far its shadow leans to the right, and how long it is."""


@dataclass(frozen=True, slots=True)
class Foot:
    """Where a product touches the ground, in pixels: its columns, its base line, its longer side."""

    left: float
    right: float
    line: float
    scale: float

    @property
    def wide(self) -> float:
        """The footprint's width."""
        return self.right - self.left

    @classmethod
    def of(cls, alpha: Alpha) -> Foot | None:
        """Return the foot of a cut-out, from the columns of its lowest 6 %; None when it is empty."""
        solid = alpha > 127
        rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
        if not len(rows):
            return None
        high, wide = int(rows[-1]) + 1 - int(rows[0]), int(columns[-1]) + 1 - int(columns[0])
        low = solid[int(rows[-1]) + 1 - max(1, round(0.06 * high)) : int(rows[-1]) + 1]
        across = np.flatnonzero(low.any(0))
        return cls(float(across[0]), float(across[-1] + 1), float(rows[-1] + 1), float(max(high, wide)))


def floor_shadow(alpha: Alpha, kind: Kind) -> Float:
    """Return how much light is left (height, width), 0 to 1, on the floor under a standing product."""
    foot = Foot.of(alpha)
    light = np.ones(alpha.shape, np.float32)
    if kind == "none" or foot is None:
        return light
    light *= 1 - CONTACT_DARK * _contact(alpha, foot)
    light *= 1 - NEAR.dark * _ellipse(alpha.shape, foot, NEAR)
    if kind == "hard":
        return light * (1 - SUN_DARK * _sun(alpha, foot))
    light *= 1 - WIDE.dark * _ellipse(alpha.shape, foot, WIDE)
    return light * (1 - CAST_DARK * _cast(alpha, foot))


def flat_shadow(alpha: Alpha, kind: Kind) -> Float:
    """Return how much light is left around a product that lies flat and is seen from above."""
    foot = Foot.of(alpha)
    light = np.ones(alpha.shape, np.float32)
    if kind == "none" or foot is None:
        return light
    for blur, dark in ABOVE if kind == "soft" else ((0.004, 0.45), ABOVE[1]):
        shift = (0.35 + 8 * blur) * 0.02 * foot.scale
        light *= 1 - dark * wide_blur(_moved(alpha, shift, 1.6 * shift), blur * foot.scale)
    return light


def _contact(alpha: Alpha, foot: Foot) -> Float:
    """Return the dark line where the product meets the floor: it follows the lower edge, leg by leg."""
    solid = alpha > 127
    height = alpha.shape[0]
    bottoms = height - np.argmax(solid[::-1], axis=0)
    near = solid.any(0) & (bottoms > foot.line - 0.10 * foot.scale)
    rows = np.arange(height)[:, None]
    above, below = 0.030 * foot.wide, 0.016 * foot.wide
    band = near & (rows > bottoms - above) & (rows < bottoms + below)
    return wide_blur(band.astype(np.float32), CONTACT_BLUR * foot.scale)


def _ellipse(shape: tuple[int, ...], foot: Foot, pool: Pool) -> Float:
    """Return a blurred ellipse centred on the base line, half of it in front of the product."""
    middle = (foot.left + foot.right) / 2
    across = (np.arange(shape[1], dtype=np.float32)[None, :] - middle) / (pool.wide * foot.wide / 2)
    down = (np.arange(shape[0], dtype=np.float32)[:, None] - foot.line) / (pool.high * foot.wide / 2)
    inside = ((across**2 + down**2) < 1).astype(np.float32)
    return wide_blur(inside, pool.blur * foot.scale)


def _cast(alpha: Alpha, foot: Foot) -> Float:
    """Return the silhouette squashed to a tenth around the base line, wide and faint."""
    inverse = np.array(
        [[1, 0, 0], [0, 1 / CAST_HEIGHT, foot.line - (foot.line + 0.02 * foot.scale) / CAST_HEIGHT]],
        np.float32,
    )
    return wide_blur(_warped(alpha, inverse), CAST_BLUR * foot.scale)


def _sun(alpha: Alpha, foot: Foot) -> Float:
    """Return the silhouette laid on the floor to the right, sharp at the foot and softer away from it."""
    lean = SUN_SHEAR / SUN_HEIGHT
    inverse = np.array(
        [[1, lean, -lean * foot.line], [0, 1 / SUN_HEIGHT, foot.line - foot.line / SUN_HEIGHT]], np.float32
    )
    laid = _warped(alpha, inverse)
    away = (foot.line - np.arange(alpha.shape[0], dtype=np.float32)) / np.float32(0.25 * foot.scale)
    far = np.clip(away, 0, 1)[:, None]
    sharp, soft = wide_blur(laid, 0.003 * foot.scale), wide_blur(laid, 0.014 * foot.scale)
    return np.asarray((sharp * (1 - far) + soft * far) * (1 - 0.45 * far), np.float32)


def _warped(alpha: Alpha, inverse: Float) -> Float:
    picture = alpha.astype(np.float32) / np.float32(255)
    return warp_affine(picture, inverse, (alpha.shape[1], alpha.shape[0]), "zero")


def _moved(alpha: Alpha, across: float, down: float) -> Float:
    return _warped(alpha, np.array([[1, 0, -across], [0, 1, -down]], np.float32))
