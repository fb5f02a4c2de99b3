"""Backing: what lies behind a caption, and whether letters of a look can be read on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from projects.media.arrays import Box, Float, Plane, size_of
from projects.media.colour import BLACK
from projects.media.typography.looks import COLOURS, OTHER, Look

# WCAG 2.2, 1.4.3: the least contrast of text.
LEAST_CONTRAST = 4.5
# Above this spread of luma codes, or this mean step from pixel to pixel at the size for looking (480 wide),
# a picture has edges, texture or letters of its own that eat thin letters.
AnyPlane = TypeVar("AnyPlane", Plane, Float)
BUSY_SPREAD = 30.0
BUSY_STEPS = 2.0
# How much of its opacity a soft shade has right around the letters: measured, .62 at 36 pixels, .74 at 54.
SHADE_REACH = 0.62


@dataclass(slots=True)
class Backing:
    """Luma codes behind one caption over its time: nearly the darkest and lightest, their spread and steps."""

    dark: float = 255.0
    light: float = 0.0
    spread: float = 0.0
    steps: float = 0.0

    def see(self, luma: Plane, box: Box) -> None:
        """Take in one frame; `box` is where the caption stands, in shares."""
        part = part_of(luma, box)
        dark, light = np.percentile(part, (3, 97))
        self.dark, self.light = min(self.dark, float(dark)), max(self.light, float(light))
        self.spread = max(self.spread, float(part.std()))
        self.steps = max(self.steps, float(np.hypot(*np.gradient(part.astype(np.float32))).mean()))

    def contrast(self, look: Look) -> float:
        """Return the contrast of a look's letters with the worst of what is behind them (WCAG, 1 to 21)."""
        behind = _grey(self.light if look.tone == "paper" else self.dark)
        cover = look.plate.opacity if look.plate else look.shade * SHADE_REACH
        ground = behind * (1 - cover) + COLOURS[OTHER[look.tone]][0] * cover
        lights = sorted((_luminance(ground), _luminance(COLOURS[look.tone][0])))
        return (lights[1] + 0.05) / (lights[0] + 0.05)

    def carries(self, look: Look) -> bool:
        """Return whether the look reads well here: enough contrast, and a calm picture where it has no plate."""
        calm = look.plate is not None or (self.spread <= BUSY_SPREAD and self.steps <= BUSY_STEPS)
        return calm and self.contrast(look) >= LEAST_CONTRAST


def choose(looks: Sequence[Look], backings: Sequence[Backing]) -> Look:
    """Return the quietest look that reads well on all backings, else the last: one look for a whole clip."""
    return next((look for look in looks if all(backing.carries(look) for backing in backings)), looks[-1])


def part_of(plane: AnyPlane, box: Box) -> AnyPlane:
    """Return the part of a plane inside a box in shares, at least two pixels wide and high."""
    width, height = size_of(plane)
    left, top = max(0, int(box[0] * width)), max(0, int(box[1] * height))
    right, bottom = round((box[0] + box[2]) * width), round((box[1] + box[3]) * height)
    return plane[top : max(bottom, top + 2), left : max(right, left + 2)]


def _grey(luma: float) -> float:
    """Return the sRGB code of a grey of a limited-range luma code."""
    return min(255.0, max(0.0, (luma - BLACK) * 255 / 219))


def _luminance(code: float) -> float:
    """Return relative luminance, 0 to 1, of an sRGB grey (IEC 61966-2-1)."""
    share = code / 255
    return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
