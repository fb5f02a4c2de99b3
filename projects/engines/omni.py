"""Omni: clips from words and pictures, and edits that continue a clip's own state at the provider.

Paid. One create in background mode with `store`, so that the window in which an answer can be lost is one round trip;
then looks until it has ended. Source: reference/gemini-api.md sections 2 and 3.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from projects.engines import downloads, interactions, prices, results, uploads
from projects.engines.base import (
    Door,
    Ended,
    Files,
    Json,
    Output,
    Progress,
    Quote,
    Request,
    Ticket,
    Verdict,
)
from projects.engines.errors import Refused
from projects.engines.models import IN_CHAIN, Model
from projects.failures import FAILURES, Code

TASKS = {
    "video.image": "image_to_video",
    "video.refs": "reference_to_video",
    "video.frames": "image_to_video",
    "video.edit_upload": "edit",
    "video.extend": "extend",
    "video.extend_upload": "extend",
}
"""The provider's task of an ability. Words alone and an edit in a chain send none."""
EDITS = frozenset({"video.edit", "video.edit_upload"})
EXTENDS = frozenset({"video.extend", "video.extend_upload"})
USUAL_SECONDS = {"360p": 26.0, "720p": 45.0, "1080p": 75.0, "4k": 120.0}
"""For a clip of 5 s; others by their length."""


class Omni:
    """Gemini Omni over the Interactions API."""

    key = "omni"
    label = "Gemini Omni"
    rank = 10
    paid = True
    abilities = frozenset({"video.text", "video.image", "video.refs", "video.frames"}) | EDITS | EXTENDS

    def can(self, request: Request) -> Verdict:
        """Say yes with the most it can cost, or name what the model cannot do."""
        if request.model is None or request.door is None:
            return Verdict.no(FAILURES[Code.CREDENTIALS_MISSING].why, Code.CREDENTIALS_MISSING)
        refusal = _refusal(request, request.model)
        if refusal:
            return refusal
        size, seconds = _size(request), _seconds(request)
        length = seconds + _source_seconds(request) if request.ability in EXTENDS else seconds
        each = USUAL_SECONDS[size] / 5
        quote = Quote(
            usd_max=prices.of_video(request.model, size, seconds, seconds_in=_source_seconds(request)),
            seconds_usual=each * length,
            lines=(f"{seconds:g} s at {size}, ${request.model.video_second[size]:.4f} a second",),
            model_version=request.model.version,
            usd_measured=prices.of_seconds(request.model, size, seconds),
            clip_seconds=length,
            each_second=each,
        )
        return Verdict(quote, notes=_notes(request, request.model))

    async def prepare(self, request: Request, files: Files) -> Request:
        """Put a long clip where the provider can read it; everything else goes along with the request."""
        model, door = request.given()
        if request.ability in IN_CHAIN:
            return replace(request, inputs=())
        entries = []
        for entry in request.inputs:
            is_large = (
                entry.kind == "video" and entry.path and entry.path.stat().st_size > model.inline_video_bytes
            )
            remote = await uploads.put(door, model.api_version, entry) if is_large else None
            entries.append(replace(await uploads.light(entry, files), remote=remote))
        return replace(request, inputs=tuple(entries))

    async def start(self, request: Request, files: Files) -> Ticket | Ended:
        """Send the create."""
        model, door = request.given()
        body = await asyncio.to_thread(body_of, request)
        answer = await interactions.create(door, model.api_version, body)
        return {"id": answer.id, "api_version": model.api_version, "model": model.id}

    def follow(self, ticket: Ticket, request: Request, files: Files) -> AsyncIterator[Progress | Ended]:
        """Look until the clip is there."""
        return interactions.follow(request.given()[1], ticket, files)

    async def fetch(self, ended: Ended, request: Request, files: Files) -> Output:
        """Return the clip's bytes."""
        return await results.fetch(request.given()[1], ended, files, "video")

    async def cancel(self, ticket: Ticket, door: Door) -> None:
        """Ask the provider to stop; what was made until then may be billed."""
        await interactions.cancel(door, ticket["api_version"], ticket["id"])

    async def forget(self, ticket: Ticket, door: Door) -> None:
        """Delete the interaction at the provider."""
        await interactions.forget(door, ticket["api_version"], ticket["id"])


