"""OpenRouter: the same image models through another door, by plain HTTP.

Paid. One chat completion is answered with the picture as a data address, so the picture is kept on disk before
anything else. Nothing stays at the provider: an edit sends the messages that led to its version again. Sources:
reference/gemini-api.md section 8; openrouter.ai/docs, pages image-generation, errors, reasoning-tokens (an assistant's
message goes back with its `images` and `reasoning_details`) and usage-accounting (`usage` comes by itself).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any

from projects.engines import answers, client, interactions, prices, results, stills, turns, uploads
from projects.engines.answers import Said
from projects.engines.base import Door, Ended, Files, Input, Json, Output, Progress, Request, Ticket, Verdict
from projects.engines.errors import Broken, EngineError, Refused
from projects.engines.interactions import Answer
from projects.failures import FAILURES, Code

CREATE_SECONDS = 300.0
ENDS = {"error": "failed", "length": "incomplete", "content_filter": "failed"}
"""An interaction's status by `finish_reason`; every other reason ends a completed one."""
UNSIGNED = "Gemini models require OpenRouter reasoning details to be preserved in each request."
"""How a message without its `reasoning_details` is refused. Recorded by janhq/jan issue 7009 and massgen issue 624."""
UNREAD = "unread_picture"
UNREADABLE = "The provider sent a picture that cannot be read. Start it again."
LONGEST_SHOWN = 200


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
        """Make the pictures small enough to go along; that of a conversation goes on in it."""
        entries = request.inputs[1:] if turns.go_on(request) else request.inputs
        return replace(request, inputs=tuple([await uploads.still(entry, files) for entry in entries]))

    async def start(self, request: Request, files: Files) -> Ticket | Ended:
        """Send the create; its answer is the end."""
        model, door = request.given()
        asked = await asyncio.to_thread(body_of, request)
        body = await _create(door, await asyncio.to_thread(lambda: json.dumps(asked).encode()))
        answer = said(body)
        ticket = {"id": answer.id, "model": model.id} if answer.id else None
        try:
            ended = await asyncio.to_thread(ended_of, answer, ticket, files)
        except OSError as error:
            # It was made and cannot be had again: its cost is booked.
            return Ended("failed", answer.usage, words=str(error), code=Code.STORAGE_FAILED, ticket=ticket)
        if ended.status != "done" or ticket is None:
            return ended
        turn = [asked["messages"][-1], _theirs(body)]
        return await asyncio.to_thread(turns.kept, ended, turn, request, files)

    def follow(self, ticket: Ticket, request: Request, files: Files) -> AsyncIterator[Progress | Ended]:
        """Raise Broken: every create is answered with its end, so there is nothing to look at."""
        raise Broken(FAILURES[Code.EMPTY_RESULT].why, Code.EMPTY_RESULT, "OpenRouter keeps no work.")

    async def fetch(self, ended: Ended, request: Request, files: Files) -> Output:
        """Return the picture's bytes, as they were kept, and the turn that brought it; the provider gives them once."""
        output = await results.fetch(request.given()[1], ended, files, "image", _nothing)
        return await turns.added(output, ended, files)

    async def cancel(self, ticket: Ticket, door: Door) -> None:
        """Do nothing: a completion without a stream cannot be stopped, and ends within its own answer."""

    async def forget(self, ticket: Ticket, door: Door) -> None:
        """Do nothing: OpenRouter stores no pictures, and has no call that deletes a generation."""


def body_of(request: Request) -> Json:
    """Return the create's body. Reads the inputs' files, and the turns. Words come first, as OpenRouter advises."""
    model, _ = request.given()
    stills.check_prompt(request)
    content = [{"type": "text", "text": request.prompt}, *(_shown(entry) for entry in request.inputs)]
    before = turns.before(request) if turns.go_on(request) else []
    said_before = [message for turn in before for message in turn]
    told = fitting(said_before, model.references - len(request.inputs))
    form = {"image_size": stills.size_of(request), "aspect_ratio": stills.ratio_of(request)}
    body: Json = {
        "model": model.id,
        "messages": [*told, {"role": "user", "content": content}],
        "modalities": ["image", "text"],
        "image_config": {name: value for name, value in form.items() if value},
    }
    if request.label:
        body["metadata"] = {"attempt": request.label}
    return body


def fitting(messages: list[Json], most: int) -> list[Json]:
    """Return what was said with its latest pictures only, one at least: a model takes so many in a request."""
    over = sum(map(_pictures, messages)) - max(most, 1)
    kept = []
    for message in messages:
        shown = _pictures(message)
        kept += _in_words(message) if shown and over > 0 else [message]
        over -= shown
    return kept


def _pictures(message: Json) -> int:
    parts = message["content"] if message["role"] == "user" else message["images"]
    return sum(part["type"] == "image_url" for part in parts)


def _in_words(message: Json) -> list[Json]:
    """Return a message without its pictures and what belongs to them; nothing where it was no more."""
    content = message["content"]
    if message["role"] == "user":
        return [{**message, "content": [part for part in content if part["type"] == "text"]}]
    return [{"role": message["role"], "content": content}] if content else []


def _shown(entry: Input) -> Json:
    part = uploads.content(entry)
    return {
        "type": "image_url",
        "image_url": {"url": f"data:{part['mime_type']};base64,{part['data']}"},
    }


