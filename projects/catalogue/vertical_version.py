"""Vertical version: a clip or still in an upright format, with the subject inside all through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from projects.catalogue import common
from projects.catalogue.base import Column, Control, Given, Option, Plan, Slot, Stage, Task
from projects.wish import Camera, Change, Wish

ANEW = ("method", ("re-render",))
SHORTEST, LONGEST = 3, 10
"""Seconds of a clip that is rendered anew: what every model makes."""
CONTROLS = (
    Control(
        name="target",
        label="Format",
        default="9:16",
        options=tuple(Option(form, form, "ratio") for form in ("9:16", "4:5", "1:1")),
    ),
    Control(
        name="method",
        label="How it fits",
        default="crop-path",
        options=(
            Option("crop-path", "Follow the subject"),
            Option("blur-fit", "Extend the picture"),
            Option("re-render", "Render anew"),
        ),
    ),
    Control(
        name="focus",
        label="Focus point",
        kind="point",
        default=None,
        hint="Where the crop stays: per cent from the left and from the top. Left empty: the studio follows.",
    ),
    Control(
        name="keyframes",
        label="Crop by hand",
        kind="rows",
        default=(),
        advanced=True,
        columns=(
            Column("at", "At", "time"),
            Column("x", "Per cent from the left"),
            Column("y", "From the top"),
        ),
    ),
    Control(
        name="action",
        label="What happens",
        kind="text",
        shown_when=ANEW,
        hint="A clip that is rendered anew begins with its first frame, extended. Say what happens then.",
    ),
    *common.stills(2, ANEW),
    *common.COMMON,
)


def build(given: Given) -> Plan:
    """Return one stage: the upright still or clip. A clip rendered anew is a still first, which needs a model."""
    controls = given.controls
    wish = Wish(
        subject="the product",
        format=controls["target"],
        size="1080p",
        change=Change(kind="format", target="frame", text=controls["target"]),
        roles=(("source", "source", ""),),
        extra={name: controls[name] for name in ("method", "focus", "keyframes", "instructions")},
    )
    if controls["method"] != "re-render":
        return Plan(stages=(Stage("fit", "local", wish),))
    still = Stage("still", "image.edit", replace(wish, size="2K"), takes=controls["takes"])
    if given.kind("source") != "video":
        return Plan(stages=(still,))
    return Plan(stages=(still, Stage("clip", "video.image", _clip(given), inputs=("source",))))


def _clip(given: Given) -> Wish:
    """Return the clip from the extended still: about as long as the one it stands for."""
    controls = given.controls
    seconds = round(float(given.inputs["source"][0].get("seconds", 0)))
    return Wish(
        subject="everything in the first image",
        locks=("shape", "colours"),
        action=controls["action"] or "still",
        place="as in the photo",
        camera=Camera("push-in", "slow"),
        format=controls["target"],
        size="720p",
        seconds=min(max(seconds, SHORTEST), LONGEST),
        roles=(("source", "source", ""),),
        extra={"instructions": controls["instructions"]},
    )


def title_of(controls: Mapping[str, Any]) -> str:
    """Return the new format."""
    return f"{controls['target']} version"


TASK = Task(
    slug="vertical-version",
    title="Vertical version",
    promise="A real 9:16.",
    rank=40,
    icon="smartphone",
    slots=(Slot("source", "Clip or photo", kinds=("video", "image")),),
    controls=CONTROLS,
    needs=frozenset({"local", "image.edit", "video.image"}),
    build=build,
    title_of=title_of,
)
