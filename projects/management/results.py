"""What the command line tells of a step that ended, and where its files go."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings

from projects.actions import Refused
from projects.models import Asset, Order, Step, files
from projects.runner import stages
from projects.states import Status
from projects.templatetags.money import usd
from projects.templatetags.steps import cause, heading
from projects.templatetags.waits import waits


def require_room_for(out: Path) -> None:
    """Raise Refused unless a file can be written there."""
    if out.is_dir():
        raise Refused(f"{out} is a folder. Name a file in it.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("ab"):
            pass
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}. Name another place.") from error
    if not out.stat().st_size:
        out.unlink()


def delivered_step(order: Order) -> Step:
    """Return the step whose result is delivered: take 1 of the last stage that began, or the first that succeeded."""
    began = order.steps.exclude(waits_for=stages.PICK).select_related("output", "project")
    takes = list(began.order_by("-stage", "take"))
    last = [take for take in takes if take.stage == takes[0].stage]
    return next((take for take in last if take.status == Status.SUCCEEDED), last[0])


def delivered(step: Step, output: Asset, out: Path) -> Path:
    """Copy the result to its place, never half, and beside it what belongs to it, such as a subtitle track."""
    team_id = step.project.team_id
    _copy(files.clean(team_id, output.sha256, output.extension), out)
    for name in output.facts.get("beside", {}):
        _copy(files.folder(team_id, output.sha256) / name, out.with_name(f"{out.stem}.{name}"))
    return out.resolve()


def _copy(source: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    part.replace(target)


def facts_of(step: Step) -> dict[str, Any]:
    """Return the object that `--json` prints; what is not known is 0 or empty."""
    attempts = list(step.attempts.order_by("number"))
    facts = {
        "step": step.pk,
        "task": step.task,
        "engine": step.engine,
        "model": step.model,
        "status": step.status,
        "seconds": float(step.output.seconds) if step.output else 0,
        "width": step.output.width if step.output else 0,
        "height": step.output.height if step.output else 0,
        "cost_usd": float(sum(attempt.cost_usd for attempt in attempts)),
        "receipt": attempts[-1].bill if attempts else "",
        "sha256": step.output.sha256 if step.output else "",
        "path": "",
    }
    return facts if step.status == Status.SUCCEEDED else facts | {"code": step.code, "sentence": why(step)}


def why(step: Step) -> str:
    """Return the sentence for a step that did not succeed."""
    if step.status == Status.FAILED:
        return step.sentence
    if step.status == Status.CANCELLED:
        return "The step was cancelled."
    page = f"{settings.PUBLIC_URL}{step.get_absolute_url()}"
    if step.status == Status.UNCONFIRMED:
        held = usd(step.attempts.latest("number").quote_usd)
        return f"{heading(step)} {cause(step)} {held} is held until then: {page}"
    if step.status == Status.QUEUED:
        return f"{waits(step)}. A running studio goes on with it: {page}"
    return f"Another runner has taken step {step.pk} over. Its page shows how it goes on: {page}"


def done(facts: dict[str, Any]) -> str:
    """Return the line about a step that succeeded."""
    size = f"{facts['width']} × {facts['height']}"  # noqa: RUF001 - the sign for a size
    length = f", {facts['seconds']:g} s" if facts["seconds"] else ""
    return f"{facts['path']}: {size}{length}, {facts['engine']}, step {facts['step']}"
