"""Pictures on Vertex by `generate_content`, which keeps no conversation: what was said is a file of each version.

The file is private. It holds our words and pictures and the model's, with its thought signatures; an edit sends the
turns that led to its version again, word for word. Source: reference/gemini-api.md section 4 and the SDK 3.4.0.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from projects.engines import answers, client, interactions, prices, results, sources, stills, turns, uploads
from projects.engines.base import Door, Ended, Files, Json, Output, Request, Ticket
from projects.engines.interactions import Answer
from projects.engines.models import Model
from projects.failures import EMPTY_BY_STATUS, Code

CREATE_SECONDS = 300.0
KEPT = ("text", "inlineData", "thoughtSignature")
"""What of a model's part goes back to it. The rest is of tools, which it has done with."""
BLOCKED = frozenset(
    {
        *("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION"),
        *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"),
    }
)
"""The finish reasons of a picture that a check has stopped. Every `blockReason` of a prompt is one too."""
UNSIGNED = "MISSING_THOUGHT_SIGNATURE"


async def start(request: Request, files: Files) -> Ended:
    """Send the create; its answer is the end. The turns before are sent along."""
    model, door = request.given()
    turn = await asyncio.to_thread(_turn, request)
    before = await asyncio.to_thread(_before, request) if turns.go_on(request) else []
    asked = await asyncio.to_thread(asked_of, request, turn, before)
    body = await _create(door, model, asked)
    ended = await asyncio.to_thread(_ended, body, {"model": model.id}, files)
    theirs = _theirs(body)
    if ended.status != "done" or ended.ticket is None or not _is_signed(theirs):
        return ended
    return await asyncio.to_thread(turns.kept, ended, [turn, theirs], request, files)


async def fetch(ended: Ended, request: Request, files: Files) -> Output:
    """Return the picture's bytes as they were kept, and the turn that brought it."""
    output = await results.fetch(request.given()[1], ended, files, "image", _nothing)
    return await turns.added(output, ended, files)


def asked_of(request: Request, turn: Json, before: list[Json]) -> Json:
    """Return the arguments of the SDK's `generate_content`: one request, and the answer as it came."""
    model, _ = request.given()
    types = client.sdk("google.genai.types")
    form = {"image_size": stills.size_of(request), "aspect_ratio": stills.ratio_of(request)}
    config: Json = {
        "response_modalities": ["TEXT", "IMAGE"],
        "image_config": {name: value for name, value in form.items() if value},
        "automatic_continuation": False,
        "automatic_function_calling": {"disable": True},
        "should_return_http_response": True,
        "http_options": {"timeout": int(CREATE_SECONDS * 1000)},
    }
    if request.label:
        config["labels"] = {"attempt": request.label}
    if level := stills.thinking_of(request):
        config["thinking_config"] = {"thinking_level": level.upper()}
    if stills.is_grounded(request):
        named: Json = {name: {} for name in stills.searches_of(request)}
        config["tools"] = [{"google_search": {"search_types": named} if named else {}}]
    said = [*fitting(before, model.references - len(request.inputs)), turn]
    contents = [types.Content.model_validate_json(json.dumps(content)) for content in said]
    return {"model": model.id, "contents": contents, "config": types.GenerateContentConfig(**config)}


def fitting(said: list[Json], most: int) -> list[Json]:
    """Return what was said with its latest pictures only, one at least: a model takes so many in a request."""
    over = sum("inlineData" in part for content in said for part in content["parts"]) - max(most, 1)
    kept = []
    for content in said:
        parts = []
        for part in content["parts"]:
            if "inlineData" in part and over > 0:
                over -= 1
            else:
                parts.append(part)
        if parts:
            kept.append({**content, "parts": parts})
    return kept


def _turn(request: Request) -> Json:
    """Return what we say, pictures first. Reads the inputs' files."""
    stills.check_prompt(request)
    shown = (uploads.content(entry) for entry in request.inputs)
    pictures = [{"inlineData": {"mimeType": part["mime_type"], "data": part["data"]}} for part in shown]
    return {"role": "user", "parts": [*pictures, {"text": request.prompt}]}


def _before(request: Request) -> list[Json]:
    return [content for turn in turns.before(request) for content in turn]


async def _create(door: Door, model: Model, asked: Json) -> Json:
    """Send the one paid request; return the answer's body. Raises NotSent, Refused or Doubt, and nothing else."""
    try:
        async with asyncio.timeout(CREATE_SECONDS):
            reply = await client.of(door, model.api_version, create=True).models.generate_content(**asked)
    except client.failures(ValueError, AttributeError, TypeError) as error:
        # The last three are the SDK's for an error's body that is no JSON, or no object.
        raise answers.of(error) from error
    body = answers.parsed((reply.sdk_http_response.body or "").encode())
    if not _first(body.get("candidates")) and not _object(body.get("promptFeedback")).get("blockReason"):
        raise answers.lost("The answer has neither a candidate nor a reason why there is none.", 200)
    return body


