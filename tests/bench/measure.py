"""What is measured and how it is judged: CPU and memory of process trees, the share of others, rows of a table."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Literal

import psutil

Verdict = Literal["pass", "fail", "noisy", "skipped", "told"]
NOISY = 0.25
"""The share of the cores that others may use before wall and latency judge nothing."""
MIB = 1024 * 1024
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Usage:
    """What a stretch of work used: seconds of wall and CPU, peak bytes of memory, and the others' share of cores."""

    wall: float = 0
    cpu: float = 0
    rss: int = 0
    foreign: float = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the result. `ours` and `baseline` are in `unit`; `goal` limits `ratio` where there is a baseline."""

    scenario: str
    case: str
    unit: str
    ours: float = 0
    baseline: float | None = None
    ratio: float | None = None
    goal: float | None = None
    verdict: Verdict = "told"
    n: int = 1
    foreign: float = 0
    spread: tuple[float, float] | None = None
    raw: tuple[Any, ...] = field(default=())
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the row for the file."""
        return asdict(self)


def skipped(scenario: str, case: str, why: str) -> Row:
    """Return the row of what this machine cannot measure."""
    return Row(scenario, case, "", verdict="skipped", why=why)


def counted(scenario: str, case: str, unit: str, ours: float, goal: float) -> Row:
    """Return the row of a count or of bytes, which no neighbour can blur."""
    return Row(scenario, case, unit, ours, goal=goal, verdict="pass" if ours <= goal else "fail")


def timed(scenario: str, case: str, values: list[float], goal: float, foreign: float, unit: str = "s") -> Row:
    """Return the row of a wall time against a fixed limit."""
    ours = median(values)
    return Row(
        scenario, case, unit, ours, goal=goal, verdict=judged(ours, goal, foreign), n=len(values), foreign=foreign,
        spread=(min(values), max(values)), raw=tuple(values),
    )  # fmt: skip


def judged(value: float, goal: float, foreign: float, *, wall: bool = True) -> Verdict:
    """Return the verdict on a value; wall time is not judged while others use the cores."""
    if value <= goal:
        return "pass"
    return "noisy" if wall and foreign > NOISY else "fail"


Couple = tuple[Usage, Usage]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ways to do the same work, and how many rounds of A B B A are run."""

    scenario: str
    case: str
    ours: Callable[[], Usage]
    baseline: Callable[[], Usage]
    goal: float
    figure: Literal["cpu", "wall"] = "cpu"
    rounds: int = 1

    def run(self) -> Row:
        """Return the median of the paired ratios."""
        return self.row(self.measured())

    def measured(self) -> list[Couple]:
        """Run the rounds; without any, each way once."""
        couples = [] if self.rounds else [(self.ours(), self.baseline())]
        for _ in range(self.rounds):
            couples.append((self.ours(), self.baseline()))
            second = self.baseline()
            couples.append((self.ours(), second))
        return couples

    def row(self, couples: list[Couple]) -> Row:
        """Return the row of this figure."""
        values = [(getattr(ours, self.figure), getattr(bare, self.figure)) for ours, bare in couples]
        ratios = [ours / bare for ours, bare in values]
        foreign = median(ours.foreign for ours, _ in couples)
        return Row(
            self.scenario,
            self.case,
            f"{self.figure} s",
            median(ours for ours, _ in values),
            median(bare for _, bare in values),
            median(ratios),
            self.goal,
            judged(median(ratios), self.goal, foreign, wall=self.figure == "wall"),
            len(ratios),
            foreign,
            (min(ratios), max(ratios)),
            tuple((asdict(ours), asdict(bare)) for ours, bare in couples),
        )


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and all that it started."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a tree, with those of the children that ended."""
    total = 0.0
    for process in tree(pid):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def rss_of(pid: int, *, alone: bool = False) -> int:
    """Return the resident bytes of a tree, or of the process alone."""
    total = 0
    for process in tree(pid)[: 1 if alone else None]:
        with suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return total


@contextmanager
def metered(pid: int, *, alone: bool = False) -> Iterator[Usage]:
    """Measure what a running tree uses within the block; `alone` looks at the memory of the process itself."""
    usage, stop = Usage(), threading.Event()

    def watch() -> None:
        while not stop.wait(0.02):
            usage.rss = max(usage.rss, rss_of(pid, alone=alone))

    watching = threading.Thread(target=watch, daemon=True)
    began, cpu, busy, own = time.perf_counter(), cpu_of(pid), _busy(), cpu_of(os.getpid())
    watching.start()
    try:
        yield usage
    finally:
        stop.set()
        watching.join()
        usage.wall = time.perf_counter() - began
        usage.cpu = cpu_of(pid) - cpu
        ours = cpu_of(os.getpid()) - own
        if pid not in {process.pid for process in tree(os.getpid())}:
            ours += usage.cpu
        cores = os.cpu_count() or 1
        usage.foreign = max(0.0, (_busy() - busy - ours) / (usage.wall * cores))


def _busy() -> float:
    """Return the seconds that the cores of this machine have worked."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    user, nice, system, _, _, irq, softirq, steal = (int(value) for value in fields[:8])
    return (user + nice + system + irq + softirq + steal) / _TICKS
