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
WORDS: dict[str, Any] = {
    "cues": ({"start": 0.0, "end": 1.0, "text": "Hello"},),
    "change": "Make it warmer",
    "scene": "A bottle on a ledge",
    "idea": "A bottle on a ledge",
}
MOST_SLOTS = 6
"""A clip takes six pictures, whatever they are for."""


def defaults(task: Task, **changes: Any) -> Given:
    """Return what a form sends when nobody touches it, with one file in each of the first slots."""
    controls = {control.name: field_for(control).clean(None) for control in task.controls}
    words = {name: value for name, value in WORDS.items() if name in controls}
    inputs = {slot.role: ({"kind": slot.kinds[0]},) for slot in task.slots[:MOST_SLOTS]}
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
        ("replace-background", {"place": "scene", "scene": ""}, "scene"),
        ("clip-from-text", {"scene": " "}, "scene"),
        ("concept-images", {"idea": ""}, "idea"),
        ("edit-image", {"change": " "}, "change"),
        ("edit-clip", {"change": ""}, "change"),
        ("edit-video", {"change": ""}, "change"),
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


def test_an_uploaded_clip_has_no_chain_and_is_sent_to_the_other_task() -> None:
    task = catalogue.get("edit-clip")
    given = Given(defaults(task).controls, {"clip": ({"kind": "video", "made_here": False},)})

    with pytest.raises(Invalid, match="Edit uploaded video") as wrong:
        task.build(given)

    assert wrong.value.field_name == "clip"


def test_a_clip_of_ours_that_is_sent_along_starts_a_new_chain() -> None:
    task = catalogue.get("edit-video")
    given = Given(
        {**defaults(task).controls, "change": "lower the sun"},
        {"video": ({"kind": "video", "made_here": True},)},
    )

    assert task.build(given).stages[0].ability == "video.edit_upload"


@pytest.mark.parametrize("slug", ["edit-image", "edit-clip", "edit-video"])
def test_an_edit_asks_for_no_length_format_or_size(slug: str) -> None:
    task = catalogue.get(slug)

    wish = task.build(defaults(task)).stages[0].wish

    assert (wish.seconds, wish.format, wish.size) == (0, "", "")
    assert not {"seconds", "format", "ratio", "size", "tier"} & {control.name for control in task.controls}
    assert {"kind", "change", "box"} <= {control.name for control in task.controls}


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (640, 360, "360p"),
        (960, 540, "720p"),
        (404, 720, "720p"),
        (1920, 1088, "1080p"),
        (4096, 2160, "1080p"),
    ],
)
def test_an_uploaded_clip_is_edited_at_the_least_size_that_loses_nothing(
    width: int, height: int, size: str
) -> None:
    clip = {"kind": "video", "made_here": False, "width": width, "height": height}
    task = catalogue.get("edit-video")

    plan = task.build(Given({**defaults(task).controls, "change": "lower the sun"}, {"video": (clip,)}))

    assert plan.stages[0].wish.size == size


@pytest.mark.parametrize(("made_here", "ability"), [(True, "video.extend"), (False, "video.extend_upload")])
def test_extending_our_clips_and_uploaded_ones_are_two_abilities(made_here: bool, ability: str) -> None:
    task = catalogue.get("extend-clip")
    given = Given(
        {**defaults(task).controls, "seconds": 4, "next": "She turns."},
        {"clip": ({"kind": "video", "made_here": made_here},)},
    )

    stage = task.build(given).stages[0]

    assert (stage.ability, stage.wish.seconds) == (ability, 4)
    assert compose.prompt(stage.wish).startswith("Continue the same shot: She turns. Keep the same subject")


def test_a_picture_keeps_what_the_kind_of_change_leaves_alone() -> None:
    task = catalogue.get("edit-image")

    def said(**changes: Any) -> str:
        return compose.prompt(task.build(defaults(task, **changes)).stages[0].wish)

    assert said(kind="light", change="dusk").startswith(
        "Change only the light to dusk; keep style and composition. "
    )
    assert "; keep style, light and composition. " in said(kind="object", change="remove the cup")
