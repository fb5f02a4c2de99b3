"""models:generateContent for the image models, and what there is of models. Source: gemini-api.md section 4.

Google reads keys in camelCase and in snake_case; the SDK sends both in one body.
"""

from __future__ import annotations

import asyncio
import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.emulator import check_still, facts, media, shapes
from tests.emulator.ask import Ask, Given
from tests.emulator.interactions import Interaction, produce
from tests.emulator.ledger import Create, bytes_of
from tests.emulator.refusals import Refused
from tests.emulator.wire import Reply

if TYPE_CHECKING:
    from tests.emulator.routes import Call
    from tests.emulator.world import World

SNAKE = re.compile(r"_([a-z])")
BODY = {
    "contents": list,
    "generationConfig": dict,
    "systemInstruction": dict,
    "safetySettings": list,
    "tools": list,
    "labels": dict,
}
CONFIG = {
    "responseModalities": list,
    "imageConfig": dict,
    "thinkingConfig": dict,
    "seed": int,
    "candidateCount": int,
    "maxOutputTokens": int,
    "stopSequences": list,
    "temperature": (int, float),
    "topP": (int, float),
    "topK": (int, float),
}
PART = {"text": str, "inlineData": dict, "fileData": dict, "thought": bool, "thoughtSignature": str}
IMAGE = {"aspectRatio": str, "imageSize": str}
THINKING = {"includeThoughts": bool, "thinkingLevel": str, "thinkingBudget": int}
LEVELS = ("MINIMAL", "LOW", "MEDIUM", "HIGH")
ROLES = ("user", "model")
VERTEX_IMAGE = IMAGE | {"personGeneration": str, "imageOutputOptions": dict}
SIGNED = b"emulated:"
UNSIGNED = "Image part is missing a thought_signature in content position {}."
# As Vertex says it, recorded in decolua/9router issue 301.
FORGED = (
    "Unable to submit request because Thought signature is not valid.. Learn more: "
    "https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini"
)
SEARCH_TOKENS = 150


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request for a picture: what an interaction would be asked, and whether words, thoughts and pages come along."""

    ask: Ask
    words: bool
    thoughts: bool
    labels: dict[str, str]
    searches: tuple[str, ...] = ()


async def create(world: World, call: Call) -> Reply:
    """Make a picture and answer with it."""
    world.alive(call.words["model"], "google", call.words["version"])
    wanted = await asyncio.to_thread(_read, world, call)
    now = world.clock.now()
    one = Interaction(
        call.new_id(22), wanted.ask, {}, now, now + world.pace.image, call.twist, mime="image/png"
    )
    ask = wanted.ask
    prints = tuple(given.fingerprint for given in ask.given)
    line = Create(one.id, now, f"{ask.door}:generate", ask.model.id, ask.prompt, wanted.labels, prints)
    world.ledger.write(world.ledger.accepted, line)
    await produce(world, one)
    await world.clock.until(one.ready_at)
    if one.outcome.status == "in_progress":
        await asyncio.Event().wait()
    return _answer(one, wanted)


async def model(world: World, call: Call) -> Reply:
    """Show a model."""
    world.alive(call.words["model"], "google", call.words["version"])
    return Reply.of(_model(call.words["model"], call.door))


async def models(world: World, call: Call) -> Reply:
    """Show all models of the door."""
    rows = [row for row in facts.ROWS if row.id not in world.retired and row.kind != "veo"]
    return Reply.of({"models": [_model(row.id, call.door) for row in rows]})


def camel(value: Any) -> Any:
    """Return JSON with its keys in camelCase."""
    if isinstance(value, list):
        return [camel(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {SNAKE.sub(lambda found: found[1].upper(), name): camel(one) for name, one in value.items()}


def _model(name: str, door: str) -> dict[str, Any]:
    if door == "vertex":
        return {"name": f"publishers/google/models/{name}", "versionId": "default"}
    methods = ["generateContent"] if facts.MODELS[name].kind == "image" else ["createInteraction"]
    return {
        "name": f"models/{name}",
        "displayName": name.replace("-", " ").title(),
        "inputTokenLimit": 131_072,
        "outputTokenLimit": 32_768,
        "supportedGenerationMethods": methods,
    }


def _read(world: World, call: Call) -> Wanted:
    """Return what is asked for. Raises Refused in the front end's form."""
    try:
        return _wanted(world, call, camel(call.request.json))
    except Refused as refused:
        refused.form = "google"
        raise


