"""Clip from references: each picture says what it is for, and the clip follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.catalogue import base, clip_from_text, common
from projects.catalogue.base import Control, Given, Invalid, Option, Plan, Slot, Stage, Task
from projects.engines import models
from projects.prompts.vocabulary import ordinal
from projects.wish import Wish

MOST = models.most_references("video.refs")
SLOTS = (
    Slot("subject", "Subject", least=0, most=MOST, hint="Who or what the clip is about."),
    Slot("product", "Product", least=0, most=MOST, hint="Kept exactly: shape, colours, label, brand mark."),
    Slot("style", "Style", least=0, most=MOST, hint="Only its colours, light and texture are taken."),
    Slot(
        "motion", "Movement", least=0, most=MOST, hint="A drawing of the path; it guides the movement only."
    ),
    Slot("sketch", "Sketch", least=0, most=MOST, hint="It guides where things stand."),
    Slot("first_frame", "First frame", least=0),
    Slot("last_frame", "Last frame", least=0),
)
SCENE = Control(
    name="scene",
    label="What happens",
    kind="lines",
    hint="A sentence or two. Left empty: the pictures and the camera alone.",
)
TASK_TYPE = Control(
    name="task_type",
    label="Sent as",
    default="auto",
    advanced=True,
    options=(
        Option("auto", "Auto"),
        Option("reference_to_video", "References"),
        Option("image_to_video", "First image"),
    ),
)


def build(given: Given) -> Plan:
    """Return one stage: the clip, with the role of each picture in the order in which they are sent."""
    controls = given.controls
    roles = [slot.role for slot in SLOTS for _ in given.inputs.get(slot.role, ())]
    if not roles:
        raise Invalid("subject", "Choose at least one picture, under what it is for.")
    if len(roles) > MOST:
        raise Invalid("subject", f"{MOST} pictures are the most. Remove {len(roles) - MOST}.")
    fields = clip_from_text.clip_of(controls)
    fields["extra"] |= {"task_type": controls["task_type"]}
    wish = Wish(
        subject=f"the product in the {ordinal(roles.index('product') + 1)} image"
        if "product" in roles
        else "",
        locks=("shape", "colours", "label", "brand mark") if "product" in roles else (),
        action=controls["scene"].strip(),
        roles=tuple((role, role, "") for role in roles),
        **fields,
    )
    return Plan(stages=(Stage("clip", _ability(set(roles), controls["task_type"]), wish),))


def _ability(roles: set[str], task_type: str) -> str:
    if task_type == "image_to_video" or roles == {"first_frame"}:
        return "video.image"
    if roles == {"first_frame", "last_frame"} and task_type == "auto":
        return "video.frames"
    return "video.refs"


def title_of(controls: Mapping[str, Any]) -> str:
    """Return the beginning of what happens, or the camera's move."""
    move = base.label_of((common.CAMERA,), "camera", controls["camera"])
    return clip_from_text.named(controls["scene"], f"{move}, from references")


TASK = Task(
    slug="clip-from-references",
    title="Clip from references",
    promise="Say what each picture is for.",
    rank=54,
    icon="layers",
    slots=SLOTS,
    controls=(SCENE, common.CAMERA, *common.VIDEO, *clip_from_text.LOOK, TASK_TYPE, *common.COMMON),
    needs=frozenset({"video.refs", "video.image", "video.frames"}),
    build=build,
    title_of=title_of,
)
