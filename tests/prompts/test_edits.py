"""The words of edits: one sentence a change, where a box lies, folding a path, and two changes in one text."""

from __future__ import annotations

import json

import pytest

from projects import catalogue
from projects.catalogue.base import Given
from projects.forms.controls import field_for
from projects.prompts import compose, edits
from projects.wish import Box, Camera, Change, Wish

UPPER_LEFT = (0.05, 0.1, 0.2, 0.2)


def said(kind: str, text: str, **more: object) -> str:
    """Return the prompt of one change in a person's words."""
    return edits.prompt(Wish(change=Change(kind, text=text, **more)))


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("own", "Make the violin invisible.", "Make the violin invisible."),
        ("light", "candle light", "Change only the light to candle light."),
        ("light", "make it dusk", "Make it dusk."),
        ("background", "a beach at dusk", "Replace only the background with a beach at dusk."),
        ("object", "remove the cup", "Remove the cup."),
        ("object", "the cup is blue", "Change only the object: the cup is blue."),
        ("text", "After the heat", "Change only the text to “After the heat”."),
        ("text", "Change the headline to “Now”", "Change the headline to “Now”."),
        ("weather", "light snow", "Change only the weather to light snow."),
        ("camera", "closer", "Change only the camera: closer."),
        ("scale", "30 % smaller and lower", "Change only the size: 30 % smaller and lower."),
        ("pose", "the left hand is raised", "Change only the pose: the left hand is raised."),
    ],
)
def test_each_kind_is_one_short_sentence_and_the_rest_stays(kind: str, text: str, sentence: str) -> None:
    assert said(kind, text) == f"{sentence} Keep everything else the same."


@pytest.mark.parametrize(
    ("box", "words"),
    [
        (UPPER_LEFT, "in the upper left"),
        ((0.7, 0.7, 0.2, 0.2), "in the lower right"),
        ((0.4, 0.02, 0.2, 0.1), "at the top"),
        ((0.4, 0.8, 0.2, 0.2), "at the bottom"),
        ((0.8, 0.4, 0.2, 0.2), "on the right"),
        ((0.35, 0.35, 0.3, 0.3), "in the middle"),
        ((0, 0, 1, 1), ""),
        (None, ""),
    ],
)
def test_a_box_becomes_words(box: Box | None, words: str) -> None:
    assert edits.whereabouts(box) == words
    where = f", {words} of the picture" if words else ""
    assert said("object", "remove the cup", box=box).startswith(f"Remove the cup{where}.")


def test_an_edit_says_nothing_of_length_or_format() -> None:
    wish = Wish(change=Change("own", text="Make it snow"), format="16:9", seconds=5, size="720p")

    assert compose.prompt(wish) == "Make it snow. Keep everything else the same."


@pytest.mark.parametrize(
    ("slug", "controls", "sentence"),
    [
        (
            "change-lighting",
            {"look": "own", "own_look": "dusk", "from": "left"},
            "Change only the light to dusk, from the left.",
        ),
        (
            "replace-background",
            {},
            "Replace only the background with a white studio sweep, with a soft shadow.",
        ),
        (
            "replace-background",
            {"place": "scene", "scene": "a stone ledge", "shadow": "none"},
            "Replace only the background with a stone ledge, with no shadow.",
        ),
    ],
)
def test_the_tasks_with_one_kind_of_change_say_it_the_same_way(
    slug: str, controls: dict[str, str], sentence: str
) -> None:
    task = catalogue.get(slug)
    cleaned = {control.name: field_for(control).clean(None) for control in task.controls}
    wish = task.build(Given({**cleaned, **controls}, {"source": ({"kind": "image"},)})).stages[0].wish

    assert compose.prompt(wish) == f"{sentence} Keep everything else the same."


def test_folding_keeps_the_anchor_and_adds_each_change_in_order() -> None:
    anchor = Wish(
        subject="the bottle", locks=("label",), light="neon-night", camera=Camera("orbit"), seconds=5
    )
    path = [Change("light", text="candle light"), Change("object", text="remove the cup", box=UPPER_LEFT)]

    wish = edits.fold(anchor, path)

    words = compose.prompt(wish)
    assert words.startswith("One continuous, unbroken shot")
    assert words.endswith(
        "Change the light to candle light. Remove the cup, in the upper left of the picture."
    )
    assert "neon" not in words
    assert Wish.from_json(json.loads(json.dumps(wish.to_json()))) == wish
    assert wish.folded == tuple(path)


def test_a_later_change_overrules_an_earlier_one_of_the_same_kind_and_place() -> None:
    path = [
        Change("light", text="dusk"),
        Change("light", text="a lamp", box=UPPER_LEFT),
        Change("own", text="Add a chair"),
        Change("light", text="noon"),
    ]

    wish = edits.fold(edits.fold(Wish(seconds=5), path[:2]), path[2:])

    assert [change.text for change in wish.folded] == ["a lamp", "Add a chair", "noon"]


def test_an_anchor_that_is_an_edit_itself_is_folded_into_one_edit() -> None:
    anchor = Wish(change=Change("weather", text="rain"))

    both = edits.fold(anchor, [Change("own", text="Add a chair")])
    other = edits.fold(anchor, [Change("weather", text="snow")])

    assert edits.prompt(both) == "Change the weather to rain. Add a chair. Keep everything else the same."
    assert edits.prompt(other) == "Change only the weather to snow. Keep everything else the same."


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("", ()),
        ("Make the violin invisible.", ("Make the violin invisible",)),
        ("Make the car red and add snow", ("Make the car red", "Add snow")),
        ("Remove the cup, then make it dusk; add rain.", ("Remove the cup", "Make it dusk", "Add rain")),
        ("It is dusk. Put a lamp on the table", ("It is dusk", "Put a lamp on the table")),
        ("30 % smaller and lower", ("30 % smaller and lower",)),
        ("Remove the cup and the spoon", ("Remove the cup and the spoon",)),
        ("Change the sign to “Stop and add”", ("Change the sign to “Stop and add”",)),
    ],
)
def test_two_changes_in_one_text_are_found(text: str, changes: tuple[str, ...]) -> None:
    assert edits.several(text) == changes
