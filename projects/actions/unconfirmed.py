"""What people can do about a paid call whose answer was lost: look, pay again, leave it, or call it not charged."""

from __future__ import annotations

from decimal import Decimal

from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from projects import policies, progress
from projects.actions import market, repeats
from projects.actions.refusal import MOVED_ON, Refused
from projects.actions.steps import FRESH
from projects.models import Attempt, Receipt, Step, spend
from projects.policies import Ability
from projects.runner import adopt, embedded, looks, stages
from projects.states import AttemptState, Bill, Status

NOTHING_CAME = "Nothing found. What it may have cost stays held, and is booked as unknown after 24 hours."


def check_again(user: User, step: Step) -> str:
    """Look for the lost answer: what is kept on disk and what the provider has told since. Return a sentence. Free."""
    policies.require(user, step.project, Ability.MAKE)
    attempt = _unconfirmed(step)
    if adopt.found(attempt) or async_to_sync(looks.told)(attempt):
        embedded.wake()
        return "The answer was found. The step goes on."
    return NOTHING_CAME


@transaction.atomic
def start_again(user: User, step: Step, usd: Decimal) -> None:
    """Send it a second time and accept that both may be charged: `usd` is the amount that the button named."""
    policies.require(user, step.project, Ability.MAKE)
    old = _unconfirmed(step)
    market.require(user, step)
    try:
        repeats.again(step, old, usd)
    except repeats.Outdated as refusal:
        raise Refused(f"{refusal.sentence} Leave this one first; it can then be changed.") from refusal
    _decided(old, user, "again", {"usd": str(usd)})
    if not Step.objects.move(step.pk, Status.UNCONFIRMED, Status.QUEUED, **FRESH):
        raise Refused(MOVED_ON, status=409)
    progress.step_changed(step)
    transaction.on_commit(embedded.wake)


@transaction.atomic
def leave(user: User, step: Step) -> None:
    """Book what it may have cost now, in place of in 24 hours. A later answer still corrects it."""
    policies.require(user, step.project, Ability.MAKE)
    adopt.presume(_unconfirmed(step), user)


@transaction.atomic
def not_charged(user: User, step: Step, reason: str) -> None:
    """Release the money: an administrator saw that the provider did not charge it."""
    if not user.is_superuser:
        raise Refused("Only an administrator of the studio can write this off.", status=403)
    if not reason.strip():
        raise Refused("Say how you know that it was not charged.", field="reason")
    attempt = _unconfirmed(step)
    receipt = _decided(attempt, user, "not_charged", {"reason": reason})
    Attempt.objects.move(
        attempt.pk, AttemptState.UNCONFIRMED, AttemptState.WRITTEN_OFF, bill=Bill.NOT_BILLED, ended_at=Now()
    )
    spend.settle(attempt, Decimal(0), receipt, reason[:300])
    Step.objects.move(step.pk, Status.UNCONFIRMED, Status.FAILED, code=step.code, sentence=reason[:500])
    stages.advance(step)
    progress.step_changed(step)


def _unconfirmed(step: Step) -> Attempt:
    """Return the attempt in doubt. Raises Refused when there is none any more."""
    attempt = step.attempts.filter(state=AttemptState.UNCONFIRMED).order_by("-number").first()
    if attempt is None or step.status != Status.UNCONFIRMED:
        raise Refused(MOVED_ON, status=409)
    return attempt


def _decided(attempt: Attempt, user: User, verb: str, body: dict[str, str]) -> Receipt:
    return Receipt.objects.create(
        attempt=attempt,
        kind=Receipt.Kind.DECISION,
        dedupe_key=f"decision:{attempt.uuid}:{verb}",
        body=body,
        by=user,
    )
