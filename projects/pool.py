"""Child processes for media work: a file that crashes its decoder costs one call and never the server.

Two pools: `probe` (one worker, short looks at uploads) and `render` (a worker for each core). A child has a
memory limit, an environment of PATH and LANG, no network where the host lets it be taken away, and ends with
the server, even when that is killed. Plain values go in and out. Progress is a few bytes in the call's folder
(`media.share`), so a killed child jams nothing; cancelling a call kills its child.

The pools start with their first call. This module imports no decoder: only the children do.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
from collections.abc import Callable
from concurrent.futures import CancelledError, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from threading import Lock
from typing import Any, Literal, NoReturn

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from projects.media.child import BROKE_OFF, enter, work
from projects.media.faults import Corrupt, Refused, Stopped
from projects.media.share import forget, offer_turn, read_share, take_turn

Name = Literal["probe", "render"]
Function = Callable[..., Any] | str

PRELOAD = ["projects.media.preload"]
# How a child ends that a stop of the studio has ended (pebble's own handler exits with 15).
HANDED_BACK = frozenset({signal.SIGTERM, -signal.SIGTERM})
GONE_SECONDS = 3
# Then another takes its place, so that nothing a decoder leaks can add up.
CALLS_OF_A_CHILD = 50


class ChildDied(Exception):
    """The child crashed or raised what nobody expects. `sentence` is for people, `detail` for the log."""

    def __init__(self, sentence: str, detail: str) -> None:
        super().__init__(sentence, detail)
        self.sentence, self.detail = sentence, detail

    def __str__(self) -> str:
        return self.sentence


class ChildTimedOut(ChildDied):
    """The work took longer than its wall; the child is gone."""


class HandedBack(Exception):
    """The child was ended by a stop of the studio, not by a fault: the same work can be done again."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What children may use. memory, file_bytes: of each child. Walls in seconds, where a call names none."""

    memory: int = 3 << 30
    file_bytes: int = 4 << 30
    render_workers: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
    probe_wall: float = 20
    render_wall: float = 3600
    look_every: float = 1


@dataclass(frozen=True, slots=True)
class Call:
    """One call: where it runs, how long it may take, where it writes and who hears how far it is."""

    name: Name
    wall: float | None = None
    folder: Path | None = None
    on_share: Callable[[float], None] | None = None

    def report(self) -> None:
        """Tell the share that the child noted last."""
        if self.folder and self.on_share and (noted := read_share(self.folder)):
            self.on_share(noted[1])

    def wait_gone(self) -> None:
        """Wait until the killed child has ended and can write no more; for three seconds at most."""
        if self.folder is None or take_turn(self.folder):
            return
        noted = read_share(self.folder)
        if noted is None:
            return
        try:
            child = os.pidfd_open(noted[0])
        except ProcessLookupError:
            return
        try:
            select.select([child], [], [], GONE_SECONDS)
        finally:
            os.close(child)


