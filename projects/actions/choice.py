"""Which engine serves a stage, and which choices of a form no engine of today can do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from projects import engines
from projects.actions import usual
from projects.actions.market import Market, instead_of
from projects.actions.refusal import Refused
from projects.catalogue.base import Control, Given, Invalid, Plan, Stage, Task
from projects.engines.base import Chain, Engine, Input, Json, Quote, Request, Verdict
from projects.failures import Code
from projects.models.asset import strictest
from projects.runner import requests

FREE = Market()
NOBODY = Verdict.no(
    "No engine here can do this. A Gemini key adds the engines that can.", Code.CREDENTIALS_MISSING
)
NO_MODEL = Verdict.no("No model here can do this, set as it is. Choose another one.", Code.MODEL_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Offer:
    """An engine that can serve a request, the request as it would get it, and its price."""

    engine: Engine
    request: Request
    verdict: Verdict

    @property
    def usd(self) -> Decimal:
        """Return the most that it can cost."""
        return self.verdict.quote.usd_max if self.verdict.quote else Decimal(0)

    @property
    def model(self) -> str:
        """Return the id of the model that makes it; nothing for a free engine."""
        return self.request.model.id if self.request.model else ""

    @property
    def seconds_usual(self) -> float:
        """Return how long it usually takes: as was measured here lately, else as its engine says."""
        return usual.seconds(self.engine.key, self.request, self.verdict.quote) if self.verdict.quote else 0

    def kept(self, name: str) -> Json:
        """Return it as an order's plan keeps it: who, at which prices; `name` is what people call the version."""
        model, door, quote = self.request.model, self.request.door, self.verdict.quote
        return {
            "name": name,
            "engine": self.engine.key,
            "model": model.id if model else self.engine.key,
            "door": door.pk if door else None,
            "seconds": self.seconds_usual,
            **requests.priced(self.request, quote or Quote(Decimal(0), 0)),
        }


def offers(
    plan: Plan, task: Task, inputs: tuple[Input, ...], market: Market = FREE, key: str = "", model: str = ""
) -> tuple[Offer, ...] | Verdict:
    """Return who serves each stage of a plan, or the first reason why one of them cannot be served.

    The engine that was asked for serves the stages that it can; beside a paid one the others are paid too.
    """
    found: list[Offer] = []
    serving = [_serving(plan, stage, key) for stage in plan.stages]
    is_known = any(market.has(model, some) for some in serving)
    for stage, some in zip(plan.stages, serving, strict=True):
        if not some:
            return _others(key, stage)
        given = inputs if stage is plan.stages[0] else _expected(found[-1].request, stage)
        request = Request(wish=stage.wish, task=task.slug, ability=stage.ability, inputs=given)
        one = _choose(request, market, some, model if market.has(model, some) or not is_known else "")
        if isinstance(one, Verdict):
            return one
        found.append(one)
        market = replace(market, chains=_chains(one.request))
    return tuple(found)


def _serving(plan: Plan, stage: Stage, key: str) -> list[Engine]:
    """Return the engines that may serve a stage, the free ones first."""
    able = sorted(engines.able(stage.ability), key=lambda engine: engine.paid)
    named = engines.all_engines().get(key)
    if named is None:
        return able
    if stage.ability in named.abilities or not any(one.ability in named.abilities for one in plan.stages):
        return [engine for engine in able if engine is named]
    return [engine for engine in able if engine.paid == named.paid]


def _others(key: str, stage: Stage) -> Verdict:
    """Return the refusal of an engine that has no part in a plan, with the names of those that have one."""
    named, able = engines.all_engines().get(key), [engine.label for engine in engines.able(stage.ability)]
    if named is None or not able:
        return NOBODY
    *more, last = able
    names = f"{', '.join(more)} or {last}" if more else last
    return Verdict.no(f"{named.label} does not make this, set as it is. Choose {names}.")


