"""The stages of a plan: each begins once the takes of the one before have ended, from the result that is picked.

Only the first stage gets steps when an order is made. The transaction that ends the last take of a stage makes the
next one: at work at once, or waiting for a pick, or for budget. Source: reference/decisions.md section 6.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction

from projects import engines, progress
from projects.engines.base import Json
from projects.engines.errors import Refused
from projects.models import Attempt, Order, Step, spend
from projects.models.budget import Overspent, budgets_of
from projects.prompts import compose
from projects.runner import requests
from projects.states import ENDED, Bill, Status
from projects.wish import Wish

PICK, BUDGET = "pick", "budget"
PICK_ONE = "Pick the still to go on with."
OTHER_TERMS = f"The model or its price has changed since this was asked for. {PICK_ONE}"


class MovedOn(Exception):
    """The step does not wait any more: somebody else picked, or cancelled it."""


def queued(order: Order, number: int, take: int, **fields: Any) -> Step:
    """Return a new step of an order's stage, as its plan lays it down. It has no attempt yet."""
    entry = order.plan[number]
    offer, composed = entry["offer"], compose.prompt(Wish.from_json(entry["wish"]))
    given = {"composed": composed, "prompt": composed, **_served(offer), **fields}
    return Step.objects.create(
        order=order,
        project=order.project,
        stage=number,
        take=take,
        name=offer["name"],
        task=order.task,
        ability=entry["ability"],
        wish=entry["wish"],
        seed=order.controls.get("seed", 0) + take - 1,
        **given,
    )


def planned(step: Step, offer: Json) -> Attempt:
    """Return a new attempt of a step at the prices of an offer; nothing is held yet."""
    return Attempt.objects.create(
        step=step,
        number=step.attempts.count() + 1,
        door=step.door,
        model=step.model,
        model_version=offer["version"],
        prices=offer["prices"],
        bill=Bill.UNKNOWN if engines.get(step.engine).paid else Bill.FREE,
    )


def advance(step: Step) -> None:
    """Make the next stage where this step was the last take of its stage to end. Call it in the same transaction.

    The order's row is locked first: of two takes that end at once, the second one sees both.
    """
    following = step.stage + 1
    if following >= len(step.order.plan):
        return
    order = Order.objects.select_for_update().select_related("project__team", "by").get(pk=step.order_id)
    takes = list(order.steps.filter(stage=step.stage).order_by("take"))
    done = [take for take in takes if take.status == Status.SUCCEEDED and take.deleted_at is None]
    if not done or not all(take.status in ENDED for take in takes):
        return
    if not order.steps.filter(stage=following).exists():
        _begin(order, following, done[0])


def _begin(order: Order, number: int, first: Step) -> None:
    waiting = queued(order, number, 1, parent=first, source=first.output, waits_for=PICK, note=PICK_ONE)
    progress.step_changed(waiting)
    if order.stop_after == order.plan[number - 1]["name"]:
        return
    try:
        _go_on_as_agreed(waiting, first)
    except Overspent as error:
        note = f"It needs ${Decimal(order.plan[number]['offer']['usd']):.2f}. {error} It goes on once there is more."
        Step.objects.filter(pk=waiting.pk).write(waits_for=BUDGET, note=note)


@transaction.atomic
def go_on(step: Step, chosen: Step, offer: Json) -> None:
    """Let a waiting step go on from the result that was chosen, its money held. Raises MovedOn, Overspent."""
    waiting = Step.objects.filter(pk=step.pk, status=Status.QUEUED, waits_for__in=(PICK, BUDGET))
    picked = {"source": chosen.output_id, "parent": chosen.pk, "waits_for": "", "note": ""}
    if not waiting.write(**_served(offer), **picked):
        raise MovedOn
    step.refresh_from_db()
    spend.reserve(planned(step, offer), Decimal(offer["usd"]), budgets_of(step.project, step.order.by))
    progress.step_changed(step)


def _go_on_as_agreed(step: Step, first: Step) -> None:
    """Let a step go on by itself; where that is dearer by now, or its model has retired, a person picks instead."""
    terms = _terms(step, step.order.plan[step.stage]["offer"])
    if terms is not None:
        go_on(step, first, terms)
        return
    waiting = Step.objects.filter(pk=step.pk, status=Status.QUEUED, waits_for__in=(PICK, BUDGET))
    if waiting.write(waits_for=PICK, note=OTHER_TERMS):
        progress.step_changed(step)


def _terms(step: Step, agreed: Json) -> Json | None:
    """Return what was agreed, at the prices of today; nothing where it cannot be had for that any more."""
    if step.door is None:
        return agreed
    row = requests.model_of(step.model, step.door)
    if row is not None and row.version == agreed["version"]:
        return agreed
    try:
        today = requests.quoted(step)
    except Refused:
        return None
    return {**agreed, **today} if Decimal(today["usd"]) <= Decimal(agreed["usd"]) else None


def fund() -> None:
    """Let every step go on that waits for budget and finds room now."""
    waiting = Step.objects.filter(status=Status.QUEUED, waits_for=BUDGET, deleted_at=None)
    for step in waiting.select_related("order__by", "project__team", "parent").order_by("pk"):
        try:
            if step.parent is not None:
                _go_on_as_agreed(step, step.parent)
        except (Overspent, MovedOn):
            continue


def _served(offer: Json) -> Json:
    """Return the fields of a step that say who serves it."""
    return {
        "engine": offer["engine"],
        "model": offer["model"],
        "door_id": offer["door"],
        "seconds_usual": offer["seconds"],
    }
