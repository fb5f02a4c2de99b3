"""The tasks that begin with words or with pictures that say what they are for."""

from __future__ import annotations

from typing import Any

import pytest

from projects import catalogue
from projects.actions import choice
from projects.catalogue.base import Given, Invalid, Stage
from projects.exports import RATIOS
from projects.forms.controls import field_for
from projects.prompts import compose

PICTURE = {"kind": "image", "width": 1200, "height": 800}


def given(slug: str, inputs: dict[str, int] | None = None, **changes: Any) -> Given:
    """Return a task's defaults with some controls changed and so many pictures in each role."""
    task = catalogue.get(slug)
    controls = {control.name: field_for(control).clean(None) for control in task.controls}
    return Given(
        {**controls, **changes}, {role: (PICTURE,) * count for role, count in (inputs or {}).items()}
    )


def stage(slug: str, inputs: dict[str, int] | None = None, **changes: Any) -> Stage:
    """Return the only stage that a task builds."""
    (built,) = catalogue.get(slug).build(given(slug, inputs, **changes)).stages
    return built


def test_a_scene_becomes_a_prompt_with_its_look() -> None:
    built = stage(
        "clip-from-text", scene="a cup steams", style="film", mood="calm", light="candle", avoid="people"
    )

    assert built.ability == "video.text"
    assert compose.prompt(built.wish) == (
        "One continuous, unbroken shot, no cuts. A cup steams. The light is warm candle light from close by. "
        "The style is a cinematic film still with fine grain. The mood is calm and unhurried. "
        "The camera makes a steady push in. No dialogue. Show an empty, quiet place."
    )


def test_timed_shots_are_enough_without_a_scene() -> None:
    shots = ({"start": 0.0, "end": 2.0, "action": "the lid opens", "words": ""},)

    assert compose.prompt(stage("clip-from-text", shots=shots).wish).startswith(
        "[0-2s] The lid opens. The camera"
    )


@pytest.mark.parametrize(
    ("pictures", "task_type", "ability"),
    [
        ({"subject": 1, "style": 1}, "auto", "video.refs"),
        ({"first_frame": 1}, "auto", "video.image"),
        ({"first_frame": 1, "last_frame": 1}, "auto", "video.frames"),
        ({"first_frame": 1, "last_frame": 1}, "reference_to_video", "video.refs"),
        ({"subject": 1}, "image_to_video", "video.image"),
    ],
)
def test_what_the_pictures_are_for_decides_the_ability(
    pictures: dict[str, int], task_type: str, ability: str
) -> None:
    built = stage("clip-from-references", pictures, task_type=task_type)

    assert built.ability == ability
    assert built.wish.extra["task_type"] == task_type


def test_each_picture_is_named_by_its_place_and_the_product_is_locked() -> None:
    said = compose.prompt(stage("clip-from-references", {"subject": 1, "product": 2, "style": 1}).wish)

    assert "The first image is the subject, and it stays the same all through." in said
    assert "The third image shows the same product from another side." in said
    assert "The fourth image is only the style" in said
    assert "The product in the second image keeps its shape, colours, label and brand mark exactly." in said


@pytest.mark.parametrize(
    ("pictures", "sentence"), [({}, "at least one"), ({"subject": 8, "style": 3}, "Remove 1")]
)
def test_too_few_and_too_many_references_are_said(pictures: dict[str, int], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        stage("clip-from-references", pictures)


def test_takes_format_and_size_are_settings_and_no_words() -> None:
    built = stage("concept-images", idea="a lighthouse", takes=8, ratio="8:1", size="4K", words="Aurel")

    assert (built.ability, built.takes) == ("image.generate", 8)
    assert (built.wish.format, built.wish.size, built.wish.seconds) == ("8:1", "4K", 0)
    assert compose.prompt(built.wish) == (
        "A lighthouse. The picture holds the exact words “Aurel”, in clear lettering."
    )


def test_all_fourteen_formats_are_offered() -> None:
    offered = [option.value for option in catalogue.get("concept-images").control("ratio").options]

    assert offered == list(RATIOS)
    assert len(offered) == 14


def test_references_of_an_idea_say_what_they_are_for() -> None:
    lines = "Style\nthe colour of the sand"

    built = stage("concept-images", {"reference": 3, "sketch": 1}, idea="x", reference_roles=lines)

    assert built.wish.roles == (
        ("reference", "style", ""),
        ("reference", "reference", "the colour of the sand"),
        ("reference", "reference", ""),
        ("sketch", "sketch", ""),
    )


def test_fourteen_pictures_are_the_most_for_an_idea() -> None:
    with pytest.raises(Invalid, match="Remove 1"):
        stage("concept-images", {"reference": 14, "sketch": 1}, idea="x")


def test_two_stills_of_different_formats_are_refused_with_a_way_out() -> None:
    asked = given("bridge-frames", {"first_frame": 1})
    other = Given(asked.controls, {**asked.inputs, "last_frame": ({"width": 800, "height": 1200},)})

    with pytest.raises(Invalid, match=r"1200 by 800 and 800 by 1200.*Vertical version") as refused:
        catalogue.get("bridge-frames").build(other)

    assert refused.value.field_name == "last_frame"


def test_a_match_cut_is_two_shots_and_no_unbroken_one() -> None:
    said = compose.prompt(
        stage("bridge-frames", {"first_frame": 1, "last_frame": 1}, how="match-cut", seconds=5).wish
    )

    assert said.startswith("[0-2.5s] The scene of the first frame. [2.5-5s] A match cut to the scene")
    assert compose.ONE_SHOT not in said
    assert "The first image is the first frame, exactly as it is." in said


@pytest.mark.parametrize(
    ("slug", "words", "off"),
    [
        ("bridge-frames", {}, ("how", "morph")),
        ("concept-images", {"idea": "a lighthouse"}, ("grounding", "on")),
    ],
)
def test_what_only_a_model_can_do_is_off_with_its_reason(
    slug: str, words: dict[str, str], off: tuple[str, str]
) -> None:
    task = catalogue.get(slug)
    pictures = {slot.role: 1 for slot in task.slots if slot.least}

    reasons = choice.off(task, given(slug, pictures, **words), ())

    assert off in reasons
    assert {name for name, _ in reasons} == {off[0]}
    assert "Gemini" in reasons[off]
