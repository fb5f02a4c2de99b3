"""Looks as data: how much light there is and of which colour.

One key light with its own colour and reach, haze around it, the fall-off into the corners, and rim lights on the
product's edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
