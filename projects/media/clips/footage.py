"""Footage: a clip being worked on, frame by frame, by someone who may stop it and wants to know how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from projects.media.arrays import Size
from projects.media.clips.frames import read
from projects.media.colour import Yuv
from projects.media.faults import Stopped
from projects.media.probe.facts import Facts

Stop = Callable[[], bool]
Tell = Callable[[float], None]


def never() -> bool:
    """Never stop."""
    return False


def nobody(share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Footage:
    """A clip, what is known about it, whom to ask before each frame, whom to tell the share that is done."""

    path: Path
    facts: Facts
    stop: Stop = never
    tell: Tell = nobody

    def frames(self, size: Size, first: float = 0.0, last: float = 1.0) -> Iterator[tuple[Fraction, Yuv]]:
        """Yield (seconds, frame) at the clip's rate, telling shares of the work from `first` to `last`.

        Raises Stopped, Corrupt.
        """
        for number, frame in enumerate(read(self.path, size=size, rate=self.facts.rate)):
            if self.stop():
                raise Stopped
            yield number / self.facts.rate, frame
            done = (number + 1) / max(1.0, float(self.facts.seconds * self.facts.rate))
            self.tell(first + (last - first) * min(1.0, done))
