"""Clip from text: describe it, see it. What it shares with the other tasks that begin with words is here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.catalogue import base, common
from projects.catalogue.base import Control, Given, Invalid, Option, Plan, Stage, Task
from projects.exports import TIERS
from projects.prompts import vocabulary
from projects.prompts.vocabulary import ANY, Term
from projects.wish import Camera, Shot, Wish

LONGEST_TITLE = 60


def picked(name: str, label: str, terms: Mapping[str, Term]) -> Control:
    """Return the choice of one term of the vocabulary, or of none."""
    found = (Option(value, term.label) for value, term in terms.items())
    return Control(
        name, label, default=ANY, options=(Option(ANY, "Any"), *found), look="select", advanced=True
    )


SCENE = Control(
    name="scene",
    label="Scene",
    kind="lines",
    hint="Who or what, what happens, and where: a fisherman mends a net on the quay, early light.",
)
STYLE = picked("style", "Style", vocabulary.STYLE)
LIGHT = picked("light", "Light", vocabulary.LIGHT)
MOOD = picked("mood", "Mood", vocabulary.MOOD)
LENS = picked("lens", "Lens", vocabulary.LENS)
AVOID = Control(
    name="avoid",
    label="Avoid",
    kind="text",
    advanced=True,
    hint="Words, with commas between them. They are said as what to show instead: models draw what is named.",
)
LOOK = (LIGHT, MOOD, LENS, AVOID)


def look_of(controls: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a wish that say how it looks."""
    style, light, mood, lens = (
        "" if controls.get(name, ANY) == ANY else controls[name]
        for name in ("style", "light", "mood", "lens")
    )
    extra = {"mood": mood, "lens": lens, "instructions": controls["instructions"]}
    return {"style": style, "light": light, "avoid": controls["avoid"], "extra": extra}


def clip_of(controls: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a wish that every clip has. Raises Invalid for shots that do not fit."""
    base.check_shots(controls["shots"], controls["seconds"])
    return {
        "camera": Camera(controls["camera"], controls["speed"]),
        "shots": tuple(Shot(**row) for row in controls["shots"]),
        "words": (controls["screen_text"],) if controls["screen_text"] else (),
        "sound": controls["sound"],
        "dialogue": controls["dialogue"],
        "format": controls["format"],
        "size": TIERS[controls["tier"]],
        "seconds": controls["seconds"],
        **look_of(controls),
    }


def named(text: str, otherwise: str) -> str:
    """Return a text as the name of a version, cut at a word where it is long."""
    line = " ".join(text.split()).rstrip(".")
    if len(line) <= LONGEST_TITLE:
        return line or otherwise
    return (line[:LONGEST_TITLE].rpartition(" ")[0] or line[:LONGEST_TITLE]) + "…"


def build(given: Given) -> Plan:
    """Return one stage: the clip."""
    controls = given.controls
    if not controls["scene"].strip() and not any(row["action"] for row in controls["shots"]):
        raise Invalid("scene", "Describe the scene in a sentence or two.")
    wish = Wish(action=controls["scene"].strip(), **clip_of(controls))
    return Plan(stages=(Stage("clip", "video.text", wish),))


def title_of(controls: Mapping[str, Any]) -> str:
    """Return the beginning of the scene."""
    return named(controls["scene"], "Clip from text")


TASK = Task(
    slug="clip-from-text",
    title="Clip from text",
    promise="Describe it, see it.",
    rank=52,
    icon="clapperboard",
    slots=(),
    controls=(SCENE, common.CAMERA, *common.VIDEO, STYLE, *LOOK, *common.COMMON),
    needs=frozenset({"video.text"}),
    build=build,
    title_of=title_of,
)
