"""Weather: a grade, and rain, snow or fog in layers that fall past the picture at their own pace.

Each layer is a sheet of light that repeats down the frame, made once from a seed: the same wish gives the same drops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from projects.media.arrays import Alpha, Float, Rgb, Size, gaussian, resize, rounded, warp_affine
from projects.media.edits.grades import graded

FOG: Float = np.array([214, 217, 220], np.float32)
WATER: Float = np.array([214, 222, 230], np.float32)
FLAKES: Float = np.array([248, 250, 252], np.float32)


@dataclass(frozen=True, slots=True)
class Fall:
    """One layer of what falls, in shares of the frame's longer side.

    count: for a square frame. radius: of a flake, or half a streak's width. length: of a streak, 0 for a flake.
    speed: a second. drift: sideways for each share down. opacity: 0 to 1. blur: out of focus.
    """

    count: int
    radius: float
    length: float
    speed: float
    drift: float
    opacity: float
    blur: float = 0.0


RAIN = (
    Fall(900, 0.00035, 0.022, 0.9, 0.10, 0.26),
    Fall(420, 0.0005, 0.038, 1.3, 0.10, 0.34),
    Fall(90, 0.0010, 0.065, 1.9, 0.10, 0.30, 0.0008),
)
SNOW = (
    Fall(1100, 0.0009, 0.0, 0.045, 0.22, 0.62),
    Fall(420, 0.0018, 0.0, 0.075, 0.14, 0.78, 0.0005),
    Fall(60, 0.0050, 0.0, 0.13, 0.08, 0.55, 0.0028),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A layer's cover, twice the frame's height so that it repeats, and how it falls, in pixels a second."""

    cover: Alpha
    speed: float
    drift: float

    def at(self, seconds: float, size: Size) -> Alpha:
        """Return the cover of the frame at a time, moved by fractions of a pixel."""
        down = size[1] - (seconds * self.speed) % size[1]
        across = (seconds * self.speed * self.drift) % size[0]
        inverse = np.array([[1, 0, size[0] - across], [0, 1, down]], np.float32)
        return warp_affine(self.cover, inverse, size, "zero")


@dataclass(frozen=True, slots=True)
class Weather:
    """A kind of weather for frames of one size: `of` makes it, `on` shows it at a time."""

    kind: str
    size: Size
    colour: Float
    sheets: tuple[Sheet, ...] = ()
    haze: Alpha | None = None

    @classmethod
    def of(cls, kind: str, size: Size, seed: int) -> Self:
        """Return rain, snow or fog for frames of a size. Raises KeyError for another kind."""
        if kind == "fog":
            return cls(kind, size, FOG, haze=_bank(size, seed))
        falls, colour = {"rain": (RAIN, WATER), "snow": (SNOW, FLAKES)}[kind]
        draws = np.random.default_rng(seed)
        return cls(kind, size, colour, tuple(_sheet(fall, size, draws) for fall in falls))

    def on(self, rgb: Rgb, seconds: float = 0.0) -> Rgb:
        """Return the picture in this weather."""
        done = graded(rgb, self.kind)
        for cover in self._covers(seconds):
            done = _laid(done, self.colour, cover)
        return done

    def _covers(self, seconds: float) -> list[Alpha]:
        if self.haze is None:
            return [sheet.at(seconds, self.size) for sheet in self.sheets]
        drift = (0.012 * seconds * self.size[0]) % self.size[0]
        inverse = np.array([[1, 0, drift], [0, 1, 0]], np.float32)
        return [warp_affine(self.haze, inverse, self.size, "reflect")]


def _sheet(fall: Fall, size: Size, draws: np.random.Generator) -> Sheet:
    """Return a layer drawn at random places, repeated twice across and twice down."""
    width, height = size
    longer = max(size)
    once = np.zeros((height, width), np.uint8)
    count = round(fall.count * width * height / longer**2)
    for x, y, strength in zip(
        draws.uniform(0, width, count),
        draws.uniform(0, height, count),
        draws.uniform(0.45, 1, count),
        strict=True,
    ):
        _drop(once, (float(x), float(y)), fall, round(255 * fall.opacity * float(strength)))
    twice = np.tile(once, (2, 2))
    return Sheet(gaussian(twice, fall.blur * longer), fall.speed * longer, fall.drift)


def _drop(sheet: Alpha, at: tuple[float, float], fall: Fall, code: int) -> None:
    """Draw one flake or streak, and again where it reaches over the lower edge."""
    longer = max(sheet.shape)
    radius, length = fall.radius * longer, fall.length * longer
    for y in (at[1], at[1] - sheet.shape[0]):
        middle = _fixed(at[0], y)
        if length:
            end = _fixed(at[0] + fall.drift * length, y + length)
            cv2.line(sheet, middle, end, code, max(1, round(2 * radius)), cv2.LINE_AA, SHIFT)
        else:
            cv2.circle(sheet, middle, max(16, round(radius * (1 << SHIFT))), code, -1, cv2.LINE_AA, SHIFT)


SHIFT = 4
"""OpenCV draws at sixteenths of a pixel."""


def _fixed(x: float, y: float) -> tuple[int, int]:
    return round(x * (1 << SHIFT)), round(y * (1 << SHIFT))


def _bank(size: Size, seed: int) -> Alpha:
    """Return a bank of fog, twice as wide as the frame: thickest above the middle, in soft drifts."""
    width, height = size
    draws = np.random.default_rng(seed)
    cloud = np.zeros((height, 2 * width), np.float32)
    for cells, weight in ((3, 0.6), (7, 0.3), (15, 0.1)):
        knots = draws.uniform(0, 1, (cells, 2 * cells * width // max(1, height) + 2)).astype(np.float32)
        cloud += np.float32(weight) * resize(knots, (2 * width, height), "cubic")
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    depth = np.exp(-(((down - 0.42) / 0.34) ** 2))
    return rounded(np.clip(0.20 + 0.42 * depth + 0.30 * (cloud - 0.5), 0.05, 0.80) * 255)


def _laid(rgb: Rgb, colour: Float, cover: Alpha) -> Rgb:
    """Return the picture with a colour laid over it as thickly as the cover says."""
    sheet = np.broadcast_to(rounded(colour), rgb.shape)
    share = cv2.merge([cover, cover, cover])
    kept = cv2.multiply(rgb, cv2.bitwise_not(share), scale=1 / 255)
    return np.asarray(
        cv2.add(kept, cv2.multiply(np.ascontiguousarray(sheet), share, scale=1 / 255)), np.uint8
    )
