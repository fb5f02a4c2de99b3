"""A: what the studio adds to a generation. Many clips through it, beside the bare SDK client making as many.

Provider, studio and client are processes of their own, fresh for each run, and each side has made one clip before it
is measured. Ours counts the server with its children; the orders are made before, by `actions.orders`, and all let go
at once. Results are stored unopened, because the client opens none.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from signal import SIGUSR1
from statistics import median, quantiles
from typing import Any

from tests.bench import site
from tests.bench.measure import MIB, Pair, Row, Usage, counted, cpu_of, judged, metered, skipped

NAME = "overhead"
LOOK, LONGEST = 0.1, 240
MOST_CPU, MOST_WALL, MOST_MEMORY, MOST_LATE = 0.9, 1.0, 400, 0.1
NO_AIOHTTP = "aiohttp has a dependency group of its own: installed, it changes the SDK's transport"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made: clips, how many at once, bytes of each, and rounds of A B B A (none: A B once)."""

    count: int
    at_once: int
    bytes: int
    rounds: int


SIZES = {"quick": Size(60, 30, MIB, 0), "full": Size(1000, 200, 5 * MIB, 1)}


@dataclass
class Run:
    """One run of one side: what it used, what the provider saw, and how late its loop was."""

    usage: Usage
    posts: int
    twice: int
    looks: int
    wrong: int
    provider: float
    orders: float = 0
    late: float = 0


def run(mode: str, data: Path) -> list[Row]:
    """Return the rows of CPU, wall, memory, POSTs, files and the loop's delay."""
    size = SIZES[mode]
    ours: list[Run] = []
    bare: list[Run] = []

    def through_us() -> Usage:
        ours.append(_studio(size, data))
        return ours[-1].usage

    def alone() -> Usage:
        bare.append(_alone(size, data))
        return bare[-1].usage

    named = f"{size.count} clips of {size.bytes // MIB} MiB, {size.at_once} at once"
    cpu = Pair(NAME, f"CPU of {named}", through_us, alone, MOST_CPU, rounds=size.rounds)
    couples = cpu.measured()
    wall = replace(cpu, case=f"wall of {named}", goal=MOST_WALL, figure="wall")
    return [
        replace(cpu.row(couples), why=_shares(ours, bare)),
        wall.row(couples),
        *_counts(size, ours, bare),
        skipped(NAME, "beside a bare aiohttp loop", NO_AIOHTTP),
    ]


def _shares(ours: list[Run], bare: list[Run]) -> str:
    orders = median(one.orders for one in ours)
    providers = [median(one.provider for one in side) for side in (ours, bare)]
    looks = [median(one.looks for one in side) for side in (ours, bare)]
    return (
        f"ordering took {orders:.1f} s before, provider {providers[0]:.1f} beside {providers[1]:.1f} s, "
        f"looks {looks[0]:g} beside {looks[1]:g}"
    )


def _counts(size: Size, ours: list[Run], bare: list[Run]) -> list[Row]:
    late, foreign = median(one.late for one in ours), median(one.usage.foreign for one in ours)
    return [
        counted(NAME, "peak memory", "MiB", max(one.usage.rss for one in ours) / MIB, MOST_MEMORY),
        counted(NAME, "POSTs above one a clip", "POSTs", max(abs(one.posts - size.count - 1) for one in ours), 0),
        counted(NAME, "clips paid twice", "clips", max(one.twice for one in ours), 0),
        counted(NAME, "files missing or wrong", "files", max(one.wrong for one in (*ours, *bare)), 0),
        Row(
            NAME, "delay of the loop, p99", "s", late, goal=MOST_LATE, foreign=foreign, n=len(ours),
            verdict=judged(late, MOST_LATE, foreign),
        ),
    ]  # fmt: skip


@contextmanager
def _provider(size: Size) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Yield the provider's process and where it is."""
    with _spoken("tests.bench.provider", str(size.bytes)) as process:
        yield process, _line(process)


def _told(process: subprocess.Popen[str]) -> dict[str, Any]:
    """End the provider and return what it was asked."""
    assert process.stdin
    process.stdin.close()
    return _line(process)


def _studio(size: Size, data: Path) -> Run:
    """Make the clips through the studio: ordered by a process of their own, driven by the server's runner."""
    with tempfile.TemporaryDirectory(dir=data.parent) as scratch, _provider(size) as (provider, address):
        folder = Path(shutil.copytree(data, Path(scratch) / "data"))
        more = {
            "GEMINI_API_KEY": address["key"],
            "GEMINI_BASE_URL": address["url"],
            "STUDIO_RUNNING_STEPS": str(size.at_once),
            "STUDIO_TEAM_BUDGET_USD": "100000",
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "BENCH_FINISH": "off",
        }
        with site.studio(folder, **more) as server:
            env = site.environment(folder, **more)
            with _spoken("tests.bench.orders", str(size.count), env=env) as orders:
                pressed = _line(orders)["cpu"]
                _wait_for(folder, 1)
                before = cpu_of(provider.pid)
                with metered(server.process.pid) as usage:
                    _begin(orders)
                    _line(orders)
                    server.process.send_signal(SIGUSR1)  # orders of a page wake the runner of their process
                    _wait_for(folder, size.count + 1)
                spent = cpu_of(provider.pid) - before
        late = json.loads((folder / "late.json").read_text())
        found = _judged(usage, _told(provider), folder.glob("media/*/*/*/file.mp4"), spent)
        return replace(found, orders=pressed, late=quantiles(late, n=100)[98])


def _alone(size: Size, data: Path) -> Run:
    """Make the clips with the SDK alone."""
    with tempfile.TemporaryDirectory(dir=data.parent) as scratch, _provider(size) as (provider, address):
        given = [address["url"], address["key"], str(size.count), str(size.at_once), scratch]
        with _spoken("tests.bench.alone", *given) as client:
            _line(client)
            before = cpu_of(provider.pid)
            with metered(client.pid) as usage:
                _begin(client)
                _line(client)
            spent = cpu_of(provider.pid) - before
        return _judged(usage, _told(provider), Path(scratch).glob("*.mp4"), spent)


def _judged(usage: Usage, told: dict[str, Any], files: Iterator[Path], provider: float) -> Run:
    """Return a run, held against what the provider gave."""
    made = {_digest(path) for path in files}
    return Run(
        usage,
        posts=told["posts"],
        twice=sum(count > 1 for count in told["creates"].values()),
        looks=told["requests"].get("poll", 0),
        wrong=len(made ^ set(told["given"])),
        provider=provider,
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _wait_for(folder: Path, count: int) -> None:
    """Wait until so many steps have succeeded; their rows are read beside the server."""
    end = time.monotonic() + LONGEST
    with closing(sqlite3.connect(f"file:{folder}/studio.sqlite3?mode=ro", uri=True)) as rows:
        while time.monotonic() < end:
            states = dict(rows.execute("select status, count(*) from projects_step group by status"))
            if states.get("succeeded", 0) >= count:
                return
            if bad := {key: n for key, n in states.items() if key in ("failed", "cancelled", "unconfirmed")}:
                raise RuntimeError(f"The studio did not make every clip: {bad}.")
            time.sleep(LOOK)
    raise RuntimeError(f"The studio did not make {count} clips in {LONGEST} s: {states}.")


@contextmanager
def _spoken(
    module: str, *arguments: str, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Yield a process that says a line when it is ready, and is gone afterwards."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(
        command, cwd=site.ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def _line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("A process of the benchmark ended without a word.")
    said: dict[str, Any] = json.loads(line)
    return said
