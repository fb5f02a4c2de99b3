"""The table of models: every row is whole, every retired id leads on, and a wrong value gets a sentence."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from projects.engines import models
from projects.engines.models import Model

SHIPPED = models.shipped()
OFFERED = [model for model in SHIPPED if model.is_offered]
TODAY = date(2026, 11, 20)
LAST_VEO = date(2027, 5, 4)


def name_of(model: Model) -> str:
    """Return what a test is called by."""
    return f"{model.id}-{model.door}"


def row(id_: str, door: str = "developer") -> Model:
    """Return a shipped model."""
    found = models.find(SHIPPED, id_, door)
    assert found is not None
    return found


@pytest.mark.parametrize("model", SHIPPED, ids=name_of)
def test_every_id_leads_to_a_model_that_is_offered_behind_the_same_door(model: Model) -> None:
    after = models.alive(SHIPPED, model)

    assert after is not None
    assert after.is_offered
    assert after.door == model.door
    assert (after is model) == model.is_offered


@pytest.mark.parametrize("model", OFFERED, ids=name_of)
def test_what_is_offered_has_a_purpose_abilities_sizes_ratios_and_a_price_for_each_size(model: Model) -> None:
    assert model.purpose.endswith(".")
    assert model.abilities
    assert not model.abilities & model.unconfirmed
    assert model.ratios
    assert set(model.sizes) == {*model.video_second, *model.image}
    makes_clips = any(ability.startswith("video") for ability in model.abilities)
    assert bool(model.seconds or model.lengths) == makes_clips
    assert bool(model.video_second) == makes_clips


def test_no_id_stands_twice_behind_a_door() -> None:
    keys = [(model.id, model.door) for model in SHIPPED]

    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("id_", "door", "size", "usd"),
    [
        ("gemini-omni-1.2-flash", "developer", "720p", "0.0695"),
        ("gemini-omni-1.1-flash", "developer", "720p", "0.1014"),
        ("veo-3.1-generate-001", "vertex", "4k", "0.6"),
        ("gemini-nano-banana-2.1", "developer", "1K", "0.0336"),
        ("gemini-3-pro-image", "vertex", "4K", "0.24"),
    ],
)
def test_prices_are_exact(id_: str, door: str, size: str, usd: str) -> None:
    model = row(id_, door)

    assert {**model.video_second, **model.image}[size] == Decimal(usd)


@pytest.mark.parametrize("size", ["1K", "2K", "4K"])
def test_a_picture_and_its_tokens_cost_the_same(size: str) -> None:
    model = row("gemini-nano-banana-2.1")
    tokens = {"1K": 1120, "2K": 1680, "4K": 2520}[size]

    assert model.image[size] == tokens * model.image_million / 1_000_000


@pytest.mark.parametrize(
    ("id_", "successor"),
    [
        ("gemini-omni-flash-preview", "gemini-omni-1.2-flash"),
        ("gemini-3.1-flash-image-preview", "gemini-nano-banana-2.1"),
        ("gemini-3-pro-image-preview", "gemini-3-pro-image"),
        ("veo-3.1-generate-preview", "gemini-omni-1.2-flash"),
        ("imagen-4.0-generate-001", "gemini-nano-banana-2.1"),
    ],
)
def test_an_id_that_older_material_names_falls_to_the_model_of_today(id_: str, successor: str) -> None:
    after = models.alive(SHIPPED, row(id_))

    assert after is not None
    assert after.id == successor


def test_successors_that_lead_in_a_circle_lead_nowhere() -> None:
    one = models.parse({**plain("gemini-omni-flash-preview"), "id": "one", "successor": "two"})
    two = models.parse({**plain("gemini-omni-flash-preview"), "id": "two", "successor": "one"})

    assert models.alive([one, two], one) is None


def test_a_model_is_offered_until_the_day_it_retires() -> None:
    veo = row("veo-3.1-generate-001", "vertex")
    before, after = (models.on(SHIPPED, LAST_VEO - timedelta(days=days)) for days in (1, 0))

    assert models.alive(before, veo) == veo
    late = models.find(after, veo.id, "vertex")
    assert late is not None
    found = models.alive(after, late)
    assert found is not None
    assert (late.status, found.id) == ("retired", "gemini-omni-1.2-flash")
    assert late.version != veo.version


def test_thirty_days_ahead_people_are_told_and_not_a_day_earlier() -> None:
    key = ("veo-3.1-generate-001", "vertex")

    assert key not in models.notes(SHIPPED, LAST_VEO - timedelta(days=31))
    assert (
        models.notes(SHIPPED, LAST_VEO - timedelta(days=30))[key]
        == "Veo 3.1 retires on 4 May 2027. New work goes to Omni 1.2."
    )
    assert models.notes(SHIPPED, LAST_VEO)[key] == "Veo 3.1 retired on 4 May 2027. New work goes to Omni 1.2."


def test_today_only_retired_models_have_a_note() -> None:
    noted = models.notes(SHIPPED, TODAY)

    assert set(noted) == {(model.id, model.door) for model in SHIPPED if model.status == "retired"}


def test_a_model_without_successor_says_so() -> None:
    alone = models.parse({**plain("gemini-omni-flash-preview"), "successor": ""})

    (said,) = models.notes([alone], TODAY).values()

    assert said == "Omni preview retired on 30 September 2026. Choose another model for new work."


def plain(id_: str, **values: Any) -> dict[str, Any]:
    """Return a shipped row as plain values, with these over them."""
    return dict(models.row(id_, "developer", values))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"price": 1}, "A model has no price."),
        ({"status": "gone"}, "“status” is one of preview, current, retiring, retired."),
        ({"status": "retiring"}, "add “retires_on”"),
        ({"retires_on": "4 May"}, "“retires_on” is a day such as 2027-05-04, or null."),
        ({"abilities": ["video.sing"]}, "“abilities” is a list of abilities, of which there are chain,"),
        ({"sizes": ["8k"]}, "Each size has a price in “video_second” or “image”: 8k."),
        ({"ratios": "16:9"}, "“ratios” is a list of words"),
        ({"seconds": [15, 3]}, "“seconds” is a list of the shortest and the longest, such as [3, 15]."),
        ({"seconds": [3, "15"]}, "“seconds” is"),
        ({"references": -1}, "“references” is a whole number."),
        ({"references": True}, "“references” is a whole number."),
        ({"background": "yes"}, "“background” is true or false."),
        ({"video_second": {"720p": "cheap"}}, "“video_second” is US dollars by size"),
        ({"video_second": 0.1}, "“video_second” is US dollars by size"),
        ({"input_million": -1}, "“input_million” is an amount in US dollars"),
        ({"input_million": "NaN"}, "“input_million” is an amount in US dollars"),
        ({"label": 3}, "“label” is a text."),
        ({"id": "other"}, "“id” and “door” say which model it is."),
    ],
)
def test_a_wrong_value_gets_one_sentence(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=r"^[“A-Z].*\.$") as refused:
        models.parse(plain("gemini-omni-1.2-flash", **values))

    assert words in str(refused.value)


def test_values_of_json_become_what_the_row_holds() -> None:
    values = {"retires_on": "2027-01-31", "video_second": {"360p": 0.1, "720p": 0.2, "1080p": 0.3, "4k": 0.4}}

    model = models.parse(plain("gemini-omni-1.2-flash", status="retiring", **values))

    assert model.retires_on == date(2027, 1, 31)
    assert model.video_second["1080p"] == Decimal("0.3")
    assert model.seconds == (3, 15)
    assert model.version != row("gemini-omni-1.2-flash").version


def test_a_new_model_takes_what_its_family_has_in_common() -> None:
    prices = {"1K": 0.1, "2K": 0.2, "4K": 0.3}

    model = models.parse(
        models.row("gemini-nano-banana-3", "vertex", {"family": "nano-banana", "image": prices})
    )

    assert (model.engine, model.door, model.label, model.status) == (
        "nano-banana", "vertex", "gemini-nano-banana-3", "preview",
    )  # fmt: skip
    assert model.references == 14


@pytest.mark.parametrize("family", ["", "banana", ["omni"], None])
def test_a_new_model_names_its_family(family: Any) -> None:
    with pytest.raises(ValueError, match="one of omni, nano-banana, veo, openrouter"):
        models.row("new", "developer", {"family": family})