def _expected(before: Request, stage: Stage) -> tuple[Input, ...]:
    """Return what a stage will be given: the result of the one before, which is not made yet."""
    kind = before.ability.partition(".")[0]
    people = strictest(one.facts["people"] for one in before.inputs if "people" in one.facts)
    clip = before.first("video")
    seconds = before.wish.seconds or (clip.facts.get("seconds", 0) if clip else 0)
    facts = {"kind": kind, "made_here": True, "seconds": seconds, "people": str(people)}
    return tuple(Input(role, kind, None, facts) for role in stage.inputs)


def _chains(request: Request) -> dict[int, Chain]:
    """Return the conversation that the result of a request will belong to; its id is not known yet."""
    if request.door is None or request.model is None:
        return {}
    edits = request.chain.edits + 1 if request.chain else 1
    return {request.door.pk: Chain(request.model.engine, {"model": request.model.id}, edits)}


def _choose(request: Request, market: Market, serving: Sequence[Engine], model: str) -> Offer | Verdict:
    """Return the first engine that can, or the first reason why none does."""
    refusals: list[Verdict] = []
    shut: list[Verdict] = []
    for engine in serving:
        refusal = market.refusal(engine, request)
        for asked in () if refusal else market.offers(engine, request, model):
            closed = market.closed_for(asked)
            verdict = closed or engine.can(asked)
            if verdict.quote is not None:
                noted = _noted(verdict, asked, model)
                return Offer(engine, asked, replace(noted, notes=(*instead_of(shut, asked), *noted.notes)))
            refusals.append(verdict)
            shut += [closed] if closed else []
        refusals += [refusal] if refusal else []
    if model and shut and isinstance(_choose(request, market, serving, ""), Offer):
        return replace(shut[0], sentence=f"{shut[0].sentence} Choose another model.")
    return refusals[0] if refusals else (NO_MODEL if market.sells(serving) else NOBODY)


def _noted(verdict: Verdict, asked: Request, model: str) -> Verdict:
    """Return the verdict with a word where another model took the place of the one that was named."""
    if asked.model is None or model in ("", asked.model.id):
        return verdict
    note = f"{model} has retired. {asked.model.label} makes this instead, at the price shown."
    return replace(verdict, notes=(note, *verdict.notes))


def require_shown(shown: str, offers: Iterable[Offer], usd: Decimal) -> None:
    """Refuse what a model would make that the button did not stand for; it may be refused or retired since."""
    models = (offer.request.model for offer in offers if shown)
    other = next((model for model in models if model and model.id not in shown.split()), None)
    if other is not None:
        raise Refused(
            f"{other.label} would make this now, for ${usd:.2f} at most. Send it again if that is right.",
            status=409,
        )


def off(
    task: Task, given: Given, inputs: tuple[Input, ...], market: Market = FREE, key: str = ""
) -> dict[tuple[str, str], str]:
    """Return each choice that no engine of today can do (or not the one with this key), with the reason.

    The other controls stay as given.
    A control whose every choice is refused is not the cause, so none of its choices is off.
    """
    reasons: dict[tuple[str, str], str] = {}
    for control in task.controls:
        refused = {
            (control.name, option.value): reason
            for option in control.options
            if (reason := _reason(task, _choosing(task, given, control, option.value), inputs, market, key))
        }
        if len(refused) < len(control.options):
            reasons |= refused
    return reasons


def _choosing(task: Task, given: Given, control: Control, value: str) -> Given:
    """Return what is given with one choice made, and a word in each empty text that only this choice asks for."""
    words = {
        other.name: "something"
        for other in task.controls
        if other.kind == "text"
        and other.shown_when is not None
        and other.shown_when[0] == control.name
        and value in other.shown_when[1]
        and not given.controls.get(other.name)
    }
    return Given({**given.controls, **words, control.name: value}, given.inputs)


def _reason(task: Task, given: Given, inputs: tuple[Input, ...], market: Market, key: str) -> str:
    try:
        plan = task.build(given)
    except Invalid:
        return ""
    found = offers(plan, task, inputs, market, key)
    return found.sentence if isinstance(found, Verdict) else ""


def engines_for(task: Task) -> list[Engine]:
    """Return the engines that a task's form offers, the preferred one first."""
    found: Mapping[str, Any] = {engine.key: engine for need in task.needs for engine in engines.able(need)}
    return sorted(found.values(), key=lambda engine: engine.rank)
