"""The contract that every engine keeps, and the plain values that cross it. Engines never see a row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol

from projects.engines.errors import Refused
from projects.engines.models import Model
from projects.failures import FAILURES, Code
from projects.states import Phase
from projects.wish import Wish

Json = dict[str, Any]
Ticket = Json
"""What an engine needs to find its running work again; `{}` for a free engine, which runs again instead."""

TICKET_NAME = "ticket.json"
"""The file in which an engine keeps an id before it writes the bytes that came with it."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file of a request. `path` is None while a form only asks whether an engine could serve it."""

    role: str
    kind: str
    path: Path | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    remote: Json | None = None
    """Where the file lies at the provider, once `prepare` has put it there: name, uri, mime, expires_at, state."""


@dataclass(frozen=True, slots=True)
class Door:
    """The way to a provider: whose, its key, and where it stands. The key shows in no log."""

    pk: int
    kind: str
    secret: str = field(repr=False)
    project: str = ""
    location: str = ""
    bucket: str = ""
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """The conversation that a request continues: the ticket of the version before, and how many edits it holds."""

    engine: str
    ticket: Json
    edits: int = 0
    turns: tuple[Path, ...] = ()
    """What was said in it, a file for each version and the first one first, where the provider keeps nothing."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of an engine: one stage of one task. `prompt` is what a paid engine sends, word for word."""

    wish: Wish
    task: str
    ability: str
    inputs: tuple[Input, ...] = ()
    model: Model | None = None
    door: Door | None = None
    chain: Chain | None = None
    prompt: str = ""
    label: str = ""
    """The attempt's id, which goes along so that lost work can be told from other work."""
    seed: int = 0
    hook: str | None = None
    """Where the provider may post that the work has ended; empty: to the address that the operator registered."""

    def given(self) -> tuple[Model, Door]:
        """Return the model and the door, as a paid engine needs them. Raises Refused for a request without."""
        if self.model is None or self.door is None:
            raise Refused(FAILURES[Code.CREDENTIALS_MISSING].why, Code.CREDENTIALS_MISSING)
        return self.model, self.door

    @property
    def shows_nobody(self) -> bool:
        """Return whether files go along and each is an upload in which, as a person said, nobody can be recognised."""
        said = [one.facts.get("people") == "none" and not one.facts.get("made_here") for one in self.inputs]
        return bool(said) and all(said)

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
    usd_measured: Decimal = Decimal(0)
    """What is charged for a result that comes without a count: its seconds, or its picture, at their price."""
    clip_seconds: float = 0
    """The length of the clip that comes of it, where the usual time goes by it."""
    each_second: float = 0
    """What a second of that clip adds to the usual time."""

    def usual_for(self, clip_seconds: float) -> float:
        """Return the usual time of the same request for a clip of another length."""
        return self.seconds_usual + self.each_second * (clip_seconds - self.clip_seconds)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes with a quote and notes, or no with a code and the sentence why."""

    quote: Quote | None
    code: Code | None = None
    sentence: str = ""
    is_final: bool = False
    """Whether no answer of a person changes a no."""
    notes: tuple[str, ...] = ()

    @classmethod
    def no(cls, sentence: str, code: Code = Code.INPUT_REJECTED, *, is_final: bool = False) -> Verdict:
        """Return a refusal."""
        return cls(quote=None, code=code, sentence=sentence, is_final=is_final)


@dataclass(frozen=True, slots=True)
class Progress:
    """A sign of life: the phase, a measured share of it (0 to 1) where there is one, and a note."""

    phase: Phase
    share: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """One file that an engine made. `role` is `result` for the one that the page shows, and `kind` what was wanted.

    `is_private`: kept beside the result under its own name, and never served; the ticket names it as `history`.
    `sha256`: in hex, where the engine has read it off the bytes already.
    """

    path: Path
    kind: str
    role: str = "result"
    language: str = ""
    is_private: bool = False
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The engine's last word on a ticket: no bytes yet. `media` are its own references to them.

    `words` are what came back in words: notes of a free engine, the provider's text of a paid one. `code` says why
    there is no media, and `sentence` says more of it where the code's own is too general. `ticket` is known where the
    one answer brought both the id and the end.
    """

    status: Literal["done", "failed", "cancelled"]
    usage: Json = field(default_factory=dict)
    media: tuple[Json, ...] = ()
    words: str = ""
    code: Code | None = None
    ticket: Ticket | None = None
    sentence: str = ""


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
    kept: Path | None = None
    """Where bytes that came with an answer wait until they are stored; it outlives this start of the process."""

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

    async def cancel(self, ticket: Ticket, door: Door) -> None:
        """Ask the engine to stop."""

    async def forget(self, ticket: Ticket, door: Door) -> None:
        """Delete the work at the engine."""
