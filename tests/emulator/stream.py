"""An interaction as a stream of events. Source: reference/gemini-api.md section 2.4."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from tests.emulator import interactions
from tests.emulator.ledger import Delivery

if TYPE_CHECKING:
    from tests.emulator.interactions import Interaction
    from tests.emulator.world import World

Event = tuple[str, dict[str, Any]]


async def events(world: World, one: Interaction, after: str = "") -> AsyncIterator[bytes]:
    """Yield the events of an interaction; those after an id only where one is named."""
    seen = int(after) if after.isdigit() else 0
    number = 0
    for event in _opening(one):
        number += 1
        if number > seen:
            yield _written(number, event)
    await interactions.finished(world, one)
    for event in _ending(world, one):
        number += 1
        if number > seen:
            yield _written(number, event)
    yield b"event: done\ndata: [DONE]\n\n"


def _written(number: int, event: Event) -> bytes:
    name, fields = event
    said = {"event_type": name, "event_id": str(number)} | fields
    return f"event: {name}\ndata: {json.dumps(said)}\n\n".encode()


def _opening(one: Interaction) -> Iterator[Event]:
    shown = {"id": one.id, "object": "interaction", "model": one.ask.model.id, "status": "in_progress"}
    yield "interaction.created", {"interaction": shown}
    yield "interaction.status_update", {"interaction_id": one.id, "status": "in_progress"}


def _ending(world: World, one: Interaction) -> Iterator[Event]:
    for index, step in enumerate(interactions.steps(world, one)):
        yield from _step(index, step)
    if one.file and one.outcome.shows and one.ask.delivery == "inline":
        size = len(one.file.data)
        world.ledger.write(world.ledger.deliveries, Delivery(one.id, one.file.sha256, size, size))
    if one.outcome.error:
        code, message = one.outcome.error
        yield "error", {"error": {"code": code, "message": message}}
    shown = interactions.view(world, one)
    shown.pop("steps", None)
    yield "interaction.completed", {"interaction": shown}


def _step(index: int, step: dict[str, Any]) -> Iterator[Event]:
    yield "step.start", {"index": index, "step": {"type": step["type"]}}
    if step["type"] == "thought":
        yield (
            "step.delta",
            {"index": index, "delta": {"type": "thought_signature", "signature": step["signature"]}},
        )
    for part in step.get("content", ()):
        yield "step.delta", {"index": index, "delta": part}
    yield "step.stop", {"index": index}
