"""Every task: it builds from its defaults, names its versions, and says what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from projects import catalogue
from projects.catalogue.base import Given, Invalid, Stage, Task
from projects.forms.controls import field_for
from projects.prompts import compose

TASKS = list(catalogue.all_tasks().values())
SLUGS = [task.slug for task in TASKS]
WORDS: dict[str, Any] = {"cues": ({"start": 0.0, "end": 1.0, "text": "Hello"},)}


def defaults(task: Task, **changes: Any) -> Given:
    """Return what a form sends when nobody touches it, with one file in each slot."""
    controls = {control.name: field_for(control).clean(None) for control in task.controls}
    words = {name: value for name, value in WORDS.items() if name in controls}
    inputs = {slot.role: ({"kind": slot.kinds[0]},) for slot in task.slots}
    return Given({**controls, **words, **changes}, inputs)


@pytest.mark.parametrize("task", TASKS, ids=SLUGS)
def test_it_builds_from_its_defaults_and_survives_json(task: Task) -> None:
    plan = task.build(defaults(task))

    assert [Stage.from_json(stage.to_json()) for stage in plan.stages] == list(plan.stages)
    assert {stage.ability for stage in plan.stages} <= task.needs | {"local"}


@pytest.mark.parametrize("task", TASKS, ids=SLUGS)
def test_a_version_has_a_short_name_and_a_prompt_without_gaps(task: Task) -> None:
    given = defaults(task)

    words = compose.prompt(task.build(given).stages[0].wish)

    assert 0 < len(task.title_of(given.controls)) <= 80
    assert words == " ".join(words.split())
    assert ".." not in words


@pytest.mark.parametrize(
    ("slug", "changes", "field"),
    [
        ("animate-product", {"action": "own"}, "own_action"),
        ("change-lighting", {"look": "own"}, "own_look"),
        ("replace-background", {"place": "scene"}, "scene"),
    ],
)
def test_what_is_missing_is_named_beside_its_field(slug: str, changes: dict[str, str], field: str) -> None:
    task = catalogue.get(slug)

    with pytest.raises(Invalid) as missing:
        task.build(defaults(task, **changes))

    assert missing.value.field_name == field
    assert missing.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([(0, 3), (2, 4)], "overlap"),
        ([(2, 1)], "ends before it starts"),
        ([(0, 9)], "the clip ends at 5 s"),
    ],
)
def test_timed_shots_may_not_overlap_run_backwards_or_overrun(
    rows: list[tuple[float, float]], sentence: str
) -> None:
    task = catalogue.get("animate-product")
    shots = tuple({"start": start, "end": end, "action": "", "words": ""} for start, end in rows)

    with pytest.raises(Invalid, match=sentence):
        task.build(defaults(task, shots=shots))


def test_an_edit_says_what_stays() -> None:
    wish = catalogue.get("change-lighting").build(defaults(catalogue.get("change-lighting"))).stages[0].wish

    assert compose.prompt(wish).endswith(compose.SAME)
