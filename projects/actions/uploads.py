"""Take files in: whole, or in slices that go on where a cut connection stopped.

An upload keeps two files: the original, which is never served, and the clean copy that everything else uses.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from projects import policies, pool
from projects.actions import names
from projects.actions.refusal import Refused, require_space
from projects.media import faults
from projects.media.probe.facts import Facts
from projects.models import Asset, Project, Upload, files
from projects.policies import Ability

LARGEST = 1 << 30
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class WrongOffset(Exception):
    """A slice does not begin where the upload stands; `offset` is the true one."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"The upload stands at byte {offset}.")
        self.offset = offset


def begin(user: User, project: Project, *, name: str, size: int) -> Upload:
    """Return a new upload, or refuse at once a file that is too large or has no bytes."""
    policies.require(user, project, Ability.MAKE)
    if size <= 0:
        raise Refused("This file is empty. Choose one with a picture, a clip or subtitles in it.")
    if size > LARGEST:
        raise Refused("This file is larger than 1 GiB. Use a shorter or smaller one.", status=413)
    require_space(size)
    return Upload.objects.create(project=project, by=user, name=names.shown(name), size=size)


def part_of(upload: Upload) -> Path:
    """Return the file in which the slices of an upload gather."""
    return Path(settings.DATA_DIR) / "uploads" / upload.uuid.hex


def add_slice(upload: Upload, *, offset: int, body: Iterable[bytes], digest: str = "") -> Upload:
    """Write one slice at its place; the offset moves only when all of it is on disk and its digest is right.

    Raises WrongOffset when another slice is due, Refused when it is too long or arrived changed.
    """
    if offset != upload.offset:
        raise WrongOffset(upload.offset)
    path = part_of(upload)
    require_space()
    with _disk():
        path.parent.mkdir(parents=True, exist_ok=True)
        end, found = _write(path, upload, body)
    if digest and digest != found:
        raise Refused("A slice arrived damaged. It is sent again.", status=400)
    if Upload.objects.filter(pk=upload.pk, offset=offset).update(offset=end) != 1:
        upload.refresh_from_db()
        raise WrongOffset(upload.offset)
    upload.offset = end
    return upload


def _write(path: Path, upload: Upload, body: Iterable[bytes]) -> tuple[int, str]:
    """Return the offset behind the slice and its digest, as `Content-Digest` writes it."""
    seen = hashlib.sha256()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.seek(upload.offset)
        for piece in body:
            if file.tell() + len(piece) > upload.size:
                raise Refused("More bytes arrived than were announced. Choose the file again.", status=400)
            seen.update(piece)
            file.write(piece)
        file.flush()
        return file.tell(), f"sha-256=:{base64.b64encode(seen.digest()).decode()}:"


def finish(user: User, upload: Upload) -> Asset:
    """Return the asset of an upload whose last byte arrived. The upload is gone afterwards, whatever happens."""
    path = part_of(upload)
    try:
        return take_in(user, upload.project, path, upload.name)
    finally:
        path.unlink(missing_ok=True)
        upload.delete()


def receive(user: User, project: Project, pieces: Iterable[bytes], name: str) -> Asset:
    """Return the asset of a file that a plain form sent."""
    policies.require(user, project, Ability.MAKE)
    require_space()
    with files.work_folder("upload") as folder:
        path = folder / "received"
        with _disk(), path.open("wb") as file:
            file.writelines(pieces)
        return take_in(user, project, path, name)


def take_in(user: User, project: Project, path: Path, name: str) -> Asset:
    """Return the asset of a received file: the one that the project already has, or a new one.

    Raises Refused with the reason when the file is not what the studio takes.
    """
    policies.require(user, project, Ability.MAKE)
    original_sha = files.digest(path)
    known = Asset.objects.filter(project=project, original_sha=original_sha).first()
    if known is not None:
        Asset.objects.filter(pk=known.pk).update(deleted_at=None)
        known.deleted_at = None
        return known
    asset = Asset(project=project, name=names.shown(name), created_by=user, original_sha=original_sha)
    with files.work_folder("intake") as folder:
        return _stored(asset, path, folder, _probed(path, folder))


def _probed(path: Path, folder: Path) -> dict[str, Any]:
    """Return what a child saw in the file, with its clean copy and pictures in the folder. Raises Refused.

    A clip may have to be written anew, which takes as long as a render; it must not hold up other people's stills.
    """
    name, caps = str(path), settings.MEDIA_CAPS
    try:
        facts = pool.run_sync("probe", "projects.media.intake:look", name, caps)
        if facts["kind"] not in Asset.Kind.values:
            raise Refused("No task takes a table. Upload a picture, a clip, sound or subtitles.")
        where: pool.Name = "render" if facts["kind"] == "video" else "probe"
        wall = Facts.from_dict(facts).intake_seconds()
        taken: dict[str, Any] = pool.run_sync(
            where, "projects.media.intake:take_in", name, str(folder), caps, wall=wall, folder=folder
        )
    except (pool.ChildDied, faults.Refused, faults.Corrupt) as error:
        raise Refused(error.sentence) from error
    except OSError as error:
        raise Refused(files.DiskFull.sentence, status=507) from error
    except pool.HandedBack as error:
        raise Refused("The studio is restarting. Send this file again in a moment.", status=503) from error
    return taken


@files.placing()
def _stored(asset: Asset, path: Path, folder: Path, taken: dict[str, Any]) -> Asset:
    """Put bytes and pictures in place, then write the row. Two uploads of the same file meet in one row."""
    clean, team_id, original_sha = folder / taken["clean"], asset.project.team_id, str(asset.original_sha)
    sha256, size, extension = files.digest(clean), clean.stat().st_size, clean.suffix.lstrip(".")
    with _disk():
        pictures = files.place_pictures(taken, folder, team_id, sha256)
        files.place(clean, files.clean(team_id, sha256, extension))
        shutil.copy(path, folder / "original")
        files.place(folder / "original", files.original(team_id, original_sha))
    fields = {
        **Asset.fields_of(taken["facts"], pictures),
        "sha256": sha256,
        "bytes": size,
        "extension": extension,
    }
    for field, value in fields.items():
        setattr(asset, field, value)
    try:
        with transaction.atomic():
            asset.save()
    except IntegrityError:
        return Asset.objects.get(project=asset.project, original_sha=original_sha)
    return asset


@contextmanager
def _disk() -> Iterator[None]:
    """Turn a disk that is full into its sentence."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Refused(files.DiskFull.sentence, status=507) from error
