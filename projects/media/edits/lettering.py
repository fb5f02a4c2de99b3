"""Letters on a picture that is edited: words as a title, and the wish itself, written small where no model is.

A draft that cannot do what is asked says so on the picture and marks the box that was drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from projects.media.arrays import Box, Float, Plane, Rgb, Size, dilate, resize, size_of
from projects.media.captions.backing import Backing, choose
from projects.media.captions.layout import LETTERS, Layout, Place, Wanted
from projects.media.captions.overlay import Overlay, overlay
from projects.media.colour import Yuv, rgb_from_yuv, yuv_from_rgb
from projects.media.typography.line_breaks import Room, wrap
from projects.media.typography.looks import INK, PAPER, Look, Patch, Plate, patch
from projects.media.typography.typeset import typeset, width_of

NOTE = Look("paper", plate=Plate(opacity=0.66, across=0.56, above=0.40, radius=0.24, hugs=False))
NOTE_LETTERS, LEAST_LETTERS = 0.026, 11.0
NOTE_LINE, NOTE_WIDTH, NOTE_LINES = 56, 0.62, 3
TITLE_LINES = 3
PLACES: tuple[Place, ...] = ("bottom", "top")
CALMER = 0.6
"""A title goes to the top when what is behind it there is less busy by this factor, as in `captions.titles`."""
IN_BOX = (0.09, 0.075, 0.06, 0.05, 0.04, 0.032, 0.026, 0.02)
"""Sizes of letters in a box, as shares of the picture's short side: the first that fits is taken."""
LOOKING = 480
"""Width in pixels at which the picture behind a title is judged."""
MARK = 0.0011
"""Thickness of the line around a marked box, as a share of the picture's longer side."""


def note(text: str, size: Size, fonts: Path, box: Box | None = None) -> tuple[Overlay, ...]:
    """Return the wish as a small plate in the upper left, and the box it is about as a thin line."""
    layout = Wanted(folders=(fonts,)).on(size, text)
    pixels = max(LEAST_LETTERS, NOTE_LETTERS * min(size))
    lines = _lines(f"Asked: {text}", layout, pixels, (NOTE_LINE, NOTE_WIDTH * size[0], NOTE_LINES))
    drawn = patch(typeset(lines, layout.fonts, pixels), NOTE, pixels)
    left, top = layout.safe.box[0] * size[0], min(layout.safe.box[1], 0.05) * size[1]
    plate = overlay(drawn, (left, top), size)
    return (_marked(box, size), plate) if box is not None else (plate,)


