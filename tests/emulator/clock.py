"""The emulator's time: the machine's own, and as far ahead of it as a test likes."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

LOOK_SECONDS = 0.01


class Clock:
    """Tells the time in seconds since 1970. `advance` lets days pass at once."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Return the present."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move on."""
        self._ahead += seconds

    def stamp(self, at: float | None = None) -> str:
        """Return a moment (the present) as the provider writes it."""
        moment = datetime.fromtimestamp(self.now() if at is None else at, UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    async def until(self, at: float) -> None:
        """Wait for a moment; `advance` from another thread is noticed."""
        while (left := at - self.now()) > 0:  # noqa: ASYNC110 - another thread moves the clock
            await asyncio.sleep(min(left, LOOK_SECONDS))
