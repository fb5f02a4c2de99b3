"""Edit clip: one change to a clip that was made here, the rest stays. What it shares with the other edits is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from projects.catalogue import base, common
from projects.catalogue.base import Control, Given, Invalid, Option, Plan, Slot, Stage, Task, options
from projects.prompts import edits
from projects.wish import Change, Wish

KINDS = options("Light", "Background", "Object", "Text", "Style", "Camera", "Weather", "Own")
CHANGE = Control(
    name="change",
    label="One change",
    kind="text",
    hint="One sentence: make the violin invisible. The next change is a version of its own.",
)
BOX = Control(
    name="box",
    label="Where",
    kind="box",
    default=None,
    hint="Left, top, width and height in per cent of the picture. Left empty: wherever the words say.",
)
TURNS = Control(
    name="turns",
    label="Several changes",
    default="together",
    options=(Option("together", "All at once"), Option("each", "One after the other")),
    hint="One after the other, each change is a version of its own, and the rest stays best.",
)
MOST_TURNS = 4
LONGEST_TITLE = 60


def kind(kinds: tuple[Option, ...] = KINDS) -> Control:
    """Return the chips that say what kind of change it is."""
    return Control(name="kind", label="What changes", default="own", look="tiles", options=kinds)


def change_of(controls: Mapping[str, Any]) -> Change:
    """Return the one change, in the person's own words. Raises Invalid without any."""
    if not controls["change"].strip():
        raise Invalid("change", "Say in one sentence what should change.")
    return Change(kind=controls["kind"], text=controls["change"].strip(), box=controls["box"])


def title_of(controls: Mapping[str, Any]) -> str:
    """Return the change itself, cut at a word where it is long."""
    return short(controls["change"]) or base.label_of((kind(),), "kind", controls["kind"])


def short(change: str) -> str:
    """Return a change as a title: with a capital, without a full stop, cut at a word where it is long."""
    text = " ".join(change.split()).rstrip(".")
    text = text[:1].upper() + text[1:]
    return text if len(text) <= LONGEST_TITLE else text[:LONGEST_TITLE].rpartition(" ")[0] + "…"


def turns(given: Given, wish: Wish, role: str, ability: str, after: str) -> Plan:
    """Return an edit in one turn, or in one for each change where that is asked for. Raises Invalid for too many.

    ability: of the first turn; after: of the later ones, which go on with what the one before made.
    """
    texts = edits.several(given.controls["change"]) if given.controls["turns"] == "each" else ()
    if len(texts) < 2:
        return Plan(stages=(Stage("change", ability, wish),))
    if len(texts) > MOST_TURNS:
        raise Invalid("change", f"These are {len(texts)} changes. Ask for {MOST_TURNS} at once at most.")
    first, again = change_of(given.controls), ((role, "source", ""),)
    asked = [replace(wish, change=replace(first, text=text)) for text in texts]
    begin = Stage("change-1", ability, asked[0], title=short(texts[0]))
    later = (
        Stage(f"change-{number}", after, replace(one, roles=again), inputs=(role,), title=short(text))
        for number, (one, text) in enumerate(zip(asked[1:], texts[1:], strict=True), start=2)
    )
    return Plan(stages=(begin, *later))


def build(given: Given) -> Plan:
    """Return the clip with its change, in one turn or several. Length, format and size are the clip's own."""
    change = change_of(given.controls)
    if given.kind("clip") and not given.inputs["clip"][0].get("made_here", True):
        raise Invalid("clip", "This clip was uploaded. Use “Edit uploaded video” for it.")
    wish = Wish(
        change=change,
        size=base.own_size(given, "clip"),
        roles=(("clip", "source", ""),),
        extra={"instructions": given.controls["instructions"]},
    )
    return turns(given, wish, "clip", "video.edit", "video.edit")


TASK = Task(
    slug="edit-clip",
    title="Edit clip",
    promise="One change, the rest stays.",
    rank=62,
    icon="pencil-line",
    slots=(Slot("clip", "Clip", kinds=("video",), hint="A clip that was made in this project."),),
    controls=(kind(), CHANGE, BOX, TURNS, *common.COMMON),
    needs=frozenset({"video.edit"}),
    build=build,
    title_of=title_of,
)
