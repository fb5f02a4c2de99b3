"""What a precondition that is not met means, and what a look-up on the web costs."""

from __future__ import annotations

from typing import Any

import pytest

from projects.engines import answers, models, prices
from projects.engines.base import Json
from projects.engines.errors import Refused
from projects.failures import FAILURES, Code


class TestRefusals:
    """What a precondition that is not met means."""

    def refused(self, message: str, status: str = "FAILED_PRECONDITION") -> Refused:
        """Return what a 400 means."""
        return answers.refusal(answers.Said(400, {"code": 400, "message": message, "status": status}, {}))

    def test_a_country_without_the_free_tier_is_a_region_and_the_remedy_is_named(self) -> None:
        said = self.refused(
            "Gemini API free tier is not available in your country. Please enable billing on your project in "
            "Google AI Studio."
        )

        assert said.code == Code.REGION_LIMITED
        assert (
            said.sentence
            == "The provider asks for billing in this country. Turn it on for the key's project."
        )
        assert not said.again

    def test_the_status_is_read_where_the_words_are_others(self) -> None:
        said = self.refused("Not offered where you are.")

        assert (said.code, said.sentence) == (Code.REGION_LIMITED, FAILURES[Code.REGION_LIMITED].why)
        assert self.refused("Not so.", "INVALID_ARGUMENT").code == Code.INPUT_REJECTED

    def test_a_file_that_is_not_ready_is_no_region(self) -> None:
        said = self.refused("The File 4d21d8wxg1pe is not in an ACTIVE state and usage is not allowed.")

        assert said.code == Code.FILE_PROCESSING_FAILED


class TestCounts:
    """What a look-up on the web costs."""

    PRICES = prices.stored(models.find(models.shipped(), "gemini-nano-banana-2.1", "developer"), "1K")  # type: ignore[arg-type]
    USAGE: Json = {
        "total_input_tokens": 1000,
        "total_output_tokens": 1120,
        "output_tokens_by_modality": [{"modality": "image", "tokens": 1120}],
    }

    def more(self, **counted: Any) -> float:
        """Return what a count costs more than the same picture without it."""
        with_it, without = (
            prices.by_usage(self.PRICES, usage) for usage in (self.USAGE | counted, self.USAGE)
        )
        assert with_it is not None
        assert without is not None
        return float(with_it - without)

    def test_each_search_on_the_developer_door_is_charged(self) -> None:
        once = float(self.PRICES["grounding_call"])
        searches = [{"type": "google_search", "count": 3}, {"type": "google_maps", "count": "1"}]

        assert once > 0
        assert self.more(grounding_tool_count=searches) == pytest.approx(4 * once)
        assert self.more(grounding_calls=2) == pytest.approx(2 * once)

    @pytest.mark.parametrize(
        "junk", [None, 5, [5], [{"count": -3}], [{"type": "google_search"}], {"count": 3}]
    )
    def test_a_count_of_searches_that_is_none_costs_nothing(self, junk: Any) -> None:
        assert self.more(grounding_tool_count=junk) == 0

    def test_what_a_tool_brought_in_is_charged_as_input(self) -> None:
        million = float(self.PRICES["input_million"])

        assert self.more(total_tool_use_tokens=500) == pytest.approx(500 * million / 1_000_000)

    @pytest.mark.parametrize("odd", [{"usd": 1}, "free", "-1", -0.5, "NaN", "Infinity", True, 10**30])
    def test_a_stated_cost_that_is_no_sum_is_passed_over(self, odd: Any) -> None:
        assert self.more(cost=odd) == 0
