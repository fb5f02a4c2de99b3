"""How a form's controls are drawn: each with its present value, its error, and what is off with the reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import template
from django.urls import reverse

from projects.actions import choice
from projects.actions.orders import Checked, Way
from projects.catalogue.base import Column, Control, Option
from projects.engines.base import Engine
from projects.forms import TaskForm
from projects.models.spend import NOTHING
from projects.templatetags.money import left, usd

register = template.Library()

BLANK_ROWS = 4
"""Empty rows that a page without JavaScript offers; with it one is shown, and more are added."""
MOST_SEGMENTS = 5
ON_THE_PICTURE = {"box", "strokes"}
"""Controls that belong to the choice before them and fold away with it; a text never folds away."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One value of a choice as the form draws it."""

    option: Option
    checked: bool
    off: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """One control as the form draws it: `part` names the partial of controls.html."""

    control: Control
    part: str
    value: Any
    error: str
    on: bool
    first_bad: bool = False
    offered: tuple[Offered, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    rows: tuple[dict[str, str], ...] = ()
    under: list[Drawn] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the name of the control's field."""
        return self.control.name

    @property
    def touched(self) -> bool:
        """Return whether it, or a control that folds away with it, was set or is wrong."""
        mine = bool(self.error) or self.value not in (self.control.default, "", None, [], ())
        return mine or any(drawn.touched for drawn in self.under)

    @property
    def is_group(self) -> bool:
        """Return whether it is several fields, which its label names together."""
        return self.part in {"rows", "box", "point", "strokes"}

    @property
    def when(self) -> str:
        """Return the values of another control with which this one counts, as the page's script reads them."""
        return " ".join(self.control.shown_when[1]) if self.control.shown_when else ""

    @property
    def json(self) -> str:
        """Return the value as the hidden field of a brush keeps it."""
        return json.dumps(self.value) if self.value else ""


@register.filter
def plain(form: TaskForm) -> list[Drawn]:
    """Return the controls that stand open, those drawn on the picture under the choice before them."""
    off = form.off
    return _nested(_drawn(form, control, off) for control in form.task.controls if not control.advanced)


@register.filter
def advanced(form: TaskForm) -> list[Drawn]:
    """Return the controls that are folded under Advanced."""
    off = form.off
    return [_drawn(form, control, off) for control in form.task.controls if control.advanced]


def _nested(found: Iterable[Drawn]) -> list[Drawn]:
    groups: list[Drawn] = []
    for drawn in found:
        folds = drawn.control.kind in ON_THE_PICTURE and groups and groups[-1].control.kind != "text"
        (groups[-1].under if folds else groups).append(drawn)
    return groups


def _drawn(form: TaskForm, control: Control, every_off: Mapping[tuple[str, str], str]) -> Drawn:
    value = _value(form, control)
    error = "" if form.quiet else " ".join(map(str, form.errors.get(control.name, [])))
    off = {option: reason for (name, option), reason in every_off.items() if name == control.name}
    return Drawn(
        control=control,
        part=_part(control),
        value=_percent(value) if control.kind in {"box", "point"} else value,
        error=error,
        on=_counts(form, control),
        first_bad=bool(error) and control.name == first_bad(form),
        offered=tuple(_offered(control, value, off)),
        reasons=tuple(_reasons(control, off)),
        rows=tuple(_rows(control.columns, value)) if control.kind == "rows" else (),
    )


@register.filter
def first_bad(form: TaskForm) -> str:
    """Return the first field with an error, in the order of the page: it gets the focus."""
    names = [slot.role for slot in form.task.slots] + [control.name for control in form.task.controls]
    return next((name for name in names if name in form.errors), "")


def _value(form: TaskForm, control: Control) -> Any:
    """Return what was typed; a field that was never sent, as by the composer, holds its default."""
    value = form[control.name].value()
    return control.default if value is None else value


def _part(control: Control) -> str:
    if control.kind == "choice":
        return control.look
    if control.kind == "number" and control.least is not None and control.most is not None:
        return "numbers" if control.most - control.least < MOST_SEGMENTS else "number"
    return control.kind


def _counts(form: TaskForm, control: Control) -> bool:
    if control.shown_when is None:
        return True
    name, values = control.shown_when
    return _value(form, form.task.control(name)) in values


def _offered(control: Control, value: Any, off: dict[str, str]) -> Iterable[Offered]:
    options = control.options
    if _part(control) == "numbers":
        options = tuple(
            Option(str(n), str(n)) for n in range(int(control.least or 0), int(control.most or 0) + 1)
        )
    chosen = str(control.default if value in (None, "") else value)
    return (Offered(option, option.value == chosen, option.value in off) for option in options)


def _reasons(control: Control, off: dict[str, str]) -> Iterable[tuple[str, str]]:
    """Return what is off, joined where the reason is the same."""
    for reason in dict.fromkeys(off.values()):
        yield ", ".join(option.label for option in control.options if off.get(option.value) == reason), reason


def _percent(value: Any) -> list[str]:
    """Return numbers in per cent of the picture, as people give them; shares become per cent."""
    if not isinstance(value, (list, tuple)):
        return []
    shares = all(isinstance(entry, (int, float)) and entry <= 1 for entry in value)
    return [f"{100 * entry:.4g}" if shares else str(entry) for entry in value]


def _rows(columns: tuple[Column, ...], value: Any) -> Iterable[dict[str, str]]:
    for row in value if isinstance(value, (list, tuple)) else ():
        if isinstance(row, dict):
            yield {column.name: _cell(row.get(column.name, "")) for column in columns}


def _cell(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


@register.filter
def blanks(drawn: Drawn) -> range:
    """Return the numbers of the empty rows behind the filled ones."""
    return range(len(drawn.rows), len(drawn.rows) + BLANK_ROWS)


@register.filter
def cell(row: dict[str, str], column: Column) -> str:
    """Return one cell of a row."""
    return row.get(column.name, "")


@dataclass(frozen=True, slots=True)
class Edge:
    """One number of a box or a point: what it is called, and its value in per cent."""

    name: str
    value: str


@register.filter
def edges(drawn: Drawn) -> list[Edge]:
    """Return the numbers of a box or a point."""
    names = (
        ("Left", "Top", "Width", "Height")
        if drawn.control.kind == "box"
        else ("From the left", "From the top")
    )
    values = [*drawn.value, "", "", "", ""]
    return [Edge(f"{name}, %", value) for name, value in zip(names, values, strict=False)]


RENDER = "Render "
VERBS = {
    "draft": "Make a draft",
    "local": "Make it",
    "nano-banana": f"{RENDER}image",
    "omni": f"{RENDER}clip",
}


@register.filter
def verb(engine: Engine) -> str:
    """Return what the button of an engine does."""
    return VERBS.get(engine.key, f"Make it with {engine.label}")


@register.filter
def does(way: Way) -> str:
    """Return what the button of a way does, and how many results it asks a provider for."""
    words = verb(way.engine)
    if not (way.found and words.startswith(RENDER)):
        return words
    first = way.found.plan.stages[0]
    noun = "still" if first.name == "still" else words.removeprefix(RENDER)
    return f"{RENDER}{first.takes} {noun}s" if first.takes > 1 else RENDER + noun


@register.filter
def too_dear(form: TaskForm, way: Way) -> bool:
    """Return whether the budget does not cover a way. Its button stays on: the server decides."""
    return way.found is not None and not form.covers(way.found)


@register.filter
def remedies(form: TaskForm) -> str:
    """Return what the budget has left, as it is not enough, and what helps."""
    rest = usd(left(form.budget)) if form.budget else usd(NOTHING)
    raised = "Raise it" if form.can_budget else "Ask a producer to raise it"
    instead = "make a draft" if form.drafts else "ask for less"
    return f"The budget has {rest} left, which is not enough. {raised}, or {instead}."


@register.filter
def budget_url(form: TaskForm) -> str:
    """Return the page that changes the scarcest budget, for those who may; a member's own has none."""
    budget = form.budget
    if not form.can_budget or budget is None or budget.member_id:
        return ""
    if budget.project_id:
        return reverse("projects:project-budget", args=[budget.project_id])
    return reverse("projects:team-budget", args=[budget.team_id])


@register.filter
def leaves(form: TaskForm, found: Checked) -> str:
    """Return what a paid way leaves of the scarcest budget; nothing where none is known or it is too dear."""
    budget = form.budget
    if budget is None or not form.covers(found):
        return ""
    rest = left(budget)
    if found.total > rest:
        return f"The budget has {usd(rest)} left, which does not cover what comes then."
    return f"Leaves {usd(rest - found.total)} of {usd(budget.limit_usd)}."


@register.filter
def first_verb(form: TaskForm) -> str:
    """Return what the button will do, while the form is not complete."""
    engine = next((engine for engine in choice.engines_for(form.task) if not engine.paid), None)
    return verb(engine) if engine else "Make it"
