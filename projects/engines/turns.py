"""Conversations that we keep, for providers that keep none: what was said for a version is a private file of it.

An edit sends the turns that led to its version again, word for word.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from contextlib import suppress
from dataclasses import replace

from projects.engines import interactions
from projects.engines.base import Ended, Files, Json, Made, Output, Request
from projects.engines.errors import Refused
from projects.failures import FAILURES, Code


def go_on(request: Request) -> bool:
    """Return whether the first picture of an edit is the last turn of a conversation of ours."""
    return request.ability == "image.edit" and request.chain is not None and bool(request.chain.turns)


def before(request: Request) -> list[list[Json]]:
    """Return what was said up to the version that goes on, turn by turn. Raises Refused where that is gone."""
    try:
        paths = request.chain.turns if request.chain else ()
        return [json.loads(path.read_text()) for path in paths]
    except (OSError, ValueError) as error:
        why = FAILURES[Code.CHAIN_EXPIRED].why
        raise Refused(why, Code.CHAIN_EXPIRED, f"A turn cannot be read: {type(error).__name__}") from error


def kept(ended: Ended, turn: list[Json], request: Request, files: Files) -> Ended:
    """Return an end whose ticket names the turn that brought it; as it is where there was no room for the turn."""
    name = f"turn-{request.label}.json"
    after = {"after": request.chain.ticket["id"]} if request.chain and go_on(request) else {}
    with suppress(OSError):
        interactions.write((files.kept or files.folder) / name, json.dumps(turn).encode())
        return replace(ended, ticket={**(ended.ticket or {}), **after, "history": name})
    return ended


async def added(output: Output, ended: Ended, files: Files) -> Output:
    """Return a result with the turn that brought it beside it."""
    name = str((ended.ticket or {}).get("history") or "")
    turn = files.kept / name if files.kept and name else None
    if turn is None or not turn.exists():
        return output
    path = await asyncio.to_thread(shutil.copyfile, turn, files.new(name))
    return replace(output, files=(*output.files, Made(path, "history", "history", is_private=True)))
