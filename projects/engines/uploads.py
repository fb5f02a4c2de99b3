"""Put inputs where the provider can read them: pictures inline, clips inline while they are small, else as its files.

Free and repeatable. Source: reference/gemini-api.md section 5.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from projects import pool
from projects.engines import answers, client
from projects.engines.base import Door, Files, Input, Json
from projects.engines.downloads import FILE_ID
from projects.engines.errors import Broken, HandedBack, Refused
from projects.failures import FAILURES, Code
from projects.media import faults
from projects.media.images import fitting

PROCESSING_SECONDS = 900.0
PAUSE_SECONDS, LONGEST_PAUSE = 0.2, 5.0
KEPT_FOR = timedelta(hours=47)
"""The provider keeps a file for 48 hours; the last hour is not relied on."""
UPLOAD_SECONDS = 1800.0
ACTIVE, PROCESSING, FAILED = "ACTIVE", "PROCESSING", "FAILED"
STILL_READING = "The provider is still reading the file. Start it again in a while."
GONE = frozenset({403, 404})
"""A file that is missing may be answered by either."""
BY_SDK = (OSError, ValueError, LookupError, TypeError)
"""What the SDK raises, besides its own, for an upload that is answered oddly: without an address, a state, a file."""
OF_REQUEST = frozenset({Code.INPUT_REJECTED, Code.MODEL_UNAVAILABLE})
"""What a refusal of a request as such is guessed to be. A piece of an upload asks for nothing that could be meant."""
KEPT_AT_MOST = timedelta(hours=48)
FILES_VERSION = "v1beta"
SHRINK_SECONDS = 20.0


class Gone(Exception):
    """The provider does not have the file any more."""


async def light(entry: Input, files: Files) -> Input:
    """Return a still small enough to go along with a request, in a form that the provider reads; clips as they are."""
    facts = entry.facts
    if entry.kind != "image" or entry.path is None:
        return entry
    if fitting.fits(entry.path, int(facts.get("width", 0)), int(facts.get("height", 0))):
        return entry
    return await _pictured("shrink", entry, entry.path, files)


async def still(entry: Input, files: Files) -> Input:
    """Return an input of an image model, small enough to go along: a clip stands for its first frame."""
    if entry.kind == "image" or entry.path is None:
        return await light(entry, files)
    return await _pictured("first_frame", replace(entry, kind="image"), entry.path, files)


async def _pictured(function: str, entry: Input, source: Path, files: Files) -> Input:
    """Return an input as the JPEG that a function of `media/images/sendable.py` makes of it in a child."""
    target = files.new(f"sent-{source.stem[:8]}-{entry.facts.get('sha256', '')[:12]}.jpg")
    name = f"projects.media.images.sendable:{function}"
    try:
        await pool.run("probe", name, str(source), str(target), wall=SHRINK_SECONDS, folder=files.folder)
    except pool.HandedBack as error:
        raise HandedBack from error
    except (pool.ChildDied, faults.Refused, faults.Corrupt) as error:
        raise Refused(error.sentence, Code.INPUT_REJECTED) from error
    return replace(entry, path=target, facts={**entry.facts, "mime": "image/jpeg"})


def content(entry: Input) -> Json:
    """Return an input as a part of a create's body: its address at the provider, or its bytes in base64."""
    kind = "video" if entry.kind == "video" else "image"
    if entry.remote:
        return {"type": kind, "uri": entry.remote["uri"], "mime_type": entry.remote["mime"]}
    if entry.path is None:
        raise Refused(FAILURES[Code.INPUT_REJECTED].why, Code.INPUT_REJECTED)
    data = base64.b64encode(entry.path.read_bytes()).decode()
    return {"type": kind, "data": data, "mime_type": mime_of(entry)}


def mime_of(entry: Input) -> str:
    """Return the type of an input's bytes."""
    return str(entry.facts.get("mime") or ("video/mp4" if entry.kind == "video" else "image/jpeg"))


