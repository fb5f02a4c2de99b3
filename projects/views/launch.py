"""“What do you want to make?”: each task with what it would begin with, or why it is off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from django.urls import reverse

from projects import catalogue
from projects.actions import choice
from projects.catalogue.base import Task
from projects.models import Asset, Project, Step
from projects.states import Status

CHOICES = 24
RECENT_STEPS = 200
WAYS_OUT = {
    "video": "Needs a clip. Animate a photo first.",
    "image": "Needs a photo. Upload one first.",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One task on the board: where it leads, and what a person should know before."""

    task: Task
    address: str
    facts: str
    off: str = ""


@dataclass(frozen=True, slots=True)
class Launcher:
    """The row of tasks, the file they begin with, and the others that could be chosen."""

    cards: list[Card]
    start: Asset | None
    choices: list[Asset]


def launcher(project: Project, start: Asset | None) -> Launcher:
    """Return the row for a project. Without a start the newest upload with a picture is taken."""
    rows = Asset.objects.live().filter(project=project, made_by__deleted_at=None, kind__in=("image", "video"))
    choices = list(rows.order_by("-created_at", "-pk")[:CHOICES])
    start = (
        start
        or next((asset for asset in choices if asset.made_by_id is None), None)
        or next(iter(choices), None)
    )
    usual = _usual_seconds(project)
    cards = [_card(project, task, start, choices, usual) for task in catalogue.all_tasks().values()]
    return Launcher(cards, start, choices)


def _card(
    project: Project, task: Task, start: Asset | None, choices: list[Asset], usual: dict[str, float]
) -> Card:
    address = reverse("projects:make", args=[project.pk, task.slug])
    facts = " · ".join([_price(task), *([f"about {usual[task.slug]:.0f} s"] if task.slug in usual else [])])
    kinds = next((slot.kinds for slot in task.slots if slot.least), ())
    fitting = next((asset for asset in (start, *choices) if asset and asset.kind in kinds), None)
    if kinds and fitting is None:
        return Card(task, address, facts, WAYS_OUT[kinds[0]])
    return Card(task, f"{address}?from=asset:{fitting.pk}" if fitting else address, facts)


def _price(task: Task) -> str:
    return "free" if any(not engine.paid for engine in choice.engines_for(task)) else "needs a key"


def _usual_seconds(project: Project) -> dict[str, float]:
    """Return the median time of each task in the project's team: measured, so unknown at the start."""
    done = Step.objects.filter(
        project__team_id=project.team_id,
        status=Status.SUCCEEDED,
        started_at__isnull=False,
        ended_at__isnull=False,
    )
    return _medians(done.order_by("-pk").values_list("task", "started_at", "ended_at")[:RECENT_STEPS])


def _medians(rows: Iterable[tuple[str, object, object]]) -> dict[str, float]:
    times: defaultdict[str, list[float]] = defaultdict(list)
    for task, started, ended in rows:
        times[task].append((ended - started).total_seconds())  # type: ignore[operator]
    return {task: max(1.0, median(seconds)) for task, seconds in times.items()}
