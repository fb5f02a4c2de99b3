"""What can go wrong at an engine.

EngineError
├── NotSent     nothing left this machine: it may be sent again
├── Refused     the engine said no, with its code: not billed
├── Doubt       sent, and the answer is lost: the bill is unknown (paid engines only)
└── Broken      a free engine, or a result, failed: a code and a sentence
"""

from __future__ import annotations

from projects.failures import Code


class EngineError(Exception):
    """An engine's failure: `code` decides the page's choices, `sentence` is for people, `detail` for admins."""

    def __init__(self, sentence: str, code: Code, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.detail = detail


class NotSent(EngineError):
    """Nothing was sent, proved by the kind of fault."""


class Refused(EngineError):
    """The engine, or a check of the input, said no."""


class Doubt(EngineError):
    """The request may have been accepted."""


class Broken(EngineError):
    """The work was accepted and failed."""


class HandedBack(Exception):
    """The process is ending, or its child was ended from outside: the step goes back to the queue."""
