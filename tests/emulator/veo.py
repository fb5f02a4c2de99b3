"""Veo on Vertex: predictLongRunning and fetchPredictOperation. Source: gemini-api.md section 6.

A result without `storageUri` comes inside the answer; with one it is an object of Cloud Storage, which the emulator
serves at its JSON API (`/storage/v1/b/BUCKET/o/OBJECT?alt=media`) to the same token.
"""

from __future__ import annotations

import asyncio
import base64
import re
from typing import TYPE_CHECKING, Any

from tests.emulator import check_clip, facts, files, shapes
from tests.emulator.ask import Ask, Given
from tests.emulator.generate import camel
from tests.emulator.interactions import Interaction, produce
from tests.emulator.ledger import Create
from tests.emulator.refusals import Refused
from tests.emulator.wire import Reply

if TYPE_CHECKING:
    from tests.emulator.routes import Call
    from tests.emulator.world import World

BODY = {"instances": list, "parameters": dict, "labels": dict}
INSTANCE = {"prompt": str, "image": dict, "lastFrame": dict, "video": dict, "referenceImages": list}
PARAMETERS = {
    "sampleCount": int,
    "storageUri": str,
    "durationSeconds": int,
    "seed": int,
    "aspectRatio": str,
    "resolution": str,
    "personGeneration": str,
    "negativePrompt": str,
    "generateAudio": bool,
    "enhancePrompt": bool,
}
MEDIA = {"bytesBase64Encoded": str, "gcsUri": str, "mimeType": str}
BUCKET = re.compile(r"gs://([a-z0-9._-]+)(?:/(.*))?")
SECONDS, EXTENSION, LONGEST_SOURCE = (4, 6, 8), 7, 30
PEOPLE = {"allow_adult", "disallow", "allow_all"}
FILTERED = "Veo could not generate videos because the input violates Vertex AI's usage guidelines."


async def create(world: World, call: Call) -> Reply:
    """Accept a request and answer with the operation's name."""
    world.alive(call.words["model"], "google", call.words["version"])
    body = camel(call.request.json)
    ask = await asyncio.to_thread(_read, world, call.words["model"], body)
    now, path = world.clock.now(), call.request.path.partition("/projects/")[2].partition(":")[0]
    name = f"projects/{path}/operations/{call.new_id(24)}"
    one = Interaction(name, ask, body, now, now + world.pace.video, call.twist)
    world.operations[name] = one
    prints = tuple(given.fingerprint for given in ask.given)
    line = Create(name, now, "vertex:veo", ask.model.id, ask.prompt, one.labels, prints)
    world.ledger.write(world.ledger.accepted, line)
    one.making = world.start(produce(world, one))
    return Reply.of({"name": name})


async def get(world: World, call: Call) -> Reply:
    """Show an operation."""
    body = call.request.json
    name = str(body.get("operationName", "")) if isinstance(body, dict) else ""
    one = world.operations.get(name)
    if one is None or f"/models/{call.words['model']}/" not in name:
        raise Refused(f"Operation {name} not found.", 404, "google")
    if one.status(world.clock.now()) == "in_progress":
        return Reply.of({"name": name})
    if one.outcome.error:
        return Reply.of({"name": name, "done": True, "error": {"code": 3, "message": one.outcome.error[1]}})
    reply = Reply.of({"name": name, "done": True, "response": _response(world, one)})
    if one.outcome.shows and one.file and "storageUri" not in one.body.get("parameters", {}):
        reply.gives = (name, one.file.sha256, len(one.file.data))
    return reply


async def stored(world: World, call: Call) -> Reply:
    """Give an object's bytes, or what is known of it."""
    file = world.objects.get(f"{call.words['bucket']}/{call.words['object']}")
    if file is None:
        raise Refused(f"No such object: {call.words['bucket']}/{call.words['object']}", 404, "google")
    if call.request.query.get("alt") == "media":
        return files.content(file, call.request.headers)
    return Reply.of({"name": call.words["object"], "size": str(len(file.data)), "contentType": file.mime})


def _response(world: World, one: Interaction) -> dict[str, Any]:
    if not one.outcome.shows:
        return {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [FILTERED]}
    assert one.file is not None
    parameters = one.body.get("parameters", {})
    if "storageUri" not in parameters:
        shown = {"bytesBase64Encoded": base64.b64encode(one.file.data).decode(), "mimeType": one.file.mime}
    else:
        bucket, folder = _bucket(parameters["storageUri"])
        place = f"{folder.rstrip('/')}/{one.file.id}/sample_0.mp4".lstrip("/")
        world.objects[f"{bucket}/{place}"] = one.file
        shown = {"gcsUri": f"gs://{bucket}/{place}", "mimeType": one.file.mime}
    return {"raiMediaFilteredCount": 0, "videos": [shown] * parameters.get("sampleCount", 1)}


