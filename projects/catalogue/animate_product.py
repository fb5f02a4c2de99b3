"""Animate product: a pack shot becomes a clip whose first frame is the photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from projects.catalogue import base, common
from projects.catalogue.base import Control, Given, Invalid, Option, Plan, Slot, Stage, Task, options
from projects.exports import TIERS
from projects.wish import Camera, Change, Shot, Wish

NEW_PLACE = ("background", ("new",))
CONTROLS = (
    common.CAMERA,
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
        options=(
            Option("keep", "Keep"),
            Option("may-change", "May change"),
            Option("new", "A new place"),
        ),
    ),
    Control(
        name="scene",
        label="The new place",
        kind="text",
        shown_when=NEW_PLACE,
        hint="In a sentence. Stills are made first, in this place, and the clip begins with the one you pick.",
    ),
    *common.stills(3, NEW_PLACE),
    *common.VIDEO,
    *common.CUTOUT,
    *common.COMMON,
)


def build(given: Given) -> Plan:
    """Return one stage, the clip; for a new place stills of it come first."""
    controls = given.controls
    if controls["action"] == "own" and not controls["own_action"]:
        raise Invalid("own_action", "Say in a few words what the product does.")
    base.check_shots(controls["shots"], controls["seconds"])
    if controls["background"] == "new" and not controls["scene"].strip():
        raise Invalid("scene", "Describe the new place in a few words.")
    wish = Wish(
        subject="the product in the first image",
        locks=("shape", "colours", "label", "brand mark"),
        action=controls["own_action"] if controls["action"] == "own" else controls["action"],
        place="" if controls["background"] == "may-change" else "as in the photo",
        camera=Camera(controls["camera"], controls["speed"]),
        shots=tuple(Shot(**row) for row in controls["shots"]),
        words=(controls["screen_text"],) if controls["screen_text"] else (),
        sound=controls["sound"],
        dialogue=controls["dialogue"],
        format=controls["format"],
        size=TIERS[controls["tier"]],
        seconds=controls["seconds"],
        roles=tuple(("product", "product", "") for _ in given.inputs.get("product", ())),
        extra={**common.cutout_help(controls), "instructions": controls["instructions"]},
    )
    if controls["background"] == "new":
        return Plan(stages=_in_new_place(controls, wish))
    return Plan(stages=(Stage("clip", "video.refs" if len(wish.roles) > 1 else "video.image", wish),))


def _in_new_place(controls: Mapping[str, Any], clip: Wish) -> tuple[Stage, ...]:
    """Return the stills of the product in its new place, and the clip from the one that is picked.

    What a person said about the product's edge was said of the photo, so the still is looked at anew.
    """
    still = Wish(
        locks=("the product", "its label"),
        change=Change(kind="background", text=controls["scene"]),
        format=controls["format"],
        size="2K" if clip.size == "1080p" else "1K",
        roles=(("product", "source", ""), *clip.roles[1:]),
        extra={"instructions": controls["instructions"]},
    )
    fresh = {"cutout": "auto", "box": None, "strokes": (), "instructions": ""}
    clip = replace(clip, place="as in the picture", roles=clip.roles[:1], extra=fresh)
    return (
        Stage("still", "image.edit", still, takes=controls["takes"]),
        Stage("clip", "video.image", clip, inputs=("product",)),
    )


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
    needs=frozenset({"video.image", "video.refs", "image.edit"}),
    build=build,
    title_of=title_of,
)
