"""From an engine's output to an asset: opened and checked in a child, put in place, then the rows, all at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from projects import pool
from projects.engines.base import Made, Output, Progress
from projects.engines.errors import Broken, HandedBack
from projects.failures import FAILURES, Code
from projects.media import faults
from projects.models import Asset, Attempt, Step, files
from projects.runner.limits import limits
from projects.states import AttemptState, Bill, Status

Teller = Callable[[Progress], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Checked:
    """A result that was opened: where its file is, its facts, and what lies beside it."""

    output: Output
    main: Made
    facts: dict[str, Any]


async def checked(output: Output, folder: Path) -> Checked:
    """Open the result in a child and make its pictures and report. Raises Broken when it is not what it should be."""
    main = next((made for made in output.files if made.role == "result"), None)
    if main is None or not main.path.exists():
        raise Broken(FAILURES[Code.EMPTY_RESULT].why, Code.EMPTY_RESULT)
    try:
        names = str(main.path), str(folder)
        facts = await pool.run(
            "render", "projects.media.intake:finish", *names, wall=limits().shortest_wall, folder=folder
        )
    except pool.HandedBack as error:
        raise HandedBack from error
    except (pool.ChildDied, faults.Refused, faults.Corrupt) as error:
        raise Broken(FAILURES[Code.OUTPUT_CORRUPT].why, Code.OUTPUT_CORRUPT, detail=str(error)) from error
    except OSError as error:
        raise Broken(FAILURES[Code.STORAGE_FAILED].why, Code.STORAGE_FAILED, detail=str(error)) from error
    return Checked(output, main, facts)


def stored(step: Step, claim: UUID, attempt: Attempt, result: Checked) -> None:
    """Put the files in place, then write asset, attempt and step in one transaction. A lost claim writes nothing."""
    try:
        fields = _placed(step.project.team_id, result)
    except OSError as error:
        raise Broken(FAILURES[Code.STORAGE_FAILED].why, Code.STORAGE_FAILED, detail=str(error)) from error
    with transaction.atomic():
        if not Step.objects.held(step.pk, claim).exists():
            return
        name = f"{step.name}.{fields['extension']}"
        asset = Asset.objects.create(
            project=step.project,
            name=name,
            is_draft=is_draft(step),
            made_by=step,
            created_by=step.order.by,
            **fields,
        )
        for source, target in (
            (AttemptState.ACCEPTED, AttemptState.FINISHED),
            (AttemptState.FINISHED, AttemptState.STORED),
        ):
            Attempt.objects.move(attempt.pk, source, target, bill=Bill.FREE, ended_at=Now())
        notes = list(result.output.notes)
        Step.objects.end(step.pk, claim, Status.SUCCEEDED, output=asset, notes=notes, note="")


def _placed(team_id: int, result: Checked) -> dict[str, Any]:
    """Put the result, its pictures and what lies beside it in place; return the asset's fields."""
    path = result.main.path
    sha256, size, extension = files.digest(path), path.stat().st_size, path.suffix.lstrip(".")
    pictures = files.place_pictures(result.facts, path.parent, team_id, sha256)
    beside = {}
    for made in result.output.files:
        if made is not result.main:
            name = f"{made.role}{made.path.suffix}"
            files.place(made.path, files.folder(team_id, sha256) / name)
            beside[name] = made.language
    files.place(path, files.clean(team_id, sha256, extension))
    fields = Asset.fields_of(result.facts["facts"], pictures)
    fields["facts"]["beside"] = beside
    report = result.facts.get("report", {})
    return {**fields, "sha256": sha256, "bytes": size, "extension": extension, "report": report}


def is_draft(step: Step) -> bool:
    """Return whether a step's result is a draft: made by the draft engine, or from a draft."""
    return (
        step.engine == "draft"
        or Asset.objects.filter(
            pk__in=[pk for pks in step.order.inputs.values() for pk in pks], is_draft=True
        ).exists()
    )
