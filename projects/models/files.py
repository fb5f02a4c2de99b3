"""Where an asset's bytes live: by their own sha-256, once a team, never half written.

`MEDIA_DIR/TEAM/ab/SHA/file.EXT` is the clean file, the pictures made from it lie beside it, and
`MEDIA_DIR/TEAM/ab/SHA/original` is what was received. The row is written after the bytes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

PIECE = 1 << 20


class DiskFull(Exception):
    """There is too little space left to take in or to make a file."""

    sentence = "The studio's disk is almost full. Ask the operator to free some space, then try again."


def folder(team_id: int, sha256: str) -> Path:
    """Return the folder of one file's bytes and pictures."""
    return Path(settings.MEDIA_DIR) / str(team_id) / sha256[:2] / sha256


def clean(team_id: int, sha256: str, extension: str) -> Path:
    """Return the path of the clean file, the one that is served and worked on."""
    return folder(team_id, sha256) / f"file.{extension}"


def original(team_id: int, sha256: str) -> Path:
    """Return the path of the bytes that were received."""
    return folder(team_id, sha256) / "original"


def digest(path: Path) -> str:
    """Return a file's sha-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place(source: Path, target: Path) -> None:
    """Move a finished file to its place: flushed, renamed, and only then visible. The same file twice is one."""
    if target.exists():
        source.unlink()
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
    try:
        shutil.move(source, part)
        _flush(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _flush(target.parent)


def place_pictures(
    taken: dict[str, Any], source: Path, team_id: int, sha256: str
) -> dict[str, dict[str, Any]]:
    """Put the pictures that a child made beside their file; return them by width, the filmstrip as `film`."""
    made = {str(width): picture for width, picture in taken["thumbs"].items()}
    if taken.get("filmstrip"):
        made["film"] = taken["filmstrip"]
    for picture in made.values():
        place(source / picture["name"], folder(team_id, sha256) / picture["name"])
    return {
        key: {"file": picture["name"], "width": picture["width"], "height": picture["height"]}
        for key, picture in made.items()
    }


@contextmanager
def placing(*, alone: bool = False) -> Iterator[None]:
    """Hold from before bytes are placed until their row is written. `alone`: bytes are removed, nobody places any."""
    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    with (Path(settings.DATA_DIR) / "media.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


def require_space(wanted: int = 0) -> None:
    """Raise DiskFull unless the data folder can take this many bytes and keep its reserve."""
    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(settings.DATA_DIR).free < settings.LEAST_FREE_BYTES + wanted:
        raise DiskFull


@contextmanager
def work_folder(prefix: str) -> Iterator[Path]:
    """Yield a fresh folder on the data disk that is gone afterwards, whatever happens."""
    root = Path(settings.WORK_DIR)
    root.mkdir(parents=True, exist_ok=True)
    path = Path(tempfile.mkdtemp(prefix=f"{prefix}-", dir=root))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