def body_of(request: Request) -> Json:
    """Return the create's body, as the SDK takes it. Reads the inputs' files."""
    model, _ = request.given()
    if not request.prompt.strip():
        raise Refused(
            "An empty prompt would be billed as a whole clip. Say what is wanted.", Code.INPUT_REJECTED
        )
    form: Json = {"type": "video", "resolution": _size(request), **_delivery(request)}
    if request.ability not in EDITS | EXTENDS:
        form["aspect_ratio"] = request.wish.format
    if request.ability not in EDITS:
        form["duration"] = f"{_seconds(request):g}s"
    body: Json = {
        "model": model.id,
        "input": [
            *(uploads.content(entry) for entry in request.inputs),
            {"type": "text", "text": request.prompt},
        ],
        "response_format": form,
        **({"background": True} if model.background else {}),
        "store": True,
        **interactions.named(request.label, request.hook),
    }
    if request.ability in IN_CHAIN and request.chain:
        body["previous_interaction_id"] = request.chain.ticket["id"]
    if task := TASKS.get(request.ability):
        body["generation_config"] = {"video_config": {"task": task}}
    return body


def _delivery(request: Request) -> Json:
    """Return where the clip is to lie: at the provider, or on Vertex in the door's bucket, else in the answer."""
    _, door = request.given()
    if door.kind != "vertex":
        return {"delivery": "uri"}
    bucket = downloads.bucket_of(door)
    return (
        {"delivery": "uri", "gcs_uri": f"gs://{bucket}/{request.label}"} if bucket else {"delivery": "inline"}
    )


def _size(request: Request) -> str:
    return request.wish.size or "720p"


def _source_seconds(request: Request) -> float:
    clip = request.first("video")
    return float(clip.facts.get("seconds", 0)) if clip else 0


def _seconds(request: Request) -> float:
    """Return the seconds that are made and billed: an edit keeps those of its clip."""
    return _source_seconds(request) if request.ability in EDITS else float(request.wish.seconds or 5)


def _refusal(request: Request, model: Model) -> Verdict | None:
    wish, ability = request.wish, request.ability
    if not model.is_offered:
        return Verdict.no(
            f"{model.label} is no longer offered. Choose its successor.", Code.MODEL_UNAVAILABLE
        )
    if ability not in model.abilities:
        return Verdict.no(f"{model.label} cannot do this. Choose another model.", Code.MODEL_UNAVAILABLE)
    if ability in IN_CHAIN and request.chain is None:
        return Verdict.no(FAILURES[Code.CHAIN_EXPIRED].why, Code.CHAIN_EXPIRED)
    if ability not in EDITS | EXTENDS and wish.format not in model.ratios:
        return Verdict.no(
            f"{model.label} makes {_or(model.ratios)}. Choose one, or crop the clip afterwards."
        )
    if _size(request) not in model.video_second:
        return Verdict.no(f"{model.label} makes {_or(tuple(model.video_second))}. Choose one of these sizes.")
    return _length_refusal(request, model) or _reference_refusal(request, model)


def _length_refusal(request: Request, model: Model) -> Verdict | None:
    seconds, ability = _seconds(request), request.ability
    if ability in EDITS:
        least, most = (model.source_seconds or model.seconds)[:2]
        if not least - 0.5 <= seconds <= most + 0.5:
            return Verdict.no(
                f"{model.label} edits clips of {least} to {most} s. This one has {seconds:.1f} s: trim it."
            )
        return None
    least, most = _range(model, ability)
    if seconds != int(seconds) or not least <= seconds <= most:
        return Verdict.no(f"{model.label} makes {least} to {most} whole seconds. Choose a length in between.")
    if ability in EXTENDS and model.total and _source_seconds(request) + seconds > model.total:
        return Verdict.no(f"{model.label} makes clips of {model.total} s at most in all. Add fewer seconds.")
    return None


def _range(model: Model, ability: str) -> tuple[int, ...]:
    """Return the least and the most seconds that can be asked for."""
    if ability in EXTENDS:
        return model.extend
    return model.frames_seconds if ability == "video.frames" and model.frames_seconds else model.seconds


def _reference_refusal(request: Request, model: Model) -> Verdict | None:
    pictures = sum(entry.kind == "image" for entry in request.inputs)
    if request.ability == "video.refs" and pictures > model.references:
        return Verdict.no(
            f"{model.label} takes {model.references} pictures. Remove {pictures - model.references}."
        )
    return None


def _notes(request: Request, model: Model) -> tuple[str, ...]:
    if request.chain and model.advised_edits and request.chain.edits >= model.advised_edits:
        return (
            f"This would be edit {request.chain.edits + 1} of the chain; {model.advised_edits} are advised. Start a "
            "new chain from this version, or render again with all changes folded in.",
        )
    return ()


def _or(values: tuple[str, ...]) -> str:
    return " or ".join(values)


ENGINES = (Omni(),)
