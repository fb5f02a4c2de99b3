"""The driver of one order in the process that made it: for `manage.py render`, beside a running server or without.

The order's first step is born claimed by this process, so no other runner takes it. A step that was given back
(its child was ended from outside) is claimed again, unless a server was quicker.
"""

from __future__ import annotations

import asyncio

from channels.db import database_sync_to_async
from django.db.models import Q

from projects import progress
from projects.models import Order, Step
from projects.runner.limits import limits
from projects.runner.run import drive, run_step
from projects.states import Status

SOON = ("rate", "upload", "result")
"""Waits of minutes. A quota takes till midnight, and the others a person: a running server goes on with those."""


async def run(order: Order, owner: str, book: progress.Book) -> None:
    """Drive the steps of an order until none is due here."""
    flushing = asyncio.create_task(_flush(book), name="write progress")
    try:
        async for step in order.steps.whole().filter(owner=owner):
            if step.claim is not None:
                await drive(step, step.claim, book)
        while (pk := await database_sync_to_async(_next)(order)) is not None:
            if pk:
                await run_step(pk, owner, book)
            else:
                await asyncio.sleep(limits().progress)
    finally:
        flushing.cancel()


def _next(order: Order) -> int | None:
    """Return a step that is due, 0 while one runs or goes on by itself soon, nothing once none is left to do."""
    due = Step.objects.due().filter(order=order).order_by("pk").values_list("pk", flat=True).first()
    if due is not None:
        return due
    goes_on = Q(status=Status.RUNNING) | Q(status=Status.QUEUED, waits_for__in=SOON)
    return 0 if order.steps.filter(goes_on).exists() else None


async def _flush(book: progress.Book) -> None:
    while True:
        await asyncio.sleep(limits().progress)
        await book.flush()
