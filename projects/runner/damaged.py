"""A paid result that did not arrive whole is fetched again, five times in ten minutes; it is never made again (F16)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from projects.engines.base import Json
from projects.engines.errors import Damaged
from projects.models import Attempt, Receipt, Step
from projects.runner import ledger
from projects.runner.limits import limits
from projects.states import AttemptState, Bill, Status

MOST_FETCHES = 5
SHARES = 2 ** (MOST_FETCHES - 1) - 1
"""Each pause is twice the one before; together they are ten minutes."""
NOTE = "The result did not arrive whole. It is fetched again, which is free."


@transaction.atomic
def put_back(step: Step, claim: UUID, error: Damaged) -> bool:
    """Let a step wait until its result is fetched again.

    False where the provider keeps no result of it, or gave out five, or the claim is lost.
    """
    attempt = step.attempts.filter(state=AttemptState.FINISHED).first()
    held = Step.objects.select_for_update().held(step.pk, claim)
    if attempt is None or "api_version" not in (attempt.ticket or {}) or not held.exists():
        return False
    times = _damaged(attempt).count() + 1
    body: Json = {"damaged": error.detail, "sha256": error.sha256}
    ledger.receipt(attempt, Receipt.Kind.BYTES, f"bytes:{attempt.uuid}:{error.sha256}:{times}", body)
    if times >= MOST_FETCHES:
        return False
    until = Now() + timedelta(seconds=limits().fetch_again * 2 ** (times - 1) / SHARES)
    return Step.objects.end(step.pk, claim, Status.QUEUED, waits_for="result", not_before=until, note=NOTE)


def media_of(attempt: Attempt) -> tuple[Json, ...]:
    """Return where a finished call's result is. Bytes that came with its answer are left out once they were damaged."""
    is_damaged = _damaged(attempt).exists()
    return tuple(part for part in attempt.media if "uri" in part or not is_damaged)


def place(attempt: UUID) -> Path:
    """Return where the bytes of a damaged result are kept for the operator."""
    return Path(settings.DATA_DIR) / "damaged" / str(attempt)


@contextmanager
def keeping(attempt: Attempt) -> Iterator[None]:
    """Keep what came of a paid result last, where it proves damaged; a good one ends that."""
    kept = place(attempt.uuid)
    try:
        yield
    except Damaged as error:
        if error.path and attempt.bill != Bill.FREE:
            with suppress(OSError):
                kept.parent.mkdir(parents=True, exist_ok=True)
                error.path.replace(kept)
                error.detail += f" What came is kept as damaged/{kept.name} in the data folder."
        raise
    kept.unlink(missing_ok=True)


def _damaged(attempt: Attempt) -> QuerySet[Receipt]:
    return attempt.receipts.filter(kind=Receipt.Kind.BYTES)
