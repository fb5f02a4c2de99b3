"""What the versions of a tree cost, and until when their provider keeps them: for all of them in three questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from projects.engines import models
from projects.engines.models import Model
from projects.failures import Code
from projects.models import Attempt, Step, model
from projects.runner import requests
from projects.states import AttemptState

UNREAD = ("request", "prices", "usage", "media", "detail", "door__secret")
"""Long fields that nothing here looks at."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How a paid version stands. `until`: its provider keeps it so long; None where it is gone, ours or unfinished."""

    usd: Decimal
    until: datetime | None = None
    is_gone: bool = False


def of_steps(steps: Iterable[Step]) -> dict[int, Kept]:
    """Return by step how each one that went through a door stands."""
    paid = {step.pk: step for step in steps if step.door_id}
    if not paid:
        return {}
    attempts = _attempts(paid)
    table, lost = model.merged(), _lost(paid)
    return {pk: _kept(step, attempts[pk], table, lost) for pk, step in paid.items()}


def _attempts(steps: Iterable[int]) -> dict[int, list[Attempt]]:
    """Return the calls of each step, the last one first."""
    found: defaultdict[int, list[Attempt]] = defaultdict(list)
    rows = Attempt.objects.filter(step__in=steps).exclude(door=None).select_related("door")
    for attempt in rows.defer(*UNREAD).order_by("-number"):
        found[attempt.step_id].append(attempt)
    return found


def _lost(steps: Iterable[int]) -> dict[tuple[int | None, int | None], datetime]:
    """Return by step and door when a change of it was last asked for that found its conversation gone."""
    rows = Step.objects.filter(parent__in=steps, code=Code.CHAIN_EXPIRED).order_by("created_at")
    return {(parent, door): at for parent, door, at in rows.values_list("parent", "door", "created_at")}


def _kept(
    step: Step,
    attempts: list[Attempt],
    table: tuple[Model, ...],
    lost: dict[tuple[int | None, int | None], datetime],
) -> Kept:
    usd = sum((attempt.cost_usd for attempt in attempts), Decimal(0))
    last = next((attempt for attempt in attempts if attempt.state == AttemptState.STORED), None)
    if last is None or last.door is None or last.ended_at is None or "history" in (last.ticket or {}):
        return Kept(usd)
    row = models.find(table, step.model, last.door.kind)
    if not requests.goes_on(last, last.door, row, lost.get((step.pk, last.door_id))):
        return Kept(usd, is_gone=True)
    return Kept(usd, last.ended_at + timedelta(days=last.door.keeps_days))
