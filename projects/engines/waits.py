"""How long a provider is waited for that does not answer, or shows nothing of the work that it took.

The work goes on without us, so what passes by itself is waited out: a fault, a cut, a key that is refused.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from projects.engines import answers
from projects.engines.errors import Broken
from projects.failures import FAILURES, Code

if TYPE_CHECKING:
    from projects.engines.interactions import Answer

logger = logging.getLogger(__name__)
FIRST_PAUSE, SHORTEST_PAUSE, LONGEST_PAUSE, PAUSE_SHARE = 0.3, 1.0, 10.0, 0.2
"""Seconds before a look: the first one comes early, then a fifth of what has passed."""
UNKNOWN_SECONDS = 600.0
"""So long an id may be unknown, and ended work may show nothing of its end."""
SLOW_SECONDS = 60.0
PATIENCE, SHORT_PAUSE = 900.0, 0.2
"""So long a result that cannot be had yet, or a fresh address of it, is asked for; at first after so little."""
GOING_ON = frozenset({"in_progress", "queued"})
NO_KEY = "Waiting for a valid key. The work goes on at the provider."
SLOW = "The provider is slow to answer."


def pause(passed: float) -> float:
    """Return the seconds until the next look at work that was begun so many seconds ago."""
    if passed < FIRST_PAUSE:
        return FIRST_PAUSE
    return min(max(passed * PAUSE_SHARE, SHORTEST_PAUSE), LONGEST_PAUSE)


@dataclass(slots=True)
class Watch:
    """The looks at one piece of work: since when they fail, and since when in a row nothing is known of it."""

    failing: float | None = None
    unknown: float | None = None
    odd: str = ""
    """The status that was logged last, for we do not know it."""

    def failed(self, error: BaseException, now: float) -> str:
        """Return what a card says of a look that failed. Raises Broken when the id was unknown for too long."""
        self.failing = now if self.failing is None else self.failing
        said = answers.said(error)
        is_key = said is not None and answers.is_about_key(said)
        is_unknown = said is not None and said.status in (400, 404) and not is_key
        if self._is_over(is_unknown, now):
            raise over(error, Code.TIMED_OUT) from error
        if is_key:
            return NO_KEY
        return SLOW if now - self.failing > SLOW_SECONDS else ""

    def ends(self, answer: Answer, now: float) -> bool:
        """Return whether an answer is the end: one that tells nothing of it is looked at again for a while."""
        self.failing = None
        if not answer.is_final and answer.status not in GOING_ON and answer.status != self.odd:
            self.odd = answer.status
            logger.warning("Work %s has the unknown status %r; it is waited for", answer.id, answer.status)
        is_over = self._is_over(answer.says_nothing, now)
        return answer.is_final and (is_over or not answer.says_nothing)

    def _is_over(self, is_unknown: bool, now: float) -> bool:
        """Note whether a look knew nothing, and return whether that goes on for too long."""
        if not is_unknown:
            self.unknown = None
            return False
        self.unknown = now if self.unknown is None else self.unknown
        return now - self.unknown > UNKNOWN_SECONDS


def over(error: BaseException | None, code: Code | None = None) -> Broken:
    """Return what work is that was waited for in vain; `code`: where it is known, else the key's or time's."""
    said = answers.said(error) if error else None
    is_key = said is not None and answers.is_about_key(said)
    why = code or (Code.CREDENTIALS_REJECTED if is_key else Code.TIMED_OUT)
    words = said.words if said else f"{type(error).__name__}: {error}" if error else "Its end was not told."
    return Broken(FAILURES[why].why, why, words)
