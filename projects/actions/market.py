"""What a project can buy from today: the doors that are open to its team, the models behind them, and its region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.contrib.auth.models import User

from projects import policies, regions
from projects.actions.refusal import Refused
from projects.engines.base import Chain, Door, Engine, Request, Verdict
from projects.engines.models import CONTINUES, Model, alive
from projects.models import Asset, Closure, Project, Step, model
from projects.models import Door as DoorRow
from projects.runner import requests


@dataclass(frozen=True, slots=True)
class Market:
    """Plain values only. Without doors, only what is free can be had."""

    doors: tuple[Door, ...] = ()
    models: tuple[Model, ...] = ()
    country: str = ""
    """The one whose rules hold."""
    confirmed: frozenset[str] = frozenset()
    """What was confirmed for the project about the people in its pictures."""
    closed: Mapping[tuple[str, str, str], datetime] = field(default_factory=dict)
    """By model, door and ability: when the provider has refused the three in this country."""
    chains: Mapping[int, Chain] = field(default_factory=dict)
    """By door: the conversation that the chosen version belongs to."""

    @property
    def is_limited(self) -> bool:
        """Return whether the country is a limited one."""
        return regions.is_limited(self.country)

    def offers(self, engine: Engine, request: Request, model_id: str = "") -> Iterator[Request]:
        """Yield the request for each model of an engine that may serve it, the preferred one first."""
        if not engine.paid:
            yield request
            return
        for door in self.doors:
            chain = requests.continued(self.chains.get(door.pk), engine.key, model_id)
            for one in self._models(engine, door, model_id, request, chain):
                yield replace(request, model=one, door=door, chain=chain)

    def _models(
        self, engine: Engine, door: Door, model_id: str, request: Request, chain: Chain | None
    ) -> list[Model]:
        """Return the model that was named, or what took its place, or a chain's; else all, the wished grade first."""
        rows = [one for one in self.models if (one.engine, one.door) == (engine.key, door.kind)]
        if model_id:
            return [found for one in rows if one.id == model_id and (found := alive(rows, one))]
        if chain and request.ability in CONTINUES:
            return [one for one in rows if one.id == chain.ticket.get("model")]
        grade = _grade(request)
        return sorted((one for one in rows if one.is_offered), key=lambda one: one.grade != grade)

    def has(self, model_id: str, serving: Iterable[Engine]) -> bool:
        """Return whether one of these engines can be asked for this model."""
        keys = {engine.key for engine in serving}
        return any(one.id == model_id and one.engine in keys for one in self.models)

    def refusal(self, engine: Engine, request: Request) -> Verdict | None:
        """Return why a paid engine may not have this: the region forbids it, or who is in the pictures does."""
        if not engine.paid:
            return None
        said = [str(entry.facts["people"]) for entry in request.inputs if "people" in entry.facts]
        return policies.refusal(engine.key, request.ability, said, self.confirmed, is_limited=self.is_limited)

    def closed_for(self, request: Request) -> Verdict | None:
        """Return why a request for one model is not sent: the provider has refused the like of it in this country."""
        if request.model is None or request.door is None:
            return None
        at = self.closed.get((request.model.id, request.door.kind, request.ability))
        if at is None:
            return None
        edits = request.chain.edits if request.chain else 0
        instead = policies.in_place_of(request.model.engine, request.ability, self.country, edits=edits)
        return policies.closed(request.model.label, self.country, at, instead)


def of(user: User, project: Project, assets: Iterable[Asset] = ()) -> Market:
    """Return what a person can have in a project, and the conversation of the version that the assets belong to."""
    rows = [row for row in DoorRow.objects.of_team(project.team_id).working() if row.is_open]
    parents = [asset.made_by for asset in assets if asset.made_by_id]
    chains = {row.pk: chain for row in rows if (chain := _chain(parents, row)) is not None}
    country = policies.country(project, user.pk)
    return Market(
        doors=tuple(row.plain() for row in rows),
        models=model.merged() if rows else (),
        country=country,
        closed=_closed(country) if rows else {},
        confirmed=policies.confirmed(project),
        chains=chains,
    )


def instead_of(closed: Iterable[Verdict], request: Request) -> tuple[str, ...]:
    """Return the notes that say which models are closed here, where the request's one takes their place."""
    instead = f"{request.model.label} makes this instead, at the price shown." if request.model else ""
    return tuple(f"{one.sentence.removesuffix(one.instead)}{instead}".strip() for one in closed)


def _closed(country: str) -> dict[tuple[str, str, str], datetime]:
    rows = Closure.objects.current().filter(country=country)
    return {(row.model, row.door, row.ability): row.closed_at for row in rows}


def _grade(request: Request) -> str:
    """Return the grade of model that is wished for; the fast one is not made for several references."""
    grade = str(request.wish.extra.get("model", ""))
    pictures = sum(entry.kind == "image" for entry in request.inputs)
    return "detailed" if grade == "fast" and pictures > 1 else grade


def require(user: User, step: Step) -> None:
    """Raise Refused where a step may not be sent to its provider again: answers and regions change."""
    if verdict := requests.refusal(step, user.pk):
        raise Refused(verdict.sentence)


def _chain(parents: list[Step | None], door: DoorRow) -> Chain | None:
    return requests.chain_of(parents[0], door) if parents else None
