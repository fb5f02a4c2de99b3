"""File names as people see them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.actions import names


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\bottle.jpg", "bottle.jpg"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\x00b\n.png", "ab.png"),
        ("", "untitled"),
        ("...", "untitled"),
        ("e\u0301te\u0301.jpg", "été.jpg"),
    ],
)
def test_a_name_is_text_without_places_or_tricks(given_name: str, expected: str) -> None:
    assert names.shown(given_name) == expected


def test_a_very_long_name_keeps_its_extension() -> None:
    assert names.shown("x" * 4096 + ".jpeg").endswith("x.jpeg")
    assert len(names.shown("x" * 4096 + ".jpeg")) == names.LONGEST


@given(st.text(max_size=300))
def test_any_text_gives_a_name_that_the_row_takes(text: str) -> None:
    name = names.shown(text)

    assert 0 < len(name) <= names.LONGEST
    assert "/" not in name
    assert names.shown(name) == name
