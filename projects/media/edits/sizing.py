"""Sizing: the product smaller, larger or moved, on its own background made up behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from projects.media.arrays import Alpha, Rgb, size_of
from projects.media.background.clean_plate import clean_plate
from projects.media.background.compositing import Spot, place
from projects.media.background.plates import Plate
from projects.media.cutout.morphology import box_of

SHARE = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(?:%|per ?cent)\s*(smaller|larger|bigger|higher|lower)?", re.IGNORECASE
)
SIZES = {"half": 0.5, "double": 2.0, "twice": 2.0, "smaller": 0.75, "larger": 1.3, "bigger": 1.3}
SHIFTS = {
    "lower": (0.0, 0.08),
    "higher": (0.0, -0.08),
    "to the left": (-0.12, 0.0),
    "to the right": (0.12, 0.0),
}
LEAST, MOST = 0.1, 3.0


@dataclass(frozen=True, slots=True)
class Sizing:
    """How much larger, and how far to the right and down in shares of the picture."""

    scale: float = 1.0
    right: float = 0.0
    down: float = 0.0


def sizing_of(text: str) -> Sizing:
    """Return what words such as “30 % smaller and lower” ask for."""
    words = text.lower()
    scale, share = 1.0, SHARE.search(words)
    found = next((word for word in SIZES if re.search(rf"\b{word}\b", words)), "")
    if found:
        scale = SIZES[found]
    if share and found in {"smaller", "larger", "bigger"}:
        amount = float(share.group(1).replace(",", ".")) / 100
        scale = 1 - amount if found == "smaller" else 1 + amount
    shifts = [shift for word, shift in SHIFTS.items() if re.search(rf"\b{word}\b", words)]
    right, down = (sum(shift[axis] for shift in shifts) for axis in (0, 1))
    return Sizing(min(MOST, max(LEAST, scale)), right, down)


def resized(rgb: Rgb, alpha: Alpha, wanted: Sizing) -> Rgb:
    """Return the product in another size about the point it stands on, then moved, over its made-up background."""
    width, height = size_of(rgb)
    left, top, wide, high = box_of(alpha > 127)
    foot_x, foot_y = (left + wide / 2) * width, (top + high) * height
    spot = Spot(
        wanted.scale,
        foot_x * (1 - wanted.scale) + wanted.right * width,
        foot_y * (1 - wanted.scale) + wanted.down * height,
    )
    return place(rgb, alpha, Plate(clean_plate(rgb, alpha)), spot, "soft").rgb
