"""What a draft reads in a person's own words, and what it honestly does not."""

from __future__ import annotations

import pytest

from projects.media.edits import words
from projects.media.edits.grades import GRADES
from projects.media.edits.sizing import Sizing, sizing_of
from projects.media.edits.words import Reading
from projects.media.light.presets import LOOKS
from projects.wish import Change

BOX = (0.1, 0.1, 0.3, 0.3)


@pytest.mark.parametrize(
    ("kind", "text", "operation", "value"),
    [
        ("light", "golden hour", "light", "golden-hour"),
        ("light", "make it a little darker", "grade", "dark"),
        ("light", "Bluer, as if under water", "grade", "cool"),
        ("background", "a plain sage backdrop", "plate", "solid"),
        ("background", "#e7ddd0", "plate", "solid"),
        ("background", "a gradient from cream to terracotta", "plate", "gradient"),
        ("background", "a white sweep", "plate", "sweep"),
        ("background", "a beach with white sand", "written", ""),
        ("object", "add a brass lamp", "written", ""),
        ("object", "replace the cup with a glass", "written", ""),
        ("text", "After the heat", "title", "After the heat"),
        ("text", "Change the headline to “Now open”", "title", "Now open"),
        ("text", "Translate the label", "written", ""),
        ("style", "film noir", "grade", "noir"),
        ("style", "black and white", "grade", "mono"),
        ("style", "watercolour", "written", ""),
        ("camera", "push in slowly", "camera", "in"),
        ("camera", "pan to the left", "camera", "left"),
        ("weather", "a rainy evening", "weather", "rain"),
        ("weather", "sunny", "light", "soft-day"),
        ("pose", "raise the left hand", "written", ""),
        ("scale", "30 % smaller and lower", "size", "30 % smaller and lower"),
        ("own", "Let it snow", "weather", "snow"),
        ("own", "Add a candle to the table", "written", ""),
        ("own", "Make it black and white", "grade", "mono"),
    ],
)
def test_words_name_an_operation_or_are_written(kind: str, text: str, operation: str, value: str) -> None:
    assert words.read(Change(kind, text=text)) == Reading(operation, value)


def test_a_removal_needs_a_box_and_says_so() -> None:
    change = Change("own", text="Make the violin invisible")

    assert words.read(change).operation == "written"
    assert words.reason(change) == words.NO_BOX
    assert words.read(Change("own", text=change.text, box=BOX)).operation == "remove"
    assert words.reason(Change("pose", text="jump")) == words.BY_WORDS


@pytest.mark.parametrize("text", ["dawn", "neon", "candle", "moon", "window", "studio", "overcast", "noon"])
def test_every_light_that_is_read_exists(text: str) -> None:
    assert words.LIGHT(text).value in LOOKS


@pytest.mark.parametrize(
    "text",
    ["noir", "monochrome", "sepia", "film", "vivid", "pastel", "dreamy", "warm", "cool", "bright", "dim"],
)
def test_every_style_that_is_read_exists(text: str) -> None:
    assert words.read(Change("style", text=text)).value in GRADES


@pytest.mark.parametrize(
    ("text", "sizing"),
    [
        ("30 % smaller and lower", Sizing(0.7, 0.0, 0.08)),
        ("twice as large", Sizing(2.0)),
        ("half the size, to the left", Sizing(0.5, -0.12, 0.0)),
        ("20 percent bigger", Sizing(1.2)),
        ("a bit higher", Sizing(1.0, 0.0, -0.08)),
        ("200 % smaller", Sizing(0.1)),
    ],
)
def test_sizes_and_places_are_read_from_words(text: str, sizing: Sizing) -> None:
    found = sizing_of(text)

    assert (found.scale, found.right, found.down) == pytest.approx((sizing.scale, sizing.right, sizing.down))
