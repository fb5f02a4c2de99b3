"""Titles: words set on the frames of a clip while it is filmed, so that it is encoded once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from projects.media.arrays import Box, Plane, Size, resize
from projects.media.backing import Backing, choose
from projects.media.burn import LOOKING_WIDTH, index_at
from projects.media.colour import Yuv
from projects.media.cues import Cue
from projects.media.encode import ClipWriter
from projects.media.layout import Layout, Wanted
from projects.media.looks import Look
from projects.media.overlay import Overlay
from projects.media.timing import Page, in_turn, pages
from projects.media.upright import even

CALMER = 0.6
"""Words go to the top when what is behind them there is less busy by this factor."""


@dataclass(slots=True)
class Titles:
    """Passes frames on to a writer, with the words that are due on them."""

    writer: ClipWriter
    shown: tuple[Page, ...]
    layout: Layout
    look: Look
    written: int = 0

    def write(self, yuv: Yuv) -> None:
        """Write the next frame, with its words."""
        at = index_at(self.shown, self.written / self.writer.rate)
        self.written += 1
        self.writer.write(
            yuv if at is None else _drawn(self.layout, self.look, self.shown[at].lines).laid_on(yuv)
        )


def titles(writer: ClipWriter, words: Sequence[Cue], wanted: Wanted, samples: Iterable[Yuv]) -> Titles:
    """Return the titles of a clip in one look, chosen on samples of its frames, looked at one by one.

    words: by start time, within the clip. They stand where they are wanted, or at the top where that is much
    calmer: words across a label read badly. Raises Refused for a sign that no font draws.
    """
    places = [_Place.of(replace(wanted, place=place), writer.size, words) for place in (wanted.place, "top")]
    small = even((LOOKING_WIDTH, round(LOOKING_WIDTH * writer.size[1] / writer.size[0])))
    for frame in samples:
        luma = resize(frame.y, small, "area")
        for place in places:
            place.see(luma)
    asked, top = places
    chosen = top if top.busy < CALMER * asked.busy else asked
    return Titles(writer, chosen.shown, chosen.layout, choose(chosen.layout.style.looks, chosen.backings))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where words could stand, and what was seen behind them."""

    layout: Layout
    shown: tuple[Page, ...]
    boxes: tuple[Box, ...]
    backings: tuple[Backing, ...]

    @classmethod
    def of(cls, wanted: Wanted, size: Size, words: Sequence[Cue]) -> _Place:
        layout = wanted.on(size, "".join(cue.text for cue in words))
        shown = tuple(page for cue in in_turn(words) for page in pages(cue, layout.room))
        boxes = tuple(layout.drawn(page.lines, layout.style.looks[-1]).box for page in shown)
        return cls(layout, shown, boxes, tuple(Backing() for _ in shown))

    def see(self, luma: Plane) -> None:
        for backing, box in zip(self.backings, self.boxes, strict=True):
            backing.see(luma, box)

    @property
    def busy(self) -> float:
        return max(backing.spread + 10 * backing.steps for backing in self.backings)


@lru_cache(2)
def _drawn(layout: Layout, look: Look, lines: tuple[str, ...]) -> Overlay:
    return layout.drawn(lines, look)
