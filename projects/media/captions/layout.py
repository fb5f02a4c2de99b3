"""Layout: where a page of caption stands on frames of one size, in which letters, inside the safe area."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from projects.media.arrays import Box, Size
from projects.media.captions.overlay import Overlay, overlay
from projects.media.captions.safe_areas import Margins, margins
from projects.media.typography import fonts
from projects.media.typography.fonts import Fonts
from projects.media.typography.line_breaks import Room
from projects.media.typography.looks import STYLES, Look, Patch, Style, patch
from projects.media.typography.typeset import typeset, width_of

Place = Literal["bottom", "top", "middle"]
Mode = Literal["burn", "track", "both"]

LETTERS = 0.05
"""Size of the letters as a share of the picture's short side."""
WIDE, SQUARE, TALL = 42, 32, 24
"""Letters in a line on pictures wider than square, about square (to 4:5), and taller."""
PLACES: dict[Place, float] = {"top": 0.0, "middle": 0.5, "bottom": 1.0}


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that decides how a page is drawn on frames of one size.

    at: how far down the free height it stands, 0 to 1, instead of at its place. scale: of its letters.
    """

    size: Size
    style: Style
    place: Place
    fonts: Fonts
    safe: Margins
    at: float | None = None
    scale: float = 1.0

    @property
    def pixels(self) -> float:
        """The size of the letters."""
        return min(self.size) * LETTERS * self.scale

    @property
    def down(self) -> float:
        """How far down the free height a page stands: 0 at its top, 1 at its bottom."""
        return PLACES[self.place] if self.at is None else self.at

    def moved(self, box: Box, at: float) -> Box:
        """Return a page's box, in shares, when it stands elsewhere in the free height."""
        _, top, _, bottom = self._free
        spare = (bottom - top) / self.size[1] - box[3]
        return box[0], top / self.size[1] + spare * at, box[2], box[3]

    @property
    def room(self) -> Room:
        """What a line may hold: between the sides of the safe area, less the plate's own."""
        shape = self.size[0] / self.size[1]
        letters = WIDE if shape > 1.05 else SQUARE if shape >= 0.75 else TALL
        beside = max((2 * look.plate.across for look in self.style.looks if look.plate), default=0.0)
        left, _, right, _ = self._free
        return Room(letters, right - left - (beside + 0.1) * self.pixels, self._measure)

    def drawn(self, lines: tuple[str, ...], look: Look) -> Overlay:
        """Return the lines in a look, in their place. Raises Refused when no font draws a sign."""
        made = patch(typeset(lines, self.fonts, self.pixels), look, self.pixels)
        return overlay(made, self._corner(made), self.size)

    def _measure(self, line: str) -> float:
        return width_of(line, self.fonts, self.pixels)

    def _corner(self, made: Patch) -> tuple[int, int]:
        left, top, right, bottom = made.solid
        spare = self._free[3] - self._free[1] - (bottom - top)
        x = round((self._free[0] + self._free[2] - (right - left)) / 2)
        return x, self._free[1] + round(spare * self.down)

    @property
    def _free(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the safe area in whole pixels."""
        (width, height), (x, y, across, down) = self.size, self.safe.box
        right, bottom = math.floor((x + across) * width), math.floor((y + down) * height)
        return math.ceil(x * width), math.ceil(y * height), right, bottom


@dataclass(frozen=True, slots=True)
class Wanted:
    """How captions are to look, where to stand and how to be delivered; "" leaves it to us.

    style: a key of STYLES. mode: burnt into the picture, as a track that viewers switch on, or both. language: a
    tag such as `ja`. platform: a key of PLATFORMS. folders: where more fonts may be.
    """

    style: str = "kit"
    place: Place = "bottom"
    mode: Mode = "burn"
    language: str = ""
    platform: str = ""
    folders: tuple[Path, ...] = ()

    def on(self, size: Size, words: str) -> Layout:
        """Return the layout for frames of a size; the language of Han signs is read off all the words."""
        style = STYLES[self.style]
        language = self.language or fonts.language_of(words)
        safe = margins(size, self.platform).centred
        return Layout(size, style, self.place, Fonts(style.weight, self.folders, language), safe)
