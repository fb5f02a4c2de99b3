"""Sound of a file: its samples, and how loud it is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.filter import Graph
from numpy.typing import NDArray

from projects.media.containers import audio_stream, open_media

RATE = 48_000
SILENT = -70.0
"""LUFS at and below which EBU R128 counts nothing as sound."""

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


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud a file is as a whole: integrated loudness in LUFS and the true peak in dBTP."""

    lufs: float
    true_peak: float


def loudness(path: Path) -> Loudness | None:
    """Return the loudness of a file's sound by EBU R128; None when it has no sound or only silence.

    Raises Refused where it cannot be read.
    """
    with open_media(path) as container:
        stream = audio_stream(container)
        if stream is None:
            return None
        graph = Graph()
        meter = graph.add("ebur128", "peak=true:metadata=1")
        graph.link_nodes(graph.add_abuffer(template=stream), meter, graph.add("abuffersink")).configure()
        lufs, peak = SILENT, 0.0
        for frame in container.decode(stream):
            graph.push(frame)
            lufs, peak = _read(graph, lufs, peak)
    if lufs <= SILENT or not peak:
        return None
    return Loudness(lufs, 20 * math.log10(peak))


def _read(graph: Graph, lufs: float, peak: float) -> tuple[float, float]:
    while True:
        try:
            facts = graph.pull().metadata
        except (BlockingIOError, EOFError):
            return lufs, peak
        lufs = float(facts.get("lavfi.r128.I", lufs))
        peaks = (float(value) for name, value in facts.items() if name.startswith("lavfi.r128.true_peaks_ch"))
        peak = max(peak, *peaks, 0.0)
