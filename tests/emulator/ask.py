"""What an accepted create asks for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from tests.emulator import facts, media
from tests.emulator.refusals import Refused


@dataclass(frozen=True, slots=True)
class Given:
    """One picture or clip that came with a request."""

    kind: str
    mime: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The sha-256 of its bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What the ledger keeps of it."""
        return {"sha256": self.sha256, "mime": self.mime, "bytes": len(self.data)}


@dataclass(frozen=True, slots=True)
class Ask:
    """An accepted request.

    size: a word of the model's. added: the seconds of an extension. start: which picture the result is made of.
    """

    model: facts.Model
    prompt: str
    given: tuple[Given, ...] = ()
    task: str = ""
    size: str = ""
    ratio: str = ""
    seconds: float = 0
    added: float = 0
    delivery: str = "inline"
    door: str = "developer"
    pixels: facts.Size = (0, 0)
    start: int = 0

    def of(self, kind: str) -> list[Given]:
        """Return the pictures or the clips."""
        return [one for one in self.given if one.kind == kind]


def base(given: Given) -> media.Base:
    """Return the picture of what was given. Raises Refused when it cannot be opened."""
    try:
        return media.base_of(given.data)
    except ValueError as error:
        raise Refused(str(error)) from None
