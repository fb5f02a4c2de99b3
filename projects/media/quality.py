"""Quality: what a finished file is, technically, and what a person would send it back for."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from projects.media.arrays import Plane
from projects.media.colour import BLACK
from projects.media.cuts import Cuts
from projects.media.flashes import MOST, Flashes
from projects.media.footage import Footage, Stop, Tell, never, nobody
from projects.media.probe import probe
from projects.media.sound import loudness
from projects.media.upright import even

LOOKING_WIDTH = 320

# Black: nearly all pixels below 6 % of the range.
DARK = BLACK + round(0.06 * 219)
DARK_SHARE = 0.98
BLACK_SECONDS = Fraction(1, 4)
# Frozen: measured against the first frame of the stretch, so that a slow move adds up; a new key frame may shift
# all of a picture by a code or two, but no part of it by many.
SAME_MEAN = 1.5
MOVED_CODES, MOVED_SHARE = 12, 0.0005
FROZEN_SECONDS = Fraction(3, 4)

Span = tuple[float, float]
"""From and to, in seconds."""


@dataclass(frozen=True, slots=True)
class Report:
    """A file's technical facts. What does not apply is 0, empty or None; spans and cuts are in seconds.

    lufs and true_peak (dBTP) by EBU R128, None without sound or for silence. flashes: the most in any second.
    """

    kind: str
    width: int
    height: int
    bytes: int
    codec: str
    seconds: float = 0.0
    rate: float = 0.0
    has_sound: bool = False
    lufs: float | None = None
    true_peak: float | None = None
    black: tuple[Span, ...] = ()
    frozen: tuple[Span, ...] = ()
    cuts: tuple[float, ...] = ()
    flashes: int = 0

    @property
    def flickers(self) -> bool:
        """Whether the clip flashes more than three times in a second."""
        return self.flashes > MOST

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values, `flickers` among them."""
        spans = {name: [list(span) for span in getattr(self, name)] for name in ("black", "frozen")}
        return asdict(self) | spans | {"cuts": list(self.cuts), "flickers": self.flickers}


def report(path: Path, stop: Stop = never, tell: Tell = nobody) -> Report:
    """Return the report of a clip, a still or a sound: one decode of the picture, one of the sound.

    Raises Refused, Stopped, Corrupt.
    """
    facts = probe(path)
    volume = loudness(path) if facts.has_audio else None
    seen = _watched(Footage(path, facts, stop, tell)) if facts.kind == "video" else _Seen()
    return Report(
        kind=facts.kind,
        width=facts.width,
        height=facts.height,
        bytes=path.stat().st_size,
        codec=facts.codec or facts.audio_codec,
        seconds=float(facts.seconds),
        rate=float(facts.rate),
        has_sound=facts.has_audio,
        lufs=round(volume.lufs, 1) if volume else None,
        true_peak=round(volume.true_peak, 1) if volume else None,
        black=tuple(seen.black.spans),
        frozen=tuple(span for span in seen.frozen.spans if not _within(span, seen.black.spans)),
        cuts=tuple(seen.cuts),
        flashes=seen.flashes.most,
    )


@dataclass(slots=True)
class _Stretches:
    """Stretches of time in which something holds, kept when they last `least` seconds."""

    least: Fraction
    spans: list[Span] = field(default_factory=list)
    since: Fraction | None = None

    def see(self, seconds: Fraction, holds: bool) -> None:
        """Take in whether it holds at a time; times go forward."""
        if holds and self.since is None:
            self.since = seconds
        if not holds and self.since is not None:
            if seconds - self.since >= self.least:
                self.spans.append((float(self.since), float(seconds)))
            self.since = None


@dataclass(slots=True)
class _Seen:
    """What the frames of a clip show."""

    black: _Stretches = field(default_factory=lambda: _Stretches(BLACK_SECONDS))
    frozen: _Stretches = field(default_factory=lambda: _Stretches(FROZEN_SECONDS))
    cuts: list[float] = field(default_factory=list)
    flashes: Flashes = field(default_factory=Flashes)


def _watched(footage: Footage) -> _Seen:
    seen = _Seen()
    size = even((LOOKING_WIDTH, round(LOOKING_WIDTH * footage.facts.height / footage.facts.width)))
    cuts = Cuts()
    held: tuple[Fraction, Plane] | None = None
    end = Fraction(0)
    for seconds, frame in footage.frames(size):
        luma = frame.y
        seen.black.see(seconds, float((luma <= DARK).mean()) >= DARK_SHARE)
        if held is None or not _same(held[1], luma):
            seen.frozen.see(seconds, holds=False)
            seen.frozen.see(seconds, holds=True)
            held = seconds, luma
        if cuts.see(luma):
            seen.cuts.append(float(seconds))
        seen.flashes.see(seconds, luma)
        end = seconds + 1 / footage.facts.rate
    seen.black.see(end, holds=False)
    seen.frozen.see(end, holds=False)
    return seen


def _same(one: Plane, other: Plane) -> bool:
    apart = np.abs(one.astype(np.int16) - other.astype(np.int16))
    return float(apart.mean()) < SAME_MEAN and float((apart > MOVED_CODES).mean()) < MOVED_SHARE


def _within(span: Span, others: list[Span]) -> bool:
    return any(start - 0.1 <= span[0] and span[1] <= end + 0.1 for start, end in others)
