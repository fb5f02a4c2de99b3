"""Lettering: words set from the start of a line in a given space, and a clear sheet on which such marks are laid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from projects.media.arrays import Float, Rgb, Size, rounded, size_of
from projects.media.background.plates import Colour
from projects.media.typography.fonts import Fonts
from projects.media.typography.line_breaks import Room, joined, wrap
from projects.media.typography.looks import Patch
from projects.media.typography.shaping import reads_right_to_left
from projects.media.typography.typeset import typeset, width_of

Area = tuple[float, float, float, float]
"""Left, top, width and height in pixels."""
STEP = 0.91
"""Each smaller size that is tried, against the one before."""
MORE = " …"
MEASURED_AT = 64.0
LONGEST = 280
"""Letters of a text that are set at most: a board is read at a glance."""


@dataclass(frozen=True, slots=True)
class Type:
    """How words are set. pixels: the largest size that is tried, and the smallest. letters: the most in a line."""

    fonts: Fonts
    pixels: tuple[float, float]
    leading: float = 1.16
    letters: float = 30


@dataclass(frozen=True, slots=True)
class Fit:
    """Words as lines at a size that fits a space."""

    lines: tuple[str, ...]
    pixels: float
    leading: float

    @property
    def height(self) -> float:
        """From the top of the first capitals to the foot of the last line, in pixels."""
        return self.pixels * (0.95 + self.leading * (len(self.lines) - 1))


def fitted(words: str, how: Type, space: Size | tuple[float, float]) -> Fit:
    """Return the words as large as they fit in (width, height) pixels; what does not fit at all ends in an ellipsis."""
    text = _short(joined([line.strip() for line in words.split("\n") if line.strip()] or [""]))
    largest, smallest = how.pixels
    pixels = largest
    while True:
        fit = Fit(_lines(text, how, pixels, space[0]), pixels, how.leading)
        if fit.height <= space[1]:
            return fit
        if pixels <= smallest:
            return _cut(fit, how, space)
        pixels = max(smallest, pixels * STEP)


def _short(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return (text[:LONGEST].rpartition(" ")[0] or text[:LONGEST]).rstrip(" ,.;:") + MORE


def _lines(text: str, how: Type, pixels: float, width: float) -> tuple[str, ...]:
    return wrap(text, Room(how.letters, width, lambda line: _advance(line, how.fonts) * pixels))


@lru_cache(4096)
def _advance(line: str, fonts: Fonts) -> float:
    """Return a line's width in its own size: widths grow with the letters, so one look serves every size."""
    return width_of(line, fonts, MEASURED_AT) / MEASURED_AT


def _cut(fit: Fit, how: Type, space: Size | tuple[float, float]) -> Fit:
    most = max(1, int((space[1] / fit.pixels - 0.95) / fit.leading) + 1)
    *first, last = fit.lines[:most]
    last = last.removesuffix(MORE.strip())
    while last and _advance(last + MORE, how.fonts) * fit.pixels > space[0]:
        last = last[:-1]
    return Fit((*first, last.rstrip(" ,.;:") + MORE), fit.pixels, fit.leading)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on a sheet: its cover, 0 to 1, with the top left pixel where it lies, and its colour."""

    cover: Float
    left: int
    top: int
    colour: Colour


@dataclass(slots=True)
class Sheet:
    """A clear sheet of a frame's size with words and bars on it."""

    size: Size
    marks: list[Mark] = field(default_factory=list)

    def words(self, fit: Fit, fonts: Fonts, area: Area, colour: Colour, opacity: float = 1.0) -> None:
        """Lay lines at the top of an area, from its left; a text that reads right to left, from its right."""
        right = reads_right_to_left("\n".join(fit.lines))
        for number, line in enumerate(fit.lines):
            if not line:
                continue
            block = typeset([line], fonts, fit.pixels)
            row = block.rows[0]
            x = area[0] + (area[2] - row.width if right else 0) - row.left
            y = area[1] + fit.pixels * (0.74 + number * fit.leading) - row.baseline
            cover = block.coverage.astype(np.float32) * np.float32(opacity / 255)
            self._add(cover, round(x), round(y), colour)

    def bar(self, area: Area, colour: Colour, opacity: float = 1.0, radius: float = 0.0) -> None:
        """Lay a rectangle, its corners rounded by `radius` pixels."""
        left, top = int(np.floor(area[0])), int(np.floor(area[1]))
        wide, high = int(np.ceil(area[0] + area[2])) - left, int(np.ceil(area[1] + area[3])) - top
        x = np.abs(np.arange(wide, dtype=np.float32) + 0.5 + left - area[0] - area[2] / 2)[None, :]
        y = np.abs(np.arange(high, dtype=np.float32) + 0.5 + top - area[1] - area[3] / 2)[:, None]
        over_x, over_y = x - area[2] / 2 + radius, y - area[3] / 2 + radius
        away = np.hypot(np.maximum(over_x, 0), np.maximum(over_y, 0)) + np.minimum(
            np.maximum(over_x, over_y), 0
        )
        cover = np.clip(radius - away + 0.5, 0, 1) * np.float32(opacity)
        self._add(np.asarray(cover, np.float32), left, top, colour)

    def laid_on(self, rgb: Rgb) -> Rgb:
        """Return the picture with the sheet on it; the picture must have the sheet's size."""
        laid = rgb.copy()
        for mark in self.marks:
            part = (
                slice(mark.top, mark.top + mark.cover.shape[0]),
                slice(mark.left, mark.left + mark.cover.shape[1]),
            )
            under = laid[part].astype(np.float32)
            laid[part] = rounded(under + (np.array(mark.colour, np.float32) - under) * mark.cover[..., None])
        return laid

    def patch(self) -> Patch:
        """Return the whole sheet as a patch, to be laid over frames."""
        width, height = self.size
        colour, opacity = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
        for mark in self.marks:
            part = (
                slice(mark.top, mark.top + mark.cover.shape[0]),
                slice(mark.left, mark.left + mark.cover.shape[1]),
            )
            left = 1 - mark.cover
            colour[part] = colour[part] * left[..., None] + mark.cover[..., None] * np.array(
                mark.colour, np.float32
            )
            opacity[part] = opacity[part] * left + mark.cover
        return Patch(colour, opacity, (0, 0, width, height))

    def _add(self, cover: Float, left: int, top: int, colour: Colour) -> None:
        """Add a mark, without what lies beyond the sheet."""
        width, height = self.size
        x, y = max(0, -left), max(0, -top)
        part = cover[y : max(y, height - top), x : max(x, width - left)]
        if part.size:
            self.marks.append(Mark(np.ascontiguousarray(part), left + x, top + y, colour))


def readable(under: Sequence[Rgb], dark: Colour, pale: Colour) -> Colour:
    """Return which of two colours reads better on parts of pictures, judged by their lightness as the eye sees it."""
    mean = float(np.mean([float(np.mean(part)) for part in under]))
    return dark if mean > 150 else pale


def part_of(rgb: Rgb, area: Area) -> Rgb:
    """Return the part of a picture under an area, at least one pixel."""
    width, height = size_of(rgb)
    left, top = min(max(0, int(area[0])), width - 1), min(max(0, int(area[1])), height - 1)
    part: Rgb = rgb[top : max(top + 1, int(area[1] + area[3])), left : max(left + 1, int(area[0] + area[2]))]
    return part
