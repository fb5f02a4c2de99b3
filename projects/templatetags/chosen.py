"""The settings that a step was made with, as label and words."""

from __future__ import annotations

from typing import Any

from projects import catalogue
from projects.catalogue.base import Control, Task
from projects.models import Step


def chosen(step: Step) -> list[tuple[str, str]]:
    """Return the settings of a step as label and words; what was left at nothing is left out."""
    task = catalogue.all_tasks().get(step.task)
    if task is None:
        return []
    found = [
        (control, step.order.controls.get(control.name))
        for control in task.controls
        if _counts(task, control, step)
    ]
    return [(control.label, words) for control, value in found if (words := _said(control, value))]


def _counts(task: Task, control: Control, step: Step) -> bool:
    given = step.order.controls
    if control.advanced and given.get(control.name) == control.default:
        return False
    if control.shown_when is None:
        return True
    name, values = control.shown_when
    return given.get(name) in values


def _said(control: Control, value: Any) -> str:
    if control.kind == "choice":
        return next((option.label for option in control.options if option.value == value), str(value or ""))
    if not value and value != 0:
        return ""
    if control.kind in {"rows", "strokes"} or (control.kind == "lines" and "\n" in value):
        count = len(value.splitlines() if isinstance(value, str) else value)
        return f"{count} {'stroke' if control.kind == 'strokes' else 'line'}{'' if count == 1 else 's'}"
    if control.kind in {"box", "point"}:
        return " · ".join(f"{100 * number:.0f} %" for number in value)
    return str(value)
