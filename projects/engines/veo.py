"""Veo on Vertex: clips between two frames, from references, and clips that go on.

Paid. One predictLongRunning, then looks at its operation. A result comes inside the answer, and where the door names a
bucket as an object in it. Veo counts nothing: a clip is charged by its seconds.
Source: reference/gemini-api.md section 6.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from projects.engines import answers, client, downloads, interactions, operations, prices, results, uploads
from projects.engines.base import (
    Door,
    Ended,
    Files,
    Input,
    Json,
    Output,
    Progress,
    Quote,
    Request,
    Ticket,
    Verdict,
)
from projects.engines.errors import Refused
from projects.engines.models import Model
from projects.failures import FAILURES, Code
from projects.prompts import vocabulary

EXTEND = "video.extend"
CREATE_SECONDS = 60.0
ALIKE = 0.02
USUAL_SECONDS = {"720p": 70.0, "1080p": 110.0, "4k": 180.0}


class Veo:
    """Veo by Vertex' long-running operations."""

    key = "veo"
    label = "Veo"
    rank = 30
    paid = True
    abilities = frozenset({"video.text", "video.image", "video.frames", "video.refs", EXTEND})

    def can(self, request: Request) -> Verdict:
        """Say yes with the most it can cost, or name what the model cannot do."""
        if request.model is None or request.door is None:
            return Verdict.no(FAILURES[Code.CREDENTIALS_MISSING].why, Code.CREDENTIALS_MISSING)
        model, size, seconds = request.model, size_of(request), seconds_of(request)
        if not model.is_offered or request.ability not in model.abilities:
            return Verdict.no(f"{model.label} cannot do this. Choose another model.", Code.MODEL_UNAVAILABLE)
        if sentence := next(_refusals(request, model, request.door), ""):
            return Verdict.no(sentence)
        line = f"{seconds:g} s at {size}, ${model.video_second[size]:.4f} a second"
        usd, made = prices.of_video(model, size, seconds), prices.of_seconds(model, size, seconds)
        return Verdict(Quote(usd, USUAL_SECONDS[size], (line,), model.version, made))

    async def prepare(self, request: Request, files: Files) -> Request:
        """Make the pictures small enough to go along. Raises Refused for a clip that is too large for it."""
        model, _ = request.given()
        clip = request.first("video")
        if clip and clip.path and clip.path.stat().st_size > model.inline_video_bytes:
            why = f"{model.label} takes clips of {model.inline_video_bytes // 1_000_000} MB. Choose a smaller one."
            raise Refused(why, Code.FILE_TOO_LARGE)
        return replace(request, inputs=tuple([await uploads.light(entry, files) for entry in request.inputs]))

    async def start(self, request: Request, files: Files) -> Ticket | Ended:
        """Send the create."""
        model, door = request.given()
        asked = await asyncio.to_thread(asked_of, request)
        name = await _create(replace(door, location=_location(model, door)), model, asked)
        return {"id": name, "api_version": model.api_version, "model": model.id}

    def follow(self, ticket: Ticket, request: Request, files: Files) -> AsyncIterator[Progress | Ended]:
        """Look until the clip is there."""
        return interactions.follow(request.given()[1], ticket, files, operations.look)

    async def fetch(self, ended: Ended, request: Request, files: Files) -> Output:
        """Return the clip's bytes."""
        return await results.fetch(request.given()[1], ended, files, "video", _again)

    async def cancel(self, ticket: Ticket, door: Door) -> None:
        """Do nothing: the operations of Google's own models have no cancel."""

    async def forget(self, ticket: Ticket, door: Door) -> None:
        """Do nothing: such an operation cannot be deleted, and objects in a bucket belong to its owner."""


def asked_of(request: Request) -> Json:
    """Return the arguments of the SDK's `generate_videos`. Reads the inputs' files."""
    model, door = request.given()
    if not request.prompt.strip():
        raise Refused(
            "An empty prompt would be billed as a whole clip. Say what is wanted.", Code.INPUT_REJECTED
        )
    is_empty = request.shows_nobody and not vocabulary.SOMEBODY.search(request.prompt)
    config: Json = {
        "number_of_videos": 1,
        "aspect_ratio": _ratio(request),
        "resolution": size_of(request),
        "person_generation": "disallow" if is_empty else "allow_adult",
        "generate_audio": True,
        "http_options": {"timeout": int(CREATE_SECONDS * 1000)},
    }
    if request.ability != EXTEND:
        config["duration_seconds"] = int(seconds_of(request))
    if request.seed:
        config["seed"] = request.seed
    if request.label:
        # The SDK 3.4.0 sends them beside `instances` (models.py, _GenerateVideosConfig_to_vertex); never tried live.
        config["labels"] = {"attempt": request.label}
    if bucket := downloads.bucket_of(door):
        config["output_gcs_uri"] = f"gs://{bucket}/{request.label or 'studio'}"
    source, more = _media(request)
    types = client.sdk("google.genai.types")
    return {
        "model": model.id,
        "source": types.GenerateVideosSource(prompt=request.prompt, **source),
        "config": types.GenerateVideosConfig(**config, **more),
    }


