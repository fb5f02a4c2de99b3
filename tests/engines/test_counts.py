"""What counts as a provider's count of tokens: whole numbers in each form that JSON has for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from projects.engines import prices

PRICES = dict.fromkeys(("video_million", "image_million", "input_million", "text_million"), "1")
PRICES["grounding_call"] = "0"


def booked(count: Any) -> Decimal | None:
    """Return what so many tokens of a picture cost, at a dollar a million."""
    rows = [{"modality": "image", "tokens": count}]
    return prices.by_usage(PRICES, {"total_output_tokens": count, "output_tokens_by_modality": rows})


@pytest.mark.parametrize("count", [1120, 1120.0, "1120"])
def test_a_whole_number_is_a_count(count: Any) -> None:
    assert booked(count) == Decimal("0.00112")


@pytest.mark.parametrize("count", [1120.5, -1120.0, 1e300, float("inf"), float("nan"), True, None, "1e3"])
def test_what_is_no_whole_number_is_none(count: Any) -> None:
    assert booked(count) is None
