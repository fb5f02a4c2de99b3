"""Looks: how set lines become a patch of picture: letters, their soft shade, and the plate behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from projects.media.arrays import Float, Plane, dilate, distance, gaussian, resize
from projects.media.typography.fonts import Weight
from projects.media.typography.typeset import Block, Row

Colour = tuple[int, int, int]
Tone = Literal["paper", "ink"]

PAPER: Colour = (252, 252, 252)
INK: Colour = (18, 18, 18)
COLOURS: dict[Tone, Colour] = {"paper": PAPER, "ink": INK}
OTHER: dict[Tone, Tone] = {"paper": "ink", "ink": "paper"}


@dataclass(frozen=True, slots=True)
class Plate:
    """The ground behind letters. Lengths are ems of the letters; `hugs` follows each line, else one block."""

    opacity: float
    across: float
    above: float
    radius: float
    hugs: bool


@dataclass(frozen=True, slots=True)
class Look:
    """Letters of one tone over a shade and a plate of the other. `shade` is the opacity of the soft shade."""

    tone: Tone
    shade: float = 0.0
    plate: Plate | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """A caption style: weight, and the looks it chooses from, quietest first; the last one reads anywhere."""

    label: str
    weight: Weight
    looks: tuple[Look, ...]


_SOFT = Plate(opacity=0.78, across=0.48, above=0.30, radius=0.30, hugs=True)
_SOLID = Plate(opacity=1.0, across=0.55, above=0.36, radius=0.10, hugs=False)
STYLES = {
    "kit": Style("Studio", 600, (Look("paper", 0.30), Look("ink", 0.40), Look("paper", plate=_SOFT))),
    "plain": Style("Plain", 500, (Look("paper", 0.35), Look("paper", 0.65), Look("paper", 1.0))),
    "boxed": Style("Boxed", 600, (Look("ink", plate=_SOLID),)),
}


@dataclass(frozen=True, slots=True)
class Patch:
    """A picture to lay over another: colour already times its opacity (height, width, 3), and the opacity.

    `solid` is (left, top, right, bottom) in pixels of the patch: the plate, or else the letters.
    """

    colour: Float
    opacity: Float
    solid: tuple[int, int, int, int]


def patch(block: Block, look: Look, pixels: float) -> Patch:
    """Return the block drawn in a look; `pixels` is the size of its letters."""
    letters: Float = block.coverage.astype(np.float32) / np.float32(255)
    ground: Float = np.zeros_like(letters)
    if look.plate:
        ground = _plate(block, look.plate, pixels) * np.float32(look.plate.opacity)
    if look.shade:
        ground = np.maximum(ground, _shade(block.coverage, pixels) * np.float32(look.shade))
    front, back = (np.array(COLOURS[tone], np.float32) for tone in (look.tone, OTHER[look.tone]))
    behind = ground * (1 - letters)
    colour = letters[..., None] * front + behind[..., None] * back
    return Patch(colour, letters + behind, _extent(ground > 0.5 if look.plate else letters > 0.02))


def _shade(coverage: Plane, pixels: float) -> Float:
    """Return a soft dark of the letters' own shape, a little wider than they are; 1 at its deepest."""
    grown = dilate(coverage, max(1, round(0.03 * pixels))).astype(np.float32) / np.float32(255)
    near, wide = gaussian(grown, 0.05 * pixels), gaussian(grown, 0.24 * pixels)
    soft: Float = np.clip(np.maximum(near * 1.2, wide * 1.5), 0, 1).astype(np.float32)
    return soft


def _plate(block: Block, plate: Plate, pixels: float) -> Float:
    """Return the plate's shape, 0 to 1: rounded outside and, where lines of other lengths meet, inside."""
    height, width = block.coverage.shape
    sheet = Image.new("L", (2 * width, 2 * height))
    pen = ImageDraw.Draw(sheet)
    for box in _boxes(block.rows, plate, pixels):
        pen.rectangle([round(2 * side) for side in box], fill=255)
    shape: Plane = np.asarray(sheet, np.uint8)
    radius = 2 * plate.radius * pixels
    if radius:
        shape = _opened(255 - _opened(255 - shape, radius), radius)
    smooth: Float = resize(shape, (width, height), "area").astype(np.float32) / np.float32(255)
    return smooth


def _opened(shape: Plane, radius: float) -> Plane:
    """Return the shape with its outer corners rounded: all that a disc of the radius can reach inside it."""
    middles = distance(shape) < radius
    reach = distance(middles.astype(np.uint8))
    shown: Plane = (np.clip(np.float32(radius + 0.5) - reach, 0, 1) * np.float32(255)).astype(np.uint8)
    return shown


def _boxes(rows: Sequence[Row], plate: Plate, pixels: float) -> list[tuple[float, float, float, float]]:
    """Return (left, top, right, bottom) of the ground of each line, or of all as one."""
    across, above = plate.across * pixels, plate.above * pixels
    # Descenders weigh little: less room below them keeps the letters in the optical middle.
    boxes = [
        (row.left - across, row.baseline - row.rise - above,
         row.left + row.width + across, row.baseline + row.drop + above - 0.08 * pixels)
        for row in rows
    ]  # fmt: skip
    sides = list(zip(*boxes, strict=True))
    if not plate.hugs:
        return [(min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3]))]
    return _stepped(boxes, 2 * plate.radius * pixels)


def _stepped(
    boxes: list[tuple[float, float, float, float]], least: float
) -> list[tuple[float, float, float, float]]:
    """Return the boxes with steps smaller than `least` taken out: nearly equal lines share one edge."""
    stepped = [boxes[0]]
    for box in boxes[1:]:
        above = stepped[-1]
        if abs(box[0] - above[0]) < least:
            left, right = min(box[0], above[0]), max(box[2], above[2])
            stepped[-1] = (left, above[1], right, above[3])
            box = (left, box[1], right, box[3])
        stepped.append(box)
    return stepped


def _extent(shown: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return (left, top, right, bottom) around what is shown."""
    down, across = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    return int(across[0]), int(down[0]), int(across[-1]) + 1, int(down[-1]) + 1
