"""What a clip shows over time: stretches that are black or frozen, cuts, flashes; one decode finds all."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from projects.media.arrays import Plane
from projects.media.clips.cuts import Cuts
from projects.media.clips.footage import Footage
from projects.media.clips.upright import even
from projects.media.colour import BLACK
from projects.media.quality.flashes import Flashes

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


@dataclass(slots=True)
class Stretches:
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
class Seen:
    """What the frames of a clip show."""

    black: Stretches = field(default_factory=lambda: Stretches(BLACK_SECONDS))
    frozen: Stretches = field(default_factory=lambda: Stretches(FROZEN_SECONDS))
    cuts: list[float] = field(default_factory=list)
    flashes: Flashes = field(default_factory=Flashes)


def watch(footage: Footage) -> Seen:
    """Return what a clip shows. Raises Stopped, Corrupt."""
    seen = Seen()
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
