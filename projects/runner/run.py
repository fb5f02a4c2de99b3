"""The life of one step at an engine: claimed, prepared, followed, fetched, saved.

Never raises for the step's own failures; those end in its row. A process that ends gives its steps back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from uuid import UUID

from channels.db import database_sync_to_async
from django.db.models.functions import Now

from projects import engines, progress
from projects.engines.base import Ended, Engine, Files, Output, Progress, Request
from projects.engines.errors import Broken, Damaged, EngineError, HandedBack
from projects.failures import FAILURES, Code
from projects.models import Attempt, Step, files, sealed
from projects.models.step import MANY_RECOVERIES
from projects.runner import damaged, ledger, paid, requests, rescue, save, spool
from projects.runner.hold import CancelAsked, ClaimLost, Hold
from projects.runner.limits import limits
from projects.states import OPEN_ATTEMPT, AttemptState, Bill, Phase, Status

logger = logging.getLogger(__name__)


async def run_step(pk: int, owner: str, book: progress.Book) -> None:
    """Run one due step to its end, or return at once when another runner has it."""
    if (claimed := await database_sync_to_async(_claimed)(pk, owner)) is not None:
        await drive(*claimed, book)


def _claimed(pk: int, owner: str) -> tuple[Step, UUID] | None:
    claim = Step.objects.claim(pk, owner, limits().lease_time)
    return (Step.objects.whole().get(pk=pk), claim) if claim else None


async def drive(step: Step, claim: UUID, book: progress.Book) -> None:
    """Drive a whole step, which this claim holds, to its end."""
    await progress.astep_changed(step)
    try:
        async with (
            _giving_back(step, claim),
            _ending_well(step, claim),
            Hold(step, claim, is_paid=_is_paid(step)) as hold,
        ):
            async with asyncio.timeout(None if _is_paid(step) else limits().longest_step):
                await _work(step, claim, book, hold)
    finally:
        book.forget(step)


@asynccontextmanager
async def _ending_well(step: Step, claim: UUID) -> AsyncIterator[None]:
    """Turn each way in which the work can end into the step's row."""
    try:
        yield
    except ClaimLost:
        logger.warning("Step %s went to another runner", step.pk)
    except paid.Settled:
        await progress.astep_changed(step)
    except CancelAsked:
        await _end(step, claim, Status.CANCELLED)
    except OSError as error:
        await _fail(step, claim, _of_system(error))
    except EngineError as error:
        await _fail(step, claim, error)
    except Exception as error:
        if isinstance(error, HandedBack):
            raise
        logger.exception("Step %s crashed", step.pk)
        await _fail(step, claim, Broken(FAILURES[Code.STUDIO_FAULT].why, Code.STUDIO_FAULT))


def _of_system(error: OSError) -> Broken:
    """Return what a time-out (which is such an error too) or a disk that takes no more means."""
    code = Code.TIMED_OUT if isinstance(error, TimeoutError) else Code.STORAGE_FAILED
    return Broken(FAILURES[code].why, code, str(error))


@asynccontextmanager
async def _giving_back(step: Step, claim: UUID) -> AsyncIterator[None]:
    """Give the step to the next runner when this process, or the child that works for it, is ended."""
    try:
        yield
    except HandedBack:
        await _hand_back(step, claim)
    except asyncio.CancelledError:
        await asyncio.shield(_hand_back(step, claim))
        raise


async def _work(step: Step, claim: UUID, book: progress.Book, hold: Hold) -> None:
    engine = engines.get(step.engine)
    attempt, request = await database_sync_to_async(_begun)(step, claim, engine, hold)
    with files.work_folder(f"step-{step.pk}") as folder, damaged.keeping(attempt):
        room = Files(folder, wall_seconds=_wall(request), kept=spool.folder(attempt.uuid))
        run = paid.Run(step, claim, attempt, engine, request, room, hold, book)
        output = await (paid.made(run) if engine.paid else _free(run))
        book.note(step, claim, Phase.FINISHING)
        result = await save.checked(output, folder)
        with ExitStack() as held:
            fields = await asyncio.to_thread(save.placed, step.project.team_id, result, held)
            hold.let_go()
            await database_sync_to_async(save.stored)(step, claim, attempt, result.output, fields)
    if room.kept and room.kept.exists():
        await asyncio.to_thread(spool.drop, attempt.uuid)
    await progress.astep_changed(step)


