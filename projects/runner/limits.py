"""Every clock and limit of running work, as one frozen value read from settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, already scaled: tests run with a hundredth of them."""

    lease: float = 30
    watch: float = 0.5
    look: float = 2
    progress: float = 1
    hand_back: float = 2.5
    longest_step: float = 3600
    last_answer: float = 6
    """So long a process that ends waits for the answer to a paid call."""
    longest_cancel: float = 600
    longest_wait: float = 1800
    shortest_pause: float = 10
    longest_pause: float = 120
    quota_wait: float = 3600
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
        fetch_again=600 * scale,
        look_often=3600 * scale,
    )
