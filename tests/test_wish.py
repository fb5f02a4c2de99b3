"""The wish: JSON both ways, and sizes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.wish import Camera, Change, Ratio, Shot, Size, Wish, pixels

WORDS = st.text(max_size=12)
SHARE = st.floats(0, 1)
WISHES = st.builds(
    Wish,
    subject=WORDS,
    locks=st.lists(WORDS, max_size=3).map(tuple),
    camera=st.builds(Camera, move=WORDS, speed=WORDS),
    shots=st.lists(st.builds(Shot, start=SHARE, end=SHARE, action=WORDS, words=WORDS), max_size=3).map(tuple),
    words=st.lists(WORDS, max_size=2).map(tuple),
    seconds=st.integers(0, 60),
    change=st.none()
    | st.builds(
        Change, kind=WORDS, target=WORDS, text=WORDS, box=st.none() | st.tuples(SHARE, SHARE, SHARE, SHARE)
    ),
    roles=st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=2).map(tuple),
)


@given(WISHES)
def test_a_wish_survives_json(wish: Wish) -> None:
    assert Wish.from_json(json.loads(json.dumps(wish.to_json()))) == wish


def test_an_unknown_key_or_version_is_refused() -> None:
    with pytest.raises(ValueError, match="has no colour"):
        Wish.from_json({**Wish().to_json(), "colour": "red"})
    with pytest.raises(ValueError, match="another version"):
        Wish.from_json({**Wish().to_json(), "version": 2})


@pytest.mark.parametrize(
    ("form", "size", "expected"),
    [
        ("16:9", "1080p", Size(1920, 1080)),
        ("9:16", "720p", Size(720, 1280)),
        ("1:1", "360p", Size(360, 360)),
        ("4:5", "1080p", Size(1080, 1350)),
    ],
)
def test_a_format_and_a_size_give_even_pixels(form: str, size: str, expected: Size) -> None:
    assert pixels(form, size) == expected


@pytest.mark.parametrize("text", ["", "16", "a:b", "0:9", "16:9:1", "-1:2"])
def test_what_is_no_format_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a format"):
        Ratio.parse(text)
