"""I: what a studio costs that nobody uses. Start, memory and CPU beside the bare server, and what it has not loaded."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import site
from tests.bench.measure import MIB, Row, Usage, counted, judged, metered, rss_of

NAME = "idle"
HEAVY = {"OpenCV": "cv2", "PyAV": "/av/", "the Google SDK": "/pydantic_core/"}
"""Marks among the mapped files. The SDK has none of its own, but only it brings pydantic."""
SETTLE = {"quick": 1, "full": 10}
LOOK = {"quick": 4, "full": 20}
STARTS = {"quick": 3, "full": 5}
MOST_ABOVE, MOST_MEMORY, MOST_CPU = 60, 150, 0.5


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a server: seconds until it answers, and its memory once it has settled."""

    seconds: float
    rss: int


def run(mode: str, data: Path) -> list[Row]:
    """Return the rows of start, memory, CPU and of libraries that wait for their first use."""
    ours, bare = [], []
    for _ in range(STARTS[mode]):
        with site.studio(data) as server:
            ours.append(_settled(server, SETTLE[mode]))
            usage, loaded = _looked_at(server, LOOK[mode] if len(ours) == STARTS[mode] else 0)
        with site.bare() as server:
            bare.append(_settled(server, SETTLE[mode]))
    return [
        _start(ours, bare, usage.foreign),
        _memory(ours, bare),
        counted(NAME, "memory", "MiB", median(start.rss for start in ours) / MIB, MOST_MEMORY),
        counted(NAME, "CPU while nobody looks", "%", 100 * usage.cpu / usage.wall, MOST_CPU),
        counted(
            NAME, f"loaded before use: {', '.join(sorted(loaded)) or 'none'}", "libraries", len(loaded), 0
        ),
    ]


def _settled(server: site.Site, seconds: float) -> Start:
    time.sleep(seconds)
    return Start(server.seconds_to_start, rss_of(server.process.pid))


def _looked_at(server: site.Site, seconds: float) -> tuple[Usage, set[str]]:
    """Return what an idle server uses, and the heavy libraries that it has mapped."""
    with metered(server.process.pid) as usage:
        time.sleep(seconds)
    mapped = Path(f"/proc/{server.process.pid}/maps").read_text()
    return usage, {name for name, mark in HEAVY.items() if mark in mapped}


def _memory(ours: list[Start], bare: list[Start]) -> Row:
    mine, theirs = (median(start.rss for start in starts) / MIB for starts in (ours, bare))
    above = mine - theirs
    return Row(
        NAME,
        "memory above the bare server",
        "MiB",
        mine,
        theirs,
        goal=MOST_ABOVE,
        verdict="pass" if above <= MOST_ABOVE else "fail",
        n=len(ours),
        why=f"{above:.0f} MiB above",
    )


def _start(ours: list[Start], bare: list[Start], foreign: float) -> Row:
    pairs = [(mine.seconds, theirs.seconds) for mine, theirs in zip(ours, bare, strict=True)]
    ratios = [mine / theirs for mine, theirs in pairs]
    return Row(
        NAME,
        "start until /healthz answers",
        "s",
        median(mine for mine, _ in pairs),
        median(theirs for _, theirs in pairs),
        median(ratios),
        3,
        judged(median(ratios), 3, foreign),
        len(pairs),
        foreign,
        (min(ratios), max(ratios)),
        tuple(pairs),
    )
