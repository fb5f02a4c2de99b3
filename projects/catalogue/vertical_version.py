"""Vertical version: a clip or still in an upright format, with the subject inside all through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.catalogue import base
from projects.catalogue.base import Column, Control, Given, Option, Plan, Slot, Stage, Task
from projects.wish import Change, Wish

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
    *base.COMMON,
)


def build(given: Given) -> Plan:
    """Return one stage: the upright still or clip. Rendering anew needs a model."""
    controls = given.controls
    wish = Wish(
        subject="the product",
        format=controls["target"],
        size="1080p",
        change=Change(kind="format", target="frame", text=controls["target"]),
        roles=(("source", "source", ""),),
        extra={name: controls[name] for name in ("method", "focus", "keyframes", "instructions")},
    )
    ability = base.edit_ability(given) if controls["method"] == "re-render" else "local"
    return Plan(stages=(Stage("fit", ability, wish),))


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
    needs=frozenset({"local"}),
    build=build,
    title_of=title_of,
)
