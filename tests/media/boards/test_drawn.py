"""Boards as pictures: colours, words that fit and read, frames in every format, references by their role."""

from __future__ import annotations

import numpy as np
import pytest

from projects.exports import RATIOS, image_pixels
from projects.media.arrays import Rgb
from projects.media.boards import frame, lettering, palette, reference, scenery
from projects.media.boards.frame import Idea
from projects.media.boards.lettering import Sheet, Type
from projects.media.faults import Refused
from projects.media.typography.fonts import Fonts
from tests import making

SMALL = (256, 256)
BOLD = Fonts(600)
IDEA = Idea("A bottle on warm stone at the sea", words=("After the heat.",), mood="golden hour")


def flat(*colour: int) -> Rgb:
    """Return a small picture of one colour."""
    return np.full((60, 80, 3), colour, np.uint8)


def test_words_call_colours_and_a_night_is_dark() -> None:
    sunset, night = (palette.from_words(words, 0) for words in ("sunset over dunes", "neon city at night"))

    assert sunset == palette.from_words("sunset over dunes", 0)
    assert sunset != palette.from_words("sunset over dunes", 1)
    assert (sunset.dark, night.dark) == (False, True)
    assert sunset.mid[0] > sunset.mid[2]


@pytest.mark.parametrize("words", [theme.words for theme in palette.THEMES])
def test_the_tones_of_a_palette_rise_from_deep_to_pale(words: str) -> None:
    found = palette.from_words(words, 0)

    tones = [palette.luminance(tone) for tone in found.tones[:5]]
    assert tones == sorted(tones)
    assert palette.contrast(found.deep, found.pale) > 7


def test_pictures_give_their_own_colours() -> None:
    red, blue = (palette.from_pictures([flat(*colour)]) for colour in ((190, 40, 40), (40, 60, 190)))

    assert red.mid[0] > red.mid[2] + 60
    assert blue.accent[2] > blue.accent[0] + 60


@pytest.mark.parametrize("composition", scenery.COMPOSITIONS, ids=lambda entry: entry.paint.__name__)
@pytest.mark.parametrize("size", [(160, 90), (90, 160)])
def test_every_composition_fills_every_frame_the_same_way_twice(
    composition: scenery.Composition, size: tuple[int, int]
) -> None:
    colours = palette.from_words("sea", 0)

    made = scenery.painted(size, composition, colours, 1)

    assert made.shape == (size[1], size[0], 3)
    assert np.array_equal(made, scenery.painted(size, composition, colours, 1))
    assert not np.array_equal(made, scenery.painted(size, composition, colours, 2))
    assert made.std(axis=(0, 1)).max() > 5


def test_words_choose_the_composition_and_the_next_take_turns_to_another() -> None:
    first, second = (scenery.chosen("a city street at night", seed).name for seed in (0, 1))

    assert first == "Long view of a city"
    assert second != first


def test_words_are_set_as_large_as_they_fit_and_cut_where_they_do_not() -> None:
    how = Type(BOLD, (60, 20))

    short, long = (lettering.fitted(words, how, (300, 140)) for words in ("After the heat.", "word " * 200))

    assert short.pixels == 60
    assert (long.pixels, long.lines[-1].endswith("…")) == (20, True)
    assert max(short.height, long.height) <= 140


def test_words_from_the_right_stand_at_the_right() -> None:
    left, right = (np.nonzero(covered(words).max(axis=0))[0] for words in ("After", "بعد"))

    assert left[0] < 12
    assert right[-1] > 188


def covered(words: str) -> np.ndarray:
    """Return where a sheet of 200 by 60 shows words."""
    sheet = Sheet((200, 60))
    sheet.words(
        lettering.fitted(words, Type(BOLD, (30, 30)), (200, 40)), BOLD, (0, 5, 200, 40), (255, 255, 255)
    )
    return sheet.patch().opacity


def test_a_sheet_lies_alike_on_a_picture_and_as_a_patch() -> None:
    sheet = Sheet((80, 60))
    sheet.bar((-5, 10.5, 40, 20), (250, 240, 230), 0.5, 6)
    under = flat(20, 40, 60)

    laid, patch = sheet.laid_on(under), sheet.patch()

    mixed = under * (1 - patch.opacity[..., None]) + patch.colour
    assert np.abs(laid - mixed).max() <= 1
    assert laid[20, 10, 0] == 135


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_frame_has_the_pixels_of_its_format(ratio: str) -> None:
    whole = image_pixels(ratio, "1K")
    size = whole.width // 4, whole.height // 4

    made = frame.drawn(IDEA, size, 0, ())

    assert made.shape == (size[1], size[0], 3)
    left, top, width, height = (round(side) for side in frame.planned(size).picture)
    outside = made.copy()
    outside[top : top + height, left : left + width] = frame.PAPER
    assert (outside != frame.PAPER).any(), "the words stand on the paper"
    assert not (made[top : top + height, left : left + width] == frame.PAPER).all(axis=2).any(axis=1).all()


def test_the_same_seed_gives_the_same_frame_and_the_next_take_another() -> None:
    first = frame.drawn(IDEA, SMALL, 3, ())

    assert np.array_equal(first, frame.drawn(IDEA, SMALL, 3, ()))
    assert np.abs(first.astype(int) - frame.drawn(IDEA, SMALL, 4, ())).mean() > 2


def test_the_largest_frame_has_the_pixels_that_a_model_gives() -> None:
    assert str(image_pixels("8:1", "4K")) == str(image_pixels("8:1", "1K")).replace("3072", "12288").replace(
        "384", "1536"
    )


def test_references_stand_in_the_frame_whole_enough_to_be_known() -> None:
    made = frame.drawn(Idea("Two cups"), SMALL, 0, (), [flat(200, 30, 30), flat(30, 30, 200)])

    assert (np.abs(made.astype(int) - (200, 30, 30)).max(axis=2) < 12).mean() > 0.15
    assert (np.abs(made.astype(int) - (30, 30, 200)).max(axis=2) < 12).mean() > 0.15


def test_a_sign_that_no_font_draws_is_refused() -> None:
    with pytest.raises(Refused, match="No font here draws"):
        frame.drawn(Idea("\U00013000"), SMALL, 0, ())


@pytest.mark.parametrize("count", range(1, 7))
@pytest.mark.parametrize("size", [(300, 200), (200, 360)])
def test_the_places_of_a_board_fill_it_without_touching(count: int, size: tuple[int, int]) -> None:
    seen = np.zeros((size[1], size[0]), int)
    for left, top, width, height in frame.cells(count, size, 4):
        assert min(width, height) > 20
        seen[top : top + height, left : left + width] += 1

    assert seen.max() == 1
    assert seen.mean() > 0.9


def test_a_board_shows_each_picture_and_its_label() -> None:
    colours = palette.from_pictures([making.quarters()])
    pictures = [("subject", flat(200, 30, 30)), ("style", flat(30, 160, 60))]

    made = reference.board(pictures, (320, 180), colours)

    for _, rgb in pictures:
        assert (np.abs(made.astype(int) - rgb[0, 0]).max(axis=2) < 12).mean() > 0.1
    unlabelled = reference.board([("", rgb) for _, rgb in pictures], (320, 180), colours)
    assert not np.array_equal(made, unlabelled)
