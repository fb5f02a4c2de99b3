"""Note what a step is doing, and hint those who watch.

A new phase is written and hinted at once. The rest waits for the next flush, once a second in one transaction,
because each commit is made durable and costs milliseconds. A hint only says which step to read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from channels.layers import BaseChannelLayer, get_channel_layer
from django.db import transaction

from projects.models import Step
from projects.states import Phase


def layer() -> BaseChannelLayer:
    """Return the layer that carries hints."""
    found = get_channel_layer()
    if found is None:
        raise RuntimeError("CHANNEL_LAYERS has no default layer.")
    return found


def project_group(project_id: int) -> str:
    """Return the name of the group that watches a project."""
    return f"project.{project_id}"


def team_group(team_id: int) -> str:
    """Return the name of the group that watches a team."""
    return f"team.{team_id}"


def step_changed(step: Step) -> None:
    """Hint, once the transaction is through, that a step is to be read again."""
    groups = (project_group(step.project_id), team_group(step.project.team_id))
    transaction.on_commit(lambda: async_to_sync(_hint)(groups, step.pk))


async def astep_changed(step: Step) -> None:
    """Do the same from a coroutine outside a transaction."""
    await _hint((project_group(step.project_id), team_group(step.project.team_id)), step.pk)


async def _hint(groups: tuple[str, ...], step_id: int) -> None:
    for group in groups:
        await layer().group_send(group, {"type": "step.changed", "step": step_id})


@dataclass(slots=True)
class _Note:
    step: Step
    claim: UUID
    fields: dict[str, Any]


class Book:
    """What the running steps of one process are doing, between two flushes."""

    def __init__(self) -> None:
        self._waiting: dict[int, _Note] = {}
        self._phases: dict[int, Phase] = {}

    async def report(self, step: Step, claim: UUID, phase: Phase, share: float | None, note: str) -> None:
        """Note a sign of life; a new phase goes out at once."""
        fields = {"phase": phase, "share": share, "note": note[:300], "recoveries": 0}
        self._waiting[step.pk] = _Note(step, claim, fields)
        if self._phases.get(step.pk) != phase:
            self._phases[step.pk] = phase
            await self.flush()

    def forget(self, step: Step) -> None:
        """Drop what is not written of a step that ended."""
        self._waiting.pop(step.pk, None)
        self._phases.pop(step.pk, None)

    async def flush(self) -> None:
        """Write what waits, in one transaction, then hint."""
        notes, self._waiting = list(self._waiting.values()), {}
        if not notes:
            return
        for note in await database_sync_to_async(_write)(notes):
            await astep_changed(note.step)


@transaction.atomic
def _write(notes: list[_Note]) -> list[_Note]:
    return [note for note in notes if Step.objects.held(note.step.pk, note.claim).write(**note.fields)]
