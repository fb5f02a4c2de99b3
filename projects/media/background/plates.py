"""What a product can stand before: plain plates, a studio sweep, a supplied picture, or its own photo without it.

Plates carry noise. Flat colour shows bands in eight bits, and worse after H.264, which wipes fine dither out:
plates for film get still grain (sigma 2 codes, the same in every frame), plates for stills triangular noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from projects.media.arrays import Float, Rgb, Size, gaussian, grain, resize, rounded, size_of
from projects.media.colour import to_linear
from projects.media.faults import Refused

Colour = tuple[int, int, int]
"""Red, green and blue in sRGB codes."""

FILM_GRAIN = 2.0
"""Sigma in codes of the grain that survives an encoder and still hides bands (measured at crf 20)."""
DITHER = 0.75
"""Half width in codes of the triangular noise of a still."""
HORIZON, FLOOR_LIGHT, HOT_SPOT = 0.62, 0.72, (0.38, 0.20)
"""A sweep: where wall turns into floor, the floor's light against the wall's, and where the lamp hits it."""


@dataclass(frozen=True, slots=True)
class Plate:
    """A background of the picture's own size. `glossy` floors reflect; `supplied` ones light the product."""

    rgb: Rgb
    glossy: bool = False
    supplied: bool = False


def colour_of(text: str) -> Colour:
    """Return the colour that `#rrggbb` names. Raises Refused for anything else."""
    digits = text.strip().removeprefix("#")
    try:
        red, green, blue = bytes.fromhex(digits)
    except ValueError:
        raise Refused("A colour is written as # and six digits, such as #e7ddd0.") from None
    return (red, green, blue)


def solid(colour: Colour, size: Size, *, film: bool = False) -> Plate:
    """Return one even colour."""
    return Plate(_finished(np.broadcast_to(_light(colour), (size[1], size[0], 3)), film))


def gradient(top: Colour, bottom: Colour, size: Size, *, film: bool = False) -> Plate:
    """Return one colour turning into another from top to bottom, mixed in linear light."""
    down = np.linspace(0, 1, size[1], dtype=np.float32)[:, None, None]
    share = down * down * (3 - 2 * down)
    rows = _light(top) * (1 - share) + _light(bottom) * share
    return Plate(_finished(np.broadcast_to(rows, (size[1], size[0], 3)), film))


def sweep(colour: Colour, size: Size, *, film: bool = False) -> Plate:
    """Return a studio sweep: paper that curves from wall to floor, lit from the upper left."""
    across = np.linspace(0, 1, size[0], dtype=np.float32)[None, :]
    down = np.linspace(0, 1, size[1], dtype=np.float32)[:, None]
    aspect = size[0] / size[1]
    away = ((across - HOT_SPOT[0]) * aspect) ** 2 + (down - HOT_SPOT[1]) ** 2
    lamp = 0.80 + 0.24 * np.exp(-away / np.float32(0.55))
    curve = np.clip((down - HORIZON + 0.10) / 0.20, 0, 1)
    floor = curve * curve * (3 - 2 * curve)
    near = np.clip((down - HORIZON) / (1 - HORIZON), 0, 1)
    ground = (FLOOR_LIGHT + 0.16 * near) * (1 - 0.10 * np.abs(across - 0.45))
    light = lamp * (1 - floor) + ground * floor
    return Plate(_finished(_light(colour) * light[..., None], film), glossy=True)


def supplied(rgb: Rgb, size: Size, *, film: bool = False) -> Plate:
    """Return a picture cut to the size around its middle and softened a little, as behind a product."""
    width, height = size_of(rgb)
    scale = max(size[0] / width, size[1] / height)
    across, down = (min(side, round(part / scale)) for side, part in zip((width, height), size, strict=True))
    left, top = (width - across) // 2, (height - down) // 2
    cover = resize(np.ascontiguousarray(rgb[top : top + down, left : left + across]), size)
    soft = gaussian(cover, 1.2)
    return Plate(with_grain(soft, FILM_GRAIN) if film else soft, supplied=True)


def with_grain(rgb: Rgb, sigma: float, seed: int = 7) -> Rgb:
    """Return the picture with still grain: the same on all channels, the same for the same seed."""
    noise = grain(size_of(rgb), sigma, seed)[..., None]
    return rounded(rgb.astype(np.float32) + noise)


def _light(colour: Colour) -> Float:
    return to_linear(np.array(colour, np.uint8))


def _finished(light: Float, film: bool) -> Rgb:
    """Return codes of linear light, with the noise added before rounding, so that no step is left."""
    step = np.clip(light, 0, 1) * np.float32(65535)
    exact = _FINE[np.rint(step).astype(np.uint16)]
    size = (light.shape[1], light.shape[0])
    noise = grain(size, FILM_GRAIN, 7) if film else _triangular(size)
    return rounded(exact + noise[..., None])


def _triangular(size: Size) -> Float:
    draw = np.random.default_rng(7).random((2, size[1], size[0]), dtype=np.float32)
    return np.asarray((draw[0] - draw[1]) * DITHER, np.float32)


def _fine_codes() -> Float:
    light = np.arange(65536) / 65535
    code = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return (code * 255).astype(np.float32)


# sRGB codes with their fractions: what rounding would turn into bands.
_FINE = _fine_codes()
