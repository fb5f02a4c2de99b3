"""Every clock and limit of running work, as one frozen value read from settings."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings

from projects.engines.errors import Refused
from projects.failures import Code


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, already scaled: tests run with a hundredth of them."""

    lease: float = 30
    watch: float = 0.5
    look: float = 2
    progress: float = 1
    hand_back: float = 2.5
    longest_step: float = 3600
    last_answer: float = 8
    """So long a process that ends waits for the answer to a paid call."""
    longest_cancel: float = 600
    longest_wait: float = 1800
    shortest_pause: float = 10
    longest_pause: float = 120
    quota_wait: float = 3600
    """So long a used-up quota is left alone at least, and a rate limit at most, whatever the provider hints."""
    longest_quota: float = 86_400
    spread: float = 30
    """Within so long of a hint those who were told to wait come back, not all at once."""
    presumed: float = 86_400
    """After so long an unanswered call is booked at its estimate."""
    fetch_again: float = 600
    """So long after there was no room for a result it is fetched again."""
    look_often: float = 3600
    look_seldom: float = 86_400
    look_often_for: float = 86_400
    """So long after it was sent, work that took too long is looked at often, then seldom."""
    shortest_wall: float = 120
    wall_per_second: float = 20
    hub_window: float = 0.25
    hub_resync: float = 2

    @property
    def lease_time(self) -> timedelta:
        """Return the lease as the database takes it."""
        return timedelta(seconds=self.lease)


@cache
def limits() -> Limits:
    """Return the limits of this process."""
    scale = settings.CLOCK_SCALE
    return Limits(
        lease=30 * scale,
        watch=0.5 * scale,
        look=2 * scale,
        progress=scale,
        hub_resync=2 * scale,
        longest_cancel=600 * scale,
        longest_wait=1800 * scale,
        shortest_pause=10 * scale,
        longest_pause=120 * scale,
        quota_wait=3600 * scale,
        longest_quota=86_400 * scale,
        spread=30 * scale,
        fetch_again=600 * scale,
        look_often=3600 * scale,
    )


def hinted(error: Refused) -> float:
    """Return how long the provider wants to be left alone; 0 where it does not say. No hint is believed for ever."""
    hint = error.retry_after or 0.0
    if error.code == Code.QUOTA_EXHAUSTED:
        return min(max(hint, limits().quota_wait), limits().longest_quota)
    return min(hint, limits().quota_wait)


def rest(error: Refused) -> float:
    """Return for how long nothing more goes through the door: a rate limit and a quota are those of its key.

    Only a quota that names a model is that model's own.
    """
    return hinted(error) if error.code in (Code.RATE_LIMITED, Code.QUOTA_EXHAUSTED) else 0.0


def pause(waited: float) -> float:
    """Return a growing pause with some jitter: about as long as was waited already, 10 s to 2 min."""
    shortest, longest = limits().shortest_pause, limits().longest_pause
    return min(max(waited, shortest), longest) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
