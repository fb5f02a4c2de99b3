"""What can go wrong on command: one table, and the book of what is to go wrong next.

A fault strikes the next `times` calls that match: of its kind (create, poll, cancel, delete, upload, bytes, file,
download, models), and of an attempt or a model where one is named. `after`: once the call has taken effect at the
provider (an accepted create is then billed and in the ledger); otherwise instead of it. `tests/emulator/
test_faults.py` says of each which exception of the SDK comes out.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.emulator import blows, refusals
from tests.emulator.ledger import Entry
from tests.emulator.outcomes import OUTCOMES
from tests.emulator.wire import Reply

Blow = Callable[[blows.Struck], Awaitable[Reply | None]]


KINDS = (
    "create",
    "poll",
    "cancel",
    "delete",
    "upload",
    "bytes",
    "file",
    "download",
    "elsewhere",
    "models",
    "jwks",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One fault: what does it, the kind of call and the moment that are usual, and its own settings."""

    blow: Blow
    kind: str = "create"
    after: bool = False
    options: dict[str, Any] = field(default_factory=dict)


FAULTS: dict[str, Row] = {
    # The answer is lost: the create is in the ledger, the client cannot know.
    "lost": Row(blows.lost, after=True),
    "reset": Row(blows.reset, after=True),
    "half_header": Row(blows.half_header, after=True),
    "cut": Row(blows.cut, after=True, options={"keep": 0.5}),
    "slow": Row(blows.slow, after=True, options={"seconds": 1.0}),
    "held": Row(blows.held, after=True),
    "empty_object": Row(blows.body, after=True, options={"body": b"{}"}),
    "not_json": Row(blows.body, after=True, options={"body": b'{"id": "v1_'}),
    "no_id": Row(blows.no_id, after=True),
    # The answer comes, with something odd in it.
    "retold": Row(blows.retold, "bytes", after=True),
    "gateway": Row(blows.gateway, options={"status": 502}),
    # Answers with a status, in a form: google, list, interactions, openrouter or none.
    "status": Row(blows.status, options={"status": 500}),
    "unsafe": Row(blows.status, options={"status": 400, "form": "interactions", "message": refusals.BLOCKED}),
    "region": Row(blows.region),
    "daily_quota": Row(blows.daily_quota),
    "retired": Row(blows.retired),
    "young": Row(blows.status, "poll", options={"status": 404, "form": "interactions"}),
    "gone": Row(blows.gone, "poll"),
    # Files and their bytes.
    "processing_forever": Row(blows.outcome, "upload"),
    "file_failed": Row(blows.outcome, "upload"),
    "truncated": Row(blows.cut, "download", after=True, options={"keep": 0.5}),
    "expired": Row(blows.expired, "download"),
    "redirect": Row(blows.redirect, "download"),
    "spoilt": Row(blows.spoilt, "download"),
    # Ends of an accepted create.
    **{name: Row(blows.outcome) for name in OUTCOMES if name},
}


@dataclass
class Fault:
    """A fault in the book. `arrived`: a call has been struck. `released`: a held one may go on."""

    name: str
    kind: str
    after: bool
    times: int | None
    attempt: str | None
    model: str | None
    options: dict[str, Any]
    struck: int = 0
    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def blow(self) -> Blow:
        """What does it."""
        return FAULTS[self.name].blow

    def hits(self, entry: Entry) -> bool:
        """Return whether a call is one that it strikes."""
        fits = self.attempt in (None, entry.attempt) and self.model in (None, entry.model)
        return fits and entry.kind == self.kind and (self.times is None or self.struck < self.times)

    def release(self) -> None:
        """Let what is held go on."""
        self.released.set()


class Book:
    """The faults to come, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, name: str | int, /, *, times: int | None = 1, **more: Any) -> Fault:
        """Enter a fault; a number is an answer with this status. `times=None`: until it is withdrawn.

        more: kind, after, attempt, model, and the fault's own settings.
        """
        if isinstance(name, int):
            name, more = "status", {"status": name, **more}
        if name not in FAULTS:
            raise ValueError(f"There is no fault {name!r}; there are {', '.join(FAULTS)}.")
        row = FAULTS[name]
        own = {key: more.pop(key, None) for key in ("attempt", "model")}
        kind, after = more.pop("kind", row.kind), more.pop("after", row.after)
        if kind not in KINDS:
            raise ValueError(f"There is no kind of call {kind!r}; there are {', '.join(KINDS)}.")
        fault = Fault(name, kind, after, times, **own, options=row.options | more)
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, entry: Entry) -> Fault | None:
        """Return the fault that strikes a call, if any."""
        with self._lock:
            found = next((fault for fault in self._faults if fault.hits(entry)), None)
            if found:
                found.struck += 1
                found.arrived.set()
        return found

    def withdraw(self, fault: Fault | None = None) -> None:
        """Take one fault, or all, out of the book and let go what they hold."""
        with self._lock:
            leaving = [one for one in self._faults if fault in (None, one)]
            self._faults = [one for one in self._faults if one not in leaving]
        for one in leaving:
            one.release()
