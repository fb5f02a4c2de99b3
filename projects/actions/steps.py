"""Cancel work, try it again, delete and restore what came of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from projects import policies, progress
from projects.actions import market, repeats
from projects.actions.refusal import MOVED_ON, Refused, require_space
from projects.models import Attempt, Step, spend
from projects.policies import Ability
from projects.runner import embedded, stages
from projects.states import OPEN_ATTEMPT, AttemptState, Bill, Status

NOTHING = Decimal(0)
FRESH: dict[str, Any] = {
    "cancel_at": None,
    "recoveries": 0,
    "code": "",
    "detail": "",
    "sentence": "",
    "started_at": None,
    "note": "",
}
"""What a start by a person forgets of the one before."""


@transaction.atomic
def cancel(user: User, step: Step) -> None:
    """Stop a step: one that was not sent yet at once, another as soon as its runner, or its provider, lets it go."""
    policies.require(user, step.project, Ability.MAKE)
    attempt = step.attempts.filter(state__in=OPEN_ATTEMPT).first()
    is_sent = attempt is not None and attempt.bill != Bill.FREE and attempt.state != AttemptState.PLANNED
    if not is_sent and Step.objects.move(
        step.pk, Status.QUEUED, Status.CANCELLED, cancel_at=None, waits_for=""
    ):
        _release(attempt)
        stages.advance(step)
    else:
        under_way = Step.objects.filter(
            pk=step.pk, status__in=(Status.QUEUED, Status.RUNNING), cancel_at=None
        )
        under_way.write(cancel_at=Now())
    progress.step_changed(step)
    transaction.on_commit(embedded.wake)


def _release(attempt: Attempt | None) -> None:
    """End an attempt of which nothing was sent; its money is free again."""
    if attempt is None:
        return
    bill = Bill.FREE if attempt.bill == Bill.FREE else Bill.NOT_BILLED
    state = AttemptState(attempt.state)
    if Attempt.objects.move(attempt.pk, state, AttemptState.CANCELLED, ended_at=Now(), bill=bill):
        spend.settle(attempt, Decimal(0), None, "cancelled before it was sent")


def retry(user: User, step: Step, usd: Decimal = NOTHING) -> None:
    """Queue a failed or cancelled step again, as a new attempt. `usd`: the price that the button named.

    One that moved on stays. One that cannot be sent as it is any more stays too, and says why from now on.
    """
    policies.require(user, step.project, Ability.MAKE)
    require_space()
    try:
        _again(user, step, usd)
    except repeats.Outdated as refusal:
        stays = Step.objects.filter(pk=step.pk, status__in=(Status.FAILED, Status.CANCELLED))
        stays.write(code=refusal.code, sentence=refusal.sentence[:500])
        progress.step_changed(step)
        raise


@transaction.atomic
def _again(user: User, step: Step, usd: Decimal) -> None:
    last = step.attempts.order_by("-number").first()
    waits = stages.PICK if last is None and step.stage else ""
    moved = _may_retry(step) and Step.objects.move(
        step.pk, Status(step.status), Status.QUEUED, waits_for=waits, **FRESH
    )
    if not moved:
        raise Refused(MOVED_ON, status=409)
    if not waits and (last is None or last.state not in OPEN_ATTEMPT):
        market.require(user, step)
        repeats.again(step, last, usd)
    progress.step_changed(step)
    transaction.on_commit(embedded.wake)


def _may_retry(step: Step) -> bool:
    return step.status in {Status.FAILED, Status.CANCELLED}


@transaction.atomic
def delete(user: User, step: Step) -> None:
    """Take a step off the board; one that is under way is cancelled. It can be restored."""
    policies.require(user, step.project, Ability.MAKE)
    if step.status in {Status.QUEUED, Status.RUNNING}:
        cancel(user, step)
    Step.objects.filter(pk=step.pk, deleted_at=None).write(deleted_at=Now())
    progress.step_changed(step)


@transaction.atomic
def restore(user: User, step: Step) -> None:
    """Put a deleted step back on the board."""
    policies.require(user, step.project, Ability.MAKE)
    Step.objects.kept().filter(pk=step.pk).write(deleted_at=None)
    progress.step_changed(step)
