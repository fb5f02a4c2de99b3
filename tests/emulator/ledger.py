"""What the emulator was asked, what it accepted and what it gave. Media and keys are never kept."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

SECRET = {"x-goog-api-key", "authorization", "cookie"}
MEDIA_KEYS = {"data", "bytesBase64Encoded"}
SHORTEST_MEDIA = 120
WAIT_SECONDS = 100.0


@dataclass
class Entry:
    """One request. `key`: known (or another key's name), unknown or none. `ended`: answered or broken."""

    number: int
    at: float
    kind: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    key: str = "none"
    attempt: str = ""
    model: str = ""
    fault: str = ""
    refused: str = ""
    status: int | None = None
    ended: str = ""


@dataclass(frozen=True)
class Create:
    """One accepted create: what the provider would bill."""

    id: str
    at: float
    door: str
    model: str
    prompt: str
    labels: dict[str, str] = field(default_factory=dict)
    media: tuple[dict[str, Any], ...] = ()
    previous: str = ""

    @property
    def attempt(self) -> str:
        """The attempt that it says it belongs to."""
        return self.labels.get("attempt", "")


@dataclass
class Delivery:
    """Bytes of a result that went out: of which file or interaction, how large, how many were sent."""

    of: str
    sha256: str
    size: int
    sent: int


class Ledger:
    """Everything that happened, in order. Reading is safe from any thread."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.accepted: list[Create] = []
        self.deliveries: list[Delivery] = []
        self.deletes: list[str] = []
        self.cancels: list[str] = []
        self._changed = threading.Condition()

    def creates(self, label: str | None = None, model: str | None = None) -> list[Create]:
        """Return the accepted creates; `label` is the attempt's."""
        return [
            one for one in list(self.accepted) if label in (None, one.attempt) and model in (None, one.model)
        ]

    def tally(self) -> Counter[str]:
        """Return how many creates were accepted for each attempt; above one somebody paid twice."""
        return Counter(one.attempt for one in list(self.accepted))

    def posts(self, path: str = "") -> list[Entry]:
        """Return the POSTs to addresses that hold these words, accepted or not."""
        return [entry for entry in list(self.entries) if entry.method == "POST" and path in entry.path]

    def requests(self, kind: str = "") -> list[Entry]:
        """Return the requests of a kind: create, poll, cancel, delete, upload, bytes, file, download, models."""
        return [entry for entry in list(self.entries) if kind in ("", entry.kind)]

    def refusals(self) -> list[str]:
        """Return why requests were turned down, one sentence each."""
        return [f"{one.method} {one.path}: {one.refused}" for one in list(self.entries) if one.refused]

    def wait(self, true: Callable[[Ledger], Any], seconds: float = WAIT_SECONDS) -> None:
        """Return as soon as the ledger satisfies a question; fail with what there is when it never does."""
        with self._changed:
            met = self._changed.wait_for(lambda: true(self), seconds)
        assert met, f"It did not happen in {seconds} s: {[(e.kind, e.status) for e in self.entries]}"

    def write(self, book: list[Any], line: Any) -> Any:
        """Append a line to one of the books, and return it."""
        with self._changed:
            book.append(line)
            self._changed.notify_all()
        return line

    def note(self, entry: Entry, **fields: Any) -> None:
        """Complete a line."""
        with self._changed:
            for name, value in fields.items():
                setattr(entry, name, value)
            self._changed.notify_all()

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        lines = {
            name: [asdict(line) for line in getattr(self, name)]
            for name in ("entries", "accepted", "deliveries")
        }
        return lines | {"deletes": self.deletes, "cancels": self.cancels, "tally": dict(self.tally())}


def redacted_headers(headers: dict[str, str]) -> dict[str, str]:
    """Return headers with `…` where a secret stood."""
    return {name: "…" if name in SECRET else value for name, value in headers.items()}


def redacted(value: Any, mime: str = "") -> Any:
    """Return JSON with media replaced by sha-256, mime and number of bytes."""
    if isinstance(value, list):
        return [redacted(one) for one in value]
    if isinstance(value, str) and value.startswith("data:") and ";base64," in value:
        head, _, text = value.partition(";base64,")
        return fingerprint(text, head.removeprefix("data:"))
    if not isinstance(value, dict):
        return value
    mime = value.get("mime_type") or value.get("mimeType") or ""
    return {
        name: fingerprint(one, mime) if _is_media(name, one) else redacted(one) for name, one in value.items()
    }


def bytes_of(text: str) -> bytes:
    """Return the bytes of base64 in either alphabet: Google takes both, and the SDK's models send the other one."""
    return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)


def fingerprint(text: str, mime: str) -> dict[str, Any]:
    """Return what is kept of media: sha-256, mime and size; of no base64 only that it is none."""
    try:
        data = bytes_of(text)
    except ValueError:
        return {"mime": mime, "base64": "broken"}
    return {"sha256": hashlib.sha256(data).hexdigest(), "mime": mime, "bytes": len(data)}


def _is_media(name: str, value: Any) -> bool:
    return name in MEDIA_KEYS and isinstance(value, str) and len(value) > SHORTEST_MEDIA
