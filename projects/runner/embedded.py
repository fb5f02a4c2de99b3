"""The driver in the web process: it looks for due steps, runs them, and gives them back when the process ends.

A lock file in the data folder makes it the only one there, so what its former self left running is taken back at
once; every other claim waits for its lease.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections import Counter
from functools import partial
from itertools import count
from pathlib import Path
from typing import TextIO

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Q

from projects import engines, pool, progress
from projects.models import Step
from projects.runner import adopt, forget, looks, stages, sweep
from projects.runner.limits import limits
from projects.runner.run import run_step
from projects.states import Status
from studio.readiness import CannotStart

logger = logging.getLogger(__name__)


class AlreadyRunning(CannotStart):
    """Another server uses this data folder."""


class Runner:
    """Runs due steps, one team's turn after the other's: some that work here, and some that wait for a provider."""

    def __init__(self) -> None:
        self._book = progress.Book()
        self._steps: dict[bool, dict[int, asyncio.Task[None]]] = {False: {}, True: {}}
        self._loops: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._lock: TextIO | None = None

    async def start(self) -> None:
        """Take back what a former server left, then look for due steps. Raises AlreadyRunning."""
        self._lock, former = _locked(Path(settings.DATA_DIR) / "server.lock")
        taken = await database_sync_to_async(Step.objects.take_back)(former) if former else 0
        if taken:
            logger.info("Took back %s running steps", taken)
        await database_sync_to_async(sweep.at_start)()
        await database_sync_to_async(adopt.sweep)()
        self._loops = [
            asyncio.create_task(self._look_for_work(), name="look for due steps"),
            asyncio.create_task(self._flush(), name="write progress"),
            asyncio.create_task(_sweep(), name="sweep"),
            asyncio.create_task(looks.as_told(), name="look at what hooks told"),
            asyncio.create_task(forget.each_minute(), name="delete at providers"),
        ]

    async def stop(self) -> None:
        """Give every running step back, then end the children."""
        tasks = [*self._loops, *self._steps[False].values(), *self._steps[True].values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(pool.shutdown)
        if self._lock is not None:
            self._lock.close()

    def wake(self) -> None:
        """Look for due steps now; callable from any thread."""
        self._loop.call_soon_threadsafe(self._wake.set)

    async def _look_for_work(self) -> None:
        while True:
            await self._take_due(settings.RUNNING_STEPS, is_paid=False)
            await self._take_due(settings.PAID_STEPS, is_paid=True)
            try:
                async with asyncio.timeout(limits().look):
                    await self._wake.wait()
            except TimeoutError:
                continue
            self._wake.clear()

    async def _take_due(self, most: int, *, is_paid: bool) -> None:
        here = self._steps[is_paid]
        free = most - len(here)
        if free <= 0:
            return
        for pk in await database_sync_to_async(due_fairly)(free, set(here), is_paid=is_paid):
            here[pk] = asyncio.create_task(run_step(pk, settings.BOOT_ID, self._book), name=f"step {pk}")
            here[pk].add_done_callback(partial(self._ended, here, pk))

    def _ended(self, here: dict[int, asyncio.Task[None]], pk: int, _: asyncio.Task[None]) -> None:
        here.pop(pk, None)
        self._wake.set()

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(limits().progress)
            try:
                await self._book.flush()
            except DatabaseError:
                logger.exception("Progress could not be written; the next second tells it again")


async def _sweep() -> None:
    for minute in count(1):
        await asyncio.sleep(60)
        try:
            await _each_minute()
            if minute % 60 == 0:
                await database_sync_to_async(sweep.hourly)()
                await database_sync_to_async(sweep.daily)()
        except (DatabaseError, OSError):
            logger.exception("A sweep was cut off; the next minute goes on")


async def _each_minute() -> None:
    """Adopt late answers, look at what took too long, and let go on what waits for budget."""
    await database_sync_to_async(adopt.sweep)()
    await looks.late()
    await database_sync_to_async(stages.fund)()


def due_fairly(most: int, running_here: set[int], *, is_paid: bool) -> list[int]:
    """Return due steps of one kind, those of the teams with the fewest running ones first, oldest first in a team."""
    paid = Q(engine__in=[engine.key for engine in engines.all_engines().values() if engine.paid])
    rows = (
        Step.objects.due()
        .filter(paid if is_paid else ~paid)
        .order_by("pk")
        .values_list("pk", "project__team")
    )
    due = [row for row in rows[: 50 * most + len(running_here)] if row[0] not in running_here]
    if len({team for _, team in due}) < 2:
        return [pk for pk, _ in due[:most]]
    busy = Counter(
        dict(
            Step.objects.filter(status=Status.RUNNING)
            .values_list("project__team")
            .annotate(count=Count("pk"))
            .values_list("project__team", "count")
        )
    )
    chosen: list[int] = []
    while due and len(chosen) < most:
        pk, team = min(due, key=lambda entry: (busy[entry[1]], entry[0]))
        due.remove((pk, team))
        busy[team] += 1
        chosen.append(pk)
    return chosen


def _locked(path: Path) -> tuple[TextIO, str]:
    """Return the held lock file with our boot id in it, and the boot id that stood there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise AlreadyRunning(
            f"Another studio already runs in {path.parent}. Stop it, or set STUDIO_DATA_DIR."
        ) from error
    file.seek(0)
    former = file.read().strip()
    file.truncate(0)
    file.write(settings.BOOT_ID)
    file.flush()
    return file, former


_running: Runner | None = None


async def start() -> None:
    """Start the runner of this process, where the settings ask for the embedded one."""
    global _running
    if settings.RUNNER == "embedded":
        _running = Runner()
        await _running.start()


async def stop() -> None:
    """Stop the runner of this process."""
    if _running is not None:
        await _running.stop()


def wake() -> None:
    """Let the runner of this process, if it has one, look for due steps now."""
    if _running is not None:
        _running.wake()