def title(text: str, samples: Iterable[Yuv], size: Size, fonts: Path, box: Box | None = None) -> Overlay:
    """Return the words as a title that reads on all samples of the picture.

    It stands below, at the top where that is much calmer, or inside a box.
    """
    spots = [
        _Spot.of(Wanted(place=place, folders=(fonts,)), text, size, box)
        for place in PLACES[: 1 if box else 2]
    ]
    small = (LOOKING, max(2, round(LOOKING * size[1] / size[0])))
    seen = [(spot.behind, spot.wide) for spot in spots]
    for frame in samples:
        luma = resize(frame.y, small, "area")
        for behind, wide in seen:
            behind.see(luma, wide)
    calmer = len(spots) > 1 and spots[1].busy < CALMER * spots[0].busy
    chosen = spots[1] if calmer else spots[0]
    return chosen.drawn(choose(chosen.layout.style.looks, [chosen.behind]))


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a title could stand, in which letters, and what was seen behind it."""

    layout: Layout
    pixels: float
    lines: tuple[str, ...]
    box: Box | None
    behind: Backing

    @classmethod
    def of(cls, wanted: Wanted, text: str, size: Size, box: Box | None) -> Self:
        layout = wanted.on(size, text)
        return cls(layout, *_fitted(text, layout, size, box), box, Backing())

    def drawn(self, look: Look) -> Overlay:
        made = patch(typeset(self.lines, self.layout.fonts, self.pixels), look, self.pixels)
        return overlay(made, _corner(made, self.layout, self.layout.size, self.box), self.layout.size)

    @property
    def wide(self) -> Box:
        """Where the widest look lies."""
        return self.drawn(self.layout.style.looks[-1]).box

    @property
    def busy(self) -> float:
        return self.behind.spread + 10 * self.behind.steps


def on_frame(frame: Yuv, overlays: Iterable[Overlay]) -> Yuv:
    """Return the frame with overlays on it."""
    for entry in overlays:
        frame = entry.laid_on(frame)
    return frame


def on_picture(rgb: Rgb, overlays: Iterable[Overlay]) -> Rgb:
    """Return a still with overlays on it; a pixel that none of them touches stays what it was."""
    done = rgb.copy()
    for entry in overlays:
        height, width = entry.keep.y.shape
        rows, columns = slice(entry.top, entry.top + height), slice(entry.left, entry.left + width)
        part = np.ascontiguousarray(done[rows, columns])
        moved = Overlay(0, 0, entry.keep, entry.add, entry.box)
        laid = rgb_from_yuv(moved.laid_on(yuv_from_rgb(part)))
        done[rows, columns] = np.where((entry.keep.y < 255)[..., None], laid, part)
    return done


def _fitted(text: str, layout: Layout, size: Size, box: Box | None) -> tuple[float, tuple[str, ...]]:
    """Return the size of the letters and the lines: as in captions, or the largest that fit the box."""
    if box is None:
        pixels = LETTERS * min(size)
        room = layout.room
        return pixels, _lines(text, layout, pixels, (room.letters, room.width, TITLE_LINES))
    width, height = 0.92 * box[2] * size[0], 0.92 * box[3] * size[1]
    for share in IN_BOX:
        pixels = max(LEAST_LETTERS, share * min(size))
        lines = wrap(text, Room(64, width, lambda line, at=pixels: width_of(line, layout.fonts, at)))  # type: ignore[misc]
        if len(lines) * 1.28 * pixels <= height:
            return pixels, lines
    return pixels, _lines(text, layout, pixels, (64, width, max(1, int(height / (1.28 * pixels)))))


def _lines(text: str, layout: Layout, pixels: float, most: tuple[float, float, int]) -> tuple[str, ...]:
    """Return the text in lines of so many letters and pixels; what is over so many lines ends in three dots."""
    letters, width, count = most
    lines = wrap(
        " ".join(text.split()), Room(letters, width, lambda line: width_of(line, layout.fonts, pixels))
    )
    if len(lines) <= count:
        return lines
    return (*lines[: count - 1], lines[count - 1].rstrip(" .,;") + "…")


def _corner(drawn: Patch, layout: Layout, size: Size, box: Box | None) -> tuple[float, float]:
    left, top, right, bottom = drawn.solid
    x, y, wide, high = box or layout.safe.box
    middle = (x + wide / 2) * size[0] - (right - left) / 2
    if box is None:
        spare = high * size[1] - (bottom - top)
        return middle, y * size[1] + (spare if layout.place == "bottom" else 0)
    return middle, (y + high / 2) * size[1] - (bottom - top) / 2


def _marked(box: Box, size: Size) -> Overlay:
    """Return a thin light line around the box, with a dark one about it so that it shows on any picture."""
    thick = max(1, round(MARK * max(size)))
    x, y = round(box[0] * size[0]), round(box[1] * size[1])
    wide, high = max(8, round(box[2] * size[0])), max(8, round(box[3] * size[1]))
    line: Plane = np.zeros((high + 4 * thick, wide + 4 * thick), np.uint8)
    line[2 * thick : -2 * thick, 2 * thick : -2 * thick] = 1
    line[3 * thick : -3 * thick, 3 * thick : -3 * thick] = 0
    dark = (dilate(line, thick) > line).astype(np.float32) * np.float32(0.28)
    light: Float = line.astype(np.float32) * np.float32(0.95)
    colour = light[..., None] * np.array(PAPER, np.float32) + dark[..., None] * np.array(INK, np.float32)
    inner = (2 * thick, 2 * thick, line.shape[1] - 2 * thick, line.shape[0] - 2 * thick)
    return overlay(Patch(colour, light + dark, inner), (x, y), size)


def size_even(rgb: Rgb) -> Size:
    """Return the picture's size without an odd last row or column."""
    width, height = size_of(rgb)
    return width // 2 * 2, height // 2 * 2
