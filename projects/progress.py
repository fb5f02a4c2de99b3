"""Note what a step is doing, and hint those who watch.

A new phase is written and hinted at once. The rest waits for the next flush, once a second in one transaction,
because each commit is made durable and costs milliseconds; what a row says already is not written again. A hint only
says which step to read again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from channels.layers import BaseChannelLayer, get_channel_layer
from django.db import transaction

from projects.models import Step
from projects.states import Phase

MUCH_LONGER = 3
"""So many times the usual time is worth a word."""


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


def at_work(phase: Phase, share: float | None = None, note: str = "") -> dict[str, Any]:
    """Return the fields of a sign of life."""
    return {"phase": phase, "share": share, "note": note[:300], "recoveries": 0}


@dataclass(slots=True)
class _Note:
    step: Step
    claim: UUID
    fields: dict[str, Any]


def much_longer(age: float, usual: float) -> str:
    """Return a word on work that takes far longer than usual; nothing before, or where nobody knows the usual time."""
    if not 0 < MUCH_LONGER * usual < age:
        return ""
    so_far = _span(age - age % 10)  # each new note is a write
    return f"This takes longer than usual: {so_far}, usually {_span(usual)}. It goes on."


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds // 60:.0f} min"


class Book:
    """What the running steps of one process are doing, between two flushes."""

    def __init__(self) -> None:
        self._waiting: dict[int, _Note] = {}
        self._told: dict[int, dict[str, Any]] = {}
        self._writing = asyncio.Lock()

    async def report(self, step: Step, claim: UUID, phase: Phase, share: float | None, note: str) -> None:
        """Note a sign of life; a new phase goes out at once."""
        last = self._told.get(step.pk)
        self.note(step, claim, phase, share, note)
        if last is None or last["phase"] != phase:
            await self.flush()

    def note(self, step: Step, claim: UUID, phase: Phase, share: float | None = None, note: str = "") -> None:
        """Note a sign of life for the next flush, where it is news; of what is over by then nobody hears."""
        fields = at_work(phase, share, note)
        if fields != self._told.get(step.pk):
            self._told[step.pk] = fields
            self._waiting[step.pk] = _Note(step, claim, fields)

    async def written(self, step: Step, phase: Phase) -> None:
        """Hint a new phase that stands in the row already: a line of the runner wrote it along."""
        self._waiting.pop(step.pk, None)
        self._told[step.pk] = at_work(phase)
        await astep_changed(step)

    def forget(self, step: Step) -> None:
        """Drop what is not written of a step that ended."""
        self._waiting.pop(step.pk, None)
        self._told.pop(step.pk, None)

    async def flush(self) -> None:
        """Write what waits, in one transaction, then hint. What comes meanwhile shares the next one."""
        async with self._writing:
            notes, self._waiting = list(self._waiting.values()), {}
            if notes:
                await database_sync_to_async(_write)(notes)
        for note in notes:
            await astep_changed(note.step)


@transaction.atomic
def _write(notes: list[_Note]) -> None:
    """Write what steps say that are still held, those that say the same in one go."""
    alike: dict[tuple[Any, ...], dict[int, UUID]] = {}
    for note in notes:
        alike.setdefault(tuple(note.fields.items()), {})[note.step.pk] = note.claim
    for fields, claims in alike.items():
        Step.objects.held_by(claims).write(**dict(fields))
