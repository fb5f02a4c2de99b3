"""The conversation that a version belongs to: how many edits it holds, until when it lives, and the ways out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db.models import Sum
from django.utils import timezone

from projects import catalogue, policies
from projects.actions import market, orders
from projects.actions.refusal import Refused
from projects.catalogue.base import Plan, Stage
from projects.engines import models
from projects.failures import Code
from projects.models import Attempt, Order, Step, model
from projects.policies import Ability
from projects.prompts import compose, edits
from projects.runner import requests
from projects.states import AttemptState
from projects.wish import Change, Wish

FOLD = "fold"
"""The name of its one stage: the form of its task would make the anchor without the changes."""
EXTENSION = "extend"
"""The kind of change that a fold leaves out: it lets the clip run on."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the chain of a version stands. `until`: the provider keeps it so long; None for ours, or where unknown."""

    edits: int
    advised: int
    until: datetime | None
    is_alive: bool
    is_ours: bool
    """Whether the studio keeps what was said, because the provider keeps nothing."""
    spent: Decimal

    @property
    def is_long(self) -> bool:
        """Return whether it holds as many edits as the model's row advises."""
        return bool(self.advised) and self.edits >= self.advised


def is_lost(step: Step) -> bool:
    """Return whether a change came to nothing because its chain does not go on: forgotten, or refused in a country."""
    is_refused = step.code == Code.REGION_LIMITED and step.ability == "video.edit"
    return step.code == Code.CHAIN_EXPIRED or is_refused


def of_step(step: Step) -> Standing | None:
    """Return how a version's chain stands; nothing for what no provider made."""
    last = step.attempts.filter(state=AttemptState.STORED).exclude(door=None).order_by("-number").first()
    if last is None or last.door is None or last.ended_at is None:
        return None
    row = models.find(model.merged(), step.model, last.door.kind)
    until = last.ended_at + timedelta(days=last.door.keeps_days)
    is_alive, is_ours = requests.chain_of(step, last.door) is not None, "history" in (last.ticket or {})
    count = requests.edits_of(step)
    return Standing(
        edits=count,
        advised=row.advised_edits if row else 0,
        until=until if not is_ours and (is_alive or until < timezone.now()) else None,
        is_alive=is_alive,
        is_ours=is_ours,
        spent=_spent(_path(step), count),
    )


def _spent(path: list[Step], count: int) -> Decimal:
    """Return what the versions of a chain cost: its edits, and what they began with unless that was sent along."""
    begins = count > 0 and path[-count].ability == requests.BEGINS
    chain = path[-count if begins else -count - 1 :]
    return Attempt.objects.filter(step__in=chain).aggregate(sum=Sum("cost_usd"))["sum"] or Decimal(0)


def _path(step: Step) -> list[Step]:
    """Return the versions from the anchor to this one."""
    path = [step]
    while path[0].parent is not None and Wish.from_json(path[0].wish).change is not None:
        path.insert(0, path[0].parent)
    return path


def folded(
    user: User,
    step: Step,
    usd: Decimal | None = None,
    key: UUID | None = None,
    prompt: str = "",
    shown: str = "",
) -> orders.Ask:
    """Return the request that renders a version again from its anchor, with all changes in one prompt. Raises Refused.

    usd and shown: the price and the models that the button showed. prompt: a person's words in place of those that
    the fold would send.
    """
    anchor, later = _edits(step)
    changes = [_change(entry) for entry in later]
    if not changes:
        raise Refused("There is nothing to fold in: this version has no edits.")
    task = catalogue.all_tasks().get(anchor.task)
    if task is None:
        raise Refused("The task that this version began with is not in the catalogue any more.")
    wish, assets = edits.fold(Wish.from_json(anchor.wish), changes), requests.assets_of(anchor)
    if any(asset.purged_at for found in assets.values() for asset in found):
        raise Refused("A file that this version began with was deleted for good.")
    found, named = market.of(user, step.project).falling(step.model, anchor.ability)
    return orders.Ask(
        task=task,
        controls=anchor.order.controls,
        assets=assets,
        engine=step.engine,
        model=named,
        prompt=prompt.strip() or _own_words(anchor, later),
        quote=usd,
        shown=shown,
        plan=Plan((Stage(FOLD, anchor.ability, wish),)),
        name=_name_of_fold(later),
        market=found,
        request_key=key or uuid4(),
    )


def left_out(step: Step) -> str:
    """Return in a sentence what a fold of this version does not carry; nothing where it carries all."""
    anchor, *later = _path(step)
    if all(_change(entry).kind != EXTENSION for entry in later):
        return ""
    seconds = Wish.from_json(anchor.wish).seconds
    return f"{f'{seconds:g} s: what' if seconds else 'What'} was added at the end is not in it."


def _edits(step: Step) -> tuple[Step, list[Step]]:
    """Return the anchor, and the versions after it that a fold takes up: none that lets the clip run on."""
    anchor, *later = _path(step)
    return anchor, [entry for entry in later if _change(entry).kind != EXTENSION]


def _name_of_fold(later: list[Step]) -> str:
    return f"{later[0].name}, folded in" if len(later) == 1 else f"{len(later)} changes folded in"


def _own_words(anchor: Step, later: list[Step]) -> str:
    """Return the words of a fold where a person's own were sent on the way; nothing where all were composed.

    What was composed before the first own words is folded as ever; from there on each change follows in its words.
    """
    own = next((at for at, step in enumerate([anchor, *later]) if step.prompt_is_own), None)
    if own is None:
        return ""
    before, after = later[: max(own - 1, 0)], later[max(own - 1, 0) :]
    composed = compose.prompt(edits.fold(Wish.from_json(anchor.wish), [_change(step) for step in before]))
    said = (step.prompt if step.prompt_is_own else edits.said(_change(step)) for step in after)
    return edits.followed(anchor.prompt if anchor.prompt_is_own else composed, said)


def _change(step: Step) -> Change:
    """Return what a version of a path changes. Raises ValueError for an anchor."""
    if (change := Wish.from_json(step.wish).change) is None:
        raise ValueError(f"Step {step.pk} changes nothing.")
    return change


def fold(user: User, step: Step, usd: Decimal, key: UUID, prompt: str = "", shown: str = "") -> Order:
    """Order a version again from its anchor, with all changes folded in; the rest as of `folded`."""
    policies.require(user, step.project, Ability.MAKE)
    return orders.request(user, step.project, folded(user, step, usd, key, prompt, shown))


def price_of_fold(user: User, step: Step) -> orders.Checked | None:
    """Return what folding would come to, or nothing where it cannot be done."""
    try:
        return orders.checked(folded(user, step))
    except Refused:
        return None
