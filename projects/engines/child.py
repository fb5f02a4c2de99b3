"""Run a free engine's work in a child process and tell how far it is."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from projects import pool
from projects.engines.base import Door, Ended, Files, Json, Made, Output, Progress, Request, Ticket
from projects.engines.errors import Broken, HandedBack, Refused
from projects.failures import FAILURES, Code
from projects.media import faults
from projects.states import Phase


def plain(request: Request) -> Json:
    """Return a request as plain values, as a child takes it."""
    return {
        "wish": request.wish.to_json(),
        "task": request.task,
        "seed": request.seed,
        "fonts": str(Path(os.environ.get("STUDIO_DATA_DIR") or "var").resolve() / "fonts"),
        "inputs": [
            {"role": entry.role, "kind": entry.kind, "path": str(entry.path), "facts": dict(entry.facts)}
            for entry in request.inputs
        ],
    }


async def follow(function: str, request: Request, files: Files) -> AsyncIterator[Progress | Ended]:
    """Yield progress while `function` works in a child, then how it ended.

    function: `package.module:name`, called with the plain request and the folder; returns `files` and `notes`.
    Raises Refused for what the input is at fault for, Broken for a crash or a timeout, HandedBack when the child
    was ended from outside.
    """
    shares: asyncio.Queue[float | None] = asyncio.Queue()
    work = asyncio.create_task(_work(function, request, files, shares), name=f"{request.task} in a child")
    try:
        yield Progress(Phase.GENERATING)
        while (share := await shares.get()) is not None:
            yield Progress(Phase.GENERATING, share)
        made = await work
        yield Ended("done", media=tuple(made["files"]), words="\n".join(made["notes"]))
    finally:
        work.cancel()
        await asyncio.wait([work])


async def _work(function: str, request: Request, files: Files, shares: asyncio.Queue[float | None]) -> Json:
    try:
        made: Json = await pool.run(
            "render",
            function,
            plain(request),
            str(files.folder),
            wall=files.wall_seconds,
            folder=files.folder,
            on_share=shares.put_nowait,
        )
    except pool.HandedBack as error:
        raise HandedBack from error
    except faults.Refused as error:
        raise Refused(error.sentence, Code(error.code)) from error
    except faults.Corrupt as error:
        raise Refused(error.sentence, Code.INPUT_REJECTED) from error
    except pool.ChildTimedOut as error:
        raise Broken(FAILURES[Code.TIMED_OUT].why, Code.TIMED_OUT) from error
    except pool.ChildDied as error:
        raise Broken(error.sentence, Code.STUDIO_FAULT, detail=error.detail) from error
    except OSError as error:
        raise Broken(FAILURES[Code.STORAGE_FAILED].why, Code.STORAGE_FAILED, detail=str(error)) from error
    finally:
        shares.put_nowait(None)
    return made


def output(ended: Ended) -> Output:
    """Return what the child left in the folder."""
    made: list[dict[str, Any]] = list(ended.media)
    files = tuple(
        Made(Path(entry["path"]), entry["kind"], entry["role"], entry.get("language", "")) for entry in made
    )
    return Output(files, notes=tuple(line for line in ended.words.splitlines() if line))


class FreeEngine:
    """What the free engines share: the files are here already, and the work is `function`, done in `follow`."""

    paid = False
    function: str

    async def prepare(self, request: Request, files: Files) -> Request:
        """Return the request as it is."""
        return request

    async def start(self, request: Request, files: Files) -> Ticket | Ended:
        """Return an empty ticket: work that was cut off runs again."""
        return {}

    def follow(self, ticket: Ticket, request: Request, files: Files) -> AsyncIterator[Progress | Ended]:
        """Do the work in a child and tell how far it is."""
        return follow(self.function, request, files)

    async def fetch(self, ended: Ended, request: Request, files: Files) -> Output:
        """Return the files that the child left."""
        return output(ended)

    async def cancel(self, ticket: Ticket, door: Door) -> None:
        """Nothing to ask for: leaving `follow` ends the child."""

    async def forget(self, ticket: Ticket, door: Door) -> None:
        """Nothing is kept elsewhere."""
