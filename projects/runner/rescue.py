"""A fault of our own after a paid answer came: the call is booked by its bytes, which stay to be fetched."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import DatabaseError

from projects.engines.base import Ended
from projects.models import Step
from projects.runner import ledger, spool
from projects.runner.hold import ClaimLost
from projects.states import AttemptState, Bill

logger = logging.getLogger(__name__)
ODD = (ValueError, TypeError, LookupError, ArithmeticError, DatabaseError)
"""What an answer that was at fault once may raise again."""


def booked(step: Step, claim: UUID) -> None:
    """Book a step's open call as finished where its result lies on disk; its words and count may be at fault.

    Where that fails too, it is logged, and the step ends as it would have.
    """
    try:
        unbooked = step.attempts.filter(state__in=(AttemptState.SENDING, AttemptState.ACCEPTED))
        attempt = unbooked.exclude(bill=Bill.FREE).first()
        if attempt is None:
            return
        answer = (spool.kept if attempt.ticket_id else spool.found)(attempt.uuid)
        if isinstance(answer, Ended) and answer.status == "done" and answer.media:
            bare = Ended("done", media=answer.media, ticket=answer.ticket)
            ledger.finished(step, claim, attempt, bare)
    except ClaimLost:
        return
    except ODD:
        logger.exception("The answer of step %s could not be booked; it stays in the spool", step.pk)