def _wanted(world: World, call: Call, body: Any) -> Wanted:
    row, vertex = facts.MODELS[call.words["model"]], call.door == "vertex"
    if not isinstance(row, facts.Image):
        raise Refused(f"models/{row.id} is not supported for generateContent.", 404)
    shapes.hold(body, BODY if vertex else {name: kind for name, kind in BODY.items() if name != "labels"}, "")
    config = body.get("generationConfig", {})
    shapes.hold(config, CONFIG, "generation_config")
    shown = config.get("imageConfig", {})
    shapes.hold(shown, VERTEX_IMAGE if vertex else IMAGE, "generation_config.image_config")
    _tools(body.get("tools", []), row)
    thinking = config.get("thinkingConfig", {})
    shapes.hold(thinking, THINKING, "generation_config.thinking_config")
    if thinking.get("thinkingLevel", "HIGH") not in LEVELS:
        raise Refused(f"Invalid value at 'thinking_level': {thinking['thinkingLevel']}")
    modalities = config.get("responseModalities", ["TEXT", "IMAGE"])
    if "IMAGE" not in modalities or config.get("candidateCount", 1) != 1:
        raise Refused("One candidate with the response modality IMAGE is what this model gives.")
    prompt, given, start = _contents(world, call, body.get("contents", []))
    size, ratio = check_still.image_size(
        row, shown.get("imageSize", ""), shown.get("aspectRatio", ""), len(given)
    )
    ratio = ratio or check_still.own_ratio(given[start:], row)
    pixels = facts.image_pixels(size, ratio)
    ask = Ask(row, prompt, tuple(given), size=size, ratio=ratio, door=call.door, pixels=pixels, start=start)
    tools = [tool["googleSearch"] for tool in body.get("tools", []) if "googleSearch" in tool]
    searches = tuple(way for tool in tools for way in tool.get("searchTypes", {"webSearch": {}}))
    thoughts = bool(thinking.get("includeThoughts"))
    return Wanted(ask, "TEXT" in modalities, thoughts, body.get("labels", {}), searches)


def _tools(tools: list[Any], row: facts.Image) -> None:
    for tool in tools:
        shapes.hold(tool, {"googleSearch": dict, "functionDeclarations": list}, "tools")
    unfit = [name for tool in tools for name in tool if name != "googleSearch"]
    if unfit:
        raise Refused(f"{unfit[0]} is not supported by {row.id}.")


def _contents(world: World, call: Call, contents: list[Any]) -> tuple[str, list[Given], int]:
    """Return the last turn's words, every picture in order, and which one the model gave last (else the first)."""
    if not contents:
        raise Refused("contents is not specified")
    given: list[Given] = []
    start = 0
    for place, content in enumerate(contents):
        shapes.hold(content, {"role": str, "parts": list}, f"contents[{place}]")
        if call.door == "vertex":
            _said_by_somebody(content)
        for number, part in enumerate(content.get("parts", [])):
            shapes.hold(part, PART, f"contents[{place}].parts[{number}]")
            found = _media(world, call.owner, part)
            if content.get("role") == "model":
                _signed(world, part, found, f"{place + 1}, part position {number + 1}")
            if found and content.get("role") == "model":
                start = len(given)
            given += found
    words = [part["text"] for part in contents[-1].get("parts", []) if part.get("text")]
    if not "".join(words).strip():
        raise Refused("The last turn must contain a non-empty text prompt.")
    return "\n".join(words), given, start


def _said_by_somebody(content: dict[str, Any]) -> None:
    """Refuse what Vertex refuses of a turn: no known role, or nothing in it."""
    if content.get("role") not in ROLES:
        raise Refused("Please use a valid role: user, model.")
    if not content.get("parts"):
        raise Refused("Unable to submit request because it must include at least one parts field.")


def _signed(world: World, part: dict[str, Any], given: list[Given], place: str) -> None:
    """Refuse a model's picture without the signature that it was given out with."""
    try:
        signature = bytes_of(part.get("thoughtSignature", ""))
    except ValueError:
        raise Refused(FORGED) from None
    if not given or part.get("thought"):
        return
    if not signature:
        raise Refused(UNSIGNED.format(place))
    known = {SIGNED + one.of.encode() for one in world.ledger.deliveries if one.sha256 == given[0].sha256}
    if signature not in known:
        raise Refused(FORGED)