async def put(door: Door, api_version: str, entry: Input, seconds: float = PROCESSING_SECONDS) -> Json:
    """Return where a file lies at the provider, and its state: ACTIVE for one that lay there, however long that takes.

    A new upload comes back in the state in which it arrived, so that it can be remembered before anybody waits for
    it. Raises Refused when it cannot be uploaded, Broken when the provider cannot read it, or not in time.
    """
    if entry.remote:
        try:
            async with asyncio.timeout(seconds):
                return await _ready(door, api_version, entry.remote)
        except Gone:
            pass
        except TimeoutError as error:
            raise Broken(STILL_READING, Code.TIMED_OUT) from error
    return await _uploaded(door, api_version, entry)


async def forget(door: Door, name: str) -> None:
    """Delete a file at the provider. Raises what the SDK raises, but for one that is gone already."""
    try:
        async with asyncio.timeout(client.READ_SECONDS):
            await client.of(door, FILES_VERSION).files.delete(name=name)
    except client.failures() as error:
        said = answers.said(error)
        if said is None or said.status not in GONE:
            raise


def names_in(media: Iterable[Json]) -> list[str]:
    """Return the names of the provider's own files among the media of an answer."""
    found = (FILE_ID.search(urlsplit(str(part.get("uri") or "")).path) for part in media)
    return [f"files/{match[1]}" for match in found if match]


async def _uploaded(door: Door, api_version: str, entry: Input) -> Json:
    options = {"mime_type": mime_of(entry), "http_options": {"base_url": client.base_url(door)}}
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            made = await client.of(door, api_version).files.upload(file=entry.path, config=options)
    except client.failures(*BY_SDK) as error:
        raise _not_put(error) from error
    if not made.name or not made.uri:
        raise _lost("The answer to the upload names no file.")
    expires = made.expiration_time or datetime.now(UTC) + KEPT_FOR
    return {
        "name": made.name,
        "uri": made.uri,
        "mime": mime_of(entry),
        "expires_at": expires.isoformat(),
        "state": _state(made),
    }


def _not_put(error: BaseException) -> Refused:
    """Return what a failed upload means: a refusal of the file, or of the key; else it is sent again from the start."""
    said = answers.said(error)
    if said is None or said.error is None:
        return _lost(str(error))
    found = answers.refusal(said)
    is_guess = found.code in OF_REQUEST and not found.proven
    return _lost(found.detail) if is_guess and _is_under_way(error) else found


def _is_under_way(error: BaseException) -> bool:
    """Return whether it was a piece that was refused: the upload itself was taken, so that the way is at fault."""
    request = getattr(getattr(error, "response", None), "request", None)
    return "upload" in getattr(request, "headers", {}).get("x-goog-upload-command", "")


def _lost(words: str) -> Refused:
    sentence = "The file could not be sent to the provider. Start it again."
    return Refused(sentence, Code.PROVIDER_DOWN, words[:500], again=True)


async def _ready(door: Door, api_version: str, remote: Json) -> Json:
    """Wait until the provider has read the file. Raises Gone."""
    pause = PAUSE_SECONDS
    while True:
        file = await _look(door, api_version, remote["name"])
        if _state(file) == ACTIVE:
            return {**remote, "state": ACTIVE}
        if _state(file) == FAILED:
            words = str(getattr(file.error, "message", "") or "")
            raise Broken(FAILURES[Code.FILE_PROCESSING_FAILED].why, Code.FILE_PROCESSING_FAILED, words)
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)


async def _look(door: Door, api_version: str, name: str) -> Any:
    """Return the provider's file, or nothing where it does not answer. Raises Gone, or Refused for a key that is."""
    try:
        async with asyncio.timeout(client.READ_SECONDS):
            return await client.of(door, api_version).files.get(name=name)
    except client.failures() as error:
        said = answers.said(error)
        if said and said.status in GONE:
            raise Gone from error
        if said and said.error and said.status in (400, 401):
            raise answers.refusal(said) from error
        return None


def _state(file: Any) -> str:
    state = getattr(file, "state", None)
    return str(getattr(state, "value", state))
