"""The driver of one order in the process that made it: for `manage.py render`, beside a running server or without.

The order's first step is born claimed by this process, so no other runner takes it. A step that was given back
(its child was ended from outside) is claimed again, unless a server was quicker.
"""

from __future__ import annotations

import asyncio

from channels.db import database_sync_to_async

from projects import progress
from projects.models import Order, Step
from projects.runner.limits import limits
from projects.runner.run import drive, run_step


async def run(order: Order, owner: str, book: progress.Book) -> None:
    """Drive the steps of an order until none is due here."""
    flushing = asyncio.create_task(_flush(book), name="write progress")
    try:
        async for step in order.steps.filter(owner=owner):
            if step.claim is not None:
                await drive(step.pk, step.claim, book)
        while (pk := await database_sync_to_async(_next)(order)) is not None:
            await run_step(pk, owner, book)
    finally:
        flushing.cancel()


def _next(order: Order) -> int | None:
    return Step.objects.due().filter(order=order).order_by("pk").values_list("pk", flat=True).first()


async def _flush(book: progress.Book) -> None:
    while True:
        await asyncio.sleep(limits().progress)
        await book.flush()
