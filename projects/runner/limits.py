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
    return Limits(lease=30 * scale, watch=0.5 * scale, look=2 * scale, progress=scale, hub_resync=2 * scale)
