"""Whether this process still takes new work. The health page answers 503 when it does not."""

from __future__ import annotations

from threading import Event

_leaving = Event()


class CannotStart(Exception):
    """What the server needs is not there; the text is the sentence for the operator."""


def draining() -> bool:
    """Return whether the server was told to stop."""
    return _leaving.is_set()


def leave() -> None:
    """Say from now on that the server is about to stop."""
    _leaving.set()
