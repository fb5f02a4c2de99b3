"""Plates: how a colour is written."""

from __future__ import annotations

import pytest

from projects.media.faults import Refused
from projects.media.plate import colour_of


def test_a_colour_is_read_and_anything_else_refused() -> None:
    assert colour_of("#E7ddd0") == (231, 221, 208)
    for text in ("red", "#12345", "", "#zzzzzz", "#11223344"):
        with pytest.raises(Refused, match="#"):
            colour_of(text)
