"""The contract that every engine keeps, and the plain values that cross it. Engines never see a row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol

from projects.failures import Code
from projects.states import Phase
from projects.wish import Wish

Json = dict[str, Any]
Ticket = Json
"""What an engine needs to find its running work again; `{}` for a free engine, which runs again instead."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file of a request. `path` is None while a form only asks whether an engine could serve it."""

    role: str
    kind: str
    path: Path | None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of an engine: one stage of one task."""

    wish: Wish
    task: str
    ability: str
    inputs: tuple[Input, ...] = ()
    model: str = ""
    seed: int = 0

    def first(self, *kinds: str) -> Input | None:
        """Return the first input of one of these kinds."""
        return next((entry for entry in self.inputs if entry.kind in kinds), None)


@dataclass(frozen=True, slots=True)
class Quote:
    """The most that a request can cost, and the usual time."""

    usd_max: Decimal
    seconds_usual: float
    lines: tuple[str, ...] = ()
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes with a quote and notes, or no with a code, the sentence why, and what works instead."""

    quote: Quote | None
    code: Code | None = None
    sentence: str = ""
    instead: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def no(cls, sentence: str, code: Code = Code.INPUT_REJECTED, instead: str = "") -> Verdict:
        """Return a refusal."""
        return cls(quote=None, code=code, sentence=sentence, instead=instead)


@dataclass(frozen=True, slots=True)
class Progress:
    """A sign of life: the phase, a measured share of it (0 to 1) where there is one, and a note."""

    phase: Phase
    share: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """One file that an engine made. `role` is `result` for the one that the page shows."""

    path: Path
    kind: str
    role: str = "result"
    language: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The engine's last word on a ticket: no bytes yet. `media` are its own references to them."""

    status: Literal["done", "failed", "cancelled"]
    usage: Json = field(default_factory=dict)
    media: tuple[Json, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """The bytes of a result, in the step's own folder, and what people should know about them."""

    files: tuple[Made, ...]
    notes: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Files:
    """The folder that belongs to one start of a step; an engine writes nowhere else."""

    folder: Path
    wall_seconds: float

    def new(self, name: str) -> Path:
        """Return the path of a file to be made in the folder."""
        return self.folder / name


class Engine(Protocol):
    """What makes media."""

    key: str
    label: str
    rank: int
    paid: bool
    abilities: frozenset[str]

    def can(self, request: Request) -> Verdict:
        """Say yes with a quote, or no with the reason. Pure, no network."""

    async def prepare(self, request: Request, files: Files) -> Request:
        """Upload inputs where the engine needs them; free and repeatable."""

    async def start(self, request: Request, files: Files) -> Ticket | Ended:
        """Send the one paid request and nothing else. Raises NotSent, Refused or Doubt."""

    def follow(self, ticket: Ticket, request: Request, files: Files) -> AsyncIterator[Progress | Ended]:
        """Yield progress until the work ended. A free engine does the work here."""

    async def fetch(self, ended: Ended, request: Request, files: Files) -> Output:
        """Return the bytes; free and resumable."""

    async def cancel(self, ticket: Ticket) -> None:
        """Ask the engine to stop."""

    async def forget(self, ticket: Ticket) -> None:
        """Delete the work at the engine."""
