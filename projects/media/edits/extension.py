"""A clip that runs on: its last frame under a slow push that begins at rest, so that nothing jumps at the seam."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from projects.media.clips.footage import Footage
from projects.media.clips.sound import RATE, Samples, decoded
from projects.media.clips.upright import even
from projects.media.colour import Yuv
from projects.media.encode.writer import ClipWriter
from projects.media.faults import Corrupt
from projects.media.motion.camera import cosine
from projects.media.reframe.window import part_of

PUSH = 0.03
"""How much nearer the camera comes in the time that is added."""
FADE = Fraction(3, 4)
"""Seconds before the seam over which the sound fades."""
OWN = 0.7
"""The share of the work that the clip's own frames take."""


def extend(footage: Footage, target: Path, seconds: Fraction) -> None:
    """Write the clip as MP4 with `seconds` more at its end; its sound fades out towards the seam.

    Raises Stopped; Corrupt for a clip without a frame.
    """
    facts = footage.facts
    size = even((facts.width, facts.height))
    with ClipWriter(target, size, facts.rate, "master") as writer:
        if facts.has_audio:
            writer.audio_of(faded(decoded(footage.path), facts.seconds))
        else:
            writer.silence()
        last: Yuv | None = None
        for _, frame in footage.frames(size, 0.0, OWN):
            writer.write(frame)
            last = frame
        if last is None:
            raise Corrupt(0.0)
        count = round(seconds * facts.rate)
        for number in range(1, count + 1):
            writer.write(pushed(last, cosine(number / count)))
            footage.tell(OWN + (1 - OWN) * number / count)


def pushed(frame: Yuv, share: float) -> Yuv:
    """Return the frame as a camera sees it that has come `share` of the push nearer."""
    side = 1 / (1 + PUSH * share)
    return part_of(frame, ((1 - side) / 2, (1 - side) / 2, side, side), frame.size)


def faded(blocks: Iterator[Samples], end: Fraction) -> Iterator[Samples]:
    """Yield the samples up to `end` seconds, falling to silence over the last FADE of them."""
    done, last = 0, round(end * RATE)
    fade = min(last, round(FADE * RATE))
    for block in blocks:
        part = block[:, : max(0, last - done)]
        left = np.float32(last) - done - np.arange(part.shape[1], dtype=np.float32)
        yield part * np.sin(np.float32(np.pi / 2) * np.clip(left / max(1, fade), 0, 1))
        done += block.shape[1]
