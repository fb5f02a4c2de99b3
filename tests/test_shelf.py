"""What stands on a task's card: free, from how much, or that a key is missing."""

from __future__ import annotations

from typing import Any

import pytest

from projects import actions, catalogue
from tests import factories

pytestmark = pytest.mark.django_db


def test_without_a_door_everything_is_free() -> None:
    prices = actions.shelf.prices(factories.make_project().team_id)

    assert set(prices) == set(catalogue.all_tasks())
    assert set(prices.values()) == {"free"}


def test_with_a_key_the_cards_name_the_least_price_of_what_is_made(settings: Any) -> None:
    settings.GEMINI_API_KEY = "a-key-of-the-studio-0123456789"

    prices = actions.shelf.prices(factories.make_project().team_id)

    assert prices["clip-from-text"] == "free, or from $0.02 a second"
    assert prices["animate-product"] == "free, or from $0.02 a second"
    assert prices["concept-images"] == "free, or from $0.03"
    assert prices["add-subtitles"] == "free"


def test_a_clip_is_changed_at_a_price_by_the_second_and_a_picture_for_one(settings: Any) -> None:
    settings.GEMINI_API_KEY = "a-key-of-the-studio-0123456789"
    team = factories.make_project().team_id

    found = [actions.shelf.prices(team, kind)["replace-background"] for kind in ("video", "image")]

    assert found == ["free, or from $0.02 a second", "free, or from $0.03"]
