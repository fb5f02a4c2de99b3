"""Bring an answer that came late, by disk or by receipt, back to its attempt; and book what never came."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from projects import progress
from projects.engines import results, uploads
from projects.engines.base import Ended, Ticket
from projects.failures import Code
from projects.models import Attempt, Receipt, Step, files, spend
from projects.runner import ledger, spool, stages
from projects.runner.limits import limits
from projects.states import AttemptState, Status

REVIVABLE = (AttemptState.UNCONFIRMED, AttemptState.PRESUMED, AttemptState.WRITTEN_OFF)
LATE = (Code.TIMED_OUT, Code.STORAGE_FAILED, Code.STUDIO_FAULT)
"""With these codes accepted work is given up on our side only: it may end well at the provider."""
GONE = (AttemptState.STORED, AttemptState.FAILED, AttemptState.CANCELLED, AttemptState.REFUSED)
"""States in which nothing is read from the spool any more."""
CAME_THROUGH = "The first start came through after all."


def late() -> QuerySet[Attempt]:
    """Return the accepted calls that were given up before the provider said how they ended."""
    ended = Receipt.objects.filter(attempt=OuterRef("pk"), kind=Receipt.Kind.END)
    given_up = Attempt.objects.filter(state=AttemptState.FAILED, code__in=LATE, ticket_id__isnull=False)
    return given_up.filter(step__purged_at=None).exclude(Exists(ended)).order_by("pk")


def found(attempt: Attempt) -> bool:
    """Give an attempt the answer that is known of it, and let its step go on; true when there is one."""
    answer = spool.found(attempt.uuid) or _told(attempt)
    return answer is not None and revived(attempt, answer)


def _told(attempt: Attempt) -> Ticket | None:
    """Return the ticket that an answer to the create itself has left; what a hook names is looked at first."""
    told = attempt.receipts.filter(kind=Receipt.Kind.TICKET).order_by("-pk")
    return next((dict(receipt.body["ticket"]) for receipt in told if receipt.body.get("ticket")), None)


@transaction.atomic
def revived(attempt: Attempt, answer: Ticket | Ended) -> bool:
    """Put the answer on the attempt; its step is followed, or where that has moved on, a sibling that takes it over."""
    step = Step.objects.select_for_update().get(pk=attempt.step_id)
    revivable = Q(state__in=REVIVABLE) | Q(pk__in=late())
    now = Attempt.objects.select_for_update().filter(revivable, pk=attempt.pk, step=step).first()
    ticket = (answer.ticket if isinstance(answer, Ended) else answer) or {}
    if now is None:
        return False
    name = Attempt.objects.name_of(now, ticket)
    if name is None and not isinstance(answer, Ended):
        return False
    if name is not None:
        ledger.receipt(now, Receipt.Kind.TICKET, f"ticket:{now.door_id}:{name}", {"ticket": ticket})
    fields: dict[str, Any] = {"ticket": ticket, "ticket_id": name, "ended_at": None, "code": "", "detail": ""}
    if _has_moved_on(step, now) or not Step.objects.revive(step.pk, Status(step.status)):
        step = Step.objects.sibling(step, CAME_THROUGH)
        fields |= {"step": step, "number": 1}
    progress.step_changed(step)
    return Attempt.objects.move(now.pk, AttemptState(now.state), AttemptState.ACCEPTED, **fields)


def _has_moved_on(step: Step, attempt: Attempt) -> bool:
    newer = step.attempts.filter(number__gt=attempt.number).exists()
    return newer or step.status not in (Status.UNCONFIRMED, Status.FAILED)


def came(attempt: Attempt, ended: Ended) -> None:
    """Take what a look told of late work: a result goes on to be fetched, any other end is booked as it is."""
    if ended.status == "done":
        spool.keep(attempt.uuid, ended)
        found(attempt)
    else:
        ledger.learnt(attempt, ended)
        Step.objects.filter(pk=attempt.step_id).write()
        progress.step_changed(attempt.step)


def presume(attempt: Attempt, by: User | None = None) -> None:
    """Book an unanswered call at its estimate; the bill stays unknown, and a later answer corrects it."""
    receipt = ledger.receipt(attempt, Receipt.Kind.DECISION, f"decision:{attempt.uuid}:presumed", {}, by)
    if not Attempt.objects.move(attempt.pk, AttemptState.UNCONFIRMED, AttemptState.PRESUMED, ended_at=Now()):
        return
    spend.settle(attempt, attempt.quote_usd, receipt, "presumed: no answer came")
    sentence = "No answer came. What it may have cost is booked; a later answer corrects it."
    step = attempt.step
    if step.attempts.filter(number__gt=attempt.number).exists():
        return
    if Step.objects.move(step.pk, Status.UNCONFIRMED, Status.FAILED, code=Code.TIMED_OUT, sentence=sentence):
        stages.advance(step)
        progress.step_changed(step)


def sweep() -> None:
    """Adopt every late answer, fetch again what could not be had, book what is too old, and tidy the spool."""
    heard_of = Q(uuid__in=list(spool.waiting())) | Q(pk__in=news(Receipt.Kind.TICKET).values("attempt"))
    for attempt in Attempt.objects.filter(heard_of, state__in=REVIVABLE):
        found(attempt)
    _fetch_again()
    for step in Step.objects.filter(status=Status.QUEUED, waits_for="key").select_related("door"):
        if step.door is None or step.door.is_open:
            Step.objects.filter(pk=step.pk, waits_for="key").write(waits_for="", note="")
    old = Now() - timedelta(seconds=limits().presumed)
    for attempt in Attempt.objects.filter(state=AttemptState.UNCONFIRMED, sent_at__lt=old):
        with transaction.atomic():
            presume(attempt)
    over = Attempt.objects.filter(uuid__in=list(spool.waiting()), state__in=GONE)
    for attempt in over.exclude(code=Code.STUDIO_FAULT):  # what a fault of ours has left may be all there is
        spool.drop(attempt.uuid)


def news(kind: Receipt.Kind) -> QuerySet[Receipt]:
    """Return the receipts of a kind that name an interaction which no other attempt of the same door has."""
    told = Receipt.objects.filter(kind=kind)
    others = Attempt.objects.filter(door=OuterRef("attempt__door"), ticket_id=OuterRef("name"))
    taken = Exists(others.exclude(pk=OuterRef("attempt")))
    name = Coalesce(KT("body__ticket__id"), Value(""), output_field=TextField())
    return told.annotate(name=name).exclude(name="").exclude(taken)


def _fetch_again() -> None:
    """Let steps go on whose paid result could not be had, once there is room. It is free: the result is kept."""
    try:
        files.require_space()
    except files.DiskFull:
        return
    kept = Attempt.objects.filter(state=AttemptState.FINISHED, step__status=Status.FAILED)
    for attempt in kept.filter(step__deleted_at=None).select_related("step", "door"):
        tried_at = attempt.step.ended_at or attempt.created_at
        if (until := _kept_until(attempt)) is not None and tried_at > until:
            _give_up(attempt)
            continue
        is_due = timezone.now() - tried_at > _rest(attempt, tried_at)
        if is_due and Step.objects.revive(attempt.step_id, Status.FAILED):
            progress.step_changed(attempt.step)


def _kept_until(attempt: Attempt) -> datetime | None:
    """Return how long the provider keeps a result; nothing where its bytes lie here."""
    if any("path" in part for part in attempt.media):
        return None
    kept = timedelta(days=attempt.door.keeps_days if attempt.door else 0)
    if uploads.names_in(attempt.media):
        kept = min(kept, uploads.KEPT_AT_MOST)
    return (attempt.sent_at or attempt.created_at) + kept


def _rest(attempt: Attempt, tried_at: datetime) -> timedelta:
    """Return the pause before a result is fetched again: as long again as it was waited for, a day at most.

    Room on the disk is looked for before each try, so that one comes soon.
    """
    shortest = timedelta(seconds=limits().fetch_again)
    if attempt.step.code == Code.STORAGE_FAILED:
        return shortest
    waited = tried_at - (attempt.sent_at or attempt.created_at)
    return max(shortest, min(waited, timedelta(seconds=limits().look_seldom)))


@transaction.atomic
def _give_up(attempt: Attempt) -> None:
    """End a call whose result the provider no longer keeps; what it cost stays booked, and it may be made anew."""
    code = {"code": Code.OUTPUT_CORRUPT}
    failed = Step.objects.filter(pk=attempt.step_id, status=Status.FAILED)
    if failed.write(sentence=results.GONE, **code):
        Attempt.objects.move(attempt.pk, AttemptState.FINISHED, AttemptState.FAILED, ended_at=Now(), **code)
        progress.step_changed(attempt.step)
