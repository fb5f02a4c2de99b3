"""Titles: words set on the frames of a clip while it is filmed, so that it is encoded once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from projects.media.captions.backing import choose
from projects.media.captions.burn import index_at
from projects.media.captions.cues import Cue
from projects.media.captions.layout import Layout, Wanted
from projects.media.captions.overlay import Overlay
from projects.media.captions.placing import placed
from projects.media.captions.timing import Page
from projects.media.colour import Yuv
from projects.media.encode.writer import ClipWriter
from projects.media.typography.looks import Look


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
    """Return the titles of a clip in one look and one place, chosen on samples of its frames.

    words: by start time, within the clip. They stand where they are wanted, or elsewhere and smaller where that
    keeps them off the product and its label. Raises Refused for a sign that no font draws.
    """
    layout = wanted.on(writer.size, "".join(cue.text for cue in words))
    made = placed(layout, words, list(samples))
    looks = layout.style.looks
    return Titles(
        writer, made.shown, made.layout, looks[-1] if made.on_product else choose(looks, made.backings)
    )


@lru_cache(2)
def _drawn(layout: Layout, look: Look, lines: tuple[str, ...]) -> Overlay:
    return layout.drawn(lines, look)
