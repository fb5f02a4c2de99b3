"""“What do you want to make?”: each task with what it would begin with, or why it is off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from projects import actions, catalogue
from projects.catalogue.base import Task
from projects.models import Asset, Project, Step
from projects.models.asked import Asked
from projects.states import Status
from projects.views import tiles
from projects.views.tiles import Tile

CHOICES = 24
RECENT_STEPS = 200
WAYS_OUT = {
    "video": "Needs a clip. Animate a photo first.",
    "image": "Needs a photo. Upload one first.",
}


@dataclass(frozen=True, slots=True)
class Beginning:
    """A file that a task can begin with."""

    pk: int
    name: str
    kind: str
    made: datetime
    made_by: int | None

    @classmethod
    def of(cls, asset: Asset) -> Beginning:
        """Return a file that somebody chose."""
        return cls(asset.pk, asset.name, asset.kind, asset.created_at, asset.made_by_id)


@dataclass(frozen=True, slots=True)
class Card:
    """One task on the board: its form, also with what it would begin with, and what a person should know before."""

    task: Task
    form: str
    address: str
    facts: str
    off: str = ""

    @property
    def kinds(self) -> str:
        """Return the kinds of file that the first slot takes, with a space between."""
        return " ".join(next((slot.kinds for slot in self.task.slots), ()))


@dataclass(frozen=True, slots=True)
class Launcher:
    """The row of tasks, the file they begin with, and the others that could be chosen."""

    cards: list[Card]
    start: Beginning | None
    choices: SafeString


def launcher(project: Project, chosen: Asset | None) -> Launcher:
    """Return the row for a project. Where nothing is chosen the newest upload is taken, else the newest result."""
    choices = [Beginning(*row) for row in _newest(project.pk)]
    uploads = (choice for choice in choices if choice.made_by is None)
    start = Beginning.of(chosen) if chosen else next(uploads, next(iter(choices), None))
    usual = usual_seconds(_times(project.team_id))
    prices = actions.shelf.prices(project.team_id, start.kind if start else "")
    told = {slug: _facts(price, usual.get(slug)) for slug, price in prices.items()}
    cards = [_card(project, task, start, choices, told) for task in catalogue.all_tasks().values()]
    listed = [
        Tile("c", choice.pk, choice.made, look="current" if choice == start else "") for choice in choices
    ]
    return Launcher(cards, start, tiles.drawn(listed, can_make=True))


@Asked
def _newest(project: int) -> QuerySet[Any, Any]:
    rows = Asset.objects.live().filter(
        project_id=project, made_by__deleted_at=None, kind__in=("image", "video")
    )
    found = rows.order_by("-created_at", "-pk")
    return found.values_list("pk", "name", "kind", "created_at", "made_by")[:CHOICES]


@Asked
def _times(team: int) -> QuerySet[Any, Any]:
    """Return the task, engine, start and end of what the team has made last."""
    done = Step.objects.filter(
        project__team_id=team, status=Status.SUCCEEDED, started_at__isnull=False, ended_at__isnull=False
    )
    return done.order_by("-pk").values_list("task", "engine", "started_at", "ended_at")[:RECENT_STEPS]


def _card(
    project: Project,
    task: Task,
    start: Beginning | None,
    choices: list[Beginning],
    told: dict[str, str],
) -> Card:
    form = reverse("projects:make", args=[project.pk, task.slug])
    facts = told.get(task.slug, "")
    kinds = next((slot.kinds for slot in task.slots if slot.least), ())
    fitting = next((file for file in (start, *choices) if file and file.kind in kinds), None)
    if kinds and fitting is None:
        return Card(task, form, form, facts, WAYS_OUT[kinds[0]])
    return Card(task, form, f"{form}?from=asset:{fitting.pk}" if fitting else form, facts)


def _facts(price: str, usual: float | None) -> str:
    return f"{price} · about {usual:.0f} s" if usual else price


def usual_seconds(rows: Iterable[Sequence[Any]]) -> dict[str, float]:
    """Return the usual seconds of each task: measured, so unknown at the start, and where its engines are mixed."""
    times: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for task, engine, started, ended in rows:
        times[task][engine].append((ended - started).total_seconds())
    alike = {task: [*found.values()] for task, found in times.items() if len(found) == 1}
    return {task: max(1.0, median(seconds)) for task, [seconds] in alike.items()}
