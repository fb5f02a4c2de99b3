"""What a create of the Interactions API asks for, read strictly: what the model does not do is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.emulator import check_clip, check_still, facts, refusals, shapes
from tests.emulator.ask import Ask, Given
from tests.emulator.refusals import Refused

if TYPE_CHECKING:
    from tests.emulator.interactions import Interaction
    from tests.emulator.routes import Call
    from tests.emulator.world import World

TASKS = {"text_to_video", "image_to_video", "reference_to_video", "edit", "extend"}
THINKING = {"minimal", "low", "medium", "high", "xhigh"}


def ask(body: dict[str, Any], world: World, call: Call) -> tuple[Ask, Interaction | None]:
    """Return what a body asks for and its parent. Raises Refused."""
    model = _model(body, world)
    shapes.hold(body, shapes.CREATE, "")
    shapes.labels(body.get("labels", {}))
    if "webhook_config" in body:
        shapes.hook(body["webhook_config"])
        if not body.get("background"):
            raise Refused("'webhook_config' requires background=true.")
    _stored(body)
    parts = shapes.contents(body.get("input", ""))
    prompt = "\n".join(part["text"] for part in parts if part["type"] == "text").strip()
    if not prompt:
        raise Refused("The input must contain a non-empty text prompt.")
    given = tuple(_given(part, world, call) for part in parts if part["type"] != "text")
    parent = _parent(body, model, world, call.owner)
    asked = _format(body, model, call.door)
    wanted = Ask(model, prompt, given, _task(body, model), delivery=asked["delivery"], door=call.door)
    if isinstance(model, facts.Image):
        return check_still.still(wanted, asked, parent), parent
    return check_clip.clip(wanted, asked, parent), parent


def _model(body: Any, world: World) -> facts.Video | facts.Image:
    if not isinstance(body, dict):
        raise Refused("Invalid JSON payload received.")
    name = str(body.get("model", "")).removeprefix("models/")
    if not name:
        raise Refused("One of 'model' and 'agent' is required.")
    world.alive(name, form="interactions")
    model = facts.MODELS[name]
    if isinstance(model, facts.Veo):
        raise Refused(f"Model {name} is not supported by the Interactions API.")
    return model


def _stored(body: dict[str, Any]) -> None:
    if body.get("store", True):
        if body.get("background") and body.get("stream"):
            raise Refused("'background' and 'stream' cannot both be set here.")
        return
    for name in ("background", "previous_interaction_id"):
        if body.get(name):
            raise Refused(f"'{name}' requires store=true.")


def _given(part: dict[str, Any], world: World, call: Call) -> Given:
    kind = part["type"]
    if "data" in part:
        mime = part["mime_type"]
        return Given(kind, mime, shapes.decoded(part["data"], mime, f"input.{kind}.data"))
    if call.door == "vertex" and part["uri"].startswith("gs://"):
        return Given(kind, part.get("mime_type", ""), b"")
    file = world.file_of(part["uri"], call.owner)
    if file is None:
        raise Refused(f"Unsupported file uri: {part['uri']}")
    if file.state(world.clock.now()) != "ACTIVE":
        raise Refused(f"The File {file.id} is not in an ACTIVE state and usage is not allowed.")
    if not file.mime.startswith(kind):
        raise Refused(f"The File {file.id} is {file.mime}, not {kind}.")
    return Given(kind, file.mime, file.data)


def _parent(
    body: dict[str, Any], model: facts.Video | facts.Image, world: World, owner: str
) -> Interaction | None:
    name = body.get("previous_interaction_id")
    if not name:
        return None
    parent = world.interaction(name, owner)
    if parent is None:
        raise Refused(refusals.NAME)
    if parent.status(world.clock.now()) == "in_progress":
        raise Refused(f"Interaction {name} is still in progress.")
    if parent.made is None or parent.ask.model.kind != model.kind:
        raise Refused(f"Interaction {name} has no {model.kind} to continue from.")
    return parent


def _task(body: dict[str, Any], model: facts.Video | facts.Image) -> str:
    config = body.get("generation_config", {})
    shapes.hold(config, shapes.CONFIG, "generation_config")
    if config.get("thinking_level", "low") not in THINKING:
        raise Refused(f"Unsupported thinking level: {config['thinking_level']}")
    if model.kind == "image":
        unfit = set(config) & {"video_config"}
    else:
        unfit = (set(body) & {"system_instruction", "safety_settings", "tools"}) | (
            set(config) & {"stop_sequences"}
        )
    if unfit:
        raise Refused(f"{sorted(unfit)[0]} is not supported by {model.id}.")
    video = config.get("video_config", {})
    shapes.hold(video, {"task": str}, "generation_config.video_config")
    task = str(video.get("task", ""))
    if task and task not in TASKS:
        raise Refused(f"Unsupported task: {task}")
    return task


def _format(body: dict[str, Any], model: facts.Video | facts.Image, door: str) -> dict[str, Any]:
    given = body.get("response_format", [])
    formats = given if isinstance(given, list) else [given]
    for one in formats:
        kind = shapes.type_of(one)
        if kind not in {model.kind, "text"}:
            raise Refused(f"response_format of type {kind!r} is not supported by {model.id}.")
        shapes.hold(one, shapes.FORMATS[kind], "response_format")
    found: dict[str, Any] = {"delivery": "inline"}
    found |= next((one for one in formats if one["type"] == model.kind), {})
    if found["delivery"] not in {"inline", "uri"}:
        raise Refused(f"Unsupported delivery: {found['delivery']}")
    if found["delivery"] == "uri" and body.get("store", True) is False:
        raise Refused("delivery 'uri' requires store=true.")
    if ("gcs_uri" in found) != (door == "vertex" and found["delivery"] == "uri"):
        raise Refused("gcs_uri is required on Vertex with delivery 'uri', and only there.")
    return found
