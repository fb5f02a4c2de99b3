"""Watching a clip: small frames of each shot, a few a second."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from projects.media.arrays import Rgb
from projects.media.clips.cuts import Cuts
from projects.media.clips.footage import Stop, never
from projects.media.clips.frames import read
from projects.media.colour import Yuv, rgb_from_yuv
from projects.media.faults import Stopped
from projects.media.probe.facts import Facts
from projects.media.reframe.saliency import small_size

SAMPLES_A_SECOND = 8
MOST_SAMPLES = 2400
"""Longer clips are looked at more seldom, so that memory does not grow with them."""
FINER = 5
"""How much larger than a sample a frame is in which a product is looked for."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A small frame, when it is on, and whether a new shot begins with it or shortly before."""

    seconds: Fraction
    yuv: Yuv
    shot: int


@dataclass(frozen=True, slots=True)
class Watched:
    """Samples of a clip in order, and when each shot begins."""

    path: Path
    samples: tuple[Sample, ...]
    starts: tuple[Fraction, ...]

    def still(self, sample: Sample) -> Rgb:
        """Return the frame of a sample, large enough to find a product in."""
        width, height = sample.yuv.size
        size = width * FINER, height * FINER
        return rgb_from_yuv(next(read(self.path, size=size, start=sample.seconds)))


def watch(path: Path, facts: Facts, stop: Stop = never) -> Watched:
    """Return about eight samples a second and the first of every shot. Raises Stopped, Corrupt."""
    every = max(1, round(facts.rate / SAMPLES_A_SECOND), -(-facts.frames // MOST_SAMPLES))
    size = small_size((facts.width, facts.height))
    samples, starts = list[Sample](), [Fraction(0)]
    cuts = Cuts()
    last = 0
    for number, frame in enumerate(read(path, size=size, rate=facts.rate)):
        if stop():
            raise Stopped
        cut = cuts.see(frame.y)
        if cut:
            starts.append(number / facts.rate)
        if cut or number == 0 or number - last >= every:
            samples.append(Sample(number / facts.rate, frame, len(starts) - 1))
            last = number
    return Watched(path, tuple(samples), tuple(starts))
