"""Remember what was uploaded: a file that the provider still keeps is not sent there again.

The engine knows no rows: what is known of a file goes in with its input, and comes back with it. A file is noted as
soon as it has arrived, before anybody waits until the provider has read it; whoever needs it next waits for the same.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from channels.db import database_sync_to_async
from django.db import transaction
from django.db.models.functions import Now

from projects.engines import sorting, uploads
from projects.engines.base import Engine, Files, Input, Json, Request
from projects.engines.errors import Broken, Refused
from projects.failures import FAILURES, Code
from projects.models import Attempt, ProviderFile, Removal, Step
from projects.runner import requests
from projects.states import AttemptState

MARGIN = timedelta(hours=1)
"""A file that the provider deletes sooner is not relied on."""
MOST_ROUNDS = 3
"""An upload, a wait, and once more where the file was lost in between."""
Places = dict[str, Json]
"""Where files lie at the provider, by their sha-256."""
_locks: WeakValueDictionary[tuple[int, int], asyncio.Lock] = WeakValueDictionary()


async def prepared(engine: Engine, request: Request, files: Files, step: Step) -> Request:
    """Return the request as the engine will send it. Steps that need the same file at once upload it once.

    A file that the provider could not read is sent once more (F20).
    """
    if not request.inputs:
        return await engine.prepare(request, files)
    door = request.door.pk if request.door else 0
    assets = await database_sync_to_async(_assets)(step)
    async with AsyncExitStack() as held:
        for asset in sorted(assets.values()):
            await held.enter_async_context(_locks.setdefault((door, asset), asyncio.Lock()))
        try:
            ready = await _put(engine, request, files, assets, door)
        except Broken as error:
            if error.code != Code.FILE_PROCESSING_FAILED:
                raise
            ready = await _put(engine, request, files, assets, door)
    if ready is None:
        why = FAILURES[Code.FILE_PROCESSING_FAILED].why
        raise Broken(why, Code.FILE_PROCESSING_FAILED, "It was lost twice.")
    return ready


async def _put(
    engine: Engine, request: Request, files: Files, assets: dict[str, int], door: int
) -> Request | None:
    """Return the request once the provider has read its files, nothing where it lost one each time."""
    known = await database_sync_to_async(_known)(assets, door)
    for _ in range(MOST_ROUNDS):
        ready = await _prepared(engine, _with(request, known), files, assets)
        found = {_sha(entry): entry.remote for entry in ready.inputs if entry.remote}
        if found != known:
            await database_sync_to_async(_note)(assets, door, known, found)
        if all(place["state"] == uploads.ACTIVE for place in found.values()):
            return ready
        known = known | found
    return None


async def _prepared(engine: Engine, request: Request, files: Files, assets: dict[str, int]) -> Request:
    try:
        return await engine.prepare(request, files)
    except Broken as error:
        if error.code == Code.FILE_PROCESSING_FAILED and request.door:
            await database_sync_to_async(_drop_unread)(assets, request.door.pk)
        raise


def _sha(entry: Input) -> str:
    return str(entry.facts.get("sha256", ""))


def _with(request: Request, known: Places) -> Request:
    return replace(
        request, inputs=tuple(replace(entry, remote=known.get(_sha(entry))) for entry in request.inputs)
    )


def _assets(step: Step) -> dict[str, int]:
    return {asset.sha256: asset.pk for assets in requests.assets_of(step).values() for asset in assets}


def _known(assets: dict[str, int], door: int) -> Places:
    kept = ProviderFile.objects.filter(
        asset__in=assets.values(), door=door, expires_at__gt=Now() + MARGIN
    ).select_related("asset")
    return {
        row.asset.sha256: {
            "name": row.name,
            "uri": row.uri,
            "mime": row.asset.mime,
            "expires_at": row.expires_at.isoformat(),
            "state": row.state,
        }
        for row in kept
    }


def _note(assets: dict[str, int], door: int, known: Places, found: Places) -> None:
    """Write down what is new; a runner of another process may have written its own upload meanwhile."""
    for sha, place in found.items():
        if place != known.get(sha):
            fields = {name: place[name] for name in ("name", "uri", "state")}
            fields["expires_at"] = datetime.fromisoformat(place["expires_at"])
            ProviderFile.objects.update_or_create(asset_id=assets[sha], door_id=door, defaults=fields)


@transaction.atomic
def _drop_unread(assets: dict[str, int], door: int) -> None:
    """Forget the files that the provider has not read; what it keeps of them is deleted there."""
    rows = ProviderFile.objects.filter(asset__in=assets.values(), door=door).exclude(state=uploads.ACTIVE)
    Removal.objects.ask_files(rows)


async def sorted_out(error: Refused, request: Request, attempt: Attempt) -> Refused:
    """Return why a create was refused, once what was sent has been looked at.

    An upload that is gone, or that was not read, is forgotten; once in a step it is sent again (`again`).
    """
    task = asyncio.current_task()
    if not sorting.is_open(error, request) or (task is not None and task.cancelling()):
        return error  # a process that is ending has no time to look
    names = await database_sync_to_async(_sent)(attempt)
    found, gone = await sorting.sorted_out(error, request, names)
    if gone or found.again:
        is_first = await database_sync_to_async(_may_send_again)(attempt, gone)
        found.again = found.again and is_first
    return found


def _sent(attempt: Attempt) -> list[str]:
    """Return the names of the remembered files that an attempt was sent with."""
    inputs = Attempt.objects.get(pk=attempt.pk).request.get("inputs", ())
    uris = [entry["uri"] for entry in inputs if entry.get("uri")]
    return list(
        ProviderFile.objects.filter(door=attempt.door_id, uri__in=uris).values_list("name", flat=True)
    )


@transaction.atomic
def _may_send_again(attempt: Attempt, gone: list[str]) -> bool:
    """Forget files that are of no use, and return whether it is the first time that one of the step's was not there."""
    Removal.objects.ask_files(ProviderFile.objects.filter(door=attempt.door_id, name__in=gone))
    lost = attempt.step.attempts.filter(state=AttemptState.REFUSED, code=Code.FILE_PROCESSING_FAILED)
    return not lost.exists()
