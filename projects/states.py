"""The allowed moves of a step and of an attempt: one table each, and nothing else.

`models/step.py` and `models/attempt.py` are the only writers; each write is a conditional UPDATE of one row.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a step stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCONFIRMED = "unconfirmed"


class Phase(StrEnum):
    """What a running step is doing, as people are told."""

    PREPARING = "preparing"
    GENERATING = "generating"
    COLLECTING = "collecting"
    FINISHING = "finishing"


class AttemptState(StrEnum):
    """Where one start at an engine stands."""

    PLANNED = "planned"
    SENDING = "sending"
    ACCEPTED = "accepted"
    FINISHED = "finished"
    STORED = "stored"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"
    PRESUMED = "presumed"
    WRITTEN_OFF = "written_off"


class Bill(StrEnum):
    """What we know of an attempt's cost."""

    UNKNOWN = "unknown"
    BILLED = "billed"
    NOT_BILLED = "not_billed"
    FREE = "free"


MOVES: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.CANCELLED}),
    Status.RUNNING: frozenset(
        {Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.QUEUED, Status.UNCONFIRMED}
    ),
    Status.SUCCEEDED: frozenset(),
    Status.FAILED: frozenset({Status.QUEUED, Status.RUNNING}),
    Status.CANCELLED: frozenset({Status.QUEUED}),
    Status.UNCONFIRMED: frozenset({Status.RUNNING, Status.FAILED, Status.QUEUED}),
}

_A = AttemptState
ATTEMPT_MOVES: dict[AttemptState, frozenset[AttemptState]] = {
    _A.PLANNED: frozenset({_A.SENDING, _A.ACCEPTED, _A.CANCELLED, _A.FAILED}),
    _A.SENDING: frozenset({_A.ACCEPTED, _A.FINISHED, _A.REFUSED, _A.PLANNED, _A.UNCONFIRMED}),
    _A.ACCEPTED: frozenset({_A.FINISHED, _A.FAILED, _A.CANCELLED}),
    _A.FINISHED: frozenset({_A.STORED, _A.FAILED}),
    _A.STORED: frozenset(),
    _A.FAILED: frozenset({_A.ACCEPTED}),
    _A.CANCELLED: frozenset(),
    _A.REFUSED: frozenset(),
    _A.UNCONFIRMED: frozenset({_A.ACCEPTED, _A.PRESUMED, _A.WRITTEN_OFF}),
    _A.PRESUMED: frozenset({_A.ACCEPTED}),
    _A.WRITTEN_OFF: frozenset({_A.ACCEPTED}),
}

ENDED = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED})
OPEN_ATTEMPT = (_A.PLANNED, _A.SENDING, _A.ACCEPTED, _A.FINISHED)


def may_move(source: Status, target: Status) -> bool:
    """Return whether a step may go from one status to the other."""
    return target in MOVES[source]


def attempt_may_move(source: AttemptState, target: AttemptState) -> bool:
    """Return whether an attempt may go from one state to the other."""
    return target in ATTEMPT_MOVES[source]
