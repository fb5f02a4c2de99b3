"""What a project can buy from today: the doors that are open to its team, the models behind them, and its region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.contrib.auth.models import User

from projects import policies, regions
from projects.actions.refusal import Refused
from projects.engines.base import Chain, Door, Engine, Request, Verdict
from projects.engines.models import CONTINUES, IN_CHAIN, Model, alive
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
    first: str = ""
    """The model that is asked for before the others, where none is named."""

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
                own = requests.continued(chain, engine.key, one.id)
                yield replace(request, model=one, door=door, chain=own)

    def _models(
        self, engine: Engine, door: Door, model_id: str, request: Request, chain: Chain | None
    ) -> list[Model]:
        """Return the model that was named, or what took its place, or a chain's; else all, the wished grade first.

        A picture can leave its chain, since it is sent along: it does where its model is closed.
        """
        rows = [one for one in self.models if (one.engine, one.door) == (engine.key, door.kind)]
        if model_id:
            return [found for one in rows if one.id == model_id and (found := alive(rows, one))]
        first, grade = self.first, _grade(request)
        if chain and request.ability in CONTINUES:
            first = str(chain.ticket.get("model", ""))
            if request.ability in IN_CHAIN or (first, door.kind, request.ability) not in self.closed:
                return [one for one in rows if one.id == first]
        offered = (one for one in rows if one.is_offered)
        return sorted(offered, key=lambda one: (one.id != first, one.grade != grade))

    def sells(self, serving: Iterable[Engine]) -> bool:
        """Return whether one of these engines has a model behind a door that is open."""
        keys, kinds = {engine.key for engine in serving}, {door.kind for door in self.doors}
        return any(one.is_offered and one.engine in keys and one.door in kinds for one in self.models)

    def falling(self, model_id: str, ability: str) -> tuple[Market, str]:
        """Return the market and the model to name: none where that is closed, so that the next one serves."""
        is_closed = any((model_id, door.kind, ability) in self.closed for door in self.doors)
        return replace(self, first=model_id), "" if is_closed else model_id

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
        return policies.closed(request.model.label, self.country, at)


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
    instead = f" {request.model.label} makes this instead, at the price shown." if request.model else ""
    return tuple(f"{one.sentence}{instead}" for one in closed)


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
