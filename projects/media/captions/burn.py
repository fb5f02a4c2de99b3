"""Burning in: pages of caption on the frames of a clip, in one look that reads on what is behind all of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from projects.media.arrays import Box
from projects.media.captions.backing import Backing
from projects.media.captions.layout import Layout
from projects.media.captions.timing import Page
from projects.media.clips.cuts import Cuts
from projects.media.clips.footage import Footage
from projects.media.clips.upright import even
from projects.media.encode.writer import ClipWriter
from projects.media.typography.looks import Look

LOOKING_WIDTH = 480
LOOKING = 0.25
"""The share of the work that looking at a clip takes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What looking at a clip found: the times of its cuts, and what lies behind each page."""

    cuts: tuple[Fraction, ...]
    backings: tuple[Backing, ...]


def look_at(footage: Footage, pages: Sequence[Page], boxes: Sequence[Box]) -> Seen:
    """Return the cuts and what is behind the boxes of the pages while they stand. Raises Stopped, Corrupt."""
    small = even((LOOKING_WIDTH, round(LOOKING_WIDTH * footage.facts.height / footage.facts.width)))
    cuts, backings = list[Fraction](), [Backing() for _ in pages]
    finder = Cuts()
    for seconds, frame in footage.frames(small, 0.0, LOOKING):
        at = index_at(pages, seconds)
        if at is not None:
            backings[at].see(frame.y, boxes[at])
        if finder.see(frame.y):
            cuts.append(seconds)
    return Seen(tuple(cuts), tuple(backings))


def burn(footage: Footage, target: Path, pages: Sequence[Page], layout: Layout, look: Look) -> None:
    """Write the clip as MP4 with the pages on it, sound kept. Frames between pages stay as they are.

    pages: in order of time, none over another. One drawn page is held at a time, so memory does not grow with
    them. Raises Stopped, Corrupt.
    """
    drawn = lru_cache(1)(lambda at: layout.drawn(pages[at].lines, look))
    with ClipWriter(target, layout.size, footage.facts.rate, "master") as writer:
        writer.audio_from(footage.path, seconds=footage.facts.seconds)
        for seconds, frame in footage.frames(layout.size, LOOKING, 1.0):
            at = index_at(pages, seconds)
            writer.write(frame if at is None else drawn(at).laid_on(frame))


def index_at(pages: Sequence[Page], seconds: Fraction) -> int | None:
    """Return which page stands at a time; pages are in order and none over another."""
    at = bisect_right(pages, seconds, key=lambda page: page.start) - 1
    return at if at >= 0 and seconds < pages[at].end else None
