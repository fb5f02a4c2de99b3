"""The Interactions API: create, get, cancel, delete. Source: reference/gemini-api.md section 2."""

from __future__ import annotations

import asyncio
import base64
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.emulator import check, facts, media, refusals, shapes, stream
from tests.emulator.ask import Ask, base
from tests.emulator.files import File
from tests.emulator.ledger import Create
from tests.emulator.outcomes import Outcome
from tests.emulator.refusals import Refused
from tests.emulator.wire import Reply

if TYPE_CHECKING:
    from tests.emulator.media import Base, Made
    from tests.emulator.routes import Call
    from tests.emulator.world import World

PREFIX = "v1_"
# The shape of the SDK's `UrlCitation`; which words carry it beside a picture is not documented.
CITED = {"type": "url_citation", "url": "https://weather.example/oslo", "title": "weather.example"}
LOOKED_UP = {"type": "text", "text": "It is 4 degrees in Oslo.", "annotations": [CITED]}


@dataclass
class Interaction:
    """One interaction. `made` is its result as it was made, `file` what is given out."""

    id: str
    ask: Ask
    body: dict[str, Any]
    created: float
    ready_at: float
    outcome: Outcome
    parent: Interaction | None = None
    owner: str = ""
    mime: str = "image/jpeg"
    made: Made | None = None
    file: File | None = None
    cancelled_at: float | None = None
    making: asyncio.Task[Any] | None = None

    @property
    def stored(self) -> bool:
        """Whether the provider keeps it."""
        return bool(self.body.get("store", True))

    @property
    def labels(self) -> dict[str, str]:
        """The labels of its request."""
        return self.body.get("labels", {})  # type: ignore[no-any-return]

    def status(self, now: float) -> str:
        """Return its status."""
        if self.cancelled_at is not None:
            return "cancelled"
        if self.making and self.making.done():
            self.making.result()
        if now < self.ready_at or self.file is None:
            return "in_progress"
        return self.outcome.status


async def create(world: World, call: Call) -> Reply:
    """Accept a create, or refuse it with the reason."""
    body = call.request.json
    ask, parent = await asyncio.to_thread(check.ask, body, world, call)
    now = world.clock.now()
    wait = world.pace.image if ask.model.kind == "image" else world.pace.video
    wait += world.pace.spread * random.uniform(-1, 1)
    one = Interaction(PREFIX + call.new_id(40), ask, body, now, now + wait, call.twist, parent, call.owner)
    if one.stored:
        world.interactions[one.id] = one
    _book(world, one)
    one.making = world.start(produce(world, one))
    if body.get("stream"):
        return Reply(200, headers={"content-type": "text/event-stream"}, parts=stream.events(world, one))
    if not body.get("background"):
        await finished(world, one)
    return answer(world, one)


async def get(world: World, call: Call) -> Reply:
    """Show an interaction."""
    one = find(world, call.words["id"], call.owner)
    if call.request.query.get("stream") == "true":
        after = call.request.query.get("last_event_id", "")
        return Reply(
            200, headers={"content-type": "text/event-stream"}, parts=stream.events(world, one, after)
        )
    return answer(world, one, with_input=call.request.query.get("include_input") == "true")


async def cancel(world: World, call: Call) -> Reply:
    """Stop background work that is under way."""
    one = find(world, call.words["id"], call.owner)
    if not one.body.get("background"):
        raise Refused("Only background interactions can be cancelled.")
    if one.status(world.clock.now()) != "in_progress":
        raise Refused(f"Interaction {one.id} is not in progress.")
    one.cancelled_at = world.clock.now()
    world.ledger.write(world.ledger.cancels, one.id)
    return answer(world, one)


async def delete(world: World, call: Call) -> Reply:
    """Forget an interaction."""
    one = find(world, call.words["id"], call.owner)
    del world.interactions[one.id]
    world.ledger.write(world.ledger.deletes, one.id)
    return Reply.of({})


def find(world: World, name: str, owner: str) -> Interaction:
    """Return an interaction. A name of another form is answered by 400, one that is gone by 404."""
    one = world.interaction(name, owner)
    if one is not None:
        return one
    if not name.startswith(PREFIX):
        raise Refused(refusals.NAME)
    raise Refused(f"Interaction {name} not found.", 404)


async def finished(world: World, one: Interaction) -> None:
    """Wait until it has ended."""
    assert one.making is not None
    await one.making
    await world.clock.until(one.ready_at)
    if one.outcome.status == "in_progress":
        await asyncio.Event().wait()


def answer(world: World, one: Interaction, *, with_input: bool = False) -> Reply:
    """Return an interaction as JSON; where bytes are inside, the ledger counts them."""
    shown = view(world, one, with_input=with_input)
    reply = Reply.of(shown)
    file = one.file
    if file and any("data" in part for step in shown.get("steps", ()) for part in step.get("content", ())):
        reply.gives = (one.id, file.sha256, len(file.data))
    return reply


