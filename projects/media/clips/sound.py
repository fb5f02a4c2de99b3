"""Sound of a file: its samples, one after the other, at one rate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from projects.media.clips.containers import audio_stream, open_media

RATE = 48_000


Samples = NDArray[np.float32]
"""Stereo, (2, n), -1 to 1, 48 kHz."""


def decoded(source: Path, start: Fraction = Fraction(0)) -> Iterator[Samples]:
    """Yield the samples of the source's first track from `start` seconds on; gaps become silence.

    A source without sound yields nothing. Raises Refused where it cannot be read.
    """
    resampler = AudioResampler("fltp", "stereo", RATE)
    done = round(start * RATE)
    with open_media(source) as container:
        stream = audio_stream(container)
        if stream is None:
            return
        if start:
            container.seek(math.floor(start / base_of(stream)), stream=stream, backward=True)
        for frame in container.decode(stream):
            at = done if frame.time is None else round(frame.time * RATE)
            block = _placed([_samples(part) for part in resampler.resample(frame)], at, done)
            done += block.shape[1]
            yield block


def _samples(frame: av.AudioFrame) -> Samples:
    return np.asarray(frame.to_ndarray(), np.float32)


def _placed(parts: list[Samples], at: int, done: int) -> Samples:
    """Return the samples that come next when `done` are there and these belong at `at`."""
    late = max(0, at - done)
    gap = np.zeros((2, late if late > RATE // 50 else 0), np.float32)
    block = np.concatenate([gap, *parts], axis=1)
    early: Samples = block[:, max(0, done - at) :]
    return early


def base_of(stream: av.AudioStream) -> Fraction:
    """Return the seconds of one tick of the stream."""
    return stream.time_base or Fraction(1, stream.rate)
