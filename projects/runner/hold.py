"""Hold a step while working on it: renew the lease, and stop the work when the claim is lost or a person cancels."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import DatabaseError

from projects.models import Step
from projects.runner.limits import limits
from projects.states import Status

logger = logging.getLogger(__name__)
T = TypeVar("T")


class ClaimLost(Exception):
    """Somebody else has the step now: touch nothing."""


class CancelAsked(Exception):
    """A person cancelled the step."""


class Hold:
    """`async with Hold(step, claim):` ends the block with ClaimLost or CancelAsked when either happens.

    `is_paid`: a cancel does not end the block, which may be in the middle of a call that is paid for; it shows in
    `cancel_asked`.
    """

    def __init__(self, step: Step, claim: UUID, *, is_paid: bool = False) -> None:
        self.cancel_asked = False
        self._cancelled = asyncio.Event()
        self.step_id, self.claim = step.pk, claim
        self.renewed = time.monotonic()
        self._is_paid = is_paid
        self._why: type[Exception] | None = None

    async def __aenter__(self) -> Hold:
        work = asyncio.current_task()
        if work is None:
            raise RuntimeError("A step is held from within a task.")
        self._work = work
        self._guard = _guards.setdefault(asyncio.get_running_loop(), Guard())
        self._guard.watch(self)
        return self

    def let_go(self) -> None:
        """Stop watching: what follows is one transaction that asks for the claim itself."""
        self._guard.leave(self)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._guard.leave(self)
        await self._guard.rest()
        if self._why is not None and kind is asyncio.CancelledError and self._work.uncancel() == 0:
            raise self._why from error

    async def free(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what work comes to that costs nothing yet: a cancel ends it. Raises CancelAsked."""
        working, asked = asyncio.create_task(work), asyncio.create_task(self._cancelled.wait())
        try:
            await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise CancelAsked
            return working.result()
        finally:
            working.cancel()
            asked.cancel()
            await asyncio.gather(working, asked, return_exceptions=True)

    def heed(self, row: Mapping[str, Any] | None) -> None:
        """Stop the work where the row says so."""
        if row is None or row["status"] != Status.RUNNING or row["claim"] != self.claim:
            self._why = ClaimLost
        elif row["cancel_at"] and self._is_paid:
            self.cancel_asked = True
            self._cancelled.set()
        elif row["cancel_at"]:
            self._why = CancelAsked
        if self._why is not None:
            self._guard.leave(self)
            self._work.cancel()


class Guard:
    """Watches all steps that a loop holds, with one read a look: hundreds may be waiting for a provider."""

    def __init__(self) -> None:
        self._held: set[Hold] = set()
        self._looking: asyncio.Task[None] | None = None

    def watch(self, hold: Hold) -> None:
        """Look after a step from now on."""
        self._held.add(hold)
        if self._looking is None:
            self._looking = asyncio.create_task(self._go_on_looking(), name="hold steps")

    def leave(self, hold: Hold) -> None:
        """Look after it no more."""
        self._held.discard(hold)

    async def rest(self) -> None:
        """Stop looking when nothing is held."""
        if self._looking is not None and not self._held:
            looking, self._looking = self._looking, None
            looking.cancel()
            await asyncio.wait([looking])

    async def _go_on_looking(self) -> None:
        while True:
            await asyncio.sleep(limits().watch)
            now, held = time.monotonic(), list(self._held)
            due = [hold for hold in held if now - hold.renewed > limits().lease / 3]
            try:
                rows = await database_sync_to_async(looked)(held, due)
            except DatabaseError:
                logger.exception("The steps under way could not be looked at; it is tried again")
                continue
            for hold in due:
                hold.renewed = now
            for hold in self._held.intersection(held):
                hold.heed(rows.get(hold.step_id))


def looked(held: list[Hold], due: list[Hold]) -> dict[int, dict[str, Any]]:
    """Renew the leases that are due, and return what the rows of the held steps say."""
    if due:
        Step.objects.renew({hold.step_id: hold.claim for hold in due}, limits().lease_time)
    rows = Step.objects.filter(pk__in=[hold.step_id for hold in held])
    return {row["pk"]: dict(row) for row in rows.values("pk", "status", "claim", "cancel_at")}


_guards: WeakKeyDictionary[asyncio.AbstractEventLoop, Guard] = WeakKeyDictionary()
