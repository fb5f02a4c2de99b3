"""OpenRouter: the same image models through another door, by plain HTTP.

Paid. One chat completion is answered with the picture as a data address, so the picture is kept on disk before
anything else. Nothing stays at the provider: an edit sends its picture along. Sources: reference/gemini-api.md
section 8; openrouter.ai/docs, pages image-generation, errors and usage-accounting (`usage` comes by itself).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from projects.engines import answers, client, interactions, results, stills, uploads
from projects.engines.answers import Said
from projects.engines.base import Door, Ended, Files, Input, Json, Output, Progress, Request, Ticket, Verdict
from projects.engines.errors import Broken, EngineError, Refused
from projects.engines.interactions import Answer
from projects.failures import FAILURES, Code

CREATE_SECONDS = 300.0
ENDS = {"error": "failed", "length": "incomplete", "content_filter": "failed"}
"""An interaction's status by `finish_reason`; every other reason ends a completed one."""


class OpenRouter:
    """Image models by OpenRouter's chat completions."""

    key = "openrouter"
    label = "OpenRouter"
    rank = 40
    paid = True
    abilities = frozenset({"image.generate", "image.edit", "image.refs"})

    def can(self, request: Request) -> Verdict:
        """Say yes with the most it can cost, or name what the model cannot do."""
        return stills.can(request)

    async def prepare(self, request: Request, files: Files) -> Request:
        """Make the pictures small enough to go along."""
        return replace(request, inputs=tuple([await uploads.still(entry, files) for entry in request.inputs]))

    async def start(self, request: Request, files: Files) -> Ticket | Ended:
        """Send the create; its answer is the end."""
        model, door = request.given()
        content = await asyncio.to_thread(lambda: json.dumps(body_of(request)).encode())
        answer = await _create(door, content)
        ticket = {"id": answer.id, "model": model.id} if answer.id else None
        try:
            return await asyncio.to_thread(interactions.ended, answer, ticket, files)
        except OSError as error:
            # It was made and cannot be had again: its cost is booked.
            return Ended("failed", answer.usage, words=str(error), code=Code.STORAGE_FAILED, ticket=ticket)

    def follow(self, ticket: Ticket, request: Request, files: Files) -> AsyncIterator[Progress | Ended]:
        """Raise Broken: every create is answered with its end, so there is nothing to look at."""
        raise Broken(FAILURES[Code.EMPTY_RESULT].why, Code.EMPTY_RESULT, "OpenRouter keeps no work.")

    async def fetch(self, ended: Ended, request: Request, files: Files) -> Output:
        """Return the picture's bytes, as they were kept; the provider gives them once."""
        return await results.fetch(request.given()[1], ended, files, "image", _nothing)

    async def cancel(self, ticket: Ticket, door: Door) -> None:
        """Do nothing: a completion without a stream cannot be stopped, and ends within its own answer."""

    async def forget(self, ticket: Ticket, door: Door) -> None:
        """Do nothing: OpenRouter stores no pictures, and has no call that deletes a generation."""


def body_of(request: Request) -> Json:
    """Return the create's body. Reads the inputs' files. Words come first, as OpenRouter advises."""
    model, _ = request.given()
    stills.check_prompt(request)
    content = [{"type": "text", "text": request.prompt}, *(_shown(entry) for entry in request.inputs)]
    form = {"image_size": stills.size_of(request), "aspect_ratio": stills.ratio_of(request)}
    body: Json = {
        "model": model.id,
        "messages": [{"role": "user", "content": content}],
        "modalities": ["image", "text"],
        "image_config": {name: value for name, value in form.items() if value},
    }
    if request.label:
        body["metadata"] = {"attempt": request.label}
    return body


def _shown(entry: Input) -> Json:
    part = uploads.content(entry)
    return {
        "type": "image_url",
        "image_url": {"url": f"data:{part['mime_type']};base64,{part['data']}"},
    }


