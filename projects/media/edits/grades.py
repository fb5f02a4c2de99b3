"""Grades: tone and colour of the whole picture by a curve for each channel and one matrix; nothing moves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from projects.media.arrays import Float, Rgb, Size, gaussian, grain, lookup, recolour, resize, size_of
from projects.media.colour import KB, KG, KR, LINEAR, from_linear

Colour = tuple[float, float, float]
"""Linear red, green and blue; 1, 1, 1 is neutral."""

NEUTRAL: Colour = (1.0, 1.0, 1.0)
PIVOT = 0.18
"""Medium grey in linear light: contrast turns about it."""
KNEE = 0.72
"""Above this light a curve rolls off, so that no highlight is clipped."""
GLOW_REACH = 0.012


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade, as data.

    exposure: stops. contrast: a power about medium grey. saturation: 0 is grey. shadows, highlights: tints of either
    end. fade: how far black is lifted, in shares. vignette, glow: 0 to 1. grain: sigma in codes.
    """

    exposure: float = 0.0
    contrast: float = 1.0
    saturation: float = 1.0
    shadows: Colour = NEUTRAL
    highlights: Colour = NEUTRAL
    fade: float = 0.0
    vignette: float = 0.0
    glow: float = 0.0
    grain: float = 0.0


GRADES: dict[str, Grade] = {
    "warm": Grade(0.03, 1.03, 1.04, (1.06, 0.99, 0.88), (1.10, 1.0, 0.82)),
    "cool": Grade(0.0, 1.03, 0.97, (0.86, 0.98, 1.16), (0.93, 1.0, 1.08)),
    "bright": Grade(0.55, 0.96, 1.02),
    "dark": Grade(-0.85, 1.06, 0.96, vignette=0.18),
    "contrast": Grade(0.0, 1.22, 1.05),
    "noir": Grade(-0.35, 1.38, 0.0, vignette=0.42, grain=1.6),
    "mono": Grade(0.05, 1.12, 0.0),
    "vintage": Grade(0.0, 0.97, 0.62, (1.12, 0.97, 0.86), (1.08, 1.0, 0.82), 0.025, 0.22, grain=1.4),
    "cinematic": Grade(-0.12, 1.12, 0.92, (0.84, 1.0, 1.14), (1.10, 1.0, 0.86), 0.012, 0.20),
    "vivid": Grade(0.05, 1.10, 1.38),
    "muted": Grade(0.10, 0.92, 0.62, (1.0, 1.0, 1.04), (1.03, 1.0, 0.96), 0.03),
    "dreamy": Grade(0.15, 0.98, 0.96, (1.02, 0.98, 1.04), (1.05, 1.0, 0.95), 0.012, glow=0.42),
    "rain": Grade(-0.42, 1.04, 0.58, (0.90, 1.0, 1.12), (0.93, 1.0, 1.06), 0.012, 0.16),
    "snow": Grade(0.16, 0.94, 0.62, (0.94, 1.0, 1.09), (0.97, 1.0, 1.04), 0.03),
    "fog": Grade(0.10, 0.82, 0.60, (1.0, 1.0, 1.03), NEUTRAL, 0.03),
}


def graded(rgb: Rgb, name: str) -> Rgb:
    """Return the picture in a grade. Raises KeyError for a name that GRADES does not hold."""
    grade = GRADES[name]
    done = recolour(lookup(rgb, _curves(name)), _mixing(grade.saturation))
    if grade.glow:
        done = _glowing(done, grade.glow)
    if grade.vignette:
        done = _darkened(done, grade.vignette)
    if grade.grain:
        done = _grainy(done, grade.grain)
    return done


@cache
def _curves(name: str) -> Rgb:
    """Return the codes of red, green and blue for each code, as OpenCV takes them: (1, 256, 3)."""
    grade = GRADES[name]
    light = LINEAR * np.float32(2**grade.exposure)
    light = np.float32(PIVOT) * (light / np.float32(PIVOT)) ** np.float32(grade.contrast)
    share = np.clip(light, 0, 1) ** np.float32(0.5)
    low, high = np.array(grade.shadows, np.float32), np.array(grade.highlights, np.float32)
    tinted = light[:, None] * (low + (high - low) * share[:, None])
    room = np.float32(1 - KNEE)
    above = np.maximum(tinted - np.float32(KNEE), 0)
    rolled = np.minimum(tinted, np.float32(KNEE)) + room * (1 - np.exp(-above / room))
    return from_linear(np.float32(grade.fade) + rolled * np.float32(1 - grade.fade))[None]


def _mixing(saturation: float) -> Float:
    """Return the matrix that takes colours towards their grey, or away from it."""
    luma = np.array([KR, KG, KB], np.float32)
    matrix: Float = np.eye(3, dtype=np.float32) * np.float32(saturation) + np.float32(1 - saturation) * luma
    return matrix


def _glowing(rgb: Rgb, amount: float) -> Rgb:
    """Return the picture with its soft self over it, as a mist filter does: light spreads, dark stays."""
    width, height = size_of(rgb)
    small = resize(rgb, (max(1, width // 4), max(1, height // 4)), "area")
    soft = resize(gaussian(small, max(1.0, GLOW_REACH * max(width, height) / 4)), (width, height), "linear")
    return np.asarray(cv2.addWeighted(rgb, 1 - amount, np.maximum(soft, rgb), amount, 0), np.uint8)


def _darkened(rgb: Rgb, amount: float) -> Rgb:
    return np.asarray(cv2.multiply(rgb, _corners(size_of(rgb), amount), scale=1 / 255), np.uint8)


@cache
def _corners(size: Size, amount: float) -> Rgb:
    x = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    out = np.clip((x * x + y * y) / 2, 0, 1) ** np.float32(1.4)
    kept: Rgb = np.rint(255 * (1 - np.float32(amount) * out)).astype(np.uint8)
    return np.ascontiguousarray(np.repeat(kept[..., None], 3, axis=2))


def _grainy(rgb: Rgb, sigma: float) -> Rgb:
    noise: NDArray[np.int16] = _noise(size_of(rgb), sigma)
    return np.asarray(np.clip(rgb + noise, 0, 255), np.uint8)


@cache
def _noise(size: Size, sigma: float) -> NDArray[np.int16]:
    film = gaussian(grain(size, 2.2 * sigma, 5), 0.8)
    return np.rint(film).astype(np.int16)[..., None]