async def _create(door: Door, content: bytes) -> Json:
    """Send the one paid request; return the answer's body. Raises NotSent, Refused or Doubt, and nothing else."""
    headers = {**client.headers(door), "content-type": "application/json"}
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
    return await asyncio.to_thread(answers.parsed, reply.content)


def refusal(status: int, content: bytes, headers: Mapping[str, str]) -> EngineError:
    """Return what an answer that is no success means: Refused or Doubt."""
    try:
        error = answers.structured(json.loads(content))
    except ValueError:
        error = None
    answer = Said(status, error, headers)
    named = Code.SAFETY_BLOCKED if status == 403 and _is_moderated(error) else None
    named = Code.CHAIN_EXPIRED if status == 400 and _lacks_reasons(error) else named
    return (
        Refused(FAILURES[named].why, named, answer.words, status=status)
        if named
        else answers.of_answer(answer)
    )


def _is_moderated(error: Mapping[str, Any] | None) -> bool:
    """Return whether an error says why the input was flagged, as the page on errors documents it."""
    return bool(_object((error or {}).get("metadata")).get("reasons"))


def _lacks_reasons(error: Mapping[str, Any] | None) -> bool:
    """Return whether a conversation is refused because what the model thought is not in it, or not known."""
    told = error or {}
    words = (told.get("message"), _object(told.get("metadata")).get("raw"))
    return any(str(one).startswith(UNSIGNED) for one in words)


def said(body: Json) -> Answer:
    """Return what a completion says. Raises Doubt for one with neither choices nor an error."""
    error, choice = answers.structured(body), _first(body.get("choices"))
    if error is None and not choice:
        raise answers.lost("The answer has neither choices nor an error.", 200)
    message = _object(choice.get("message"))
    reason = "error" if error else str(choice.get("finish_reason") or "")
    return Answer(
        id=str(body.get("id") or ""),
        status=ENDS.get(reason, "completed"),
        usage=usage_of(body.get("usage")),
        media=tuple(part for entry in _images(message) if (part := _medium(entry))),
        words=message["content"] if isinstance(message.get("content"), str) else "",
        errors=tuple(_errors(error, choice, reason)),
    )


def ended_of(answer: Answer, ticket: Ticket | None, files: Files) -> Ended:
    """Return the end that an answer tells, its bytes kept; words beside an unreadable picture are no refusal."""
    ended = interactions.ended(answer, ticket, files)
    is_unread = any(error.get("code") == UNREAD for error in answer.errors)
    is_named = answer.status == "failed" or any(answers.cause(error) for error in answer.errors)
    if ended.media or is_named or not is_unread:
        return ended
    return replace(ended, code=Code.OUTPUT_CORRUPT, sentence=UNREADABLE)


def _theirs(body: Json) -> Json:
    """Return the model's message as it goes back to it: what it said and showed, and its reasons as they came."""
    message = _object(_first(body.get("choices")).get("message"))
    pictures = [entry for entry in _images(message) if _medium(entry)]
    shown = [{"type": "image_url", "image_url": {"url": entry["image_url"]["url"]}} for entry in pictures]
    words = message["content"] if isinstance(message.get("content"), str) else ""
    reasons = message.get("reasoning_details")
    more = {"reasoning_details": reasons} if reasons and isinstance(reasons, list) else {}
    return {"role": "assistant", "content": words, "images": shown, **more}


def _first(choices: Any) -> Json:
    return _object(choices[0]) if isinstance(choices, list) and choices else {}


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _errors(error: Mapping[str, Any] | None, choice: Json, reason: str) -> Iterator[Json]:
    """Yield why there is no picture, in the form of an interaction's errors."""
    message = _object(choice.get("message"))
    if message.get("refusal") and isinstance(message["refusal"], str):
        yield {"code": "content_filtered", "message": message["refusal"]}
    if reason == "content_filter" or _is_moderated(error):
        yield {"code": "content_filtered", "message": str(choice.get("native_finish_reason") or "")}
    if error:
        yield dict(error)
    if isinstance(choice.get("error"), dict):
        yield choice["error"]
    for entry in _images(message):
        if not _medium(entry):
            yield {"code": UNREAD, "message": json.dumps(entry)[:LONGEST_SHOWN]}


def _images(message: Json) -> list[Any]:
    """Return the pictures of a message, and what stands in their place."""
    found = message.get("images")
    return found if isinstance(found, list) else [found] if found else []


def _medium(entry: Any) -> Json | None:
    """Return a picture of a message as a medium; nothing for an address elsewhere, which is not fetched."""
    head, _, data = str(_object(_object(entry).get("image_url")).get("url")).partition(";base64,")
    if not data or not head.startswith("data:image/"):
        return None
    return {"type": "image", "mime_type": head.removeprefix("data:"), "data": data}


def usage_of(usage: Any) -> Json:
    """Return the cost that the provider states in US dollars; with a key of the team's own at Google, both bills."""
    told = _object(usage)
    if (cost := prices.stated(told.get("cost"))) is None:
        return {}
    upstream = prices.stated(_object(told.get("cost_details")).get("upstream_inference_cost"))
    if told.get("is_byok") is True and upstream is not None:
        cost += upstream
    return {"cost": str(cost)}


async def _nothing(door: Door, ticket: Ticket, files: Files) -> tuple[Json, ...]:
    return ()


ENGINES = (OpenRouter(),)
