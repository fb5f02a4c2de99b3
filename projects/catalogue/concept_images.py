"""Concept images: many ideas, cheap. Each take is a step of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.catalogue import clip_from_text, common
from projects.catalogue.base import Control, Given, Invalid, Option, Plan, Slot, Stage, Task, options
from projects.engines import models
from projects.exports import IMAGE_SIZES, RATIOS
from projects.prompts.vocabulary import ROLES
from projects.wish import Wish

MOST = models.most_references("image.refs")
CONTROLS = (
    Control(
        name="idea",
        label="Idea",
        kind="lines",
        hint="What is to be seen, in a sentence or two: a bottle on warm stone at the sea, seen from low down.",
    ),
    Control(
        name="words",
        label="Words in the picture",
        kind="text",
        hint="Exactly as they should read. Left empty: none.",
    ),
    Control(
        name="ratio",
        label="Format",
        default="1:1",
        look="tiles",
        options=tuple(Option(ratio, ratio, "ratio") for ratio in RATIOS),
    ),
    Control(name="takes", label="Takes", kind="number", default=4, least=1, most=8),
    Control(
        name="size",
        label="Size",
        default="1K",
        options=tuple(Option(size, size) for size in IMAGE_SIZES),
    ),
    Control(
        name="model",
        label="Model",
        default="fast",
        options=options("Fast", "Detailed", "Studio"),
        hint="Fast is for one idea with a reference at most.",
    ),
    Control(
        name="grounding",
        label="Facts from the web",
        default="off",
        options=(Option("off", "Off"), Option("on", "Web pages"), Option("pictures", "Pages and pictures")),
        advanced=True,
    ),
    Control(
        name="reference_roles",
        label="What each reference is for",
        kind="lines",
        advanced=True,
        hint="One line each, in their order: subject, product, style, or in your words. Left empty: references.",
    ),
    common.THINKING,
    clip_from_text.STYLE,
    *clip_from_text.LOOK,
    *common.COMMON,
)


def build(given: Given) -> Plan:
    """Return one stage: the takes of one idea."""
    controls = given.controls
    if not controls["idea"].strip():
        raise Invalid("idea", "Describe the idea in a sentence or two.")
    roles = _roles(given)
    if len(roles) > MOST:
        raise Invalid(
            "reference", f"{MOST} pictures with the sketch are the most. Remove {len(roles) - MOST}."
        )
    fields = clip_from_text.look_of(controls)
    fields["extra"] |= {
        "model": controls["model"],
        "grounding": controls["grounding"],
        "thinking": controls["thinking"],
    }
    wish = Wish(
        action=controls["idea"].strip(),
        words=(controls["words"],) if controls["words"] else (),
        format=controls["ratio"],
        size=controls["size"],
        roles=roles,
        **fields,
    )
    ability = "image.generate" if controls["grounding"] == "off" else "image.ground"
    return Plan(stages=(Stage("images", ability, wish, takes=int(controls["takes"])),))


def _roles(given: Given) -> tuple[tuple[str, str, str], ...]:
    """Return what each picture is for: a word that is a role, or a person's own words."""
    lines = [line.strip() for line in given.controls["reference_roles"].splitlines()]
    found = []
    for number, _ in enumerate(given.inputs.get("reference", ())):
        said = lines[number] if number < len(lines) else ""
        role = said.lower().replace(" ", "_")
        found.append(("reference", role, "") if role in ROLES else ("reference", "reference", said))
    return (*found, *(("sketch", "sketch", "") for _ in given.inputs.get("sketch", ())))


def title_of(controls: Mapping[str, Any]) -> str:
    """Return the beginning of the idea."""
    return clip_from_text.named(controls["idea"], "Concept images")


TASK = Task(
    slug="concept-images",
    title="Concept images",
    promise="Many ideas, cheap.",
    rank=56,
    icon="palette",
    slots=(
        Slot("reference", "References", least=0, most=MOST),
        Slot("sketch", "Sketch", least=0, hint="It guides where things stand."),
    ),
    controls=CONTROLS,
    needs=frozenset({"image.generate", "image.ground"}),
    build=build,
    title_of=title_of,
)
