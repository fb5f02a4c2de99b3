"""The ledger as a table for a spreadsheet: sent while it is read, and with no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import UTC
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Case, Q, QuerySet, When
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from projects.models import Attempt, ledger
from projects.states import Bill
from projects.templatetags.money import bill_word, units, waste_reason

PIECE = 500
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")

COLUMNS: dict[str, Callable[[Any], object]] = {
    "when (UTC)": lambda entry: entry.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
    "project": lambda entry: entry.step.project.name,
    "step": lambda entry: entry.step_id,
    "name": lambda entry: entry.step.name,
    "attempt": lambda entry: entry.number,
    "person": lambda entry: entry.step.order.by.get_username(),
    "task": lambda entry: entry.step.task,
    "model": lambda entry: entry.model,
    "units": units,
    "quoted (USD)": lambda entry: entry.quote_usd,
    "cost (USD)": lambda entry: entry.cost_usd if entry.settled else "",
    "held (USD)": lambda entry: "" if entry.settled else entry.quote_usd,
    "bill": bill_word,
    "approved (s)": lambda entry: entry.approved or "",
    "paid for nothing, because": waste_reason,
}


def answer(entries: QuerySet[Attempt], name: str) -> StreamingHttpResponse:
    """Return the rows as a file to be kept."""
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name),
        "X-Content-Type-Options": "nosniff",
    }
    approved = Case(When(ledger.is_approved() & ~Q(bill=Bill.FREE), then="made"))
    return StreamingHttpResponse(_lines(entries.annotate(approved=approved)), headers=headers)


async def _lines(entries: QuerySet[Attempt]) -> AsyncIterator[bytes]:
    """Yield the table in pieces. Each is a question of its own, so that a slow reader keeps no cursor open.

    The mark at its start tells spreadsheets that it is UTF-8.
    """
    yield b"\xef\xbb\xbf" + _written([list(COLUMNS)])
    batch = await read_batch(entries)
    while batch:
        yield _written([safe(read(entry)) for read in COLUMNS.values()] for entry in batch)
        batch = await read_batch(entries.filter(pk__lt=batch[-1].pk))


@sync_to_async
def read_batch(entries: QuerySet[Attempt]) -> list[Attempt]:
    """Return the next lines."""
    return list(entries[:PIECE])


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def safe(value: object) -> str:
    """Return a cell's text; one that a spreadsheet would take for a formula gets an apostrophe before it."""
    text = str(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text