def _ended(body: Json, ticket: Ticket, files: Files) -> Ended:
    """Return the end that an answer tells, its bytes kept. Without room only the cost is: they come but once."""
    answer = read(body)
    known = {"id": answer.id, **ticket} if answer.id else None
    try:
        ended = interactions.ended(answer, known, files)
    except OSError as error:
        return Ended("failed", answer.usage, words=str(error), code=Code.STORAGE_FAILED, ticket=known)
    reason = answer.errors[0]["code"] if answer.errors and not ended.media else ""
    if reason == UNSIGNED:
        return replace(ended, code=Code.CHAIN_EXPIRED, sentence="")
    if reason and ended.code == Code.OUTPUT_CORRUPT:
        # It says itself that there is none, whatever it counted.
        return replace(ended, code=Code.EMPTY_RESULT, sentence=EMPTY_BY_STATUS.get(answer.status, ""))
    return ended


def read(body: Json) -> Answer:
    """Return what an answer says of itself, in an interaction's words. Its thoughts are left out, drafts too."""
    candidate = _first(body.get("candidates"))
    blocked = _object(body.get("promptFeedback"))
    reason = str(blocked.get("blockReason") or candidate.get("finishReason") or "")
    is_blocked = bool(blocked.get("blockReason")) or reason in BLOCKED
    parts, found = _theirs(body)["parts"], _object(candidate.get("groundingMetadata"))
    message = str(blocked.get("blockReasonMessage") or candidate.get("finishMessage") or "")
    error = {"code": "blocked" if is_blocked else reason, "message": f"{reason} {message}".strip()}
    return Answer(
        id=str(body.get("responseId") or ""),
        status="failed" if is_blocked else "completed" if reason == "STOP" else "incomplete",
        usage=usage_of(body.get("usageMetadata"), found),
        media=tuple(_media(parts)),
        words="\n".join(str(part["text"]) for part in parts if part.get("text")),
        errors=() if reason == "STOP" else (error,),
        sources=sources.of_grounding(found),
    )


def usage_of(counted: Any, found: Json) -> Json:
    """Return Vertex' count of tokens in an interaction's names, with the searches; nothing where it gave none."""
    usage = _object(counted)
    if not usage.get("promptTokenCount") and not usage.get("candidatesTokenCount"):
        return {}
    rows = (_object(row) for row in _list(usage.get("candidatesTokensDetails")))
    searches = [*_list(found.get("webSearchQueries")), *_list(found.get("imageSearchQueries"))]
    return {
        "total_input_tokens": _count(usage, "promptTokenCount", "toolUsePromptTokenCount"),
        "total_output_tokens": _count(usage, "candidatesTokenCount"),
        "total_thought_tokens": _count(usage, "thoughtsTokenCount"),
        "output_tokens_by_modality": [
            {"modality": str(row.get("modality", "")).lower(), "tokens": _count(row, "tokenCount")}
            for row in rows
        ],
        "grounding_calls": len(searches),
    }


def _theirs(body: Json) -> Json:
    """Return the model's turn as it is sent again: what it said and showed, not what it thought."""
    content = _object(_first(body.get("candidates")).get("content"))
    given = (
        part for part in _list(content.get("parts")) if isinstance(part, dict) and not part.get("thought")
    )
    kept = ({name: part[name] for name in KEPT if name in part} for part in given)
    return {"role": "model", "parts": [part for part in kept if part]}


def _is_signed(theirs: Json) -> bool:
    """Return whether a model's turn can go back to it: with a picture, and none without its signature."""
    shown = [part for part in theirs["parts"] if "inlineData" in part]
    return bool(shown) and all(part.get("thoughtSignature") for part in shown)


def _media(parts: list[Json]) -> Iterator[Json]:
    for part in parts:
        held = _object(part.get("inlineData"))
        mime = str(held.get("mimeType") or "")
        if isinstance(held.get("data"), str) and mime.startswith("image/"):
            yield {"type": "image", "mime_type": mime, "data": held["data"]}


def _count(values: Json, *names: str) -> int:
    """Return the sum of counts, each as a number or as digits."""
    texts = (str(values.get(name)) for name in names)
    return sum(int(text) for text in texts if text.isdecimal() and len(text) <= prices.MOST_DIGITS)


def _first(values: Any) -> Json:
    return _object(values[0]) if isinstance(values, list) and values else {}


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


async def _nothing(door: Door, ticket: Ticket, files: Files) -> tuple[Json, ...]:
    return ()
