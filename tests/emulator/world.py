"""What there is at the provider: keys, models, interactions and files, and how long things take."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulator import facts, refusals
from tests.emulator.clock import Clock
from tests.emulator.faults import Book
from tests.emulator.files import File, Upload
from tests.emulator.ledger import Ledger
from tests.emulator.refusals import Refused

if TYPE_CHECKING:
    from tests.emulator.interactions import Interaction

KEPT_SECONDS = 55 * 86_400
FILE = re.compile(r"(?:^|/)files/([a-z0-9-]+)")
ID = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds until a clip and a picture are done (by `spread` more or less), and until a file is processed."""

    video: float = 0.05
    image: float = 0.01
    processing: float = 0.02
    spread: float = 0.0


REAL = Pace(video=25, image=9, processing=4)


@dataclass
class World:
    """The provider's state. Only the emulator's own loop writes it."""

    pace: Pace
    key: str
    url: str = ""
    clock: Clock = field(default_factory=Clock)
    ledger: Ledger = field(default_factory=Ledger)
    faults: Book = field(default_factory=Book)
    keys: dict[str, str] = field(default_factory=dict)
    retired: set[str] = field(default_factory=lambda: set(facts.RETIRED))
    interactions: dict[str, Interaction] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    operations: dict[str, Interaction] = field(default_factory=dict)
    objects: dict[str, File] = field(default_factory=dict)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def owner(self, key: str) -> str:
        """Return the name of a good key, a token or an OpenRouter key; empty when it is not known."""
        return "known" if key == self.key else self.keys.get(key, "")

    def alive(self, model: str, form: str, version: str = "v1beta") -> None:
        """Refuse a model that is retired or was never there."""
        if model in self.retired:
            raise Refused(refusals.RETIRED.format(model=model), 404, form)
        if model not in facts.MODELS:
            raise Refused(refusals.UNKNOWN.format(model=model, version=version), 404, form)

    def interaction(self, name: str, owner: str) -> Interaction | None:
        """Return an owner's stored interaction that is neither deleted nor older than 55 days."""
        found = self.interactions.get(name)
        if found is None or found.owner != owner or self.clock.now() - found.created > KEPT_SECONDS:
            return None
        return found

    def file_of(self, uri: str, owner: str) -> File | None:
        """Return the file of a name or an address, unless it is another owner's or its 48 hours have passed."""
        found = FILE.search(uri)
        file = self.files.get(found[1]) if found else None
        return file if file and file.owner == owner and self.clock.now() < file.expires else None

    def new_file(self, data: bytes, mime: str, **more: Any) -> File:
        """Keep a file; ids have letters and digits only, as the SDK needs."""
        file = File(more.pop("id", None) or new_id(), data, mime, self.clock.now(), **more)
        self.files[file.id] = file
        return file

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start work beside the requests."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            context = {"message": "Work of the emulator failed.", "exception": error}
            task.get_loop().call_exception_handler(context)


def new_id(length: int = 12) -> str:
    """Return a fresh id of lower-case letters and digits that starts with a letter."""
    return secrets.choice(ID[:26]) + "".join(secrets.choice(ID) for _ in range(length - 1))