def view(world: World, one: Interaction, *, with_input: bool = False) -> dict[str, Any]:
    """Return an interaction as the provider shows it."""
    status = one.status(world.clock.now())
    shown: dict[str, Any] = {
        "id": one.id,
        "object": "interaction",
        "model": one.ask.model.id,
        "status": status,
        "created": world.clock.stamp(one.created),
        "updated": world.clock.stamp(one.created if status == "in_progress" else one.ready_at),
    }
    if one.parent:
        shown["previous_interaction_id"] = one.parent.id
    if one.labels:
        shown["labels"] = one.labels
    asked = [{"type": "user_input", "content": shapes.contents(one.body["input"])}] if with_input else []
    if status == "in_progress":
        return shown | ({"steps": asked} if asked else {})
    if status == "cancelled" and one.cancelled_at is not None:
        return shown | {"steps": asked}
    if one.outcome.error:
        code, message = one.outcome.error
        shown["errors"] = [{"code": code, "message": message}]
    return shown | {"steps": asked + steps(world, one), "usage": usage(one)}


def steps(world: World, one: Interaction) -> list[dict[str, Any]]:
    """Return what the model gave: a thought, then text or media."""
    content: list[dict[str, Any]] = [{"type": "text", "text": one.outcome.says}] if one.outcome.says else []
    searches = _searches(one) if one.outcome.shows else []
    if searches:
        content.append(LOOKED_UP)
    if one.outcome.shows:
        content.append(_media(world, one))
    thought = {"type": "thought", "signature": base64.b64encode(one.id.encode()).decode()}
    output = [{"type": "model_output", "content": content}] if content else []
    return [thought, *searches, *output]


def _searches(one: Interaction) -> list[dict[str, Any]]:
    """Return what was searched for, once in each way that the tool allows."""
    tools = [tool for tool in one.body.get("tools", []) if tool.get("type") == "google_search"]
    ways = [way for tool in tools for way in tool.get("search_types", ["web_search"])]
    query = {"queries": [one.ask.prompt[:40]]}
    return [
        {"type": "google_search_call", "id": f"call-{way}", "search_type": way, "arguments": query}
        for way in ways
    ]


def usage(one: Interaction) -> dict[str, Any]:
    """Return the tokens: of video by size and seconds (an extension: the added ones), of a picture by size."""
    model, ask = one.ask.model, one.ask
    inputs = len(ask.prompt.split()) * 2 + sum(facts.INPUT_TOKENS[given.kind] for given in ask.given)
    if one.outcome.bills == "media" and isinstance(model, facts.Video):
        given = [
            {
                "modality": "video",
                "tokens": round(facts.TOKENS_A_SECOND[ask.size] * (ask.added or ask.seconds)),
            }
        ]
    elif one.outcome.bills == "media":
        given = [{"modality": "image", "tokens": model.tokens[ask.size]}]
    else:
        given = [{"modality": "text", "tokens": 24}] if one.outcome.bills else []
    thoughts = facts.THOUGHT_TOKENS if one.outcome.bills else 0
    total = sum(int(str(line["tokens"])) for line in given)
    found = {
        "total_input_tokens": inputs,
        "total_output_tokens": total,
        "total_thought_tokens": thoughts,
        "total_tokens": inputs + total + thoughts,
        "output_tokens_by_modality": given,
    }
    return one.outcome.counts(found) if one.outcome.counts else found


def _media(world: World, one: Interaction) -> dict[str, Any]:
    assert one.file is not None
    if one.file.withdrawn:
        one.file = world.new_file(one.file.data, one.file.mime, attempt=one.file.attempt, owner=one.owner)
    content = {"type": one.file.mime.partition("/")[0], "mime_type": one.file.mime}
    if (one.outcome.delivers or one.ask.delivery) == "uri":
        return content | {"uri": one.file.download_uri}
    garbled = "?" if one.outcome.garbles else ""
    return content | {"data": garbled + base64.b64encode(one.file.data).decode()}


def _book(world: World, one: Interaction) -> None:
    prints = tuple(given.fingerprint for given in one.ask.given)
    previous = one.parent.id if one.parent else ""
    ask = one.ask
    line = Create(one.id, one.created, ask.door, ask.model.id, ask.prompt, one.labels, prints, previous)
    world.ledger.write(world.ledger.accepted, line)


async def produce(world: World, one: Interaction) -> None:
    """Make what was asked for, and what is given instead of it where the outcome says so."""
    before = one.parent.made.base if one.parent and one.parent.made else None
    one.made = await asyncio.to_thread(make, one.ask, before, one.mime)
    kept = one.made
    if one.outcome.swaps:
        kept = await asyncio.to_thread(_other_kind, one.ask, one.made)
    data = one.outcome.spoils(kept.data) if one.outcome.spoils else kept.data
    more = {"attempt": one.labels.get("attempt", ""), "owner": one.owner, "outcome": one.outcome.file}
    one.file = world.new_file(data, kept.mime, **more)


def make(ask: Ask, before: Base | None, mime: str) -> Made:
    """Return the result: of the chain's last picture, else of the first one given, else of the words."""
    start = media.changed(before, ask.prompt) if before else _start(ask)
    if ask.model.kind == "image":
        return media.still(start, ask.pixels, mime, ask.prompt)
    return media.clip(start, ask.pixels, ask.seconds, ask.prompt)


def _start(ask: Ask) -> Base:
    shown = next((given for given in ask.given[ask.start :] if given.data), None)
    if shown is None:
        return media.plain(ask.prompt)
    first = base(shown)
    return media.changed(first, ask.prompt) if ask.task != "image_to_video" else first


def _other_kind(ask: Ask, made: Made) -> Made:
    if ask.model.kind == "image":
        return media.clip(made.base, (640, 360), 3, ask.prompt)
    return media.still(made.base, (1376, 768), "image/jpeg", ask.prompt)
