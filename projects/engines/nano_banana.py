"""Nano Banana: pictures from words and pictures, and edits that continue a picture's own conversation.

Paid. The create is answered with the picture, so it is kept on disk before anything else; the id that comes along
is what the next edit continues. On Vertex nothing stays at the provider: see `vertex_images.py`.
Source: reference/gemini-api.md sections 2 and 4.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from projects.engines import interactions, results, stills, turns, uploads, vertex_images
from projects.engines.base import Door, Ended, Files, Json, Output, Progress, Request, Ticket, Verdict
from projects.engines.errors import Broken
from projects.failures import FAILURES, Code

CREATE_SECONDS = 300.0


class NanoBanana:
    """Gemini's image models: over the Interactions API, on Vertex by `generate_content`."""

    key = "nano-banana"
    label = "Nano Banana"
    rank = 20
    paid = True
    abilities = frozenset({"image.generate", "image.edit", "image.refs", "image.ground"})

    def can(self, request: Request) -> Verdict:
        """Say yes with the most it can cost, or name what the model cannot do."""
        return stills.can(request)

    async def prepare(self, request: Request, files: Files) -> Request:
        """Make the pictures small enough to go along; that of a conversation goes on in it."""
        entries = request.inputs[1:] if _continues(request) else request.inputs
        return replace(request, inputs=tuple([await uploads.still(entry, files) for entry in entries]))

    async def start(self, request: Request, files: Files) -> Ticket | Ended:
        """Send the create; its answer is the end."""
        model, door = request.given()
        if door.kind == "vertex":
            return await vertex_images.start(request, files)
        body = await asyncio.to_thread(body_of, request)
        answer = await interactions.create(door, model.api_version, body, CREATE_SECONDS)
        ticket = {"id": answer.id, "api_version": model.api_version, "model": model.id}
        if not answer.is_final or answer.says_nothing:
            return ticket
        try:
            await asyncio.to_thread(interactions.note, ticket, files)
            return await asyncio.to_thread(interactions.ended, answer, ticket, files)
        except OSError:
            return ticket  # no room for what came: the provider keeps it, and the id is what must not be lost

    def follow(self, ticket: Ticket, request: Request, files: Files) -> AsyncIterator[Progress | Ended]:
        """Look until the picture is there, where the create came back before it."""
        if not _is_kept(ticket):
            raise Broken(FAILURES[Code.EMPTY_RESULT].why, Code.EMPTY_RESULT, "Vertex keeps no work.")
        return interactions.follow(request.given()[1], ticket, files)

    async def fetch(self, ended: Ended, request: Request, files: Files) -> Output:
        """Return the picture's bytes."""
        if request.given()[1].kind == "vertex":
            return await vertex_images.fetch(ended, request, files)
        return await results.fetch(request.given()[1], ended, files, "image")

    async def cancel(self, ticket: Ticket, door: Door) -> None:
        """Ask the provider to stop."""
        if _is_kept(ticket):
            await interactions.cancel(door, ticket["api_version"], ticket["id"])

    async def forget(self, ticket: Ticket, door: Door) -> None:
        """Delete the interaction at the provider."""
        if _is_kept(ticket):
            await interactions.forget(door, ticket["api_version"], ticket["id"])


def body_of(request: Request) -> Json:
    """Return the create's body, as the SDK takes it. Reads the inputs' files."""
    model, _ = request.given()
    stills.check_prompt(request)
    form: Json = {"type": "image", "image_size": stills.size_of(request)}
    if ratio := stills.ratio_of(request):
        form["aspect_ratio"] = ratio
    body: Json = {
        "model": model.id,
        "input": [
            *(uploads.content(entry) for entry in request.inputs),
            {"type": "text", "text": request.prompt},
        ],
        "response_format": form,
        "store": True,
    }
    if model.background:
        body["background"] = True
    if request.label:
        body["labels"] = {"attempt": request.label}
    if request.chain and _continues(request):
        body["previous_interaction_id"] = request.chain.ticket["id"]
    if thinking := stills.thinking_of(request):
        body["generation_config"] = {"thinking_level": thinking}
    if stills.is_grounded(request):
        named = list(stills.searches_of(request))
        body["tools"] = [{"type": "google_search", **({"search_types": named} if named else {})}]
    return body


def _continues(request: Request) -> bool:
    """Return whether the first picture is the last turn of a conversation that the provider, or we, still keep."""
    if request.given()[1].kind == "vertex":
        return turns.go_on(request)
    return request.ability == "image.edit" and request.chain is not None


def _is_kept(ticket: Ticket) -> bool:
    """Return whether a ticket names work that the provider keeps."""
    return "api_version" in ticket


ENGINES = (NanoBanana(),)
