"""Lint: each rule finds what the guidance warns of, says how to put it right, and leaves good words alone."""

from __future__ import annotations

import pytest

from projects.prompts import compose, lint
from projects.wish import Camera, Change, Shot, Wish


def rules(words: str, **fields: object) -> list[str]:
    """Return the rules that find something in what was typed as the action of a five-second clip."""
    return [finding.rule for finding in lint.findings(Wish(**{"action": words, "seconds": 5, **fields}))]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("make it move", "motion"),
        ("Animate it!", "motion"),
        ("A sign that says Open late", "unquoted"),
        ("The headline: After the heat", "unquoted"),
        ("A street with no people in it", "negation"),
        ("A cup, don't show the handle", "negation"),
        ("After 9 seconds the lid opens", "late"),
        ("[0-3s] it opens [3-8s] it closes", "late"),
        ("At 0:07 the light goes out", "late"),
        ("A man like George Clooney drinks coffee", "person"),
        ("Taylor Swift walks through a garden", "person"),
        ("A speech by President Lincoln", "person"),
        ("A vertical video of a cup", "shape"),
        ("A cup in 16:9", "shape"),
        ("A cup, 4K, sharp", "shape"),
        ("Die Tasse steht auf dem Tisch und dampft im Licht", "language"),
        ("カップから湯気が立つ", "language"),
    ],
)
def test_what_goes_wrong_is_found_with_a_way_out(words: str, rule: str) -> None:
    (finding,) = lint.findings(Wish(action=words, seconds=5))

    assert finding.rule == rule
    assert finding.sentence.endswith(".")
    assert finding.fix.rstrip("”").endswith(".")


@pytest.mark.parametrize(
    "words",
    [
        "Steam rises from the cup while the light turns warmer",
        "A neon sign with the exact words “No vacancy, open at 16:9”",
        "After 3 seconds the lid opens, no music",
        "The skyline of New York behind a view of Times Square at dusk",
        "A bottle of Eau de Parfum on the Golden Gate Bridge",
        "The text “Hier und jetzt und mit dem Wind im Haar” appears",
        "Two shots of espresso on a square table",
        "",
    ],
)
def test_good_words_are_left_alone(words: str) -> None:
    assert rules(words) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("Make the sky darker and add a moon", ["several"]),
        ("Remove the cup. Change the wall to green", ["several"]),
        ("A red and white tablecloth", []),
        ("golden-hour", []),
    ],
)
def test_an_edit_asks_for_one_change(change: str, found: list[str]) -> None:
    wish = Wish(change=Change("own", "picture", change))

    assert [finding.rule for finding in lint.findings(wish)] == found


def test_the_fix_of_several_changes_names_the_first() -> None:
    (finding,) = lint.findings(Wish(change=Change("own", "picture", "Make the sky darker and add a moon")))

    assert "“Make the sky darker” now" in finding.fix


def test_the_fix_of_a_negation_says_what_to_see() -> None:
    (finding,) = lint.findings(Wish(action="A street without people", seconds=5))

    assert "an empty, quiet place" in finding.fix


def test_text_that_took_the_prompt_over_needs_a_word_on_shots() -> None:
    wish = Wish(action="a cup", seconds=5, camera=Camera("orbit"))

    assert [finding.rule for finding in lint.findings(wish, "A cup on a table. The camera orbits.")] == [
        "shot"
    ]
    assert lint.findings(wish, compose.prompt(wish)) == ()


def test_each_rule_speaks_once() -> None:
    shots = (Shot(0, 2, "no people"), Shot(2, 4, "no cars"))

    assert rules("without text", shots=shots) == ["negation"]


def test_the_choices_of_a_form_pass() -> None:
    for action in ("still", "spin", "pour"):
        assert rules(action, place="as in the photo", light="golden-hour") == []
