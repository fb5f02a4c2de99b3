"""Look at work that the runner follows no more: what a hook names, and what took longer than the limit.

A look is free. It never moves money by itself: what it finds is booked by its own receipt, and a result is fetched.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from channels.db import database_sync_to_async
from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from projects import engines
from projects.engines import base, hooks
from projects.engines.base import Ended, Files, Progress, Request, Ticket
from projects.engines.errors import EngineError
from projects.engines.hooks import Event
from projects.models import Attempt, Door, Receipt, sealed
from projects.runner import adopt, ledger, requests, spool
from projects.runner.limits import limits
from projects.states import AttemptState

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 20
_listening: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None


def heard(attempt: Attempt, event: Event) -> None:
    """Write down what a hook told, once, and have the interaction that it names looked at soon."""
    model = requests.model_of(attempt.model, attempt.door) if attempt.door else None
    ticket: Ticket | None = None
    if model is not None:
        ticket = {"id": event.interaction, "api_version": model.api_version, "model": model.id}
    ledger.receipt(attempt, Receipt.Kind.HOOK, f"hook:{event.id}", {"type": event.kind, "ticket": ticket})
    cache.delete(_name(attempt.pk))
    soon()


def soon() -> None:
    """Look now at what hooks told, where the runner is in this process; callable from any thread."""
    if _listening is not None:
        loop, news = _listening
        loop.call_soon_threadsafe(news.set)


async def as_told() -> None:
    """Look whenever `soon` asks for it, for as long as the runner lives."""
    global _listening
    news = asyncio.Event()
    _listening = asyncio.get_running_loop(), news
    try:
        while True:
            await news.wait()
            news.clear()
            try:
                await late()
            except DatabaseError:
                logger.exception("A look at what hooks told was cut off; the next sweep does it")
    finally:
        _listening = None


async def late() -> None:
    """Look at what hooks named for calls in doubt, and once at each accepted call that took too long.

    The latter hourly for a day, then daily while the provider keeps it; so do calls that were booked without an answer.
    """
    named = await database_sync_to_async(_named)()
    due = await database_sync_to_async(_due)()
    seen = (*(told(attempt) for attempt in named), *(_look(attempt) for attempt in due))
    for fault in await asyncio.gather(*seen, return_exceptions=True):
        if isinstance(fault, Exception):
            logger.error("A look at late work failed; the next one is due later", exc_info=fault)


async def told(attempt: Attempt) -> bool:
    """Look at the work that hooks named for an unanswered call, the newest first; true when it is its own. Free."""
    for door, ticket in await database_sync_to_async(_tickets)(attempt):
        is_its_own = await hooks.confirmed(door, ticket, str(attempt.uuid))
        if is_its_own and await database_sync_to_async(adopt.revived)(attempt, ticket):
            return True
    return False


def _tickets(attempt: Attempt) -> list[tuple[base.Door, Ticket]]:
    """Return the work that hooks named for an attempt and no other one has, and its door; the newest first."""
    heard = adopt.news(Receipt.Kind.HOOK).filter(attempt=attempt).order_by("-pk")
    tickets = {body["ticket"]["id"]: body["ticket"] for body in heard.values_list("body", flat=True)}
    if not tickets or attempt.door is None:
        return []
    try:
        door = attempt.door.plain()
    except sealed.NoKey:
        return []
    return [(door, ticket) for ticket in tickets.values()]


def _named() -> list[Attempt]:
    """Return the calls in doubt for which a hook named work, and note that they are looked at."""
    heard_of = adopt.news(Receipt.Kind.HOOK).values("attempt")
    open_ = _of_those_kept(Attempt.objects.filter(pk__in=heard_of, state__in=adopt.REVIVABLE))
    return [attempt for attempt in open_.select_related("door") if _is_due(attempt)]


def _is_due(attempt: Attempt) -> bool:
    """Return whether to look now: always while a person waits, seldom once it is booked."""
    if attempt.state == AttemptState.UNCONFIRMED or attempt.sent_at is None:
        return True
    return bool(cache.add(_name(attempt.pk), True, _pause(attempt.sent_at)))


def _due() -> list[Attempt]:
    """Return what is to be looked at now, and note that it is."""
    late = _kept().values_list("pk", "sent_at")
    due = list(islice((pk for pk, at in late if at and cache.add(_name(pk), True, _pause(at))), MOST_AT_ONCE))
    rows = Attempt.objects.filter(pk__in=due).select_related(
        "door", "step__order", "step__project", "step__door", "step__parent", "step__source"
    )
    return list(rows.order_by("pk")) if due else []


def _kept() -> QuerySet[Attempt]:
    """Return the late work that its provider still keeps."""
    return _of_those_kept(adopt.late())


def _of_those_kept(attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    kept = Q(pk__in=[])
    for days in Door.objects.order_by().values_list("keeps_days", flat=True).distinct():
        kept |= Q(door__keeps_days=days, sent_at__gte=Now() - timedelta(days=days))
    return attempts.filter(kept)


def _pause(sent_at: datetime) -> float:
    """Return for how many seconds a look is enough."""
    age = timezone.now() - sent_at
    return limits().look_often if age.total_seconds() < limits().look_often_for else limits().look_seldom


def _name(attempt: int) -> str:
    return f"look:{attempt}"


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
