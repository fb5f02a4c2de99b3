"""The long-running operations of Vertex: how one stands, read as plain JSON as interactions are.

The SDK's own reading fails where a part of the answer is not as documented, and the work would be waited for in vain.
Source: reference/gemini-api.md section 6.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from projects.engines import answers, client
from projects.engines.base import Door, Json
from projects.engines.interactions import Answer, bytes_of

LOOK_SECONDS = 120.0
LOCATION = re.compile(r"/locations/([a-z0-9-]+)/")
WITHHELD = "3"
"""INVALID_ARGUMENT of an operation that was accepted: the input violates the guidelines.

Source: Vertex' page on responsible AI for Veo; pollinations/pollinations pull request 6196.
"""


@dataclass(frozen=True, slots=True)
class Named:
    """An operation as the SDK is asked for it, which gives its answer back as it came."""

    name: str

    def from_api_response(self, api_response: Any, is_vertex_ai: bool = False) -> Any:
        """Return the answer's body."""
        return api_response


async def look(door: Door, api_version: str, name: str) -> Answer:
    """Ask how an operation stands; free and repeatable. Raises what the SDK raises, and Doubt for what is no object."""
    found = LOCATION.search(name)
    near = replace(door, location=found[1]) if found else door
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            body = await client.of(near, api_version).operations.get(Named(name))
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise answers.lost(f"{type(error).__name__}: {error}") from error
    if not isinstance(body, dict):
        raise answers.lost("The answer is no JSON object.", 200)
    return said(name, body)


def said(name: str, body: Json) -> Answer:
    """Return what an operation says of itself: its media, else why there are none. It never raises."""
    if body.get("done") not in (True, "true"):
        return Answer(name, "in_progress")
    response, error = body.get("response"), _error(body.get("error"))
    media = tuple(_media(response))
    if media and (not error or any("uri" in part or bytes_of(part["data"]) for part in media)):
        return Answer(name, "completed", media=media)
    told = response if isinstance(response, dict) else {}
    reasons = [str(one) for one in _list(told.get("raiMediaFilteredReasons"))]
    is_filtered = str(told.get("raiMediaFilteredCount") or 0) != "0"
    withheld = {"code": "safety", "message": " ".join(reasons)} if is_filtered else {}
    errors = tuple(one for one in (withheld, error) if one)
    return Answer(name, "failed" if error else "incomplete", words="\n".join(reasons), errors=errors)


def _error(error: Any) -> Json:
    """Return why an operation failed, in the form of an interaction's errors; nothing for an error that is empty."""
    if not isinstance(error, dict):
        words = error if isinstance(error, str) else json.dumps(error)
        return {"message": words} if error else {}
    code = error.get("code")
    told = {**error, "code": "blocked" if str(code) == WITHHELD else code}
    return told if any(error.values()) else {}


def _media(response: Any) -> Iterator[Json]:
    """Yield the clips of a response. What cannot be read is one too, as it came: it proves damaged (F16)."""
    for video in filter(None, _list(response.get("videos") if isinstance(response, dict) else response)):
        told = video if isinstance(video, dict) else {"bytesBase64Encoded": [video]}
        named = {"data": told.get("bytesBase64Encoded"), "uri": told.get("gcsUri")}
        held = {name: value for name, value in named.items() if value and isinstance(value, str)}
        if any(named.values()):
            mime = str(told.get("mimeType") or "video/mp4")
            yield {"type": "video", "mime_type": mime, **(held or {"data": json.dumps(video)})}


def _list(value: Any) -> list[Any]:
    """Return a list, or what stands in its place as its only entry; empty for nothing."""
    return value if isinstance(value, list) else [value] if value else []
