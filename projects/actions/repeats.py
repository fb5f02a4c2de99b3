"""Second starts of paid work: again at the price of the last attempt, or let go by a producer."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from projects import policies, progress
from projects.actions import market
from projects.actions.orders import over_budget
from projects.actions.refusal import MOVED_ON, Refused
from projects.models import Attempt, Step, spend
from projects.policies import Ability
from projects.runner import embedded
from projects.states import Bill, Status


def price_of(attempt: Attempt) -> Decimal:
    """Return the most that another start like this one may cost, as it was quoted."""
    known = attempt.prices
    return Decimal(known.get("quote") or known.get("measured", attempt.quote_usd))  # older rows have no quote


def again(step: Step, last: Attempt | None, usd: Decimal) -> Attempt:
    """Return a new attempt at the price of the last one, with its money held. Raises Refused.

    usd: what the person agreed to; less than it may cost is asked about again.
    """
    if last is None or last.bill == Bill.FREE:
        number = step.attempts.count() + 1
        return Attempt.objects.create(step=step, number=number, model=step.model, bill=Bill.FREE)
    price = price_of(last)
    if usd < price:
        raise Refused(f"Starting it again may cost ${price:.2f}. Confirm that amount.", status=409)
    new = Attempt.objects.repeat(last)
    try:
        spend.reserve(new, price, spend.budgets_of(step.project, step.order.by))
    except spend.Overspent as error:
        raise Refused(over_budget(error, price), status=402) from error
    return new


@transaction.atomic
def confirm(user: User, step: Step) -> None:
    """Let an order go that waits for a producer: the money of all its steps is held now, or none of them goes."""
    policies.require(user, step.project, Ability.BUDGET)
    waiting = step.order.steps.filter(status=Status.QUEUED, waits_for="producer").select_related(
        "project__team"
    )
    budgets = spend.budgets_of(step.project, step.order.by)
    moved = 0
    for one in waiting:
        market.require(user, one)
        attempt = one.attempts.latest("number")
        price = price_of(attempt)
        try:
            spend.reserve(attempt, price, budgets)
        except spend.Overspent as error:
            raise Refused(over_budget(error, price * len(waiting)), status=402) from error
        moved += Step.objects.filter(pk=one.pk, status=Status.QUEUED, waits_for="producer").write(
            waits_for=""
        )
        progress.step_changed(one)
    if not moved:
        raise Refused(MOVED_ON, status=409)
    transaction.on_commit(embedded.wake)