def _media(world: World, owner: str, part: dict[str, Any]) -> list[Given]:
    if "inlineData" in part:
        shapes.hold(part["inlineData"], {"mimeType": str, "data": str}, "inline_data")
        mime = part["inlineData"].get("mimeType", "")
        data = shapes.decoded(part["inlineData"].get("data", ""), mime, "inline_data.data")
        return [Given(mime.partition("/")[0], mime, data)]
    if "fileData" not in part:
        return []
    shapes.hold(part["fileData"], {"mimeType": str, "fileUri": str}, "file_data")
    file = world.file_of(part["fileData"].get("fileUri", ""), owner)
    if file is None or file.state(world.clock.now()) != "ACTIVE":
        raise Refused("You do not have permission to access the File or it may not exist.", 403)
    return [Given(file.mime.partition("/")[0], file.mime, file.data)]


def _answer(one: Interaction, wanted: Wanted) -> Reply:
    outcome = one.outcome
    shown: dict[str, Any] = {
        "usageMetadata": _usage(one)
        | ({"toolUsePromptTokenCount": SEARCH_TOKENS} if wanted.searches else {}),
        "modelVersion": one.ask.model.id,
        "responseId": one.id,
    }
    if outcome.block:
        return Reply.of({"promptFeedback": {"blockReason": outcome.block}} | shown)
    candidate: dict[str, Any] = {"finishReason": outcome.finish, "index": 0}
    parts = _parts(one, wanted)
    if parts:
        candidate["content"] = {"role": "model", "parts": parts}
    if wanted.searches:
        candidate["groundingMetadata"] = _grounding(one.ask.prompt, wanted.searches)
    reply = Reply.of({"candidates": [candidate]} | shown)
    if outcome.shows and one.file:
        reply.gives = (one.id, one.file.sha256, len(one.file.data))
    return reply


def _grounding(prompt: str, ways: tuple[str, ...]) -> dict[str, Any]:
    web = {"uri": "https://weather.example/oslo", "title": "weather.example", "domain": "weather.example"}
    shown = {"sourceUri": "https://pictures.example/oslo", "imageUri": "https://pictures.example/oslo.jpg"}
    pictures = {"imageSearchQueries": [prompt[:40]]} if "imageSearch" in ways else {}
    return {
        **pictures,
        "webSearchQueries": [prompt[:40]],
        "groundingChunks": [{"web": web}, *([{"image": shown}] if pictures else [])],
        "searchEntryPoint": {"renderedContent": "<div>Search</div>"},
    }


def _parts(one: Interaction, wanted: Wanted) -> list[dict[str, Any]]:
    signature = base64.b64encode(SIGNED + one.id.encode()).decode()
    if not one.outcome.shows:
        return [{"text": one.outcome.says}] if one.outcome.says else []
    assert one.file is not None
    assert one.made is not None
    parts: list[dict[str, Any]] = []
    if wanted.thoughts:
        draft = media.still(one.made.base, (512, 288), "image/jpeg", "draft")
        inside = {"mimeType": draft.mime, "data": base64.b64encode(draft.data).decode()}
        parts += [{"text": "A first idea.", "thought": True}, {"inlineData": inside, "thought": True}]
    if wanted.words:
        parts.append({"text": "Here is the picture.", "thoughtSignature": signature})
    inside = {"mimeType": one.file.mime, "data": base64.b64encode(one.file.data).decode()}
    return [*parts, {"inlineData": inside, "thoughtSignature": signature}]


def _usage(one: Interaction) -> dict[str, Any]:
    row, bills = one.ask.model, one.outcome.bills
    assert isinstance(row, facts.Image)
    inputs = len(one.ask.prompt.split()) * 2 + facts.INPUT_TOKENS["image"] * len(one.ask.given)
    made = {"media": row.tokens[one.ask.size], "text": 24}.get(bills, 0)
    thoughts = facts.THOUGHT_TOKENS if bills else 0
    shown = {"promptTokenCount": inputs, "totalTokenCount": inputs + made + thoughts}
    if not made:
        return shown
    modality = "IMAGE" if bills == "media" else "TEXT"
    return shown | {
        "candidatesTokenCount": made,
        "thoughtsTokenCount": thoughts,
        "candidatesTokensDetails": [{"modality": modality, "tokenCount": made}],
    }
