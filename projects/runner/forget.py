"""Delete at the providers what was deleted here. Ours is gone by then, whatever a provider says."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.db import database_sync_to_async
from django.db import DatabaseError
from django.db.models import F
from django.db.models.functions import Now

from projects import engines
from projects.engines import answers, base, client, uploads
from projects.engines.errors import EngineError
from projects.models import Door, Removal, sealed

logger = logging.getLogger(__name__)
TRIED_FOR = timedelta(days=1)
LONGEST_PAUSE = timedelta(hours=1)
MANY = 50


async def sweep() -> None:
    """Try once for everything that is due."""
    for removal in await database_sync_to_async(_due)():
        await _try(removal)


async def each_minute() -> None:
    """Try what is due, now and every minute."""
    while True:
        try:
            await sweep()
        except DatabaseError:
            logger.exception(
                "What is to be deleted at providers could not be read; the next minute tries again"
            )
        await asyncio.sleep(60)


async def _try(removal: Removal) -> None:
    try:
        door = await database_sync_to_async(_door)(removal.door)
        if door is not None:
            await _forget(removal, door)
    except sealed.NoKey as error:
        await database_sync_to_async(_failed)(removal, str(error))
    except client.failures(EngineError, OSError, ValueError) as error:
        said = answers.said(error)
        words = said.words if said else f"{type(error).__name__}: {error}"
        await database_sync_to_async(_failed)(removal, words)
    else:
        detail = "" if door else "The key is gone; the provider deletes it when its own time ends."
        await database_sync_to_async(_end)(removal, Removal.State.GONE, detail)


async def _forget(removal: Removal, door: base.Door) -> None:
    engine = engines.all_engines().get(removal.engine)
    if engine is not None:
        await engine.forget(removal.ticket, door)
    elif not removal.engine:
        await uploads.forget(door, removal.name)


def _due() -> list[Removal]:
    return list(Removal.objects.due().select_related("door").order_by("not_before")[:MANY])


def _door(row: Door) -> base.Door | None:
    """Return the door, or nothing where its key was taken away. Raises NoKey where it only cannot be opened now."""
    if row.team_id is not None and not row.secret:
        return None
    door = row.plain()
    return door if door.secret or row.kind == Door.Kind.VERTEX else None


def _failed(removal: Removal, words: str) -> None:
    """Try again after a pause that doubles, for a day; then leave it to the operator."""
    if datetime.now(UTC) - removal.asked_at > TRIED_FOR:
        logger.warning("Removal %s was given up: the provider may still keep it", removal.pk)
        _end(removal, Removal.State.GIVEN_UP, words)
        return
    pause = min(timedelta(minutes=2 ** min(removal.tries, 6)), LONGEST_PAUSE)
    _write(removal, tries=F("tries") + 1, not_before=Now() + pause, detail=words[:4000])


def _end(removal: Removal, state: Removal.State, words: str) -> None:
    _write(removal, state=state, tries=F("tries") + 1, ended_at=Now(), detail=words[:4000])


def _write(removal: Removal, **fields: Any) -> None:
    Removal.objects.filter(pk=removal.pk, state=Removal.State.WAITING).update(**fields)
