"""Light: a still or a clip in another light, by gains in linear light; nothing in the picture moves.

A look is data: how much light there is and of which colour, one key light with its own colour and reach, haze around
it, the fall-off into the corners, and rim lights on the product's edge. Where the product's mask is known it is
shaped by the key as if it were round; without one the look is a grade of the whole picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from projects.media.arrays import Alpha, Float, Plane, Rgb, Size, lookup, resize, size_of, wide_blur
from projects.media.colour import CODE, KB, KG, KR, LINEAR, TO_YUV, Yuv, from_linear, to_linear
from projects.media.faults import Refused

Side = Literal["as-is", "left", "right", "top", "back"]
Colour = tuple[float, float, float]
"""Linear red, green and blue; 1, 1, 1 is neutral."""

NEUTRAL: Colour = (1.0, 1.0, 1.0)
STRENGTHS = {1: 0.55, 2: 1.0, 3: 1.4}
PLACES: dict[str, tuple[float, float]] = {
    "left": (0.05, 0.3),
    "right": (0.95, 0.3),
    "top": (0.5, -0.05),
    "back": (0.5, 0.25),
}
"""Where the key stands, in shares of the picture."""
KNEE, TOP = 0.72, 0.985
"""Light above this is rolled off towards white, so that no gain clips what was not white before."""
LIT, SHADED = 0.6, 0.35
"""How much the side that faces the key gains, and the other loses, on a round product."""
PIVOT = 0.45
"""The linear light that contrast leaves alone."""
TAKEN = 0.65
"""How much of the light's tint the product takes on: its own colours stay to be recognised."""
ROUND = 0.03
"""The product's edge is softened by this share of the longer side to find which way it faces."""


@dataclass(frozen=True, slots=True)
class Look:
    """One light, as data.

    exposure: stops. contrast: a power about medium light. tint: of all light; the product takes part of it. key: its
    colour, how much brighter it is (a factor less one), and its reach in shares of the picture's diagonal. haze,
    vignette, shape: 0 to 1. rims: colours on the product's edge from left and right. plate_tint: of the rest alone.
    """

    exposure: float = 0.0
    contrast: float = 1.0
    tint: Colour = NEUTRAL
    key: Colour = NEUTRAL
    key_gain: float = 0.0
    reach: float = 0.5
    side: Side = "as-is"
    haze: float = 0.0
    vignette: float = 0.0
    shape: float = 0.5
    rims: tuple[Colour, Colour] | None = None
    plate_tint: Colour = NEUTRAL


