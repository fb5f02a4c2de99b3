"""OpenRouter: images by chat completions. Source: gemini-api.md section 8.

The real one ignores what it does not know (camelCase in image_config, for one); here that is refused, so that a test
sees it.
"""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

from tests.emulator import check_still, facts, shapes
from tests.emulator.ask import Ask, Given
from tests.emulator.interactions import Interaction, produce
from tests.emulator.ledger import Create
from tests.emulator.refusals import Refused
from tests.emulator.wire import Reply

if TYPE_CHECKING:
    from tests.emulator.routes import Call
    from tests.emulator.world import World

MAKER = "google/"
BODY = {
    "model": str,
    "messages": list,
    "modalities": list,
    "image_config": dict,
    "seed": int,
    "max_tokens": int,
    "stream": bool,
    "usage": dict,
    "user": str,
    "metadata": dict,
    "provider": dict,
}
MESSAGE = {"role": str, "content": (str, list), "images": list, "reasoning_details": list}
REASON = {"type": str, "data": str, "format": str, "index": int}
UNSIGNED = "Gemini models require OpenRouter reasoning details to be preserved in each request."
"""Recorded by janhq/jan issue 7009 and massgen issue 624."""
TEXT = {"type": str, "text": str}
PICTURE = {"type": str, "image_url": dict}
IMAGE = {"aspect_ratio": str, "image_size": str}
FILTERED = {"IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_RECITATION"}


async def create(world: World, call: Call) -> Reply:
    """Make a picture and answer with it as a data address."""
    ask, labels = await asyncio.to_thread(_read, world, call.request.json)
    now = world.clock.now()
    one = Interaction(
        f"gen-{call.new_id(20)}", ask, {}, now, now + world.pace.image, call.twist, mime="image/png"
    )
    prints = tuple(given.fingerprint for given in ask.given)
    line = Create(one.id, now, "openrouter", ask.model.id, ask.prompt, labels, prints)
    world.ledger.write(world.ledger.accepted, line)
    await produce(world, one)
    await world.clock.until(one.ready_at)
    if one.outcome.status == "in_progress":
        await asyncio.Event().wait()
    return _answer(one)


async def models(world: World, call: Call) -> Reply:
    """Show the models that make images."""
    rows = [row for row in facts.ROWS if row.kind == "image" and row.id not in world.retired]
    return Reply.of({"data": [_model(row) for row in rows]})


async def key(world: World, call: Call) -> Reply:
    """Show what the key may spend."""
    spent = {"label": "emulated", "usage": 0, "limit": None, "limit_remaining": None, "is_free_tier": False}
    return Reply.of({"data": spent})


def _model(row: Any) -> dict[str, Any]:
    shape = {"input_modalities": ["image", "text"], "output_modalities": ["image", "text"]}
    return {
        "id": MAKER + row.id,
        "name": row.id,
        "architecture": shape,
        "pricing": {"image_output": str(facts.USD_A_MILLION[row.id] / 1e6)},
    }


def _read(world: World, body: Any) -> tuple[Ask, dict[str, str]]:
    """Return what is asked for, and its labels. Raises Refused in OpenRouter's form."""
    try:
        return _ask(world, body)
    except Refused as refused:
        refused.form = "openrouter"
        raise


def _ask(world: World, body: Any) -> tuple[Ask, dict[str, str]]:
    shapes.hold(body, BODY, "")
    name = body.get("model", "")
    row = facts.MODELS.get(name.removeprefix(MAKER))
    if not name.startswith(MAKER) or not isinstance(row, facts.Image) or row.id in world.retired:
        raise Refused(f"No endpoints found for {name}.", 404)
    if "image" not in body.get("modalities", []) or body.get("stream"):
        raise Refused("modalities must hold image, and stream is not supported here.")
    shown = body.get("image_config", {})
    shapes.hold(shown, IMAGE, "image_config")
    prompt, given, start = _messages(body.get("messages", []))
    _signed(world, body["messages"])
    size, ratio = check_still.image_size(
        row, shown.get("image_size", ""), shown.get("aspect_ratio", ""), len(given)
    )
    ratio = ratio or check_still.own_ratio(given[start:], row)
    pixels = facts.image_pixels(size, ratio)
    labels = body.get("metadata") or ({"attempt": body["user"]} if "user" in body else {})
    return Ask(
        row, prompt, tuple(given), "", size, ratio, door="openrouter", pixels=pixels, start=start
    ), labels


