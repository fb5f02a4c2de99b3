"""Which engine serves a stage, and which choices of a form no engine of today can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects import engines
from projects.catalogue.base import Control, Given, Invalid, Stage, Task
from projects.engines.base import Engine, Input, Request, Verdict
from projects.failures import Code

NOBODY = Verdict.no(
    "No engine here can do this. A Gemini key adds the engines that can.", Code.CREDENTIALS_MISSING
)


def request_for(stage: Stage, task: Task, inputs: tuple[Input, ...], seed: int = 0) -> Request:
    """Return the request of a stage, as an engine is asked about it."""
    return Request(wish=stage.wish, task=task.slug, ability=stage.ability, inputs=inputs, seed=seed)


def choose(request: Request, key: str = "") -> tuple[Engine | None, Verdict]:
    """Return the engine that was asked for, or the first free one that can; else none, and the first reason."""
    candidates = [engine for engine in engines.able(request.ability) if key in ("", engine.key)]
    verdicts = [
        (engine, engine.can(request)) for engine in sorted(candidates, key=lambda engine: engine.paid)
    ]
    for engine, verdict in verdicts:
        if verdict.quote is not None:
            return engine, verdict
    return None, verdicts[0][1] if verdicts else NOBODY


def off(task: Task, given: Given, inputs: tuple[Input, ...]) -> dict[tuple[str, str], str]:
    """Return each choice that no engine of today can do, with the reason. The other controls stay as given.

    A control whose every choice is refused is not the cause, so none of its choices is off.
    """
    reasons: dict[tuple[str, str], str] = {}
    for control in task.controls:
        refused = {
            (control.name, option.value): reason
            for option in control.options
            if (reason := _reason(task, _choosing(task, given, control, option.value), inputs))
        }
        if len(refused) < len(control.options):
            reasons |= refused
    return reasons


def _choosing(task: Task, given: Given, control: Control, value: str) -> Given:
    """Return what is given with one choice made, and a word in each empty text that only this choice asks for."""
    words = {
        other.name: "something"
        for other in task.controls
        if other.kind == "text"
        and other.shown_when is not None
        and other.shown_when[0] == control.name
        and value in other.shown_when[1]
        and not given.controls.get(other.name)
    }
    return Given({**given.controls, **words, control.name: value}, given.inputs)


def _reason(task: Task, given: Given, inputs: tuple[Input, ...]) -> str:
    try:
        stage = task.build(given).stages[0]
    except Invalid:
        return ""
    engine, verdict = choose(request_for(stage, task, inputs))
    return "" if engine else verdict.sentence


def engines_for(task: Task) -> list[Engine]:
    """Return the engines that a task's form offers, the preferred one first."""
    found: Mapping[str, Any] = {engine.key: engine for need in task.needs for engine in engines.able(need)}
    return sorted(found.values(), key=lambda engine: engine.rank)
