"""Go on with a plan that waits: from the result that a person picks, at a price that the button names."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from projects import catalogue, policies
from projects.actions import choice, market
from projects.actions.choice import Offer
from projects.actions.orders import over_budget, require_modest
from projects.actions.refusal import MOVED_ON, Refused, require_space
from projects.catalogue.base import Plan, Stage
from projects.engines.base import Verdict
from projects.models import Asset, Step, spend
from projects.policies import Ability
from projects.runner import embedded, requests, stages
from projects.states import Status

PICK = stages.PICK
"""What a step waits for until a person chooses one of the results before it."""


def waiting(step: Step) -> Step | None:
    """Return the step that waits for a pick among the takes that this one belongs to, or this one itself."""
    if step.waits_for == stages.PICK:
        return step
    following = step.order.steps.filter(
        stage=step.stage + 1, status=Status.QUEUED, waits_for=stages.PICK, deleted_at=None
    )
    return following.select_related("project__team", "order__by").first()


def takes(step: Step) -> list[Step]:
    """Return what can be picked for a waiting step."""
    rows = step.order.steps.live().filter(stage=step.stage - 1, status=Status.SUCCEEDED, output__isnull=False)
    return list(rows.select_related("output__project", "output__made_by", "project").order_by("take"))


def offered(user: User, step: Step, asset: Asset) -> Offer:
    """Return who makes the stage that waits, from this result, at today's price. Raises Refused."""
    task = catalogue.all_tasks().get(step.task)
    if task is None:
        raise Refused("The task of this order is not in the catalogue any more. Begin with the still itself.")
    stage = Stage.from_json(step.order.plan[step.stage])
    inputs = requests.inputs_of({role: [asset] for role in stage.inputs})
    market_ = market.of(user, step.project, [asset])
    found = choice.offers(Plan((stage,)), task, inputs, market_, step.engine, step.model)
    if isinstance(found, Verdict):
        raise Refused(found.sentence)
    return found[0]


@transaction.atomic
def pick(user: User, step: Step, take: Step | None, usd: Decimal) -> None:
    """Go on from the take that was picked; `usd` is the amount that the button named. Raises Refused."""
    policies.require(user, step.project, Ability.MAKE)
    require_space()
    if take is None or take.output is None or take not in takes(step):
        raise Refused("Pick one of the results of this order that is still there.")
    offer = offered(user, step, take.output)
    if offer.usd > usd:
        raise Refused(
            f"The price has changed: it is ${offer.usd:.2f} now. Pick it again if that is right.", 409
        )
    require_modest(offer.usd)
    try:
        stages.go_on(step, take, offer.kept(step.name))
    except stages.MovedOn as error:
        raise Refused(MOVED_ON, status=409) from error
    except spend.Overspent as error:
        raise Refused(over_budget(error, offer.usd), status=402) from error
    transaction.on_commit(embedded.wake)
