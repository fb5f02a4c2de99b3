"""Loudness of a file's sound, by EBU R128."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from av.filter import Graph

from projects.media.clips.containers import audio_stream, open_media

SILENT = -70.0
"""LUFS at and below which EBU R128 counts nothing as sound."""


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