def _begun(step: Step, claim: UUID, engine: Engine, hold: Hold) -> tuple[Attempt, Request]:
    """Return where the step stands and what is asked. Raises what else it has come to."""
    attempt = open_attempt(step)
    if step.cancel_at is not None:
        if attempt.state == AttemptState.PLANNED or not engine.paid:
            raise CancelAsked
        hold.cancel_asked = True
    if step.recoveries >= MANY_RECOVERIES and attempt.state != AttemptState.SENDING:
        raise Broken("It was started again three times and ended each time.", _worn_out(attempt))
    return attempt, _request(step, claim, attempt)


def _worn_out(attempt: Attempt) -> Code:
    """Return how a step ends whose process died each time; what the provider holds for it is looked at again later."""
    if attempt.bill == Bill.FREE:
        return Code.STUDIO_FAULT
    at_provider = {AttemptState.ACCEPTED: Code.TIMED_OUT, AttemptState.FINISHED: Code.STORAGE_FAILED}
    return at_provider.get(AttemptState(attempt.state), Code.STUDIO_FAULT)


def _request(step: Step, claim: UUID, attempt: Attempt) -> Request:
    """Return what is asked; a step whose key cannot be opened waits for one. Its attempt stays as it is."""
    try:
        return requests.of_step(step, attempt)
    except sealed.NoKey as error:
        ledger.without_key(step, claim, str(error))
        raise paid.Settled from error


def _is_paid(step: Step) -> bool:
    return engines.get(step.engine).paid


async def _free(run: paid.Run) -> Output:
    """Return the result of a free step, which is made in `follow`."""
    await database_sync_to_async(_accept)(run.attempt)
    request = await run.engine.prepare(run.request, run.files)
    return await _made(run.engine, request, run.files, run.tell)


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


def _wall(request: Request) -> float:
    lengths = [float(entry.facts.get("seconds", 0)) for entry in request.inputs]
    return limits().shortest_wall + limits().wall_per_second * max(request.wish.seconds, *lengths, 0.0)


def open_attempt(step: Step) -> Attempt:
    """Return the attempt that is under way, or a new one of a free engine: a new paid one is a person's to start.

    Raises Broken where a paid one has ended and the process died before it could say so of the step.
    """
    last = step.attempts.order_by("-number").first()
    if last is not None and last.state in OPEN_ATTEMPT:
        return last
    if last is not None and last.bill != Bill.FREE:
        code = Code(last.code or Code.STUDIO_FAULT)
        raise Broken(FAILURES[code].why, code, last.detail)
    number = last.number + 1 if last else 1
    return Attempt.objects.create(step=step, number=number, model=step.model)


def _accept(attempt: Attempt) -> None:
    """A free engine accepts at once: nothing can be billed, so a kill after this means only *again*."""
    if attempt.state == AttemptState.PLANNED:
        Attempt.objects.move(
            attempt.pk, AttemptState.PLANNED, AttemptState.ACCEPTED, ticket={}, bill=Bill.FREE, sent_at=Now()
        )
        attempt.state = AttemptState.ACCEPTED


async def _fail(step: Step, claim: UUID, error: EngineError) -> None:
    if isinstance(error, Damaged) and await database_sync_to_async(damaged.put_back)(step, claim, error):
        await progress.astep_changed(step)
        return
    await _end(step, claim, Status.FAILED, **ledger.failure(error))


async def _end(step: Step, claim: UUID, status: Status, **fields: str) -> None:
    if status == Status.FAILED and fields["code"] not in ledger.LOST:
        await database_sync_to_async(rescue.booked)(step, claim)
    if await database_sync_to_async(ledger.ended_both)(step, claim, status, fields):
        await progress.astep_changed(step)


async def _hand_back(step: Step, claim: UUID) -> None:
    """Give a step back; one whose paid call is unanswered keeps its claim, so that the next runner asks a person."""
    if await database_sync_to_async(ledger.handed_back)(step, claim):
        await progress.astep_changed(step)
