"""Second starts of paid work, asked of the model's row of today: again by a person, or let go by a producer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet

from projects import catalogue, policies, progress
from projects.actions import market
from projects.actions.chains import FOLD
from projects.actions.orders import Ask, Checked, checked, over_budget, require_modest
from projects.actions.refusal import MOVED_ON, Refused
from projects.engines import errors
from projects.engines.base import Json
from projects.engines.models import Model
from projects.failures import Code
from projects.models import Attempt, Order, Step, spend
from projects.models.budget import Overspent, budgets_of
from projects.policies import Ability
from projects.runner import embedded, requests
from projects.states import Bill, Status


class Outdated(Refused):
    """What was asked for once cannot be sent as it is any more; `code` says why, as of a failed step."""

    def __init__(self, sentence: str, code: Code) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Other:
    """Another model that makes the same, and what a step's form comes to with it."""

    model: Model
    found: Checked


def other(step: Step) -> Other | None:
    """Return the first other model that a step's form can be sent to today: a successor before the rest."""
    task, order = catalogue.all_tasks().get(step.task), step.order
    assets = requests.of_order(order)
    files = [asset for some in assets.values() for asset in some]
    if task is None or order.plan[0]["name"] == FOLD or any(asset.deleted_at for asset in files):
        return None
    found = market.of(order.by, step.project, files)
    controls = {one.name: order.controls.get(one.name, one.default) for one in task.controls}
    ask = Ask(task, controls, assets, market=found)
    after = {one.successor for one in found.models if one.id == step.model}
    others = [one for one in found.models if one.is_offered and one.id != step.model]
    for one in sorted(others, key=lambda one: (one.id not in after, one.engine != step.engine)):
        try:
            return Other(one, checked(replace(ask, engine=one.engine, model=one.id)))
        except Refused:
            continue
    return None


def is_refused_as_it_is(step: Step) -> bool:
    """Return whether a step's form would refuse the same again: its ability is closed, not only unanswered."""
    verdict = requests.refusal(step, step.order.by_id)
    return verdict is not None and verdict.is_final


def price_now(step: Step) -> Decimal | None:
    """Return the most that another start may cost today; nothing where it cannot be had as it is any more.

    What a person can still confirm stays on offer: pressing it says what is to be confirmed.
    """
    refused = requests.refusal(step, step.order.by_id)
    if refused is not None and refused.code == Code.REGION_LIMITED:
        return None
    try:
        return Decimal(requests.quoted(step)["usd"])
    except errors.Refused:
        return None


def _today(step: Step) -> Json:
    """Return what a step may cost today and at which prices. Raises Outdated, Refused."""
    try:
        today = requests.quoted(step)
    except errors.Refused as error:
        raise Outdated(error.sentence, error.code) from error
    require_modest(Decimal(today["usd"]))
    return today


def price_of(attempt: Attempt) -> Decimal:
    """Return the most that this start may cost, as it was quoted."""
    known = attempt.prices
    return Decimal(known.get("quote") or known.get("measured", attempt.quote_usd))  # older rows have no quote


def again(step: Step, last: Attempt | None, usd: Decimal) -> Attempt:
    """Return a new attempt at the prices of today, with its money held. Raises Refused.

    usd: what the person agreed to; less than it may cost is asked about again.
    """
    if last is None or last.bill == Bill.FREE:
        number = step.attempts.count() + 1
        return Attempt.objects.create(step=step, number=number, model=step.model, bill=Bill.FREE)
    today = _today(step)
    price = Decimal(today["usd"])
    if usd < price:
        raise Refused(f"Starting it again may cost ${price:.2f}. Confirm that amount.", status=409)
    new = Attempt.objects.repeat(last, model_version=today["version"], prices=today["prices"])
    try:
        spend.reserve(new, price, budgets_of(step.project, step.order.by))
    except Overspent as error:
        raise Refused(over_budget(error, price), status=402) from error
    return new


def confirm(user: User, step: Step, usd: Decimal | None = None) -> None:
    """Let an order go that waits for a producer: the money of all its steps is held now, or none of them goes.

    One that is dearer than its button said (`usd`, where it was sent along) is asked about again. Raises Refused.
    """
    policies.require(user, step.project, Ability.BUDGET)
    try:
        dearer = _repriced(user, step.order)
    except Outdated as refusal:
        raise Refused(f"{refusal.sentence} Cancel this one first; it can then be changed.") from refusal
    now = Order.objects.get(pk=step.order_id).quote_usd
    if dearer > 0 or (usd is not None and usd < now):
        raise Refused(f"The price has changed: it is ${now:.2f} now. Confirm it again if that is right.", 409)
    _let_go(step)


@transaction.atomic
def _repriced(user: User, order: Order) -> Decimal:
    """Bring what waits to the prices of today, and return by how much it is dearer. Raises Refused."""
    waiting, dearer = list(_waiting(order)), Decimal(0)
    for one in waiting:
        market.require(user, one)
        attempt = one.attempts.latest("number")
        if attempt.bill != Bill.FREE:
            today = _today(one)
            dearer += Decimal(today["usd"]) - price_of(attempt)
            rows = Attempt.objects.filter(pk=attempt.pk)
            rows.update(model_version=today["version"], prices=today["prices"])
    if dearer:
        Order.objects.filter(pk=order.pk).update(quote_usd=F("quote_usd") + dearer)
        for one in waiting:
            Step.objects.filter(pk=one.pk).write()
            progress.step_changed(one)
    return dearer


def _waiting(order: Order) -> QuerySet[Step]:
    waiting = order.steps.filter(status=Status.QUEUED, waits_for="producer")
    return waiting.select_related("order", "project__team", "door", "parent")


@transaction.atomic
def _let_go(step: Step) -> None:
    """Hold the money of all steps that wait, and let them go."""
    waiting = _waiting(step.order)
    budgets = budgets_of(step.project, step.order.by)
    moved = 0
    for one in waiting:
        attempt = one.attempts.latest("number")
        price = price_of(attempt)
        try:
            spend.reserve(attempt, price, budgets)
        except Overspent as error:
            raise Refused(over_budget(error, price * len(waiting)), status=402) from error
        moved += Step.objects.filter(pk=one.pk, status=Status.QUEUED, waits_for="producer").write(
            waits_for=""
        )
        progress.step_changed(one)
    if not moved:
        raise Refused(MOVED_ON, status=409)
    transaction.on_commit(embedded.wake)
