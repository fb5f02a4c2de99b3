"""The life of one step at an engine: claimed, prepared, followed, fetched, saved.

Never raises for the step's own failures; those end in its row. A process that ends gives its steps back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import transaction
from django.db.models.functions import Now

from projects import engines, progress
from projects.engines.base import Ended, Engine, Files, Output, Progress, Request
from projects.engines.errors import Broken, EngineError, HandedBack
from projects.failures import FAILURES, Code
from projects.models import Attempt, Step, files
from projects.models.step import MANY_RECOVERIES
from projects.runner import requests, save
from projects.runner.hold import CancelAsked, ClaimLost, Hold
from projects.runner.limits import limits
from projects.states import OPEN_ATTEMPT, AttemptState, Bill, Phase, Status

logger = logging.getLogger(__name__)


async def run_step(pk: int, owner: str, book: progress.Book) -> None:
    """Run one due step to its end, or return at once when another runner has it."""
    claim = await database_sync_to_async(Step.objects.claim)(pk, owner, limits().lease_time)
    if claim is not None:
        await drive(pk, claim, book)


async def drive(pk: int, claim: UUID, book: progress.Book) -> None:
    """Drive the step that this claim holds to its end."""
    step = await Step.objects.select_related("order", "project", "source").aget(pk=pk)
    await progress.astep_changed(step)
    try:
        async with _ending_well(step, claim), Hold(step, claim), asyncio.timeout(limits().longest_step):
            await _work(step, claim, book)
    finally:
        book.forget(step)


@asynccontextmanager
async def _ending_well(step: Step, claim: UUID) -> AsyncIterator[None]:
    """Turn each way in which the work can end into the step's row."""
    try:
        yield
    except ClaimLost:
        logger.warning("Step %s went to another runner", step.pk)
    except CancelAsked:
        await _end(step, claim, Status.CANCELLED)
    except TimeoutError:
        await _fail(step, claim, Broken(FAILURES[Code.TIMED_OUT].why, Code.TIMED_OUT))
    except EngineError as error:
        await _fail(step, claim, error)
    except (asyncio.CancelledError, HandedBack) as error:
        await asyncio.shield(_hand_back(step, claim))
        if isinstance(error, asyncio.CancelledError):
            raise
    except Exception:
        logger.exception("Step %s crashed", step.pk)
        await _fail(step, claim, Broken(FAILURES[Code.STUDIO_FAULT].why, Code.STUDIO_FAULT))


async def _work(step: Step, claim: UUID, book: progress.Book) -> None:
    if step.cancel_at is not None:
        raise CancelAsked
    if step.recoveries >= MANY_RECOVERIES:
        raise Broken("It was started again three times and ended each time.", Code.STUDIO_FAULT)
    engine = engines.get(step.engine)
    attempt = await database_sync_to_async(open_attempt)(step)
    with files.work_folder(f"step-{step.pk}") as folder:
        room = Files(folder, wall_seconds=_wall(step))
        request = await database_sync_to_async(requests.of_step)(step)
        await database_sync_to_async(_accept)(attempt)
        request = await engine.prepare(request, room)
        output = await _made(engine, request, room, _teller(step, claim, book))
        await book.report(step, claim, Phase.FINISHING, None, "")
        result = await save.checked(output, folder)
        await database_sync_to_async(save.stored)(step, claim, attempt, result)
    await progress.astep_changed(step)


async def _made(engine: Engine, request: Request, room: Files, tell: save.Teller) -> Output:
    """Follow the work to its end and fetch what it made."""
    async for event in engine.follow({}, request, room):
        if isinstance(event, Progress):
            await tell(event)
        elif event.status == "done":
            return await engine.fetch(event, request, room)
        else:
            raise _stopped(event)
    raise Broken("The engine ended without a word.", Code.EMPTY_RESULT)


def _stopped(event: Ended) -> Broken:
    code = Code.CANCELLED_BY_PROVIDER if event.status == "cancelled" else Code.STUDIO_FAULT
    return Broken(FAILURES[code].why, code, detail=event.words)


def _teller(step: Step, claim: UUID, book: progress.Book) -> save.Teller:
    async def tell(event: Progress) -> None:
        await book.report(step, claim, event.phase, event.share, event.note)

    return tell


def _wall(step: Step) -> float:
    seconds = float(step.source.seconds) if step.source_id and step.source else 0
    return limits().shortest_wall + limits().wall_per_second * max(seconds, step.wish.get("seconds") or 0)


def open_attempt(step: Step) -> Attempt:
    """Return the attempt that is under way, or a new one."""
    under_way = step.attempts.filter(state__in=OPEN_ATTEMPT).first()
    if under_way is not None:
        return under_way
    number = step.attempts.count() + 1
    return Attempt.objects.create(step=step, number=number, model=step.model)


def _accept(attempt: Attempt) -> None:
    """A free engine accepts at once: nothing can be billed, so a kill after this means only *again*."""
    if attempt.state == AttemptState.PLANNED:
        Attempt.objects.move(
            attempt.pk, AttemptState.PLANNED, AttemptState.ACCEPTED, ticket={}, bill=Bill.FREE, sent_at=Now()
        )
        attempt.state = AttemptState.ACCEPTED


async def _fail(step: Step, claim: UUID, error: EngineError) -> None:
    fields = {"code": error.code, "sentence": error.sentence[:500], "detail": error.detail[:4000]}
    await _end(step, claim, Status.FAILED, **fields)


async def _end(step: Step, claim: UUID, status: Status, **fields: str) -> None:
    if await database_sync_to_async(_end_both)(step, claim, status, fields):
        await progress.astep_changed(step)


@transaction.atomic
def _end_both(step: Step, claim: UUID, status: Status, fields: dict[str, str]) -> bool:
    if not Step.objects.end(step.pk, claim, status, **fields):
        return False
    ended = AttemptState.CANCELLED if status == Status.CANCELLED else AttemptState.FAILED
    facts = {"code": fields.get("code", ""), "detail": fields.get("detail", "")}
    for attempt in step.attempts.filter(state__in=(AttemptState.PLANNED, AttemptState.ACCEPTED)):
        Attempt.objects.move(
            attempt.pk, AttemptState(attempt.state), ended, ended_at=Now(), bill=Bill.FREE, **facts
        )
    return True


async def _hand_back(step: Step, claim: UUID) -> None:
    if await database_sync_to_async(Step.objects.end)(step.pk, claim, Status.QUEUED, note="Picked up again"):
        await progress.astep_changed(step)
