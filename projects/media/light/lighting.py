"""Light: a still in another light, by gains in linear light; nothing in the picture moves.

Where the product's mask is known it is shaped by the key as if it were round; without one the look is a grade of the
whole picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from projects.media.arrays import Alpha, Float, Rgb, Size, size_of
from projects.media.colour import from_linear, to_linear
from projects.media.faults import Refused
from projects.media.light.presets import LOOKS, PLACES, STRENGTHS, Look, Side
from projects.media.light.product import facing, rim_light, soft_mask

KNEE, TOP = 0.72, 0.985
"""Light above this is rolled off towards white, so that no gain clips what was not white before."""
LIT, SHADED = 0.6, 0.35
"""How much the side that faces the key gains, and the other loses, on a round product."""
PIVOT = 0.45
"""The linear light that contrast leaves alone."""
TAKEN = 0.65
"""How much of the light's tint the product takes on: its own colours stay to be recognised."""


@dataclass(frozen=True, slots=True)
class Lighting:
    """What a light does to each pixel: linear light, in its contrast, times `gain` plus `add` (height, width, 3)."""

    contrast: float
    gain: Float
    add: Float

    def on(self, light: Float) -> Float:
        """Return linear light in this light, rolled off towards white."""
        return rolled(contrasted(light, self.contrast) * self.gain + self.add)


def relight(rgb: Rgb, alpha: Alpha | None, look: str, side: Side = "as-is", strength: int = 2) -> Rgb:
    """Return the picture in another light. alpha: the product's mask, where its edge is sure.

    look: a key of LOOKS. side: where the light comes from; `as-is` leaves it to the look. strength: 1 to 3.
    Raises Refused for a look that does not exist.
    """
    made = lighting(size_of(rgb), alpha, look, side, strength)
    return from_linear(made.on(to_linear(rgb)))


def lighting(size: Size, alpha: Alpha | None, look: str, side: Side, strength: int) -> Lighting:
    """Return the gains of a light on a picture of this size. Raises Refused."""
    if look not in LOOKS:
        raise Refused(f"There is no light called “{look}”. Choose one of {', '.join(LOOKS)}.")
    wanted, power = LOOKS[look], STRENGTHS[strength]
    if side != "as-is":
        wanted = replace(wanted, side=side)
    mask = soft_mask(size, alpha)
    field = _key_field(size, wanted)
    gain = _ambient(wanted, power, mask) * _key(wanted, power, field, mask) * _corners(size, wanted, power)
    haze = np.array(wanted.key, np.float32) * np.float32(0.35 * wanted.haze * power * 2**wanted.exposure)
    add = field[..., None] * haze
    if wanted.rims is not None and alpha is not None:
        add = add + rim_light(mask, wanted.rims, power)
    contrast = 1 + (wanted.contrast - 1) * power
    return Lighting(contrast, gain.astype(np.float32), add.astype(np.float32))


def contrasted(light: Float, contrast: float) -> Float:
    """Return light with more or less contrast about medium light."""
    deeper: Float = np.float32(PIVOT) * (light / np.float32(PIVOT)) ** np.float32(contrast)
    return deeper


def _grid(size: Size) -> tuple[Float, Float]:
    """Return x and y of each pixel's middle in shares, x as a row and y as a column."""
    width, height = size
    x: Float = ((np.arange(width) + 0.5) / width).astype(np.float32)
    y: Float = ((np.arange(height) + 0.5) / height).astype(np.float32)
    return x[None, :], y[:, None]


def _key_field(size: Size, look: Look) -> Float:
    """Return how near each pixel is to the key, 1 to 0, by a bell over the reach."""
    x, y = _grid(size)
    at = PLACES.get(look.side, (0.5, 0.2))
    diagonal = float(np.hypot(*size))
    across, down = (x - at[0]) * size[0] / diagonal, (y - at[1]) * size[1] / diagonal
    bell: Float = np.exp(-(across**2 + down**2) / np.float32(2 * look.reach**2)).astype(np.float32)
    return bell


def _ambient(look: Look, power: float, mask: Float) -> Float:
    """Return exposure and tint; the plate may have a tint of its own that leaves the product's colours alone."""
    tint = np.array(look.tint, np.float32) ** np.float32(power)
    plate = np.array(look.plate_tint, np.float32) ** np.float32(power)
    behind = (1 - mask)[..., None]
    ambient: Float = np.float32(2 ** (look.exposure * power)) * (
        behind * tint * plate + (1 - behind) * tint ** np.float32(TAKEN)
    )
    return ambient


def _key(look: Look, power: float, field: Float, mask: Float) -> Float:
    """Return the key's gain: brighter near it, and on the product where the surface faces it."""
    colour = np.array(look.key, np.float32) - 1
    lit = 1 + np.float32(look.key_gain * power) * (field - field.mean())[..., None]
    tinted = 1 + colour * (field * np.float32(0.6 * min(1.0, look.key_gain) * power))[..., None]
    turned = facing(mask, look.side)
    shaped = (
        1 + np.float32(look.shape * power) * np.where(turned > 0, LIT, SHADED).astype(np.float32) * turned
    )
    gain: Float = np.clip(lit * tinted * shaped[..., None], 0.18, 3.2)
    return gain


def _corners(size: Size, look: Look, power: float) -> Float:
    x, y = _grid(size)
    out = np.clip(((x - 0.5) ** 2 + (y - 0.5) ** 2) * 2, 0, 1)
    corners: Float = 1 - np.float32(min(0.8, look.vignette * power)) * (out**1.5)[..., None]
    return corners


def rolled(light: Float) -> Float:
    """Return light with what is above the knee rolled off; below it nothing changes, and nothing reaches past 1."""
    room = np.float32(TOP - KNEE)
    above = np.maximum(light - np.float32(KNEE), 0)
    rolled: Float = np.minimum(light, np.float32(KNEE)) + room * (1 - np.exp(-above / room))
    return rolled
