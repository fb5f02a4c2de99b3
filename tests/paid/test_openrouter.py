"""Pictures by OpenRouter: one POST whose answer is the end, its cost as stated, and every way that it fails."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from channels.db import database_sync_to_async

from projects.engines import openrouter, prices
from projects.engines.errors import Doubt, Refused
from projects.failures import Code
from projects.models import Asset, Budget, Step
from projects.states import AttemptState, Bill, Status
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import run

rows = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
COMPLETIONS = "/api/v1/chat/completions"
_A, _S = AttemptState, Status


def edit(asset: Asset | None = None, change: str = "a city at sunset") -> Step:
    """Return a queued edit of a picture, upright unless another one is given."""
    asset = asset or factories.make_asset(factories.make_project(), data=factories.photo_bytes(180, 320))
    return factories.make_order(
        asset, task="edit-image", engine="openrouter", kind="own", change=change
    ).steps.get()


async def asked(*args: Any) -> Step:
    """Return a queued edit, from a test that is a coroutine."""
    return await database_sync_to_async(edit)(*args)


class TestPictures:
    """What is sent, and what comes of it."""

    pytestmark = rows

    async def test_an_edit_brings_a_picture_and_costs_what_was_stated(self, router: Emulator) -> None:
        ended = await run(await asked())

        attempt = ended.attempts[0]
        assert (ended.step.status, ended.step.sentence) == (_S.SUCCEEDED, "")
        assert ended.step.output is not None
        assert (ended.step.output.width, ended.step.output.height) == (768, 1376)
        assert (attempt.state, attempt.bill, attempt.cost_usd) == (_A.STORED, Bill.BILLED, Decimal("0.0336"))
        assert len(router.ledger.creates(label=str(attempt.uuid))) == 1
        assert (attempt.ticket or {})["id"] == router.ledger.creates()[0].id
        budget = await Budget.objects.aget()
        assert (budget.reserved, budget.spent) == (Decimal(0), attempt.cost_usd)

    async def test_words_become_a_picture_of_the_format_and_size(self, router: Emulator) -> None:
        ask = {"idea": "a bottle on warm stone", "ratio": "21:9", "size": "2K", "takes": "1"}

        ended = await run(await database_sync_to_async(concept)(**ask))

        assert (ended.step.status, ended.step.sentence) == (_S.SUCCEEDED, "")
        assert (ended.step.output.width, ended.step.output.height) == (3168, 1344)
        assert router.ledger.posts(COMPLETIONS)[0].body["image_config"] == {
            "image_size": "2K",
            "aspect_ratio": "21:9",
        }


def concept(**controls: str) -> Step:
    """Return a queued concept image."""
    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    return factories.make_order(photo, task="concept-images", engine="openrouter", **controls).steps.get()


ENDS: dict[str, tuple[str | int, dict[str, Any], Status, str, str]] = {
    "400": (400, {}, _S.FAILED, Code.INPUT_REJECTED, _A.REFUSED),
    "an unknown key": (401, {}, _S.FAILED, Code.CREDENTIALS_REJECTED, _A.REFUSED),
    "a model that has gone": ("retired", {}, _S.FAILED, Code.MODEL_UNAVAILABLE, _A.REFUSED),
    "500": (500, {}, _S.FAILED, Code.PROVIDER_DOWN, _A.REFUSED),
    "a gateway's page": ("gateway", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "a gateway's 503": ("gateway", {"status": 503}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "a reset": ("reset", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "a lost answer": ("lost", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "half an answer": ("cut", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "no choices": ("no_id", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "no JSON": ("not_json", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "a withheld picture": ("image_safety", {}, _S.FAILED, Code.SAFETY_BLOCKED, _A.FAILED),
    "words in its place": ("blocked", {}, _S.FAILED, Code.SAFETY_BLOCKED, _A.FAILED),
    "nothing": ("empty", {}, _S.FAILED, Code.EMPTY_RESULT, _A.FAILED),
    "garbage": ("corrupt", {}, _S.FAILED, Code.OUTPUT_CORRUPT, _A.FAILED),
}


class TestFaults:
    """How it ends when it does not go well; always after one POST."""

    pytestmark = rows

    @pytest.mark.parametrize("name", ENDS)
    async def test_each_fault_ends_where_it_should_after_one_post(self, router: Emulator, name: str) -> None:
        fault, options, status, code, state = ENDS[name]
        router.fault(fault, times=None, **options)

        came = await run(await asked())

        assert (came.step.status, came.step.code) == (status, code), came.step.detail
        assert came.states == [state]
        assert len(router.ledger.posts(COMPLETIONS)) == 1
        assert came.held == (status == _S.UNCONFIRMED)

    @pytest.mark.parametrize("status", [429, 503])
    async def test_a_busy_provider_is_waited_for_on_the_same_money(
        self, router: Emulator, status: int
    ) -> None:
        router.fault(status, retry_after=1)

        came = await run(await asked())

        assert (came.step.status, came.step.waits_for) == (_S.QUEUED, "rate")
        assert came.states == [_A.REFUSED, _A.PLANNED]
        assert came.held
        assert len(router.ledger.posts(COMPLETIONS)) == 1

    async def test_nothing_is_sent_when_nobody_listens(self, router: Emulator, settings: Any) -> None:
        settings.OPENROUTER_BASE_URL = "http://127.0.0.1:9/api/v1"

        came = await run(await asked())

        assert (came.step.status, came.states) == (_S.QUEUED, [_A.PLANNED])


def test_a_flagged_input_is_a_refusal_of_safety() -> None:
    error = {"code": 403, "message": "flagged", "metadata": {"reasons": ["violence"], "flagged_input": "x"}}

    flagged = openrouter.refusal(403, json.dumps({"error": error}).encode(), {})
    forbidden = openrouter.refusal(403, b'{"error": {"code": 403, "message": "no"}}', {})

    assert isinstance(flagged, Refused)
    assert (flagged.code, forbidden.code) == (Code.SAFETY_BLOCKED, Code.CREDENTIALS_REJECTED)


def test_an_error_within_a_success_is_an_end_and_not_a_lost_answer() -> None:
    answer = openrouter.said({"id": "gen-1", "error": {"code": 502, "message": "upstream"}})

    assert (answer.status, answer.media) == ("failed", ())
    with pytest.raises(Doubt):
        openrouter.said({"id": "gen-1"})


def test_a_picture_at_an_address_elsewhere_is_not_taken() -> None:
    held = {"type": "image_url", "image_url": {"url": "https://elsewhere.example/a.png"}}

    answer = openrouter.said({"choices": [{"message": {"images": [held]}}]})

    assert answer.media == ()


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        ({"cost": 0.0387000001}, "0.038701"),
        ({"cost": 0}, "0"),
        ({"cost": 0.002, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.0336}}, "0.0356"),
        ({"cost": 0.0336, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.03}}, "0.0336"),
        ({"cost": "0.0391"}, "0.0391"),
        (
            {"cost": "0.002", "is_byok": True, "cost_details": {"upstream_inference_cost": "0.0336"}},
            "0.0356",
        ),
        ({"cost": "0.002", "is_byok": True, "cost_details": {"upstream_inference_cost": "free"}}, "0.002"),
        ({"prompt_tokens": 5}, None),
        *(({"cost": odd}, None) for odd in (True, "NaN", float("inf"), "Infinity", "free", "", "-1", 1e12)),
        (None, None),
    ],
)
def test_the_stated_cost_is_what_is_booked(usage: Any, usd: str | None) -> None:
    booked = prices.by_usage({}, openrouter.usage_of(usage))

    assert booked == (None if usd is None else Decimal(usd))
