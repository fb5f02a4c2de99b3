"""Go on with a plan that waits: from the result that a person picks, at a price that the button names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
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
from projects.models import Asset, Step
from projects.models.budget import Overspent
from projects.models.step import StepQuerySet
from projects.policies import Ability
from projects.runner import embedded, requests, stages
from projects.states import Status

PICK = stages.PICK
"""What a step waits for until a person chooses one of the results before it."""

Place = tuple[int, int]
"""An order and a stage of it: what the takes of one stage share."""


def waiting(step: Step) -> Step | None:
    """Return the step that waits for a pick among what this one belongs to, or this one itself.

    An image belongs to the takes that it is one of, and to those that it was edited from.
    """
    if step.waits_for == stages.PICK:
        return step
    rows = Step.objects.live().filter(
        project=step.project_id, status=Status.QUEUED, waits_for=stages.PICK, stage__gt=0
    )
    asked = {(one.order_id, one.stage - 1): one for one in rows.select_related("project__team", "order__by")}
    return next((asked[place] for place in _line(step) if place in asked), None) if asked else None


def takes(step: Step) -> list[Step]:
    """Return the takes that can be picked for a waiting step."""
    return list(_pickable(step).filter(order=step.order_id, stage=step.stage - 1).order_by("take"))


def candidates(step: Step) -> list[Step]:
    """Return all that can be picked for a waiting step: the takes, then the images that were edited from them."""
    edits = _pickable(step).filter(pk__in=_edits(step), output__kind=Asset.Kind.IMAGE)
    return [*takes(step), *edits.order_by("pk")]


def _pickable(step: Step) -> StepQuerySet:
    rows = Step.objects.live().filter(project=step.project_id, status=Status.SUCCEEDED, output__isnull=False)
    return rows.select_related("output__project", "output__made_by", "project")


def _images(project_id: int) -> dict[int, tuple[int | None, Place]]:
    """Return the parent and the place of each step that made an image; deleted ones too, for what came of them."""
    rows = Step.objects.filter(project=project_id, output__kind=Asset.Kind.IMAGE)
    found = rows.values_list("pk", "parent_id", "order_id", "stage")
    return {pk: (parent, (order, stage)) for pk, parent, order, stage in found}


def _line(step: Step) -> Iterator[Place]:
    """Yield the place of a version, then those of the images that it was edited from, the nearest first."""
    yield step.order_id, step.stage
    images = _images(step.project_id)
    parent, _ = images.get(step.pk, (None, None))
    while parent in images:
        parent, place = images[parent]
        yield place


def _edits(step: Step) -> list[int]:
    """Return the keys of the images that were edited from the takes before a waiting step."""
    images, children = _images(step.project_id), defaultdict[int | None, list[int]](list)
    for pk, (parent, _) in images.items():
        children[parent].append(pk)
    edge = [pk for pk, (_, place) in images.items() if place == (step.order_id, step.stage - 1)]
    found: list[int] = []
    while edge:
        edge = [child for pk in edge for child in children[pk]]
        found += edge
    return found


def offered(user: User, step: Step, asset: Asset) -> Offer:
    """Return who makes the stage that waits, from this result, at today's price. Raises Refused."""
    task = catalogue.all_tasks().get(step.task)
    if task is None:
        raise Refused("The task of this order is not in the catalogue any more. Begin with the still itself.")
    stage = Stage.from_json(step.order.plan[step.stage])
    inputs = requests.inputs_of({role: [asset] for role in stage.inputs})
    market_, named = market.of(user, step.project, [asset]).falling(step.model, stage.ability)
    found = choice.offers(Plan((stage,)), task, inputs, market_, step.engine, named)
    if isinstance(found, Verdict):
        raise Refused(found.sentence)
    return found[0]


@transaction.atomic
def pick(user: User, step: Step, take: Step | None, usd: Decimal, shown: str = "") -> None:
    """Go on from the take, or the edit of one, that was picked; `usd` and `shown`: the button's amount and model.

    Raises Refused.
    """
    policies.require(user, step.project, Ability.MAKE)
    require_space()
    if take is None or take.output is None or take not in candidates(step):
        raise Refused("Pick one of the results of this order, or an edit of one, that is still there.")
    offer = offered(user, step, take.output)
    choice.require_shown(shown, [offer], offer.usd)
    if offer.usd > usd:
        raise Refused(
            f"The price has changed: it is ${offer.usd:.2f} now. Pick it again if that is right.", 409
        )
    require_modest(offer.usd)
    try:
        stages.go_on(step, take, offer.kept(step.name))
    except stages.MovedOn as error:
        raise Refused(MOVED_ON, status=409) from error
    except Overspent as error:
        raise Refused(over_budget(error, offer.usd), status=402) from error
    transaction.on_commit(embedded.wake)
