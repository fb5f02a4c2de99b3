"""A paid engine's part of a step's life: prepare, send once, follow, fetch; whatever dies in between.

Who takes over goes on by the attempt's state: planned is sent, sending without an answer on disk is unconfirmed,
accepted is followed, finished is fetched. Source: reference/reliability.md section 2.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile
from uuid import UUID

from channels.db import database_sync_to_async
from django.db.models import Min, QuerySet

from projects import progress
from projects.engines import client
from projects.engines.base import Ended, Engine, Files, Output, Progress, Request, Ticket
from projects.engines.errors import Broken, Doubt, EngineError, NotSent, Refused
from projects.failures import FAILURES, Code
from projects.models import Attempt, Door, Step, files
from projects.runner import closing, damaged, ledger, looks, remembered, requests, spool
from projects.runner.hold import CancelAsked, ClaimLost, Hold
from projects.runner.limits import hinted, limits, pause, rest
from projects.states import AttemptState, Phase

logger = logging.getLogger(__name__)
MOST_NEW_ATTEMPTS = 3
"""After so many new attempts in a row a busy provider (503) counts as down."""


class Settled(Exception):
    """The step's rows say already how it ended, or what it waits for."""


@dataclass(frozen=True, slots=True)
class Run:
    """One drive of one step: what is held, what is asked, and where files and news go."""

    step: Step
    claim: UUID
    attempt: Attempt
    engine: Engine
    request: Request
    files: Files
    hold: Hold
    book: progress.Book

    async def tell(self, event: Progress) -> None:
        """Note a sign of life."""
        await self.book.report(self.step, self.claim, event.phase, event.share, event.note)


async def made(run: Run) -> Output:
    """Return the result of a paid step. Raises Settled where the rows say how it ended instead."""
    await client.loaded()
    return await _fetched(run, await _ended(run))


async def _ended(run: Run) -> Ended:
    """Return how the work ended, from wherever the attempt stands."""
    attempt = run.attempt
    if attempt.state == AttemptState.FINISHED:
        media = await database_sync_to_async(damaged.media_of)(attempt)
        return Ended("done", attempt.usage, media, ticket=attempt.ticket)
    if attempt.state == AttemptState.SENDING:
        answer = await asyncio.to_thread(spool.found, attempt.uuid)
        if answer is None:
            await _doubt(
                run, Doubt(FAILURES[Code.PROVIDER_DOWN].title, Code.PROVIDER_DOWN, "Cut off while sending.")
            )
            raise Settled
        ended = await _answered(run, answer)
    elif attempt.state == AttemptState.PLANNED:
        ended = await _answered(run, await _sent(run))
    else:
        known = spool.kept if attempt.ticket_id else spool.found
        answer = await asyncio.to_thread(known, attempt.uuid)
        ended = answer if isinstance(answer, Ended) else None
    ended = ended or await _followed(run)
    await database_sync_to_async(ledger.finished)(run.step, run.claim, attempt, ended)
    if ended.status == "cancelled" and run.hold.cancel_asked:
        raise CancelAsked
    if ended.status != "done":
        raise _why(ended)
    await run.book.written(run.step, Phase.COLLECTING)
    return ended


def _why(ended: Ended) -> Broken:
    code = ended.code or (Code.CANCELLED_BY_PROVIDER if ended.status == "cancelled" else Code.EMPTY_RESULT)
    return Broken(ended.sentence or FAILURES[code].why, code, ended.words)


async def _sent(run: Run) -> Ticket | Ended:
    """Lines 3 and 4, then the one paid call."""
    request = await _prepared(run)
    if run.hold.cancel_asked:
        raise CancelAsked
    await _intended(run, request)
    return await _create(run, request)


