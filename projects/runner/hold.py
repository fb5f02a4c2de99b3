"""Hold a step while working on it: renew the lease, and stop the work when the claim is lost or a person cancels."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from uuid import UUID

from channels.db import database_sync_to_async

from projects.models import Step
from projects.runner.limits import limits
from projects.states import Status


class ClaimLost(Exception):
    """Somebody else has the step now: touch nothing."""


class CancelAsked(Exception):
    """A person cancelled the step."""


class Hold:
    """`async with Hold(step, claim):` ends the block with ClaimLost or CancelAsked when either happens."""

    def __init__(self, step: Step, claim: UUID) -> None:
        self._step = step
        self._claim = claim
        self._why: type[Exception] | None = None

    async def __aenter__(self) -> None:
        work = asyncio.current_task()
        if work is None:
            raise RuntimeError("A step is held from within a task.")
        self._work = work
        self._guard = asyncio.create_task(self._watch(), name=f"hold step {self._step.pk}")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._guard.cancel()
        await asyncio.wait([self._guard])
        if self._why is not None and kind is asyncio.CancelledError and self._work.uncancel() == 0:
            raise self._why from error

    async def _watch(self) -> None:
        renewed = time.monotonic()
        while True:
            await asyncio.sleep(limits().watch)
            is_due = time.monotonic() - renewed > limits().lease / 3
            self._why = await database_sync_to_async(self._look)(is_due)
            if self._why is not None:
                self._work.cancel()
                return
            renewed = time.monotonic() if is_due else renewed

    def _look(self, is_due: bool) -> type[Exception] | None:
        if is_due and not Step.objects.renew(self._step.pk, self._claim, limits().lease_time):
            return ClaimLost
        row = Step.objects.filter(pk=self._step.pk).values("status", "claim", "cancel_at").first()
        if row is None or row["status"] != Status.RUNNING or row["claim"] != self._claim:
            return ClaimLost
        return CancelAsked if row["cancel_at"] else None
