"""From an engine's output to an asset: opened and checked in a child, put in place, then the rows, all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from projects import pool
from projects.engines.base import Made, Output, Progress
from projects.engines.errors import Broken, Damaged, HandedBack
from projects.failures import FAILURES, Code
from projects.media import faults
from projects.media.probe.sniff import KINDS
from projects.models import Asset, Attempt, Step, files
from projects.models.asset import strictest
from projects.runner import stages
from projects.runner.hold import ClaimLost
from projects.runner.limits import limits
from projects.states import AttemptState, Bill, Status

Teller = Callable[[Progress], Awaitable[None]]
NAMES = {"image": "a picture", "video": "a clip"}


@dataclass(frozen=True, slots=True)
class Checked:
    """A result that was opened: where its file is, its facts, and what lies beside it."""

    output: Output
    main: Made
    facts: dict[str, Any]


async def checked(output: Output, folder: Path) -> Checked:
    """Open the result in a child and make its pictures and report. Raises Broken when it is not what it should be.

    A picture in place of a clip, or a clip in place of a picture, is kept with a note.
    """
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
        raise await _damaged(main, str(error)) from error
    except OSError as error:
        raise Broken(FAILURES[Code.STORAGE_FAILED].why, Code.STORAGE_FAILED, detail=str(error)) from error
    seen = facts["facts"]["kind"]
    if seen == main.kind:
        return Checked(output, main, facts)
    if not {seen, main.kind} <= NAMES.keys():
        raise await _damaged(main, f"What came is of the kind {seen}, not {main.kind}.")
    note = f"The provider sent {NAMES[seen]} in place of {NAMES[main.kind]}."
    return Checked(replace(output, notes=(note, *output.notes)), main, facts)


async def _damaged(main: Made, words: str) -> Damaged:
    return Damaged(words, await asyncio.to_thread(files.digest, main.path), main.path)


def placed(team_id: int, result: Checked, held: ExitStack) -> dict[str, Any]:
    """Put the files in place, and return the asset's fields; nobody removes files until `held` lets go.

    Raises Broken where the disk takes no more.
    """
    try:
        held.enter_context(files.placing())
        return _placed(team_id, result)
    except OSError as error:
        raise Broken(FAILURES[Code.STORAGE_FAILED].why, Code.STORAGE_FAILED, detail=str(error)) from error


@transaction.atomic
def stored(step: Step, claim: UUID, attempt: Attempt, output: Output, fields: dict[str, Any]) -> None:
    """Write asset, attempt and step in one transaction; without the claim, nothing. Raises ClaimLost."""
    given = _inputs(step)
    asset = Asset.objects.create(
        project=step.project,
        name=f"{step.name}.{fields['extension']}",
        is_draft=step.engine == "draft" or any(asset.is_draft for asset in given),
        people=strictest(asset.who for asset in given),
        made_by=step,
        created_by_id=step.order.by_id,
        **fields,
    )
    if attempt.bill == Bill.FREE:
        Attempt.objects.move(attempt.pk, AttemptState.ACCEPTED, AttemptState.FINISHED)
    Attempt.objects.move(attempt.pk, AttemptState.FINISHED, AttemptState.STORED, ended_at=Now())
    notes = [*step.notes, *output.notes]
    if not Step.objects.end(step.pk, claim, Status.SUCCEEDED, output=asset, notes=notes, note=""):
        raise ClaimLost
    stages.advance(step)


def _placed(team_id: int, result: Checked) -> dict[str, Any]:
    """Put the result, its pictures and what lies beside it in place; return the asset's fields."""
    path = result.main.path
    sha256, size = result.main.sha256 or files.digest(path), path.stat().st_size
    extension = KINDS[result.facts["facts"]["format"]].extension.lstrip(".")
    pictures = files.place_pictures(result.facts, path.parent, team_id, sha256)
    beside = {}
    for made in result.output.files:
        if made is not result.main:
            name = made.path.name if made.is_private else f"{made.role}{made.path.suffix}"
            files.place(made.path, files.folder(team_id, sha256) / name)
            if not made.is_private:
                beside[name] = made.language
    files.place(path, files.clean(team_id, sha256, extension))
    fields = Asset.fields_of(result.facts["facts"], pictures)
    fields["facts"]["beside"] = beside
    report = result.facts.get("report", {})
    return {**fields, "sha256": sha256, "bytes": size, "extension": extension, "report": report}


def _inputs(step: Step) -> list[Asset]:
    """Return what a step was made from: the order's files, and the result of the stage before."""
    given = [pk for pks in step.order.inputs.values() for pk in pks]
    if step.source_id:
        given.append(step.source_id)
    return list(Asset.objects.filter(pk__in=given).select_related("project")) if given else []