LOOKS: dict[str, Look] = {
    "golden-hour": Look(-0.15, 1.08, (1.12, 0.98, 0.80), (1.55, 1.05, 0.55), 0.85, 0.55, "right", 0.10, 0.25, 0.9),
    "soft-day": Look(0.20, 0.97, (0.97, 1.0, 1.05), (1.02, 1.0, 0.98), 0.18, 0.9, "top", 0.04, 0.0, 0.35),
    "softbox": Look(0.0, 1.08, NEUTRAL, NEUTRAL, 0.60, 0.42, "left", 0.0, 0.32, 1.0),
    "neon-night": Look(
        -1.75, 1.30, (0.80, 0.84, 1.22), (1.25, 0.45, 1.45), 1.2, 0.36, "left", 0.05, 0.55, 0.9,
        ((1.9, 0.12, 1.2), (0.06, 0.85, 2.0)), (0.70, 0.66, 1.40),
    ),
    "overcast": Look(-0.18, 0.94, (0.90, 0.99, 1.14), (0.95, 1.0, 1.05), 0.12, 1.0, "top", 0.05, 0.12, 0.15),
    "candle": Look(-1.35, 1.22, (1.28, 0.86, 0.48), (1.7, 0.9, 0.35), 2.0, 0.30, "left", 0.03, 0.60, 1.0),
    "window": Look(-0.35, 1.15, (0.98, 1.0, 1.03), (1.05, 1.0, 0.92), 1.15, 0.36, "left", 0.03, 0.25, 1.1),
    "moonlight": Look(-1.70, 1.25, (0.66, 0.86, 1.36), (0.7, 0.95, 1.5), 1.1, 0.42, "back", 0.04, 0.50, 0.9),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lighting:
    """What a light does to each pixel: linear light, in its contrast, times `gain` plus `add` (height, width, 3)."""

    contrast: float
    gain: Float
    add: Float

    def on(self, light: Float) -> Float:
        """Return linear light in this light, rolled off towards white."""
        return _rolled(contrasted(light, self.contrast) * self.gain + self.add)


def relight(rgb: Rgb, alpha: Alpha | None, look: str, side: Side = "as-is", strength: int = 2) -> Rgb:
    """Return the picture in another light. alpha: the product's mask, where its edge is sure.

    look: a key of LOOKS. side: where the light comes from; `as-is` leaves it to the look. strength: 1 to 3.
    Raises Refused for a look that does not exist.
    """
    made = lighting(size_of(rgb), alpha, look, side, strength)
    return from_linear(made.on(to_linear(rgb)))


def relit(
    frames: Iterator[Yuv],
    size: Size,
    look: str,
    side: Side = "as-is",
    strength: int = 2,
    alpha: Alpha | None = None,
) -> Iterator[Yuv]:
    """Yield each frame of a clip in another light; the light stands still, whatever moves.

    size: of the frames. alpha: only for a product that does not move either. Raises Refused.
    """
    light = _ClipLight.of(lighting(size, alpha, look, side, strength))
    for frame in frames:
        yield light.on(frame)


def lighting(size: Size, alpha: Alpha | None, look: str, side: Side, strength: int) -> Lighting:
    """Return the gains of a light on a picture of this size. Raises Refused."""
    if look not in LOOKS:
        raise Refused(f"There is no light called “{look}”. Choose one of {', '.join(LOOKS)}.")
    wanted, power = LOOKS[look], STRENGTHS[strength]
    if side != "as-is":
        wanted = replace(wanted, side=side)
    mask = _soft_mask(size, alpha)
    field = _key_field(size, wanted)
    gain = _ambient(wanted, power, mask) * _key(wanted, power, field, mask) * _corners(size, wanted, power)
    haze = np.array(wanted.key, np.float32) * np.float32(0.35 * wanted.haze * power * 2**wanted.exposure)
    add = field[..., None] * haze
    if wanted.rims is not None and alpha is not None:
        add = add + _rims(mask, wanted.rims, power)
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
    facing = _facing(mask, look.side)
    shaped = (
        1 + np.float32(look.shape * power) * np.where(facing > 0, LIT, SHADED).astype(np.float32) * facing
    )
    gain: Float = np.clip(lit * tinted * shaped[..., None], 0.18, 3.2)
    return gain


def _facing(mask: Float, side: Side) -> Float:
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


def _corners(size: Size, look: Look, power: float) -> Float:
    x, y = _grid(size)
    out = np.clip(((x - 0.5) ** 2 + (y - 0.5) ** 2) * 2, 0, 1)
    corners: Float = 1 - np.float32(min(0.8, look.vignette * power)) * (out**1.5)[..., None]
    return corners


def _rims(mask: Float, rims: tuple[Colour, Colour], power: float) -> Float:
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


def _soft_mask(size: Size, alpha: Alpha | None) -> Float:
    if alpha is None:
        return np.zeros((size[1], size[0]), np.float32)
    return alpha.astype(np.float32) / np.float32(255)


def _rolled(light: Float) -> Float:
    """Return light with what is above the knee rolled off; below it nothing changes, and nothing reaches past 1."""
    room = np.float32(TOP - KNEE)
    above = np.maximum(light - np.float32(KNEE), 0)
    rolled: Float = np.minimum(light, np.float32(KNEE)) + room * (1 - np.exp(-above / room))
    return rolled


@dataclass(frozen=True, slots=True)
class _ClipLight:
    """A lighting as planes: luma by gain and tables, chroma by its own gain and a cast that grows with luma."""

    luma: Float
    gain: Float
    add: Float
    chroma: Float
    cast_u: Float
    cast_v: Float

    @classmethod
    def of(cls, made: Lighting) -> _ClipLight:
        weights = np.array([KR, KG, KB], np.float32)
        gain, add = made.gain @ weights, made.add @ weights
        height, width = gain.shape
        half = (width // 2, height // 2)
        # On a grey of medium light the gains leave a cast; chroma is stored in code, whence the root.
        grey = np.full((1, 1, 1), 0.18, np.float32)
        codes = np.clip(contrasted(grey, made.contrast) * made.gain + made.add, 0, None) ** np.float32(
            1 / 2.2
        )
        luma = np.maximum(codes @ weights, 1e-4)[..., None]
        cast_u, cast_v = ((codes / luma) @ (TO_YUV[row, :3] * np.float32(255 / 219)) for row in (1, 2))
        return cls(
            contrasted(LUMA_TO_LIGHT, made.contrast),
            gain,
            add,
            resize(gain ** np.float32(1 / 2.2), half, "area"),
            resize(cast_u, half, "area"),
            resize(cast_v, half, "area"),
        )

    def on(self, frame: Yuv) -> Yuv:
        """Return the frame in this light."""
        light = _rolled(lookup(frame.y, self.luma) * self.gain + self.add)
        y = LIGHT_TO_LUMA[np.asarray(np.clip(light, 0, 1) * np.float32(4095), np.uint16)]
        under = resize(y, (y.shape[1] // 2, y.shape[0] // 2), "area").astype(np.float32) - 16
        u, v = (
            _codes((plane.astype(np.float32) - 128) * self.chroma + cast * under + 128)
            for plane, cast in ((frame.u, self.cast_u), (frame.v, self.cast_v))
        )
        return Yuv(y, u, v)


def _codes(plane: Float) -> Plane:
    return np.asarray(np.clip(np.rint(plane), 16, 240), np.uint8)


def _luma_tables() -> tuple[Float, Plane]:
    """Return linear light of each luma code, and the luma code of 4,096 steps of light."""
    full = np.clip((np.arange(256, dtype=np.float32) - 16) * 255 / 219, 0, 255)
    light = LINEAR[np.rint(full).astype(np.uint8)]
    code = CODE[(np.arange(4096) * 65535 // 4095).astype(np.uint16)].astype(np.float32)
    return light, np.rint(16 + code * 219 / 255).astype(np.uint8)


LUMA_TO_LIGHT, LIGHT_TO_LUMA = _luma_tables()
