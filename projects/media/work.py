"""One piece of work for the draft engine: what is asked for, with what, and where it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from projects.media.captions.cues import Cue
from projects.media.captions.layout import Wanted
from projects.media.captions.titles import titles
from projects.media.colour import Yuv
from projects.media.encode.writer import ClipWriter
from projects.media.motion.filming import Sink
from projects.wish import Wish

OWN_WORDS = "own words"
FIRST_WORDS, LAST_WORDS = Fraction(2, 5), Fraction(1, 5)
"""Words on screen come a moment after the first frame and leave a moment before the last."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is asked for, with what, and where it goes."""

    wish: Wish
    inputs: list[dict[str, Any]]
    folder: Path
    fonts: Path
    seed: int

    def given(self, *roles: str) -> list[dict[str, Any]]:
        """Return the inputs of these roles."""
        return [entry for entry in self.inputs if entry["role"] in roles]

    @property
    def source(self) -> dict[str, Any]:
        """The photo or clip that the work starts from."""
        return self.given("product", "source", "image", "clip", "video")[0]

    @property
    def asks_for(self) -> str:
        """The kind of change, OWN_WORDS for one that no task has put into settings, or nothing without a change."""
        change = self.wish.change
        if change is None:
            return ""
        return change.kind if change.target else OWN_WORDS

    def words(self, writer: ClipWriter, samples: Iterable[Yuv], start: Fraction = Fraction(0)) -> Sink:
        """Return where the frames go: through the words on screen, of the timed shots, else all from `start` on."""
        wish = self.wish
        timed = [
            Cue(Fraction(shot.start), Fraction(shot.end), shot.words) for shot in wish.shots if shot.words
        ]
        whole = [Cue(start + FIRST_WORDS, Fraction(wish.seconds) - LAST_WORDS, text) for text in wish.words]
        cues = timed or whole
        if not cues:
            return writer
        return titles(writer, cues, Wanted(folders=(self.fonts,)), samples)


def result_of(path: Path, kind: str, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a result as a child gives it back."""
    return {"files": [{"path": str(path), "kind": kind, "role": "result"}], "notes": list(notes)}
