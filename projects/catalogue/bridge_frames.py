"""Bridge two frames: from this to that, beginning and ending with the stills as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.catalogue import base, clip_from_text, common
from projects.catalogue.base import Control, Given, Invalid, Option, Plan, Slot, Stage, Task
from projects.wish import Shot, Wish

ALIKE = 0.02
"""Two stills have one format when their shapes differ by less than this."""
HOW = Control(
    name="how",
    label="How",
    default="move",
    options=(Option("move", "Move"), Option("morph", "Morph"), Option("match-cut", "Match cut")),
)
ACTIONS = {
    "move": "The camera travels from the first frame to the last in one unbroken move",
    "morph": "What the first frame shows turns smoothly into what the last frame shows",
    "match-cut": "",
}


def build(given: Given) -> Plan:
    """Return one stage: the clip between the two stills."""
    controls = given.controls
    _check_shapes(given)
    fields = clip_from_text.clip_of(controls)
    fields["extra"] |= {"how": controls["how"]}
    if controls["how"] == "match-cut" and not fields["shots"]:
        fields["shots"] = _cut(controls["seconds"])
    wish = Wish(
        action=ACTIONS[controls["how"]],
        roles=(("first_frame", "first_frame", ""), ("last_frame", "last_frame", "")),
        **fields,
    )
    return Plan(stages=(Stage("clip", "video.frames", wish),))


def _cut(seconds: float) -> tuple[Shot, ...]:
    middle = round(seconds / 2, 1)
    return (
        Shot(0, middle, "The scene of the first frame"),
        Shot(middle, seconds, "A match cut to the scene of the last frame, its shapes in the same place"),
    )


def _check_shapes(given: Given) -> None:
    """Raise Invalid when the stills have different formats: no model bridges them."""
    stills = [given.inputs[role][0] for role in ("first_frame", "last_frame") if given.inputs.get(role)]
    shapes = [
        still["width"] / still["height"] for still in stills if still.get("width") and still.get("height")
    ]
    if len(shapes) == 2 and abs(shapes[0] / shapes[1] - 1) > ALIKE:
        sizes = " and ".join(f"{still['width']} by {still['height']}" for still in stills)
        raise Invalid(
            "last_frame",
            f"The two stills have different formats, {sizes}. Bring one to the other's with “Vertical version”, "
            "or choose another one.",
        )


def title_of(controls: Mapping[str, Any]) -> str:
    """Return how the frames are bridged, and for how long."""
    return f"{base.label_of((HOW,), 'how', controls['how'])}, {controls['seconds']} s"


TASK = Task(
    slug="bridge-frames",
    title="Bridge two frames",
    promise="From this to that.",
    rank=58,
    icon="arrow-right",
    slots=(Slot("first_frame", "First frame"), Slot("last_frame", "Last frame")),
    controls=(HOW, common.CAMERA, *common.VIDEO, clip_from_text.STYLE, *clip_from_text.LOOK, *common.COMMON),
    needs=frozenset({"video.frames"}),
    build=build,
    title_of=title_of,
)