def _media(request: Request) -> tuple[Json, Json]:
    """Return what goes into the source, and what into the config."""
    if request.ability == "video.refs":
        entries = [{"image": _image(entry), "reference_type": "ASSET"} for entry in request.inputs]
        return {}, {"reference_images": entries}
    if request.ability == "video.frames":
        first, last = _frames(request)
        return {"image": _image(first)}, {"last_frame": _image(last)}
    if request.ability == "video.image":
        return {"image": _image(request.inputs[0])}, {}
    if request.ability == EXTEND and (clip := request.first("video")):
        return {"video": {"video_bytes": _bytes(clip), "mime_type": uploads.mime_of(clip)}}, {}
    return {}, {}


def _frames(request: Request) -> tuple[Input, Input]:
    """Return the first and the last frame."""
    roles = {entry.role: entry for entry in request.inputs}
    return roles.get("first_frame", request.inputs[0]), roles.get("last_frame", request.inputs[-1])


def _image(entry: Input) -> Json:
    return {"image_bytes": _bytes(entry), "mime_type": uploads.mime_of(entry)}


def _bytes(entry: Input) -> bytes:
    if entry.path is None:
        raise Refused(FAILURES[Code.INPUT_REJECTED].why, Code.INPUT_REJECTED)
    return entry.path.read_bytes()


async def _create(door: Door, model: Model, asked: Json) -> str:
    """Send the one paid request; return the operation's name. Raises NotSent, Refused or Doubt, and nothing else."""
    try:
        async with asyncio.timeout(CREATE_SECONDS):
            calls = client.of(door, model.api_version, create=True).models
            operation = await calls.generate_videos(**asked)
    except client.failures(ValueError, AttributeError, TypeError) as error:
        # The last three are the SDK's for a body that is no JSON, or no object.
        raise answers.of(error) from error
    if not operation.name:
        raise answers.lost("The answer has no operation's name.", 200)
    return str(operation.name)


async def _again(door: Door, ticket: Ticket, files: Files) -> tuple[Json, ...]:
    return await interactions.again(door, ticket, files, operations.look)


def size_of(request: Request) -> str:
    """Return the size that is asked for; a clip that goes on in a size that the model lacks gets its smallest."""
    size = request.wish.size or "720p"
    lacks = request.ability == EXTEND and request.model is not None and size not in request.model.sizes
    return request.model.sizes[0] if lacks and request.model else size


def seconds_of(request: Request) -> float:
    """Return the seconds that are made and billed."""
    return float(request.wish.seconds or 8)


def _refusals(request: Request, model: Model, door: Door) -> Iterator[str]:
    """Yield what the model cannot do of a request, the most general first."""
    size = size_of(request)
    if not _location(model, door):
        yield f"{model.label} is made in {' or '.join(model.regions)}, and this door leads to {door.location}."
    if size not in model.video_second:
        yield f"{model.label} makes {' or '.join(model.video_second)}. Choose one of these sizes."
    if size == "4k" and not door.bucket:
        yield "A clip in 4k is too large for an answer. Name a bucket on the Vertex door, or choose 1080p."
    if _ratio(request) not in model.ratios:
        yield f"{model.label} makes {' or '.join(model.ratios)}. Choose one, or crop the clip afterwards."
    yield from _input_refusals(request, model)
    yield from _length_refusals(request, model)


def _input_refusals(request: Request, model: Model) -> Iterator[str]:
    pictures = [entry.role for entry in request.inputs if entry.kind == "image"]
    frames = {"first_frame", "last_frame"}.intersection(pictures)
    most = {"video.refs": model.references, "video.image": 1, "video.frames": 2}.get(request.ability, 0)
    if request.ability == "video.refs" and frames:
        yield f"{model.label} takes frames or references, not both. Remove the one or the other."
    if len(pictures) > most:
        yield f"{model.label} takes {most} pictures here. Remove {len(pictures) - most}."


def _length_refusals(request: Request, model: Model) -> Iterator[str]:
    seconds, full = seconds_of(request), {size_of(request)}
    if request.ability == EXTEND:
        yield from _extension_refusals(request, model)
        return
    if request.ability == "video.refs":
        full.add("references")
    if seconds not in model.lengths:
        yield f"{model.label} makes clips of {' or '.join(map(str, model.lengths))} s. Choose one of these lengths."
    if full.intersection(model.full_length_for) and seconds != max(model.lengths):
        what = "from references" if "references" in full else f"in {size_of(request)}"
        yield f"{model.label} makes clips {what} of {max(model.lengths)} s only. Choose that length."


def _extension_refusals(request: Request, model: Model) -> Iterator[str]:
    clip = request.first("video")
    source = float(clip.facts.get("seconds", 0)) if clip else 0
    least, most = model.source_seconds
    if seconds_of(request) != model.extend[0]:
        yield f"{model.label} adds {model.extend[0]} s to a clip, no more and no less. Choose that length."
    if source and not least <= source <= most + 0.1:
        yield f"{model.label} extends clips of {least} to {most} s. This one has {source:.1f} s: trim it."


def _ratio(request: Request) -> str:
    """Return the format of the clip: one that goes on keeps its own."""
    clip = request.first("video")
    if request.ability != EXTEND or clip is None:
        return request.wish.format
    width, height = int(clip.facts.get("width") or 16), int(clip.facts.get("height") or 9)
    named = {"16:9": 16 / 9, "9:16": 9 / 16}
    return next((name for name, shape in named.items() if abs(width / height / shape - 1) < ALIKE), "")


def _location(model: Model, door: Door) -> str:
    """Return where the model is asked: the door's place, or from everywhere the model's own; nothing where neither."""
    if not model.regions or door.location in model.regions:
        return door.location
    return model.regions[0] if door.location in ("", "global") else ""


ENGINES = (Veo(),)
