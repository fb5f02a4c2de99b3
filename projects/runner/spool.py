"""What a provider answered, kept on disk until the database has it: an id that is not stored is gone for good.

`DATA_DIR/spool/ATTEMPT/answer.json`, and beside it the bytes that came with the answer.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from projects.engines.base import TICKET_NAME, Ended, Ticket
from projects.failures import Code
from projects.media import faults
from projects.media.probe import sniff

NAME = "answer.json"
KINDS = ("image", "video")


def folder(attempt: UUID) -> Path:
    """Return the folder of one attempt."""
    return Path(settings.DATA_DIR) / "spool" / str(attempt)


def keep(attempt: UUID, answer: Ticket | Ended) -> None:
    """Write an answer down. An end is flushed, with the bytes that came; a ticket is in the database a moment later."""
    place = folder(attempt)
    place.mkdir(parents=True, exist_ok=True)
    body = {"ended": asdict(answer)} if isinstance(answer, Ended) else {"ticket": answer}
    part = place / f".{NAME}.part"
    with part.open("w") as file:
        json.dump(body, file)
        file.flush()
        if isinstance(answer, Ended):
            os.fsync(file.fileno())
    part.replace(place / NAME)


def found(attempt: UUID) -> Ticket | Ended | None:
    """Return what is known of the answer to an attempt: itself, else its id, else the whole bytes that came with it."""
    place = folder(attempt)
    if (answer := kept(attempt)) is not None:
        return answer
    if (path := place / TICKET_NAME).exists():
        return dict(json.loads(path.read_text()))
    return _cut_off(place)


def kept(attempt: UUID) -> Ticket | Ended | None:
    """Return the answer that was kept for an attempt."""
    path = folder(attempt) / NAME
    if not path.exists():
        return None
    body: dict[str, Any] = json.loads(path.read_text())
    return revived(body["ended"]) if "ended" in body else dict(body["ticket"])


def _cut_off(place: Path) -> Ended | None:
    """Return the end that whole bytes tell whose answer a death kept from being written: a result, uncounted."""
    whole = sorted(path for kind in KINDS for path in place.glob(f"*.{kind}"))
    try:
        media = tuple(
            {"type": path.suffix[1:], "mime_type": sniff.sniff(path).mime, "path": str(path)}
            for path in whole
        )
    except faults.Refused:
        return None
    return Ended("done", media=media) if media else None


def revived(values: dict[str, Any]) -> Ended:
    """Return the end that was written as plain values."""
    code = Code(values["code"]) if values.get("code") else None
    return Ended(**{**values, "media": tuple(values["media"]), "code": code})


def drop(attempt: UUID) -> None:
    """Forget an answer that the database has."""
    shutil.rmtree(folder(attempt), ignore_errors=True)


def waiting() -> Iterator[UUID]:
    """Yield the attempts whose answers are kept."""
    root = Path(settings.DATA_DIR) / "spool"
    for path in sorted(root.iterdir()) if root.exists() else ():
        with suppress(ValueError):
            yield UUID(path.name)
