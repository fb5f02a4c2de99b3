"""Composed prompts: sentences in the provider's order, roles in plain words, and no setting said in words."""

from __future__ import annotations

import dataclasses
import re

import pytest

from projects.prompts import compose, vocabulary
from projects.wish import Camera, Shot, Wish

CLIP = Wish(
    subject="the product in the first image",
    locks=("shape", "colours", "label", "brand mark"),
    action="steam rises from the cup",
    place="a stone ledge at the sea, evening",
    light="golden-hour",
    style="film",
    camera=Camera("push-in", "slow"),
    words=("After the heat.",),
    sound="a slow piano",
    format="16:9",
    size="1080p",
    seconds=8,
    roles=(("product", "product", ""),),
)


def test_a_clip_is_said_in_the_order_of_the_guidance() -> None:
    assert compose.prompt(CLIP) == (
        "One continuous, unbroken shot, no cuts. "
        "The product in the first image keeps its shape, colours, label and brand mark exactly. "
        "Steam rises from the cup. "
        "The place: a stone ledge at the sea, evening. "
        "The light is low, warm golden-hour sun with long soft shadows. "
        "The style is a cinematic film still with fine grain. "
        "The camera makes a steady push in, slowly and calmly. "
        "On screen the exact words “After the heat.”. "
        "Sound: a slow piano. "
        "No dialogue."
    )


def test_timed_shots_take_the_place_of_the_single_shot() -> None:
    shots = (Shot(0, 3, "the lid opens"), Shot(3, 6.5, "Steam rises!", "Hot."))

    said = compose.prompt(dataclasses.replace(CLIP, shots=shots))

    assert said.startswith(
        "[0-3s] The lid opens. [3-6.5s] Steam rises! On screen the exact words “Hot.”. The product"
    )
    assert compose.ONE_SHOT not in said


@pytest.mark.parametrize("change", [{}, {"shots": (Shot(0, 8, "it turns"),)}, {"seconds": 0}])
def test_format_size_and_length_are_never_said(change: dict[str, object]) -> None:
    said = compose.prompt(dataclasses.replace(CLIP, **change))

    assert not re.search(r"16:9|1080p|8[- ]second|\b8 s\b", said)


def test_each_image_is_told_its_role_by_its_place_in_line() -> None:
    roles = (
        ("product", "product", ""), ("product", "product", ""), ("style", "style", ""), ("reference", "", "the mood"),
    )  # fmt: skip

    said = compose.prompt(Wish(seconds=5, roles=roles))

    assert (
        "The first image is the product. The second image shows the same product from another side." in said
    )
    assert "The third image is only the style: its colours, light and texture." in said
    assert "The fourth image is a reference: the mood." in said


def test_dialogue_is_quoted_line_by_line() -> None:
    said = compose.prompt(dataclasses.replace(CLIP, dialogue="Is it warm?\n\nIt is."))

    assert said.endswith("Dialogue: “Is it warm?”, “It is.”.")
    assert compose.SILENT not in said


def test_what_to_avoid_becomes_a_positive_wish() -> None:
    said = compose.prompt(dataclasses.replace(CLIP, avoid="people, no blur, crowd, balloons"))

    assert said.endswith("Show an empty, quiet place, sharp focus throughout and a picture free of balloons.")


def test_a_picture_has_no_camera_and_no_sound() -> None:
    said = compose.prompt(Wish(action="a lighthouse in fog", style="watercolour", words=("Aurel",)))

    assert said == (
        "A lighthouse in fog. The style is a loose watercolour on paper. "
        "The picture holds the exact words “Aurel”, in clear lettering."
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a cup", "A cup."),
        ("A cup!", "A cup!"),
        ("He says “Go.”", "He says “Go.”"),
        ("a,\n b, ", "A, b."),
        ("  ", ""),
    ],
)
def test_words_become_a_sentence(typed: str, said: str) -> None:
    assert compose.sentence(typed) == said


def test_a_still_product_before_a_locked_camera_is_not_said_to_be_filmed_by_a_moving_one() -> None:
    still = Wish(action="still", seconds=5, camera=Camera("locked"))

    assert "only the camera moves" not in compose.prompt(still)
    assert "only the camera moves" in compose.prompt(dataclasses.replace(still, camera=Camera("orbit")))


def test_every_term_says_something_and_explains_itself() -> None:
    tables = (vocabulary.CAMERA, vocabulary.LENS, vocabulary.LIGHT, vocabulary.MOOD, vocabulary.STYLE)

    for term in (term for table in tables for term in table.values()):
        assert term.label
        assert term.words == term.words.strip(". ")
        assert term.means.endswith(".")