async def _prepared(run: Run) -> Request:
    """Return the request as it is sent. What refuses its files for a while is waited for: nothing was paid for."""
    try:
        return await run.hold.free(remembered.prepared(run.engine, run.request, run.files, run.step))
    except Refused as error:
        if run.hold.cancel_asked:
            raise CancelAsked from error
        if (again := await database_sync_to_async(_again)(run, error)) is None:
            found = await remembered.sorted_out(error, run.request, run.attempt)
            await database_sync_to_async(closing.close)(run.step, found)
            raise found from error
        put_off = database_sync_to_async(ledger.not_sent)
        await put_off(run.step, run.claim, run.attempt, again, error, rest(error))
        raise Settled from error


def _require_space() -> None:
    """Send nothing whose result has no place. Raises Broken."""
    try:
        files.require_space()
    except files.DiskFull as error:
        raise Broken(FAILURES[Code.STORAGE_FAILED].why, Code.STORAGE_FAILED, error.sentence) from error


async def _intended(run: Run, request: Request) -> None:
    """Line 4. A process that is told to end while it is written takes it back: nothing was sent yet."""
    write = asyncio.create_task(database_sync_to_async(_intend)(run, request))
    try:
        await asyncio.shield(write)
    except asyncio.CancelledError:
        await asyncio.wait({write})
        with suppress(ClaimLost):
            await database_sync_to_async(ledger.not_begun)(run.step, run.claim, run.attempt)
        raise


def _intend(run: Run, request: Request) -> None:
    requests.require_allowed(run.step)
    _require_space()
    if run.step.door_id and Door.objects.closed_for(run.step.model).filter(pk=run.step.door_id).exists():
        asleep = Refused(closing.ASKED_TO_WAIT, Code.RATE_LIMITED, "Its door rests.")
        ledger.not_sent(run.step, run.claim, run.attempt, 0, asleep)
        raise Settled
    ledger.sending(run.step, run.claim, run.attempt, request)


async def _create(run: Run, request: Request) -> Ticket | Ended:
    """Send, and let nothing cut the call in two: a process that ends waits for the answer as long as it may."""
    call = asyncio.create_task(_kept(run, request), name=f"create for step {run.step.pk}")
    try:
        await asyncio.wait({call})
    except asyncio.CancelledError:
        await asyncio.wait({call}, timeout=limits().last_answer)
        if call.done():
            with suppress(Settled):
                await _answered(run, await _came(run, call))
        call.cancel()
        raise
    return await _came(run, call)


async def _came(run: Run, call: asyncio.Task[Ticket | Ended]) -> Ticket | Ended:
    """Return the answer of a call that is done. Raises Settled for every other end, which is written down first."""
    try:
        return call.result()
    except NotSent as error:
        await _not_sent(run, error)
    except Refused as error:
        found = error
        try:
            found = await remembered.sorted_out(error, run.request, run.attempt)
        finally:  # whatever stops the looks, the refusal is written down
            await _refused(run, found)
    except Doubt as error:
        await _doubt(run, error)
    raise Settled


async def _kept(run: Run, request: Request) -> Ticket | Ended:
    """Return the answer, on disk before anything else is done with it."""
    answer = await run.engine.start(request, run.files)
    try:
        await asyncio.to_thread(spool.keep, run.attempt.uuid, answer)
    except OSError:
        logger.exception("The answer to attempt %s could not be kept on disk", run.attempt.uuid)
    return answer


async def _answered(run: Run, answer: Ticket | Ended) -> Ended | None:
    """Line 5 for a ticket. An answer that is the end already has its own lines."""
    if isinstance(answer, Ended):
        return answer
    await database_sync_to_async(_accept)(run, answer)
    await run.book.written(run.step, Phase.GENERATING)
    return None


def _accept(run: Run, ticket: Ticket) -> None:
    ledger.accepted(run.step, run.claim, run.attempt, ticket)
    spool.drop(run.attempt.uuid)


