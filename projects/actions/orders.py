"""Ask for work: check it, price it, hold its money, and queue its first steps, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from projects import engines, policies, progress
from projects.actions import choice
from projects.actions.choice import Offer
from projects.actions.market import Market
from projects.actions.refusal import Refused, require_space
from projects.catalogue.base import Given, Invalid, Plan, Task
from projects.engines.base import Engine, Json, Verdict
from projects.models import Asset, Order, Project, Step, spend
from projects.models.budget import Overspent, budgets_of
from projects.policies import Ability
from projects.prompts import compose
from projects.runner import embedded, requests, stages
from projects.runner.limits import limits


@dataclass(frozen=True, slots=True)
class Ask:
    """What a form or a command asks for: a task with cleaned controls and its assets by role."""

    task: Task
    controls: dict[str, Any]
    assets: dict[str, list[Asset]]
    engine: str = ""
    model: str = ""
    prompt: str = ""
    """The person's own words in place of the composed ones."""
    quote: Decimal | None = None
    """The price that the button showed: a dearer one is asked about again."""
    shown: str = ""
    """The models that the button stood for: another one is asked about again. Empty: any will do."""
    plan: Plan | None = None
    """What is asked for, where it is not what the task builds from its controls."""
    name: str = ""
    market: Market = choice.FREE
    request_key: UUID = field(default_factory=uuid4)
    origin: str = Order.Origin.PAGE
    stop_after: str = ""
    owner: str = ""
    """Who drives it in a process of its own: the step is born claimed, so that no other runner takes it."""

    @property
    def given(self) -> Given:
        """Return what the task sees of it."""
        facts = {
            role: tuple(requests.facts_of(asset) for asset in assets) for role, assets in self.assets.items()
        }
        return Given(self.controls, facts)


@dataclass(frozen=True, slots=True)
class Checked:
    """A request that can be served: its plan, who serves the first stage at what price, and the words to be sent."""

    plan: Plan
    offers: tuple[Offer, ...]
    """Who serves each stage."""
    composed: str
    prompt: str

    @property
    def offer(self) -> Offer:
        """Return who serves the first stage."""
        return self.offers[0]

    @property
    def models(self) -> str:
        """Return the ids of the models that make it."""
        return " ".join(offer.model for offer in self.offers if offer.model)

    @property
    def is_own(self) -> bool:
        """Return whether the words are the person's own."""
        return self.prompt != self.composed

    @property
    def later(self) -> tuple[str, ...]:
        """Return the words of the later stages."""
        return tuple(compose.prompt(stage.wish) for stage in self.plan.stages[1:])

    @property
    def now(self) -> Decimal:
        """Return the most that all takes of the first stage can cost."""
        return self.offer.usd * self.plan.stages[0].takes

    @property
    def then(self) -> Decimal:
        """Return the most that the later stages can cost."""
        later = zip(self.plan.stages[1:], self.offers[1:], strict=True)
        return sum((offer.usd * stage.takes for stage, offer in later), Decimal(0))

    @property
    def total(self) -> Decimal:
        """Return the most that the whole plan can cost."""
        return self.now + self.then


def checked(ask: Ask) -> Checked:
    """Return what a request comes to. Raises Refused; writes nothing."""
    _check_slots(ask)
    plan = _plan(ask)
    names = [stage.name for stage in plan.stages]
    if ask.stop_after and ask.stop_after not in names:
        raise Refused(f"“{ask.stop_after}” is no stage of this plan. It has {', '.join(names)}.")
    inputs = requests.inputs_of(ask.assets)
    found = choice.offers(plan, ask.task, inputs, ask.market, ask.engine, ask.model)
    if isinstance(found, Verdict):
        raise Refused(found.sentence)
    composed = compose.prompt(plan.stages[0].wish)
    return Checked(plan, found, composed, ask.prompt.strip() or composed)


def _plan(ask: Ask) -> Plan:
    """Return the plan of a request. Raises Refused where the task cannot be built from what was given."""
    try:
        return ask.plan or ask.task.build(ask.given)
    except Invalid as error:
        raise Refused(error.sentence, field=error.field_name) from error


@dataclass(frozen=True, slots=True)
class Way:
    """One engine on the form's buttons: what it would do and cost, or the sentence why it cannot."""

    engine: Engine
    found: Checked | None = None
    why_not: str = ""


def ways(ask: Ask) -> list[Way]:
    """Return the ways to make a complete request, by the engine that begins: the free one, then each with a door.

    Where a model is named, only the engines that have it are among them.
    """
    plan = _plan(ask)
    ask, serving = replace(ask, plan=plan), engines.able(plan.stages[0].ability)
    paid = [engine for engine in serving if engine.paid and ask.market.sells([engine])]
    having = [engine for engine in paid if ask.market.has(ask.model, [engine])]
    return [
        *_free_ways([engine for engine in serving if not engine.paid], ask),
        *(_way(engine, ask) for engine in having or paid),
    ]


def _free_ways(serving: list[Engine], ask: Ask) -> list[Way]:
    """Return the free engines that can, else the first with its reason."""
    found = [_way(engine, ask) for engine in serving]
    return [way for way in found if way.found] or found[:1]


def _way(engine: Engine, ask: Ask) -> Way:
    try:
        return Way(engine, checked(replace(ask, engine=engine.key)))
    except Refused as error:
        return Way(engine, why_not=error.sentence)


