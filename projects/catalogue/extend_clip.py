"""Extend clip: let it run on, from its last frame, for some seconds more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.catalogue import base, common
from projects.catalogue.base import Control, Given, Plan, Slot, Stage, Task
from projects.wish import Change, Wish

CONTROLS = (
    Control(name="seconds", label="Seconds more", kind="number", default=5, least=3, most=10),
    Control(
        name="next",
        label="What happens next",
        kind="text",
        hint="One sentence: she turns and walks out of the picture. Left empty: the movement goes on.",
    ),
    *common.COMMON,
)


def build(given: Given) -> Plan:
    """Return one stage: the clip with the added seconds at its end."""
    controls = given.controls
    made_here = base.edit_ability(given, "clip") == "video.edit"
    wish = Wish(
        change=Change(kind="extend", target="clip", text=controls["next"].strip()),
        seconds=controls["seconds"],
        size=base.own_size(given, "clip"),
        roles=(("clip", "source", ""),),
        extra={"instructions": controls["instructions"]},
    )
    return Plan(stages=(Stage("extend", "video.extend" if made_here else "video.extend_upload", wish),))


def title_of(controls: Mapping[str, Any]) -> str:
    """Return how much longer it runs."""
    return f"{controls['seconds']:g} s more"


TASK = Task(
    slug="extend-clip",
    title="Extend clip",
    promise="Let it run on.",
    rank=66,
    icon="repeat",
    slots=(Slot("clip", "Clip", kinds=("video",)),),
    controls=CONTROLS,
    needs=frozenset({"video.extend", "video.extend_upload"}),
    build=build,
    title_of=title_of,
)