async def _create(door: Door, content: bytes) -> Answer:
    """Send the one paid request. Raises NotSent, Refused or Doubt, and nothing else of the provider's."""
    headers = {"authorization": f"Bearer {door.secret}", "content-type": "application/json"}
    url = f"{client.base_url(door)}/chat/completions"
    try:
        async with asyncio.timeout(CREATE_SECONDS):
            reply = await client.pools().creates.post(
                url, content=content, headers=headers, timeout=CREATE_SECONDS
            )
    except client.failures() as error:
        raise answers.of(error) from error
    if reply.status_code != 200:
        raise refusal(reply.status_code, reply.content, reply.headers)
    return await asyncio.to_thread(read, reply.content)


def refusal(status: int, content: bytes, headers: Mapping[str, str]) -> EngineError:
    """Return what an answer that is no success means: Refused or Doubt."""
    try:
        error = answers.structured(json.loads(content))
    except ValueError:
        error = None
    said = Said(status, error, headers)
    if status == 403 and _is_moderated(error):
        why = FAILURES[Code.SAFETY_BLOCKED].why
        return Refused(why, Code.SAFETY_BLOCKED, said.words, status=status)
    return answers.of_answer(said)


def _is_moderated(error: Mapping[str, Any] | None) -> bool:
    """Return whether an error says why the input was flagged, as the page on errors documents it."""
    return bool(_object((error or {}).get("metadata")).get("reasons"))


def read(content: bytes) -> Answer:
    """Return what a completion says. Raises Doubt for one with neither choices nor an error."""
    body = answers.parsed(content)
    error, choice = answers.structured(body), _first(body.get("choices"))
    if error is None and not choice:
        raise answers.lost("The answer has neither choices nor an error.")
    message = _object(choice.get("message"))
    reason = "error" if error else str(choice.get("finish_reason") or "")
    pictures = [entry for entry in message.get("images") or () if isinstance(entry, dict)]
    media = tuple(part for entry in pictures if (part := _medium(entry)))
    return Answer(
        id=str(body.get("id") or ""),
        status=ENDS.get(reason, "completed"),
        usage=usage_of(body.get("usage")),
        media=media,
        words=message["content"] if isinstance(message.get("content"), str) else "",
        errors=tuple(_errors(error, choice, reason)),
    )


def _first(choices: Any) -> Json:
    return _object(choices[0]) if isinstance(choices, list) and choices else {}


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _errors(error: Mapping[str, Any] | None, choice: Json, reason: str) -> Iterator[Json]:
    """Yield why there is no picture, in the form of an interaction's errors."""
    if reason == "content_filter" or _is_moderated(error):
        yield {"code": "content_filtered", "message": str(choice.get("native_finish_reason") or "")}
    if error:
        yield dict(error)
    if isinstance(choice.get("error"), dict):
        yield choice["error"]


def _medium(entry: Json) -> Json | None:
    """Return a picture of a message as a medium; nothing for an address elsewhere, which is not fetched."""
    head, _, data = str(_object(entry.get("image_url")).get("url")).partition(";base64,")
    if not data or not head.startswith("data:image/"):
        return None
    return {"type": "image", "mime_type": head.removeprefix("data:"), "data": data}


def usage_of(usage: Any) -> Json:
    """Return the cost that the provider states in US dollars; with a key of the team's own at Google, both bills."""
    if not isinstance(usage, dict) or not _is_number(usage.get("cost")):
        return {}
    cost = Decimal(str(usage["cost"]))
    upstream = _object(usage.get("cost_details")).get("upstream_inference_cost")
    if usage.get("is_byok") is True and _is_number(upstream):
        cost += Decimal(str(upstream))
    return {"cost": str(cost)}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e6


async def _nothing(door: Door, ticket: Ticket, files: Files) -> tuple[Json, ...]:
    return ()


ENGINES = (OpenRouter(),)
