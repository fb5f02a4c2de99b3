"""Plates: how a colour is written."""

from __future__ import annotations

import pytest

from projects.media.background.plates import colour_of
from projects.media.faults import Refused


def test_a_colour_is_read_and_anything_else_refused() -> None:
    assert colour_of("#E7ddd0") == (231, 221, 208)
    for text in ("red", "#12345", "", "#zzzzzz", "#11223344"):
        with pytest.raises(Refused, match="#"):
            colour_of(text)
