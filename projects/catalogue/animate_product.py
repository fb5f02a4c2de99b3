"""Animate product: a pack shot becomes a clip whose first frame is the photo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.catalogue import base
from projects.catalogue.base import Control, Given, Invalid, Option, Plan, Slot, Stage, Task, options
from projects.exports import TIERS
from projects.wish import Camera, Shot, Wish

CONTROLS = (
    base.CAMERA,
    Control(
        name="action",
        label="What the product does",
        default="still",
        options=options("Still", "Spin", "Pour", "Open", "Splash", "Own"),
    ),
    Control(
        name="own_action",
        label="In your words",
        kind="text",
        shown_when=("action", ("own",)),
        hint="Used when what the product does is set to Own.",
    ),
    Control(
        name="background",
        label="Background",
        default="keep",
        options=(Option("keep", "Keep"), Option("may-change", "May change")),
    ),
    *base.VIDEO,
    *base.CUTOUT,
    *base.COMMON,
)


def build(given: Given) -> Plan:
    """Return one stage: the clip."""
    controls = given.controls
    if controls["action"] == "own" and not controls["own_action"]:
        raise Invalid("own_action", "Say in a few words what the product does.")
    base.check_shots(controls["shots"], controls["seconds"])
    several = len(given.inputs.get("product", ())) > 1
    wish = Wish(
        subject="the product in the first image",
        locks=("shape", "colours", "label", "brand mark"),
        action=controls["own_action"] if controls["action"] == "own" else controls["action"],
        place="as in the photo" if controls["background"] == "keep" else "",
        camera=Camera(controls["camera"], controls["speed"]),
        shots=tuple(Shot(**row) for row in controls["shots"]),
        words=(controls["screen_text"],) if controls["screen_text"] else (),
        sound=controls["sound"],
        dialogue=controls["dialogue"],
        format=controls["format"],
        size=TIERS[controls["tier"]],
        seconds=controls["seconds"],
        roles=(("product", "product", ""),),
        extra={**base.cutout_help(controls), "instructions": controls["instructions"]},
    )
    return Plan(stages=(Stage("clip", "video.refs" if several else "video.image", wish),))


def title_of(controls: Mapping[str, Any]) -> str:
    """Return the camera move as people name it."""
    return f"{base.label_of(CONTROLS, 'camera', controls['camera'])}, {controls['seconds']} s"


TASK = Task(
    slug="animate-product",
    title="Animate product",
    promise="Your pack shot, moving, label untouched.",
    rank=10,
    icon="scan",
    slots=(Slot("product", "Product photo", most=4),),
    controls=CONTROLS,
    needs=frozenset({"video.image", "video.refs"}),
    build=build,
    title_of=title_of,
)
