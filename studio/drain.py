"""The way out: what the server does between the signal and its end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from typing import TYPE_CHECKING

from studio import readiness

if TYPE_CHECKING:
    from studio.server import StudioServer

_log = logging.getLogger(__name__)
_LAST_WORDS = 1.0


def ignore_signals() -> None:
    """Hear no second call to stop: some platforms say it twice."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


async def drain(server: StudioServer) -> None:
    """Give running steps back, let requests end, ask sockets to come again, cancel what is left."""
    readiness.leave()
    deadlines = server.deadlines
    end = asyncio.get_running_loop().time() + deadlines.drain
    _end_anyway(deadlines.gone)
    server.stop_listening()
    hand_back = asyncio.create_task(_hand_back(server))
    hand_back.add_done_callback(_say_if_it_failed)
    for channel in list(server.channels):
        channel.leave()
    await asyncio.wait({hand_back}, timeout=deadlines.hand_back)
    for socket in server.sockets():
        socket.leave()
    try:
        async with asyncio.timeout_at(end):
            await _quiet(server, hand_back)
    except TimeoutError:
        _log.warning(
            "%d requests and sockets did not end in time and are cut off.", len(server.applications())
        )
    await _cancel_the_rest()


def _end_anyway(seconds: float) -> None:
    """End the process even if a thread hangs or something blocks the event loop."""

    def end() -> None:
        _log.error("Something does not end. The process is cut off.")
        os._exit(1)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


async def _hand_back(server: StudioServer) -> None:
    """Stop the runner, also one that is still starting."""
    server.beginning.cancel()
    await asyncio.wait({server.beginning})
    await server.runner.stop()


def _say_if_it_failed(hand_back: asyncio.Task[None]) -> None:
    if not hand_back.cancelled() and (error := hand_back.exception()):
        _log.error("The runner did not stop cleanly.", exc_info=error)


async def _quiet(server: StudioServer, hand_back: asyncio.Task[None]) -> None:
    """Return when the runner has stopped, every connection is closed and every application has ended."""
    waiting: set[asyncio.Future[None]] = {hand_back}
    while waiting:
        await asyncio.wait(waiting)
        waiting = {channel.gone for channel in server.channels} | server.applications()


async def _cancel_the_rest() -> None:
    """Let what still runs clean up after itself."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    if rest:
        await asyncio.wait(rest, timeout=_LAST_WORDS)
    await asyncio.get_running_loop().shutdown_asyncgens()
