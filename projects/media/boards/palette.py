"""Palettes: five tones and an accent, from what words speak of or from what pictures show. OKLCH throughout.

OKLab and its matrices are Björn Ottosson's (2020): equal steps look equal, and a hue stays itself when it gets darker.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from projects.media.arrays import Float, Rgb, resize
from projects.media.background.plates import Colour
from projects.media.colour import from_linear, to_linear

TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]], np.float32,
)  # fmt: skip
TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]], np.float32,
)  # fmt: skip
FROM_LAB, FROM_LMS = np.linalg.inv(TO_LAB).astype(np.float32), np.linalg.inv(TO_LMS).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Palette:
    """Five tones from deep to pale, and an accent. `dark` says that the scene is one of dusk or night."""

    deep: Colour
    dim: Colour
    mid: Colour
    light: Colour
    pale: Colour
    accent: Colour
    dark: bool = False

    @property
    def tones(self) -> tuple[Colour, ...]:
        """All colours, as a strip of swatches shows them."""
        return self.deep, self.dim, self.mid, self.light, self.pale, self.accent


@dataclass(frozen=True, slots=True)
class Theme:
    """Words that call a palette: its hue in degrees, how strong it is, the accent's hue, and whether it is dark."""

    words: str
    hue: float
    chroma: float
    accent: float
    dark: bool = False


THEMES = (
    Theme("neon nightclub cyberpunk club", 300, 0.14, 195, dark=True),
    Theme("night midnight moon stars space candle cinema noir", 268, 0.07, 75, dark=True),
    Theme("luxury elegant perfume whisky gold premium black", 65, 0.035, 80, dark=True),
    Theme("sunset golden dusk autumn fall amber desert dune warm sunrise honey", 58, 0.09, 32),
    Theme("coffee espresso chocolate wood bakery bread leather cosy kitchen", 55, 0.055, 45),
    Theme("sea ocean beach coast lake river water island swim surf wave waves", 225, 0.075, 60),
    Theme("snow ice winter alpine frost cold glacier mountain mountains", 240, 0.035, 30),
    Theme("forest garden leaf leaves plant plants green tea moss jungle field meadow", 148, 0.07, 85),
    Theme("rose flower flowers blossom pink love wedding lipstick skin skincare", 14, 0.065, 350),
    Theme("wine berry berries cherry velvet theatre", 2, 0.085, 40, dark=True),
    Theme("summer lemon sun sunny yellow citrus playful children party", 92, 0.10, 25),
    Theme(
        "city street concrete skyline office tower traffic overcast rain metal steel tech robot",
        252,
        0.03,
        38,
    ),
    Theme("white minimal calm linen paper studio softbox clean", 85, 0.014, 40),
)
HUES = (35.0, 62.0, 92.0, 150.0, 205.0, 240.0, 290.0, 350.0)
STEPS = {"deep": 0.27, "dim": 0.45, "mid": 0.64, "light": 0.82, "pale": 0.945}
STRENGTH = {"deep": 0.75, "dim": 1.0, "mid": 1.0, "light": 0.7, "pale": 0.28}
DRIFT = {"deep": -14, "dim": -8, "mid": 0, "light": 8, "pale": 16}
"""Degrees by which shadows and lights leave the hue, as they do outdoors."""


def from_words(words: str, seed: int) -> Palette:
    """Return the palette that the words call, a little different for each seed; the dark is stronger than the day."""
    said = re.findall(r"\w+", words.lower())
    rng = np.random.default_rng([seed, zlib.crc32(words.encode())])
    scores = [(1 + theme.dark) * sum(word in theme.words.split() for word in said) for theme in THEMES]
    best = int(np.argmax(scores))
    theme = THEMES[best] if scores[best] else Theme("", float(rng.choice(HUES)), 0.055, 40)
    hue = theme.hue + float(rng.uniform(-12, 12))
    tones = {name: _tone(step, theme.chroma, hue, name) for name, step in STEPS.items()}
    return Palette(**tones, accent=code(0.74, 0.135, theme.accent), dark=theme.dark)


def _tone(step: float, chroma: float, hue: float, name: str) -> Colour:
    return code(step, chroma * STRENGTH[name], hue + DRIFT[name])


def from_pictures(pictures: Sequence[Rgb]) -> Palette:
    """Return the pictures' own colours: the mean of each fifth by lightness, and the most colourful of all."""
    pixels = np.concatenate([resize(rgb, (40, 40), "area").reshape(-1, 3) for rgb in pictures])
    lab = oklab(pixels)
    lab = lab[np.argsort(lab[:, 0], kind="stable")]
    means = [part.mean(axis=0) for part in np.array_split(lab, len(STEPS))]
    strength = np.hypot(lab[:, 1], lab[:, 2])
    strong = lab[np.argsort(strength, kind="stable")[-max(1, len(lab) // 25) :]].mean(axis=0)
    tones = {
        name: _lab_code(0.5 * mean[0] + 0.5 * step, mean[1], mean[2])
        for (name, step), mean in zip(STEPS.items(), means, strict=True)
    }
    dark = bool(np.median(lab[:, 0]) < 0.42)
    return Palette(**tones, accent=_lab_code(max(float(strong[0]), 0.6), strong[1], strong[2]), dark=dark)


def oklab(rgb: Rgb) -> Float:
    """Return OKLab (n, 3) of sRGB codes (n, 3)."""
    lms = to_linear(rgb) @ TO_LMS.T
    lab: Float = np.cbrt(lms) @ TO_LAB.T
    return lab


def code(lightness: float, chroma: float, hue: float) -> Colour:
    """Return the sRGB codes of an OKLCH colour; one that no screen shows is made as strong as one can."""
    angle = math.radians(hue)
    return _lab_code(lightness, chroma * math.cos(angle), chroma * math.sin(angle))


def _lab_code(lightness: float, a: float, b: float) -> Colour:
    for share in np.linspace(1, 0, 21):
        lms = (FROM_LAB @ np.array([lightness, a * share, b * share], np.float32)) ** 3
        light = FROM_LMS @ lms
        if light.min() >= -0.002 and light.max() <= 1.002:
            break
    red, green, blue = (int(value) for value in from_linear(np.asarray(light, np.float32)))
    return red, green, blue


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour `share` of the way from one to another, in OKLab."""
    pair = oklab(np.array([one, other], np.uint8))
    lightness, a, b = (float(value) for value in pair[0] * (1 - share) + pair[1] * share)
    return _lab_code(lightness, a, b)


def luminance(colour: Colour) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    return float(to_linear(np.array(colour, np.uint8)) @ np.array([0.2126, 0.7152, 0.0722], np.float32))


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours (WCAG 2.2), 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
