"""Typesetting: lines of any script as coverage, on one baseline grid, with every mark inside the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from projects.media.arrays import Plane
from projects.media.typography.fonts import Fonts, drawn
from projects.media.typography.shaping import Piece, pieces, reads_right_to_left

# Leading for Latin; scripts with tall marks open it until the lines stand clear of each other.
LEADING = 1.28
CLEARANCE = 0.10
# Inter's capitals and descenders, in ems: a line without them keeps its place.
CAPITALS = 0.727
DESCENDERS = 0.205


@dataclass(frozen=True, slots=True)
class Row:
    """One set line in pixels of the block: its advance from `left`, its baseline, its height about that."""

    left: float
    width: float
    baseline: float
    rise: float
    drop: float


@dataclass(frozen=True, slots=True)
class Block:
    """Lines as coverage (height, width), 0 to 255, with room around the letters, and where each stands."""

    coverage: Plane
    rows: tuple[Row, ...]


def width_of(line: str, fonts: Fonts, pixels: float) -> float:
    """Return the advance of a line in pixels."""
    found = pieces(line, fonts, right_to_left=reads_right_to_left(line))
    return sum(piece.width(pixels) for piece in found)


def typeset(lines: Sequence[str], fonts: Fonts, pixels: float) -> Block:
    """Return the lines set at a size in pixels, each centred on the others.

    The first letter with a direction decides for all lines. Raises Refused when no font draws a sign.
    """
    right_to_left = reads_right_to_left("\n".join(lines))
    laid = [pieces(line, fonts, right_to_left=right_to_left) for line in lines]
    widths = [sum(piece.width(pixels) for piece in line) for line in laid]
    heights = [_height(line, pixels) for line in laid]
    pitch = _pitch(heights, pixels)
    room = pixels
    middle = round(max(widths) / 2 + room)
    top = round(heights[0][0] + room)
    rows = tuple(
        Row(middle - width / 2, width, top + number * pitch, *height)
        for number, (width, height) in enumerate(zip(widths, heights, strict=True))
    )
    height = round(rows[-1].baseline + heights[-1][1] + room)
    sheet = Image.new("L", (2 * middle, height))
    for line, row in zip(laid, rows, strict=True):
        _draw(sheet, line, row, pixels)
    return Block(np.asarray(sheet, np.uint8), rows)


def _pitch(heights: Sequence[tuple[float, float]], pixels: float) -> float:
    """Return the distance of the baselines in whole pixels: even, and wide enough for the tightest pair."""
    clear = [above[1] + below[0] + CLEARANCE * pixels for above, below in pairwise(heights)]
    return round(max([LEADING * pixels, *clear]))


def _height(line: Sequence[Piece], pixels: float) -> tuple[float, float]:
    """Return the rise above and the drop below the baseline, never less than Inter's own."""
    rise, drop = CAPITALS * pixels, DESCENDERS * pixels
    for piece in line:
        _, top, _, bottom = drawn(piece.face, pixels).getbbox(piece.text, anchor="ls", **piece.layout)
        rise, drop = max(rise, -top), max(drop, bottom)
    return float(rise), float(drop)


def _draw(sheet: Image.Image, line: Sequence[Piece], row: Row, pixels: float) -> None:
    pen = ImageDraw.Draw(sheet)
    x = row.left
    for piece in line:
        font = drawn(piece.face, pixels)
        pen.text((x, row.baseline), piece.text, fill=255, font=font, anchor="ls", **piece.layout)
        x += piece.width(pixels)