def _check_slots(ask: Ask) -> None:
    for slot in ask.task.slots:
        assets = ask.assets.get(slot.role, [])
        if len(assets) < slot.least:
            raise Refused(f"Choose something for “{slot.title}”.", field=slot.role)
        if len(assets) > slot.most:
            raise Refused(
                f"“{slot.title}” takes {slot.most} at most. Remove {len(assets) - slot.most}.",
                field=slot.role,
            )
        for asset in assets:
            if asset.kind not in slot.kinds:
                raise Refused(
                    f"“{slot.title}” takes {' or '.join(slot.kinds)}, not {asset.kind}.", field=slot.role
                )


def request(user: User, project: Project, ask: Ask) -> Order:
    """Return the order of a request and its first steps, queued. The same request key again gives the same order."""
    policies.require(user, project, Ability.MAKE)
    known = Order.objects.filter(by=user, request_key=ask.request_key).first()
    if known is not None:
        return known
    found = checked(ask)
    _check_price(ask, found)
    require_space()
    try:
        with transaction.atomic():
            order = _order(user, project, ask, found)
            for take in range(1, found.plan.stages[0].takes + 1):
                _step(order, ask, found, take)
    except Overspent as error:
        raise Refused(over_budget(error, found.total), status=402) from error
    except IntegrityError:
        return Order.objects.get(by=user, request_key=ask.request_key)
    embedded.wake()
    return order


def over_budget(error: Overspent, usd: Decimal) -> str:
    """Return the sentence of a budget that does not cover a request."""
    left = max(error.budget.left, Decimal(0))
    return (
        f"This may cost ${usd:.2f}, and {str(error.budget)[0].lower()}{str(error.budget)[1:]} has ${left:.2f} left. "
        "Choose a smaller size or fewer seconds, make a draft, or ask a producer to raise the budget."
    )


def _check_price(ask: Ask, found: Checked) -> None:
    """Refuse what would cost more than the person saw: a page's button names a price, a command names an engine."""
    is_unseen = ask.quote is None and (ask.origin == Order.Origin.PAGE or not ask.engine)
    if found.total and is_unseen:
        raise Refused(
            f"This costs ${found.total:.2f} at most. Send it with the button that names it.", status=409
        )
    choice.require_shown(ask.shown, found.offers, found.total)
    if ask.quote is not None and found.total > ask.quote:
        raise Refused(
            f"The price has changed: it is ${found.total:.2f} now. Send it again if that is right.",
            status=409,
        )
    require_modest(max(offer.usd for offer in found.offers))


def require_modest(usd: Decimal) -> None:
    """Refuse what costs more than one result may."""
    if usd > settings.ATTEMPT_MOST_USD:
        raise Refused(
            f"One result may cost ${settings.ATTEMPT_MOST_USD:.2f} at most here, and this one ${usd:.2f}. "
            "Choose a smaller size or fewer seconds."
        )


def _order(user: User, project: Project, ask: Ask, found: Checked) -> Order:
    return Order.objects.create(
        project=project,
        by=user,
        task=ask.task.slug,
        request_key=ask.request_key,
        origin=ask.origin,
        inputs={role: [asset.pk for asset in assets] for role, assets in ask.assets.items()},
        controls=ask.controls,
        plan=_kept(ask, found),
        stop_after=ask.stop_after or _stop(ask, found),
        takes=found.plan.stages[0].takes,
        quote_usd=found.total,
    )


def _kept(ask: Ask, found: Checked) -> list[Json]:
    """Return the plan as the order keeps it: each stage with who serves it at which price."""
    name = ask.name or ask.task.title_of(ask.controls)
    *early, last = found.plan.stages
    names = [*(stage.title or f"{stage.name.capitalize()} for {name}" for stage in early), last.title or name]
    return [
        {**stage.to_json(), "offer": offer.kept(called[:80])}
        for stage, offer, called in zip(found.plan.stages, found.offers, names, strict=True)
    ]


def _stop(ask: Ask, found: Checked) -> str:
    """Return the stage after which a person picks: the first one, where it is paid and the form asks for it."""
    is_asked = ask.origin == Order.Origin.PAGE and ask.controls.get("stop") == "pick"
    first, *later = found.plan.stages
    return first.name if later and found.offer.engine.paid and is_asked else ""


def _step(order: Order, ask: Ask, found: Checked, take: int) -> None:
    """Make one take's step of the first stage, with its attempt planned and its money held."""
    source = next((assets[0] for assets in ask.assets.values() if assets), None)
    waits = found.total > settings.CONFIRM_ABOVE_USD and not _may_confirm(order)
    step = stages.queued(
        order,
        0,
        take,
        prompt=found.prompt,
        prompt_is_own=found.is_own,
        source=source,
        parent=source.made_by if source else None,
        waits_for="producer" if waits else "",
    )
    attempt = stages.planned(step, order.plan[0]["offer"])
    if not waits:
        spend.reserve(attempt, found.offer.usd, budgets_of(order.project, order.by))
    if ask.owner:
        Step.objects.claim(step.pk, ask.owner, limits().lease_time)
    progress.step_changed(step)


def _may_confirm(order: Order) -> bool:
    return Ability.BUDGET in policies.abilities(order.by, order.project.team_id)