async def _followed(run: Run) -> Ended:
    """Follow accepted work to its end; when a person cancels, ask the provider once and see what came of it."""
    ticket, asked_at = run.attempt.ticket or {}, None
    async for event in run.engine.follow(ticket, run.request, run.files):
        if isinstance(event, Ended):
            return replace(event, ticket=event.ticket or ticket)
        if run.hold.cancel_asked and asked_at is None and run.request.door:
            await run.engine.cancel(ticket, run.request.door)
            asked_at = time.monotonic()
        if asked_at is not None and time.monotonic() - asked_at > limits().longest_cancel:
            raise Broken(FAILURES[Code.TIMED_OUT].why, Code.TIMED_OUT, "Asked to cancel, and it went on.")
        if _age(run.attempt) > limits().longest_step:
            raise Broken(FAILURES[Code.TIMED_OUT].why, Code.TIMED_OUT)
        await run.tell(_told(run, event))
    raise Broken(FAILURES[Code.EMPTY_RESULT].why, Code.EMPTY_RESULT, "The engine ended without a word.")


def _told(run: Run, event: Progress) -> Progress:
    """Return a sign of life with a word on what is unusual, where the engine has none."""
    if event.note:
        return event
    if run.hold.cancel_asked:
        return replace(event, note=f"Cancelling. It may still cost up to ${run.attempt.quote_usd:.2f}.")
    return replace(event, note=progress.much_longer(_age(run.attempt), run.step.seconds_usual))


def _age(attempt: Attempt) -> float:
    return (datetime.now(UTC) - attempt.sent_at).total_seconds() if attempt.sent_at else 0.0


async def _fetched(run: Run, ended: Ended) -> Output:
    output = await run.engine.fetch(ended, run.request, run.files)
    if run.hold.cancel_asked:
        note = "It was finished before it could be cancelled."
        return replace(output, notes=(*output.notes, note))
    return output


async def _not_sent(run: Run, error: NotSent) -> None:
    """Wait and try again, for as long as a busy provider is waited for."""
    waited = await database_sync_to_async(_waited)(run, run.step.started_at)
    if waited > limits().longest_wait:
        await database_sync_to_async(ledger.refused)(run.step, run.claim, run.attempt, error, None)
    else:
        seconds = pause(waited)
        await database_sync_to_async(ledger.not_sent)(run.step, run.claim, run.attempt, seconds, error)


async def _refused(run: Run, error: Refused) -> None:
    """Fail, or wait for what passes by itself."""
    again = await database_sync_to_async(_again)(run, error)
    write = database_sync_to_async(ledger.refused)
    await write(run.step, run.claim, run.attempt, error, again, rest(error))


async def _doubt(run: Run, error: EngineError) -> None:
    await database_sync_to_async(ledger.doubtful)(run.step, run.claim, run.attempt, error)
    looks.soon()


def _again(run: Run, error: Refused) -> float | None:
    """Return in how many seconds a refused request is sent again, or nothing when it is not."""
    if not error.again or (error.status == 503 and _busy(run) >= MOST_NEW_ATTEMPTS):
        return None
    waited = _waited(run, run.attempt.sent_at or run.step.started_at)
    if error.code != Code.QUOTA_EXHAUSTED and waited > limits().longest_wait:
        return None
    hint = hinted(error)
    spread = random.uniform(0, min(hint, limits().spread))  # noqa: S311 - jitter
    return hint + spread if hint else pause(waited)


def _busy(run: Run) -> int:
    """Return how often in a row the provider was busy (503) just before this attempt, since the step was started."""
    statuses = _refusals(run).order_by("-number").values_list("http_status", flat=True)
    return len(list(takewhile(lambda status: status == 503, statuses)))


def _waited(run: Run, since: datetime | None) -> float:
    """Return for how long this step has been refused in a row: from the first refusal, `since` where this is it."""
    began = _refusals(run).aggregate(first=Min("ended_at"))["first"] or since
    return (datetime.now(UTC) - began).total_seconds() if began else 0.0


def _refusals(run: Run) -> QuerySet[Attempt]:
    """Return the attempts before this one since the step was started, or came back from a long rest."""
    return run.step.attempts.filter(sent_at__gte=run.step.started_at, number__lt=run.attempt.number)
