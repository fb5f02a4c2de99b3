"""From the end of an interaction to a file: bytes that came with the answer, or a download; free and repeatable."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from projects.engines import downloads, interactions, sources
from projects.engines.base import Door, Ended, Files, Json, Made, Output, Ticket
from projects.engines.errors import Broken
from projects.engines.transfers import Gone
from projects.failures import FAILURES, Code

SUFFIXES = {
    "image/png": ".png",
    "image/webp": ".webp",
    "image/jpeg": ".jpg",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
}

GONE = "The provider no longer keeps the result. Start it again."

Again = Callable[[Door, Ticket, Files], Awaitable[tuple[Json, ...]]]


async def fetch(
    door: Door, ended: Ended, files: Files, wanted: str, again: Again = interactions.again
) -> Output:
    """Return the last medium of an end, as a file of the step's folder.

    wanted: image or video. An address that has expired, and bytes that are gone, are asked for once more: `again`. An
    end without media is one whose bytes came damaged, or not at all.
    Raises Broken: timed_out where the provider knows the work, and gives no bytes of it now; output_corrupt where
    nothing leads to bytes any more; Damaged, its kind, where another look may.
    """
    media = ended.media
    for _ in range(2):
        for part in sorted(media, key=lambda part: part["type"] == wanted)[::-1]:
            if (made := await _made(door, ended, part, files, wanted)) is not None:
                told = tuple(dict.fromkeys(one["note"] for one in media if "note" in one))
                return Output((made,), told + sources.notes(media), ended.words)
        media = await again(door, ended.ticket or {}, files)
    if media:
        raise Broken(
            FAILURES[Code.TIMED_OUT].why, Code.TIMED_OUT, "The provider does not give the result out."
        )
    why = GONE if ended.media else FAILURES[Code.OUTPUT_CORRUPT].why
    raise Broken(why, Code.OUTPUT_CORRUPT, "The provider no longer gives the result out.")


async def _made(door: Door, ended: Ended, part: Json, files: Files, wanted: str) -> Made | None:
    suffix = SUFFIXES.get(part["mime_type"], ".mp4" if part["type"] == "video" else ".jpg")
    target = files.new(f"result{suffix}")
    if "path" in part and await asyncio.to_thread(_copied, Path(part["path"]), target):
        return Made(target, wanted)
    if "uri" not in part:
        return None
    version = (ended.ticket or {})["api_version"]
    try:
        sha256 = await downloads.fetch(door, version, part["uri"], target, files.kept)
    except Gone:
        return None
    return Made(target, wanted, sha256=sha256)


def _copied(kept: Path, target: Path) -> bool:
    if not kept.exists():
        return False
    shutil.copyfile(kept, target)
    return True
