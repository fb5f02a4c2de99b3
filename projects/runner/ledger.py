"""The lines that are written around a paid call: attempt, receipt and money, each in one short transaction.

Every write but a receipt needs the claim; a runner that slept past its lease changes nothing, but an id that it holds
is recorded. The numbers are those of reference/reliability.md section 2.3.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from projects import progress
from projects.engines import prices
from projects.engines.base import Ended, Json, Request, Ticket
from projects.engines.clean import cleaned
from projects.engines.errors import Doubt, EngineError
from projects.failures import FAILURES, Code
from projects.models import Attempt, Receipt, Step, spend
from projects.runner import closing, stages
from projects.runner.hold import ClaimLost
from projects.states import AttemptState, Bill, Phase, Status

_A = AttemptState
LOST = (Code.OUTPUT_CORRUPT, Code.EMPTY_RESULT)
"""With these codes a finished call has no result that could be fetched; with any other one it may be had later."""
WITH_REMEDY = (Code.STORAGE_FAILED, Code.CREDENTIALS_MISSING, Code.CREDENTIALS_REJECTED)
"""Codes whose own sentence says what to mend before a result can be fetched."""
KEPT = "The result is paid for and kept. Fetch it again, which is free; the studio also tries by itself."


def described(request: Request) -> Json:
    """Return what is sent, as it is kept: files by their sha-256, no bytes, no key."""
    return {
        "model": request.model.id if request.model else "",
        "ability": request.ability,
        "prompt": request.prompt,
        "wish": request.wish.to_json(),
        "seed": request.seed,
        "previous": request.chain.ticket.get("id") if request.chain else None,
        "inputs": [
            {
                "role": entry.role,
                "kind": entry.kind,
                "sha256": entry.facts.get("sha256"),
                "uri": (entry.remote or {}).get("uri"),
            }
            for entry in request.inputs
        ],
    }


@transaction.atomic
def sending(step: Step, claim: UUID, attempt: Attempt, request: Request) -> None:
    """Line 4: the intent, committed before the socket opens. Raises ClaimLost."""
    _require_claim(step, claim)
    body = described(request)
    sha = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    if not Attempt.objects.move(
        attempt.pk, _A.PLANNED, _A.SENDING, request=body, request_sha=sha, sent_at=Now()
    ):
        raise ClaimLost
    attempt.state, attempt.sent_at = _A.SENDING, timezone.now()


@transaction.atomic
def not_begun(step: Step, claim: UUID, attempt: Attempt) -> None:
    """Take the intent back: the process ends before the socket was opened. Raises ClaimLost."""
    _require_claim(step, claim)
    Attempt.objects.move(attempt.pk, _A.SENDING, _A.PLANNED, sent_at=None)


@transaction.atomic
def not_sent(
    step: Step, claim: UUID, attempt: Attempt, seconds: float, error: EngineError, rest: float = 0
) -> None:
    """No create left this machine: the attempt stays planned, its money held, and the step waits; so does its door.

    `rest`: as of `refused`.
    """
    _require_claim(step, claim)
    Attempt.objects.move(attempt.pk, _A.SENDING, _A.PLANNED, sent_at=None, detail=error.detail)
    _wait(step, claim, error, seconds, rest)


@transaction.atomic
def refused(
    step: Step,
    claim: UUID,
    attempt: Attempt,
    error: EngineError,
    again: float | None,
    rest: float = 0,
) -> None:
    """The provider said no: nothing is billed. With `again`, a new attempt waits so many seconds on the same money.

    `rest`: nothing at all is sent through the door for so long, or nothing of its model (`closing.rest`).
    """
    _require_claim(step, claim)
    facts = {"code": error.code, "detail": error.detail, "http_status": getattr(error, "status", 0) or None}
    if not Attempt.objects.move(
        attempt.pk, _A.SENDING, _A.REFUSED, bill=Bill.NOT_BILLED, ended_at=Now(), **facts
    ):
        raise ClaimLost
    told = receipt(attempt, Receipt.Kind.REFUSAL, f"refusal:{attempt.uuid}", {"said": error.detail})
    if again is None:
        closing.close(step, error)
        spend.settle(attempt, Decimal(0), told, "refused")
        Step.objects.end(step.pk, claim, Status.FAILED, **failure(error))
        stages.advance(step)
        return
    spend.carry_over(attempt, Attempt.objects.repeat(attempt), told)
    _wait(step, claim, error, again, rest)


@transaction.atomic
def doubtful(step: Step, claim: UUID, attempt: Attempt, error: EngineError) -> None:
    """Sent, and the answer is lost: the money stays held, and a person is asked."""
    _require_claim(step, claim)
    facts = {"code": error.code, "detail": error.detail, "http_status": getattr(error, "status", 0) or None}
    if not Attempt.objects.move(attempt.pk, _A.SENDING, _A.UNCONFIRMED, **facts):
        raise ClaimLost
    Step.objects.end(step.pk, claim, Status.UNCONFIRMED, **failure(error))


def accepted(step: Step, claim: UUID, attempt: Attempt, ticket: Ticket) -> None:
    """Line 5: the receipt of an id, whoever holds the claim, and the ticket, for the holder. Raises ClaimLost."""
    ticket_id = str(ticket["id"])
    with transaction.atomic():
        receipt(attempt, Receipt.Kind.TICKET, f"ticket:{attempt.door_id}:{ticket_id}", {"ticket": ticket})
        is_ours = _goes_on(step, claim, Phase.GENERATING) and Attempt.objects.move(
            attempt.pk, _A.SENDING, _A.ACCEPTED, ticket=ticket, ticket_id=ticket_id
        )
    if not is_ours:
        raise ClaimLost
    attempt.state, attempt.ticket, attempt.ticket_id = _A.ACCEPTED, ticket, ticket_id


def finished(step: Step, claim: UUID, attempt: Attempt, ended: Ended) -> None:
    """Line 6: how the work ended, before any download: the receipt, the attempt's end and its money.

    The answer to a create that is the end brings line 5 along: its receipt, whoever holds the claim. Raises ClaimLost.
    """
    if attempt.state == _A.SENDING:
        body = {"status": ended.status, "ticket": ended.ticket, "usage": ended.usage}
        receipt(attempt, Receipt.Kind.ANSWER, f"answer:{attempt.uuid}", body)
    _finish(step, claim, attempt, ended)


@transaction.atomic
def _finish(step: Step, claim: UUID, attempt: Attempt, ended: Ended) -> None:
    if not _goes_on(step, claim, Phase.COLLECTING):
        raise ClaimLost
    source = _A(attempt.state)
    target = {"done": _A.FINISHED, "failed": _A.FAILED, "cancelled": _A.CANCELLED}[ended.status]
    ticket = ended.ticket or attempt.ticket
    fields: dict[str, Any] = {"usage": ended.usage, "media": list(ended.media), "detail": ended.words[:4000]}
    if ended.status != "done":
        fields |= {"code": ended.code or "", "ended_at": Now()}
    if source == _A.SENDING:
        target = _A.FAILED if target == _A.CANCELLED else target
        attempt.ticket_id = name = Attempt.objects.name_of(attempt, ticket)
        Attempt.objects.move(attempt.pk, source, _A.FINISHED, ticket=ticket, ticket_id=name, **fields)
        source = _A.FINISHED
    if source != target and not Attempt.objects.move(attempt.pk, source, target, **fields):
        raise ClaimLost
    _book(attempt, ended)
    attempt.state = target


@transaction.atomic
def learnt(attempt: Attempt, ended: Ended) -> None:
    """Correct the money of a call that was given up, by how its work ended after all; nothing else changes."""
    _book(attempt, ended)


def _book(attempt: Attempt, ended: Ended) -> None:
    """Write the receipt of an end, and book by it."""
    key = f"end:{attempt.door_id}:{attempt.ticket_id or attempt.uuid}:{ended.status}"
    told = receipt(attempt, Receipt.Kind.END, key, {"usage": ended.usage})
    _settle(attempt, ended, told)


def _settle(attempt: Attempt, ended: Ended, told: Receipt) -> None:
    """Book what the provider counted; without a count a result is charged by its measure, and no result by nothing."""
    counted = prices.by_usage(attempt.prices, ended.usage, made=bool(ended.media))
    if prices.is_absurd(counted, attempt.quote_usd):
        Attempt.objects.filter(pk=attempt.pk).update(usage=ended.usage)
        spend.settle(attempt, attempt.quote_usd, told, spend.CANNOT_BE, Bill.UNKNOWN)
    elif counted is not None:
        bill = Bill.BILLED if counted else Bill.NOT_BILLED
        spend.settle(attempt, counted, told, "by the provider's count", bill)
    elif ended.status == "done":
        measured = Decimal(attempt.prices.get("measured", 0)) or attempt.quote_usd
        spend.settle(attempt, measured, told, "by measure: no count came", Bill.BILLED)
    else:
        spend.settle(attempt, Decimal(0), told, "no result and no count")


@transaction.atomic
def ended_both(step: Step, claim: UUID, status: Status, fields: dict[str, str]) -> bool:
    """End a step and its open attempt together; true when this claim still held it.

    One whose paid call is unanswered is never ended but asked about: what it cost is not known.
    """
    unanswered = step.attempts.filter(state=_A.SENDING).first()
    if unanswered is not None and Step.objects.held(step.pk, claim).exists():
        detail = fields.get("detail", "")
        doubtful(
            step, claim, unanswered, Doubt(FAILURES[Code.PROVIDER_DOWN].title, Code.PROVIDER_DOWN, detail)
        )
        return True
    is_kept = _can_be_fetched(step, fields)
    if is_kept and fields["code"] not in WITH_REMEDY:
        fields = fields | {"sentence": KEPT}
    if not Step.objects.end(step.pk, claim, status, **fields):
        return False
    facts = {"code": fields.get("code", ""), "detail": fields.get("detail", ""), "ended_at": Now()}
    left = (_A.PLANNED, _A.ACCEPTED) if is_kept else (_A.PLANNED, _A.ACCEPTED, _A.FINISHED)
    for attempt in step.attempts.filter(state__in=left):
        _close(attempt, _A.CANCELLED if status == Status.CANCELLED else _A.FAILED, facts)
    stages.advance(step)
    return True


def _can_be_fetched(step: Step, fields: dict[str, str]) -> bool:
    """Return whether a finished call stays open: its result is kept, and only could not be had this time."""
    is_lost = fields.get("code", "") in ("", *LOST)
    return not is_lost and step.attempts.filter(state=_A.FINISHED).exists()


def _close(attempt: Attempt, target: AttemptState, facts: dict[str, Any]) -> None:
    """End an attempt. What was accepted by a paid engine is charged at the estimate, what was not sent is free."""
    state = _A(attempt.state)
    if state == _A.FINISHED and target == _A.CANCELLED:
        target = _A.FAILED
    Attempt.objects.move(attempt.pk, state, target, **facts)
    if attempt.bill == Bill.FREE:
        return
    if state == _A.PLANNED:
        spend.settle(attempt, Decimal(0), None, "nothing was sent", Bill.NOT_BILLED)
    elif state == _A.ACCEPTED:
        told = receipt(attempt, Receipt.Kind.DECISION, f"decision:{attempt.uuid}:{target}", {})
        spend.settle(attempt, attempt.quote_usd, told, "at the estimate")


@transaction.atomic
def handed_back(step: Step, claim: UUID) -> bool:
    """Queue a step again for any runner; not while its paid call is unanswered."""
    if step.attempts.filter(state=_A.SENDING).exists():
        return False
    return Step.objects.end(step.pk, claim, Status.QUEUED, note="Picked up again")


def without_key(step: Step, claim: UUID, sentence: str) -> None:
    """Queue a step until its door has a key again; the sweep lets it go."""
    Step.objects.end(step.pk, claim, Status.QUEUED, waits_for="key", note=sentence[:300])


def _goes_on(step: Step, claim: UUID, phase: Phase) -> bool:
    """Write the phase that a line begins, which proves the claim as well; true when this claim held the step."""
    return Step.objects.held(step.pk, claim).write(**progress.at_work(phase)) == 1


def _require_claim(step: Step, claim: UUID) -> None:
    if not Step.objects.select_for_update().held(step.pk, claim).exists():
        raise ClaimLost


def _wait(step: Step, claim: UUID, error: EngineError, seconds: float, rest: float) -> None:
    what, note = closing.waits(error)
    until = Now() + timedelta(seconds=seconds)
    closing.rest(step, error, rest)
    Step.objects.end(step.pk, claim, Status.QUEUED, waits_for=what, not_before=until, note=note)


def receipt(attempt: Attempt, kind: Receipt.Kind, key: str, body: Json, by: User | None = None) -> Receipt:
    """Return the receipt of a fact, written once however often it is told. One statement, for there is one a line."""
    text = json.dumps(body := cleaned(body))
    kept = body if len(text) < 16_000 else {"cut": text[:15_000]}
    told = Receipt(attempt=attempt, kind=kind, dedupe_key=cleaned(key)[:300], body=kept, by=by)
    key_only = ["dedupe_key"]
    return Receipt.objects.bulk_create(
        [told], update_conflicts=True, unique_fields=key_only, update_fields=key_only
    )[0]


def failure(error: EngineError) -> dict[str, str]:
    """Return what a step's row says of a failure."""
    return {"code": error.code, "sentence": error.sentence[:500], "detail": cleaned(error.detail)[:4000]}