def _messages(messages: list[Any]) -> tuple[str, list[Given], int]:
    given: list[Given] = []
    words: list[str] = []
    start = 0
    for message in messages:
        shapes.hold(message, MESSAGE, "messages")
        content = message.get("content") or ""
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        found = [_picture(part) for part in [*parts, *message.get("images", [])] if not _is_text(part)]
        start = len(given) if found and message.get("role") == "assistant" else start
        given += found
        words = [part.get("text", "") for part in parts if _is_text(part)]
    prompt = "\n".join(words).strip()
    if not prompt or messages[-1].get("role") != "user":
        raise Refused("The last message must be the user's and contain text.")
    return prompt, given, start


def _signed(world: World, messages: list[Any]) -> None:
    """Refuse an assistant's pictures without the reasons that they were given out with."""
    for message in messages:
        if message.get("images"):
            reasons = message.get("reasoning_details", [])
            for reason in reasons:
                shapes.hold(reason, REASON, "messages.reasoning_details")
            known = {_reason(one.id) for one in world.ledger.creates()}
            if not reasons or any(reason.get("data") not in known for reason in reasons):
                raise Refused(UNSIGNED)


def _reason(id_: str) -> str:
    return base64.b64encode(f"emulated:{id_}".encode()).decode()


def _is_text(part: Any) -> bool:
    kind = shapes.type_of(part)
    if kind not in {"text", "image_url"}:
        raise Refused(f"Content of type {kind!r} is not supported.")
    shapes.hold(part, TEXT if kind == "text" else PICTURE, "messages.content")
    return kind == "text"


def _picture(part: dict[str, Any]) -> Given:
    head, _, text = str(part.get("image_url", {}).get("url", "")).partition(";base64,")
    if not head.startswith("data:image/") or not text:
        raise Refused("image_url must be a data address here.")
    mime = head.removeprefix("data:")
    return Given("image", mime, shapes.decoded(text, mime, "image_url"))


def _answer(one: Interaction) -> Reply:
    assert one.file is not None
    outcome, row = one.outcome, one.ask.model
    message: dict[str, Any] = {"role": "assistant", "content": outcome.says or ""}
    if outcome.shows:
        address = f"data:{one.file.mime};base64,{base64.b64encode(one.file.data).decode()}"
        message["images"] = [{"type": "image_url", "image_url": {"url": address}}]
        reason = {
            "type": "reasoning.encrypted",
            "data": _reason(one.id),
            "format": "google-gemini-v1",
            "index": 0,
        }
        message["reasoning_details"] = [reason]
    native = outcome.block or outcome.finish
    blocked = bool(outcome.block) or native in FILTERED
    choice = {
        "index": 0,
        "finish_reason": "content_filter" if blocked else "stop",
        "native_finish_reason": native,
        "message": message,
    }
    tokens = row.tokens[one.ask.size] if outcome.bills == "media" and isinstance(row, facts.Image) else 0
    usage = {
        "prompt_tokens": len(one.ask.prompt.split()) * 2,
        "completion_tokens": tokens,
        "total_tokens": tokens + len(one.ask.prompt.split()) * 2,
        "cost": round(tokens * facts.USD_A_MILLION[row.id] / 1e6, 6),
        "completion_tokens_details": {"image_tokens": tokens},
    }
    shown = {"id": one.id, "object": "chat.completion", "created": int(one.created), "model": MAKER + row.id}
    reply = Reply.of(shown | {"choices": [choice], "usage": usage})
    if outcome.shows:
        reply.gives = (one.id, one.file.sha256, len(one.file.data))
    return reply
