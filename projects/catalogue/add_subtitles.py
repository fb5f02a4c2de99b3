"""Add subtitles: words where thumbs do not cover them, burnt in, as a track, or both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.catalogue import base, common
from projects.catalogue.base import Column, Control, Given, Invalid, Option, Plan, Slot, Stage, Task, options
from projects.wish import Change, Wish

CONTROLS = (
    Control(
        name="cues",
        label="Subtitles",
        kind="rows",
        default=(),
        columns=(Column("start", "From", "time"), Column("end", "To", "time"), Column("text", "Words")),
        hint="Type them here, or give an SRT or VTT file.",
    ),
    Control(
        name="style",
        label="Style",
        default="kit",
        options=(Option("kit", "Kit"), Option("plain", "Plain"), Option("boxed", "Boxed")),
    ),
    Control(name="place", label="Place", default="bottom", options=options("Bottom", "Top", "Middle")),
    Control(
        name="mode",
        label="Burnt in or a track",
        default="burn",
        options=(
            Option("burn", "Burnt in"),
            Option("track", "Track"),
            Option("both", "Both"),
            Option("by-the-model", "By the model"),
        ),
    ),
    Control(
        name="language",
        label="Language",
        kind="text",
        default="",
        advanced=True,
        hint="A language code such as en, de or ar. Left empty: read from the words.",
    ),
    *common.COMMON,
)


def build(given: Given) -> Plan:
    """Return one stage: the clip with its subtitles."""
    controls = given.controls
    if not controls["cues"] and not given.inputs.get("cue_file"):
        raise Invalid("cues", "Type at least one subtitle, or choose an SRT or VTT file.")
    wish = Wish(
        change=Change(kind="text", target="subtitles", text="Add the subtitles exactly as given."),
        words=tuple(row["text"] for row in controls["cues"]),
        roles=(("video", "source", ""), ("cue_file", "captions", "")),
        extra={
            name: controls[name] for name in ("cues", "style", "place", "mode", "language", "instructions")
        },
    )
    ability = base.edit_ability(given, "video") if controls["mode"] == "by-the-model" else "local"
    return Plan(stages=(Stage("subtitles", ability, wish),))


def title_of(controls: Mapping[str, Any]) -> str:
    """Return how the subtitles were added."""
    return f"Subtitles, {base.label_of(CONTROLS, 'mode', controls['mode']).lower()}"


TASK = Task(
    slug="add-subtitles",
    title="Add subtitles",
    promise="Words where thumbs do not cover them.",
    rank=50,
    icon="captions",
    slots=(
        Slot("video", "Clip", kinds=("video",)),
        Slot(
            "cue_file",
            "Subtitle file",
            kinds=("captions",),
            least=0,
            hint="SRT or VTT. Left empty: the typed words.",
        ),
    ),
    controls=CONTROLS,
    needs=frozenset({"local"}),
    build=build,
    title_of=title_of,
)
