"""What a test of a key says, against a provider on loopback."""

from __future__ import annotations

import json
from typing import Any

import pytest

from projects.engines import models, probe
from projects.engines.base import Door
from tests.lists import GOOD, Lists

OMNI, BANANA = "gemini-omni-1.2-flash", "gemini-nano-banana-2.1"
TABLE = models.shipped()


def door(lists: Lists | str, secret: str = GOOD, kind: str = "developer") -> Door:
    """Return a door to this server."""
    return Door(pk=1, kind=kind, secret=secret, base_url=lists if isinstance(lists, str) else lists.url)


def test_a_key_can_what_the_listed_models_can() -> None:
    with Lists(["gemini-4-argon", "gemini-4-carbon", BANANA, "gemini-9", OMNI]) as lists:
        found = probe.probe(door(lists), TABLE)

    assert (found.ok, found.abilities) == (True, ("image", "video", "multi-turn", "upload edit"))
    assert found.sentence == (
        "With this key a team can make pictures, make clips, change a result step by step and change uploaded clips."
    )
    assert len(lists.asked) == 3


def test_a_key_without_video_says_what_is_left() -> None:
    with Lists([BANANA, "gemini-omni-flash-preview"]) as lists:
        found = probe.probe(door(lists), TABLE)

    assert found.abilities == ("image", "multi-turn")


def test_a_key_that_lists_nothing_of_ours_works_and_says_so() -> None:
    with Lists(["gemini-4-argon", "gemini-2.5-flash-image"]) as lists:
        found = probe.probe(door(lists), TABLE)

    assert (found.ok, found.abilities) == (True, ())
    assert "lists none of the studio's models" in found.sentence


@pytest.mark.parametrize("kind", ["developer", "openrouter"])
def test_a_key_that_the_provider_does_not_take_is_refused(kind: str) -> None:
    with Lists([OMNI]) as lists:
        found = probe.probe(door(lists, "stolen-key", kind), TABLE)

    assert found == probe.Probe(False, "The provider refused the key. Check it, or make a new one there.")


def test_openrouter_is_asked_for_the_key_first_because_its_list_is_public() -> None:
    with Lists(["google/gemini-nano-banana-2.1"]) as lists:
        found = probe.probe(door(lists, kind="openrouter"), TABLE)

    assert found.abilities == ("image",)
    assert lists.asked == ["/key", "/models"]


@pytest.mark.parametrize(
    "answer", [(503, {}), (500, b"<html>"), (200, b"[]"), (200, b"\xff"), (403, b"no"), (302, {})]
)
def test_any_other_answer_says_nothing_about_the_key(answer: tuple[int, Any]) -> None:
    with Lists(answer=answer) as lists:
        found = probe.probe(door(lists), TABLE)

    assert (found.ok, found.abilities) == (None, ())
    assert f"HTTP {answer[0]}" in found.sentence


def test_a_provider_that_nobody_reaches_says_nothing_about_the_key() -> None:
    with Lists() as lists:
        gone = lists.url

    found = probe.probe(door(gone), TABLE)

    assert (found.ok, found.sentence) == (
        None,
        "The provider could not be reached. Test the key again later.",
    )


def test_a_service_account_that_is_none_is_refused_before_anything_is_sent() -> None:
    with Lists() as lists:
        found = probe.probe(door(lists, json.dumps({"type": "service_account"}), "vertex"), TABLE)

    assert (found.ok, lists.asked) == (False, [])
    assert found.sentence.startswith("Google refused the service account.")
