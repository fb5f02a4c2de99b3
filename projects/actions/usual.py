"""How long work of a kind usually takes: the median of its last runs, or while these are few what its engine says."""

from __future__ import annotations

from statistics import median

from django.core.cache import cache
from django.db.models.functions import Coalesce

from projects.engines.base import Quote, Request
from projects.models import Attempt
from projects.states import AttemptState

LAST, FEWEST = 20, 5
"""So many of the last runs are measured; fewer than these say nothing yet."""
KEPT_SECONDS = 600
"""A new run counts this late."""

Run = tuple[float, float]
"""The seconds that it took, and the length of the clip that came of it."""


def seconds(engine: str, request: Request, quote: Quote) -> float:
    """Return how long a request usually takes, by the runs of its model (or free engine), door, ability and size.

    A run for a clip of another length counts by what the engine says of the two lengths.
    """
    runs = _last(engine, request)
    shares = [took / said for took, length in runs if (said := quote.usual_for(length)) > 0]
    return max(1.0, median(shares) * quote.seconds_usual) if len(shares) >= FEWEST else quote.seconds_usual


def _last(engine: str, request: Request) -> list[Run]:
    kind = {
        "model": request.model.id if request.model else engine,
        "door__kind": request.door.kind if request.door else None,
        "step__ability": request.ability,
        "step__wish__size": request.wish.size,
    }
    name = ":".join(str(value) for value in ("usual", *kind.values()))
    return list(cache.get_or_set(name, lambda: _measured(kind), KEPT_SECONDS) or ())


def _measured(kind: dict[str, str | None]) -> list[Run]:
    """Return the last runs of a kind: from the call of a paid one, else from the start of its step."""
    done = Attempt.objects.filter(state=AttemptState.STORED, ended_at__isnull=False, **kind)
    begun = done.annotate(begun=Coalesce("sent_at", "step__started_at")).filter(begun__isnull=False)
    rows = begun.order_by("-pk").values_list("begun", "ended_at", "step__output__seconds")[:LAST]
    return [((end - start).total_seconds(), float(length or 0)) for start, end, length in rows]
