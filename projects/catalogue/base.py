"""What a task is made of: slots, controls, and the plan that it builds. Recipes never see a row."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from projects.wish import SHORT_SIDES, Wish

Json = dict[str, Any]
NEARLY = 0.9
"""What an edit may lose of a clip's short side: twice the price for a tenth of it is not worth it."""
Kind = Literal["choice", "text", "lines", "number", "colour", "rows", "box", "strokes", "point"]


class Invalid(Exception):
    """A task cannot be built from what was given: which field, and the sentence beside it."""

    def __init__(self, field_name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field_name = field_name
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Slot:
    """An input of a task: which kinds of asset, and how many at least and at most."""

    role: str
    title: str
    kinds: tuple[str, ...] = ("image",)
    least: int = 1
    most: int = 1
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice; `picture` names the drawing or swatch that shows it."""

    value: str
    label: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a rows control."""

    name: str
    label: str
    kind: Literal["time", "text"] = "text"


@dataclass(frozen=True, slots=True)
class Control:
    """One setting of a task. The default already works; `look` says how the form draws a choice."""

    name: str
    label: str
    kind: Kind = "choice"
    default: Any = ""
    options: tuple[Option, ...] = ()
    least: float | None = None
    most: float | None = None
    columns: tuple[Column, ...] = ()
    required: bool = False
    advanced: bool = False
    hint: str = ""
    look: Literal["segment", "tiles", "swatches", "select"] = "segment"
    shown_when: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gave a task: cleaned controls, and the facts of each input by role."""

    controls: Mapping[str, Any]
    inputs: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)

    def kind(self, role: str) -> str:
        """Return the kind of the first input of a role, or nothing when it is empty."""
        facts = self.inputs.get(role, ())
        return str(facts[0]["kind"]) if facts else ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a plan: the ability that it needs and its wish.

    `inputs` are the roles that take the result of the stage before; without any it takes the order's own files.
    """

    name: str
    ability: str
    wish: Wish
    takes: int = 1
    optional: bool = False
    inputs: tuple[str, ...] = ()
    title: str = ""
    """What people call its version, where it is not the whole order's name."""

    def to_json(self) -> Json:
        """Return plain JSON values for the order's row."""
        return {**dataclasses.asdict(self), "wish": self.wish.to_json()}

    @classmethod
    def from_json(cls, data: Json) -> Stage:
        """Return the stage that `to_json` wrote."""
        known = {entry.name: data[entry.name] for entry in dataclasses.fields(cls)}
        return cls(**{**known, "wish": Wish.from_json(data["wish"]), "inputs": tuple(data["inputs"])})


@dataclass(frozen=True, slots=True)
class Plan:
    """The stages of one order; stage n+1 takes stage n's result."""

    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A creative recipe: its form, its card and its plan. `needs` are the abilities that can serve it.

    `title_of` names a version by what was asked ("Golden hour"), from the cleaned controls.
    """

    slug: str
    title: str
    promise: str
    rank: int
    icon: str
    slots: tuple[Slot, ...]
    controls: tuple[Control, ...]
    needs: frozenset[str]
    build: Callable[[Given], Plan]
    title_of: Callable[[Mapping[str, Any]], str]

    def control(self, name: str) -> Control:
        """Return the control with this name. Raises KeyError."""
        return {control.name: control for control in self.controls}[name]

    def slot(self, role: str) -> Slot:
        """Return the slot with this role. Raises KeyError."""
        return {slot.role: slot for slot in self.slots}[role]


def options(*pairs: str) -> tuple[Option, ...]:
    """Return options from words: `options("Push in", "Pull out")` has the values push-in and pull-out."""
    return tuple(
        Option(value=words.lower().replace(" ", "-"), label=words, picture=slug)
        for words in pairs
        for slug in [words.lower().replace(" ", "-")]
    )


def label_of(task_controls: tuple[Control, ...], name: str, value: str) -> str:
    """Return the label of a choice's value, for the name of a version."""
    control = next(entry for entry in task_controls if entry.name == name)
    return next((option.label for option in control.options if option.value == value), value)


def edit_ability(given: Given, role: str = "source") -> str:
    """Return the ability that an edit of this input needs: a still, a clip of ours, or an uploaded clip."""
    if given.kind(role) != "video":
        return "image.edit"
    return "video.edit" if given.inputs[role][0].get("made_here") else "video.edit_upload"


def own_size(given: Given, role: str = "source") -> str:
    """Return the size that an edit of a clip is made and paid at: the least that loses nothing; a still names none."""
    facts = given.inputs[role][0] if given.kind(role) == "video" else {}
    short = min(facts.get("width", 0), facts.get("height", 0))
    if not short:
        return ""
    *_, largest = SHORT_SIDES
    return next((name for name, side in SHORT_SIDES.items() if side >= short * NEARLY), largest)


def check_shots(rows: Sequence[Mapping[str, Any]], seconds: float) -> None:
    """Raise Invalid when timed shots overlap, run backwards or go past the end of the clip."""
    end = 0.0
    for row in rows:
        if row["start"] < end:
            raise Invalid("shots", "Two shots overlap. Start each one where the one before it ends.")
        if row["end"] <= row["start"]:
            raise Invalid("shots", "A shot ends before it starts. Give it a later end.")
        end = row["end"]
    if end > seconds:
        raise Invalid(
            "shots",
            f"The shots run to {end:g} s, the clip ends at {seconds:g} s. Shorten them, or ask for a longer clip.",
        )
