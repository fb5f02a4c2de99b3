"""Change lighting: relight a still or a clip without a reshoot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.catalogue import base, common
from projects.catalogue.base import Control, Given, Invalid, Plan, Slot, Stage, Task, options
from projects.prompts.vocabulary import LIGHT
from projects.wish import Change, Wish

SIDES = {
    "left": ", from the left",
    "right": ", from the right",
    "top": ", from above",
    "back": ", from behind",
}
STRENGTHS = {1: ", gently", 3: ", strongly"}
CONTROLS = (
    Control(
        name="look",
        label="Light",
        default="golden-hour",
        look="swatches",
        options=options("Golden hour", "Soft day", "Softbox", "Neon night", "Overcast", "Candle", "Own"),
    ),
    Control(name="own_look", label="In your words", kind="text", shown_when=("look", ("own",))),
    Control(
        name="from", label="From", default="as-is", options=options("As is", "Left", "Right", "Top", "Back")
    ),
    Control(name="strength", label="Strength", kind="number", default=2, least=1, most=3),
    *common.CUTOUT,
    *common.COMMON,
)


def build(given: Given) -> Plan:
    """Return one stage: the still or the clip in its new light."""
    controls = given.controls
    if controls["look"] == "own" and not controls["own_look"]:
        raise Invalid("own_look", "Describe the light in a few words.")
    look = controls["own_look"] if controls["look"] == "own" else controls["look"]
    said = LIGHT[look].words if look in LIGHT else look
    text = f"{said}{SIDES.get(controls['from'], '')}{STRENGTHS.get(controls['strength'], '')}"
    wish = Wish(
        subject="the product",
        locks=("shape", "colours of the label", "brand mark", "framing"),
        light=look,
        change=Change(kind="light", target="light", text=text),
        size=base.own_size(given),
        roles=(("source", "source", ""),),
        extra={
            "from": controls["from"],
            "strength": controls["strength"],
            "instructions": controls["instructions"],
            "own_look": controls["look"] == "own",
            **common.cutout_help(controls),
        },
    )
    return Plan(stages=(Stage("change", base.edit_ability(given), wish),))


def title_of(controls: Mapping[str, Any]) -> str:
    """Return the look as people name it."""
    return base.label_of(CONTROLS, "look", controls["look"])


TASK = Task(
    slug="change-lighting",
    title="Change lighting",
    promise="Relight without a reshoot.",
    rank=30,
    icon="sun",
    slots=(Slot("source", "Photo or clip", kinds=("image", "video")),),
    controls=CONTROLS,
    needs=frozenset({"image.edit", "video.edit", "video.edit_upload"}),
    build=build,
    title_of=title_of,
)
