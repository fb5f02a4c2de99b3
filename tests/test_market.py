"""What a team can buy from: when one of its keys cannot be opened any more, and that a key is one row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from projects.actions import market, orders
from projects.models import Door, sealed
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.rows]


def test_a_key_whose_seal_is_lost_closes_its_own_door_only(settings: Any) -> None:
    project = factories.make_project()
    keys = [sealed.new_key(), sealed.new_key()]
    for key, last4 in zip(keys, ("lost", "kept"), strict=True):
        settings.FIELD_ENCRYPTION_KEYS = [key]
        Door.objects.create(team=project.team, kind="developer", secret=sealed.seal(last4), last4=last4)

    found = market.of(project.created_by, project)

    assert [door.secret for door in found.doors] == ["kept"]


def test_an_engine_whose_models_behind_a_door_have_all_retired_is_no_way(settings: Any) -> None:
    settings.GEMINI_API_KEY = "a-key-of-the-studio-0123456789"
    photo = factories.make_asset(factories.make_project())

    ways = orders.ways(factories.make_ask(photo))

    assert [way.engine.key for way in ways] == ["draft", "omni"]


def test_a_model_that_is_named_leaves_the_ways_of_the_engines_that_have_it(settings: Any) -> None:
    settings.GEMINI_API_KEY = settings.OPENROUTER_API_KEY = "a-key-of-the-studio-0123456789"
    photo = factories.make_asset(factories.make_project())
    ask = factories.make_ask(photo, task="edit-image", kind="own", change="Add snow")

    def keys(model: str) -> list[str]:
        return [way.engine.key for way in orders.ways(replace(ask, model=model))]

    assert keys("") == ["draft", "nano-banana", "openrouter"]
    assert keys("gemini-3-pro-image") == ["draft", "nano-banana"]
    assert keys("google/gemini-nano-banana-2.1") == ["draft", "openrouter"]


def test_a_key_of_the_studio_is_one_row_and_teams_share_their_last_four_signs() -> None:
    one, other = (factories.make_project().team for _ in range(2))
    for team in (one, other, None):
        Door.objects.create(team=team, kind="developer", last4="same")

    for team in (one, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Door.objects.create(team=team, kind="developer", last4="same")