class Children:
    """Both pools. The functions below use the process's own; tests make theirs with other limits."""

    def __init__(self, limits: Limits | None = None) -> None:
        """limits: those of every child that starts from now on."""
        self.limits = limits or Limits()
        self._pools: dict[Name, ProcessPool] = {}
        self._futures: set[ProcessFuture[tuple[str, Any]]] = set()
        self._lock = Lock()
        self._draining = False

    async def run(self, call: Call, function: Function, *args: Any) -> Any:
        """Return function(*args), called in a child; see the module's `run`."""
        for _ in range(2):
            # The fork server takes a second to start, which no reactor should wait for.
            await asyncio.to_thread(self._pool, call.name)
            with suppress(BrokenProcessPool):
                return await self._awaited(call, function, args)
        raise ChildDied(BROKE_OFF, "the pool broke twice")

    def run_sync(self, call: Call, function: Function, *args: Any) -> Any:
        """Return function(*args), called in a child; see the module's `run_sync`."""
        for _ in range(2):
            with suppress(BrokenProcessPool):
                return self._waited(call, function, args)
        raise ChildDied(BROKE_OFF, "the pool broke twice")

    def shutdown(self) -> None:
        """End every child; calls under way and later ones raise HandedBack. Returns when all are gone."""
        with self._lock:
            self._draining = True
            pools, self._pools = list(self._pools.values()), {}
        for future in list(self._futures):
            future.cancel()
        for pool in pools:
            pool.stop()
            pool.join()

    async def _awaited(self, call: Call, function: Function, args: tuple[Any, ...]) -> Any:
        future, loop, done = self._start(call, function, args), asyncio.get_running_loop(), asyncio.Event()
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(done.set))
        try:
            while not future.done():
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.limits.look_every):
                        await done.wait()
                call.report()
        finally:
            if not future.done() and future.cancel():
                await asyncio.shield(asyncio.to_thread(call.wait_gone))
        return self._result(call, future)

    def _waited(self, call: Call, function: Function, args: tuple[Any, ...]) -> Any:
        future = self._start(call, function, args)
        try:
            while not future.done():
                wait([future], timeout=self.limits.look_every)
                call.report()
        finally:
            if not future.done() and future.cancel():
                call.wait_gone()
        return self._result(call, future)

    def _start(self, call: Call, function: Function, args: tuple[Any, ...]) -> ProcessFuture[tuple[str, Any]]:
        if call.folder:
            offer_turn(call.folder)
        folder = str(call.folder) if call.folder else None
        pool = self._pool(call.name)
        try:
            future = pool.schedule(work, args=(function, args, folder), timeout=self._wall(call))
        except RuntimeError as error:
            # It broke since it was looked at.
            raise BrokenProcessPool from error
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def _wall(self, call: Call) -> float:
        return call.wall or {"probe": self.limits.probe_wall, "render": self.limits.render_wall}[call.name]

    def _pool(self, name: Name) -> ProcessPool:
        """Return the running pool, a new one if there is none or if it broke (an idle child was killed)."""
        with self._lock:
            if self._draining:
                raise HandedBack
            pool = self._pools.get(name)
            if pool is not None and pool.active:
                return pool
            if pool is not None:
                pool.join()
            context = get_context("forkserver")
            context.set_forkserver_preload(PRELOAD)
            pool = self._pools[name] = ProcessPool(
                max_tasks=CALLS_OF_A_CHILD,
                max_workers=1 if name == "probe" else self.limits.render_workers,
                initializer=enter,
                initargs=(os.getpid(), self.limits.memory, self.limits.file_bytes),
                context=context,
            )
            # Asking is what starts it.
            pool.active  # noqa: B018
            return pool

    def _result(self, call: Call, future: ProcessFuture[tuple[str, Any]]) -> Any:
        try:
            outcome, value = future.result()
        except CancelledError:
            raise HandedBack from None
        except TimeoutError as error:
            sentence = f"The work took longer than {self._wall(call):g} s. Use a shorter or smaller file."
            raise ChildTimedOut(sentence, str(error)) from error
        except ProcessExpired as error:
            if self._draining or error.exitcode in HANDED_BACK:
                raise HandedBack from error
            raise ChildDied(BROKE_OFF, f"the child ended with {error.exitcode}") from error
        if call.folder:
            forget(call.folder)
        return value if outcome == "value" else _raise(outcome, value)


def _raise(outcome: str, value: Any) -> NoReturn:
    """Raise what the child's function raised."""
    if outcome == "refused":
        raise Refused(*value)
    if outcome == "corrupt":
        raise Corrupt(value)
    if outcome == "stopped":
        raise Stopped
    if outcome == "full":
        raise OSError(value, os.strerror(value))
    raise ChildDied(*value)


_own: dict[str, Children] = {}


def configure(limits: Limits) -> None:
    """Set the limits of this process's children, before the first call; children that run are ended."""
    shutdown()
    _own["children"] = Children(limits)


def shutdown() -> None:
    """End this process's children; calls raise HandedBack from now on, until `configure`."""
    if "children" in _own:
        _own["children"].shutdown()


async def run(
    name: Name,
    function: Function,
    *args: Any,
    wall: float | None = None,
    folder: Path | None = None,
    on_share: Callable[[float], None] | None = None,
) -> Any:
    """Return function(*args), called in a child.

    function: of a module, or its name as "package.module:function", which keeps the decoders that it imports
    out of this process. args and result: plain values. wall: seconds, counted from when a worker takes the
    call. folder: where the call writes, a fresh one; it carries `on_share`, which hears the share from 0 to 1
    about once a second. Raises Refused, Corrupt and Stopped as the function does, OSError when the disk is
    full, ChildTimedOut, ChildDied, HandedBack. When the awaiting task is cancelled, its child is killed and
    has stopped writing before this returns.
    """
    return await _children().run(Call(name, wall, folder, on_share), function, *args)


def run_sync(
    name: Name,
    function: Function,
    *args: Any,
    wall: float | None = None,
    folder: Path | None = None,
    on_share: Callable[[float], None] | None = None,
) -> Any:
    """Return function(*args), called in a child: `run` for threads that may block."""
    return _children().run_sync(Call(name, wall, folder, on_share), function, *args)


def _children() -> Children:
    return _own.setdefault("children", Children())