def _read(world: World, model: str, body: Any) -> Ask:
    """Return what is asked for. Raises Refused in the front end's form."""
    try:
        return _ask(world, facts.MODELS[model], body)
    except Refused as refused:
        refused.form = "google"
        raise


def _ask(world: World, row: Any, body: Any) -> Ask:
    shapes.hold(body, BODY, "")
    shapes.labels(body.get("labels", {}))
    if row.kind != "veo" or len(body.get("instances", [])) != 1:
        raise Refused(f"{row.id} takes exactly one instance of predictLongRunning.")
    instance, wanted = body["instances"][0], body.get("parameters", {})
    shapes.hold(instance, INSTANCE, "instances[0]")
    shapes.hold(wanted, PARAMETERS, "parameters")
    if not instance.get("prompt", "").strip():
        raise Refused("The prompt must not be empty.")
    size, ratio, seconds = _format(row, instance, wanted)
    given = [
        _given(world, instance[name], name) for name in ("image", "lastFrame", "video") if name in instance
    ]
    given += [_reference(world, one) for one in instance.get("referenceImages", [])]
    _roles(row, instance, wanted)
    if "video" in instance:
        return _extension(row, instance, given, size, ratio)
    pixels = facts.video_pixels(size, ratio)
    return Ask(row, instance["prompt"], tuple(given), "", size, ratio, seconds, door="vertex", pixels=pixels)


def _format(row: Any, instance: dict[str, Any], wanted: dict[str, Any]) -> tuple[str, str, int]:
    size, ratio = wanted.get("resolution", "720p"), wanted.get("aspectRatio", "16:9")
    seconds = wanted.get("durationSeconds", 8)
    if size not in row.sizes or ratio not in facts.VIDEO_RATIOS:
        raise Refused(f"{size} {ratio} is not supported by {row.id}.")
    if seconds not in SECONDS and "video" not in instance:
        raise Refused(f"durationSeconds must be one of {SECONDS}.")
    if seconds != 8 and (size != "720p" or instance.get("referenceImages")):
        raise Refused("durationSeconds must be 8 with reference images, 1080p and 4k.")
    if not 1 <= wanted.get("sampleCount", 1) <= 4:
        raise Refused("sampleCount must be 1 to 4.")
    if wanted.get("personGeneration", "allow_adult") not in PEOPLE:
        raise Refused(f"Unsupported personGeneration: {wanted['personGeneration']}")
    return size, ratio, seconds


def _roles(row: Any, instance: dict[str, Any], wanted: dict[str, Any]) -> None:
    references = instance.get("referenceImages", [])
    if len(references) > row.references:
        raise Refused(f"{row.id} takes at most {row.references} reference images.")
    if "lastFrame" in instance and "image" not in instance:
        raise Refused("lastFrame needs image.")
    if references and ("image" in instance or "video" in instance):
        raise Refused("Reference images cannot be combined with a first frame or a video.")
    if "storageUri" in wanted:
        _bucket(wanted["storageUri"])


def _extension(row: Any, instance: dict[str, Any], given: list[Given], size: str, ratio: str) -> Ask:
    seconds = check_clip.length(next(one for one in given if one.kind == "video"))[0]
    if not 1 <= seconds <= LONGEST_SOURCE + 0.1:
        raise Refused(f"The video is {seconds:.1f} s; 1 to {LONGEST_SOURCE} s can be extended.")
    pixels = facts.video_pixels(size, ratio)
    total = seconds + EXTENSION
    return Ask(
        row,
        instance["prompt"],
        tuple(given),
        "extend",
        size,
        ratio,
        total,
        EXTENSION,
        door="vertex",
        pixels=pixels,
    )


def _reference(world: World, one: Any) -> Given:
    shapes.hold(one, {"image": dict, "referenceType": str}, "instances[0].referenceImages")
    if str(one.get("referenceType", "")).upper() != "ASSET":
        raise Refused("Only reference images of type ASSET are supported.")
    return _given(world, one.get("image"), "image")


def _given(world: World, value: Any, name: str) -> Given:
    shapes.hold(value, MEDIA, name)
    kind, mime = "video" if name == "video" else "image", value.get("mimeType", "")
    if "gcsUri" in value:
        bucket, place = _bucket(value["gcsUri"])
        file = world.objects.get(f"{bucket}/{place}")
        if file is None:
            raise Refused(f"The object {value['gcsUri']} could not be read.")
        return Given(kind, file.mime, file.data)
    return Given(kind, mime, shapes.decoded(value.get("bytesBase64Encoded", ""), mime, name))


def _bucket(uri: str) -> tuple[str, str]:
    found = BUCKET.fullmatch(uri)
    if not found:
        raise Refused(f"{uri!r} is no Cloud Storage address.")
    return found[1], found[2] or ""
