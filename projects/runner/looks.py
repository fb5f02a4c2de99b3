"""Look at work that the runner follows no more: what a hook names, and what took longer than the limit.

A look is free. It never moves money by itself: what it finds is booked by its own receipt, and a result is fetched.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from channels.db import database_sync_to_async
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from projects import engines
from projects.engines.base import Ended, Files, Progress, Request, Ticket
from projects.engines.errors import EngineError
from projects.engines.hooks import Event
from projects.models import Attempt, Receipt, sealed
from projects.runner import adopt, ledger, requests, spool
from projects.runner.limits import limits

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 20


@transaction.atomic
def heard(attempt: Attempt, event: Event) -> None:
    """Write down what a hook told, once, and have the interaction that it names looked at."""
    model = requests.model_of(attempt.model, attempt.door) if attempt.door else None
    ticket: Ticket | None = None
    if model is not None:
        ticket = {"id": event.interaction, "api_version": model.api_version, "model": model.id}
    ledger.receipt(attempt, Receipt.Kind.HOOK, f"hook:{event.id}", {"type": event.kind, "ticket": ticket})
    cache.delete(_name(attempt))
    adopt.found(attempt)


async def late() -> None:
    """Look once at each accepted call that took too long: hourly for a day, then daily while the provider keeps it."""
    due = await database_sync_to_async(_due)()
    for fault in await asyncio.gather(*(_look(attempt) for attempt in due), return_exceptions=True):
        if isinstance(fault, Exception):
            logger.error("A look at late work failed; the next one is due later", exc_info=fault)


def _due() -> list[Attempt]:
    """Return what is to be looked at now, and note that it is."""
    late = adopt.late().select_related(
        "door", "step__order", "step__project", "step__door", "step__parent", "step__source"
    )
    due = (one for one in late if (pause := _pause(one)) and cache.add(_name(one), True, pause))
    return list(islice(due, MOST_AT_ONCE))


def _pause(attempt: Attempt) -> float:
    """Return for how many seconds a look is enough; 0 when the provider no longer keeps the work."""
    age = timezone.now() - (attempt.sent_at or attempt.created_at)
    if attempt.door is None or age > timedelta(days=attempt.door.keeps_days):
        return 0
    return limits().look_often if age.total_seconds() < limits().look_often_for else limits().look_seldom


def _name(attempt: Attempt) -> str:
    return f"look:{attempt.pk}"


async def _look(attempt: Attempt) -> None:
    try:
        request = await database_sync_to_async(requests.of_step)(attempt.step, attempt)
        found = await _seen(attempt, request)
    except (sealed.NoKey, EngineError):
        return
    if isinstance(found, Ended):
        await database_sync_to_async(adopt.came)(attempt, replace(found, ticket=attempt.ticket))


async def _seen(attempt: Attempt, request: Request) -> Progress | Ended | None:
    """Return the first thing that the engine says of a ticket: a sign of life, or how the work ended."""
    kept = spool.folder(attempt.uuid)
    engine = engines.get(attempt.step.engine)
    async for event in engine.follow(attempt.ticket or {}, request, Files(kept, 0, kept)):
        return event
    return None
