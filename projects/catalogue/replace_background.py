"""Replace background: the same product in a new place, on a still or through a clip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.catalogue import base, common
from projects.catalogue.base import Control, Given, Invalid, Option, Plan, Slot, Stage, Task, options
from projects.wish import Change, Wish

PLACES = {
    "white-sweep": "a white studio sweep",
    "colour": "one even colour, {colour}",
    "gradient": "a gradient from {colour} to {colour_2}",
    "scene": "{scene}",
    "plate": "the place in the second image",
}
SHADOWS = {"soft": ", with a soft shadow", "hard": ", with a hard shadow", "none": ", with no shadow"}
CONTROLS = (
    Control(
        name="place",
        label="New background",
        default="white-sweep",
        look="swatches",
        options=options("White sweep", "Colour", "Gradient", "Scene", "Plate"),
    ),
    Control(
        name="colour",
        label="Colour",
        kind="colour",
        default="#e7ddd0",
        shown_when=("place", ("colour", "gradient")),
    ),
    Control(
        name="colour_2",
        label="Second colour",
        kind="colour",
        default="#b9a58c",
        shown_when=("place", ("gradient",)),
    ),
    Control(
        name="scene",
        label="Scene",
        kind="text",
        shown_when=("place", ("scene",)),
        hint="The place in a few words: a stone ledge at the sea, evening.",
    ),
    Control(
        name="shadow",
        label="Shadow",
        default="soft",
        options=(Option("soft", "Soft"), Option("hard", "Hard"), Option("none", "None")),
    ),
    *common.CUTOUT,
    *common.COMMON,
)


def build(given: Given) -> Plan:
    """Return one stage: the still or the clip with its background replaced."""
    controls = given.controls
    if controls["place"] == "plate" and not given.inputs.get("plate"):
        raise Invalid("plate", "Choose a background picture, or another new background.")
    if controls["place"] == "scene" and not controls["scene"]:
        raise Invalid("scene", "Describe the scene in a few words.")
    said = PLACES[controls["place"]].format(**controls)
    extra = {name: controls[name] for name in ("place", "colour", "colour_2", "shadow", "instructions")}
    wish = Wish(
        subject="the product",
        locks=("shape", "colours", "label", "brand mark"),
        place=controls["scene"] if controls["place"] == "scene" else controls["place"],
        change=Change(kind="background", target="background", text=said + SHADOWS[controls["shadow"]]),
        size=base.own_size(given),
        roles=(("source", "source", ""), ("plate", "plate", "")),
        extra={**extra, **common.cutout_help(controls)},
    )
    return Plan(stages=(Stage("change", base.edit_ability(given), wish),))


def title_of(controls: Mapping[str, Any]) -> str:
    """Return the new place as people name it."""
    return base.label_of(CONTROLS, "place", controls["place"])


TASK = Task(
    slug="replace-background",
    title="Replace background",
    promise="Same product, new place.",
    rank=20,
    icon="image",
    slots=(
        Slot("source", "Photo or clip", kinds=("image", "video")),
        Slot("plate", "Background picture", least=0, hint="Used when the new background is set to Plate."),
    ),
    controls=CONTROLS,
    needs=frozenset({"image.edit", "video.edit", "video.edit_upload"}),
    build=build,
    title_of=title_of,
)
