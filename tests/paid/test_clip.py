"""A clip from Omni: sent once, followed, fetched, checked, and its money settled by the provider's count."""

from __future__ import annotations

from decimal import Decimal

import pytest
from channels.db import database_sync_to_async

from projects.models import Budget, Receipt
from projects.states import AttemptState, Bill, Status
from tests.emulator import Emulator
from tests.paid.conftest import asked, run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]


async def test_a_photo_becomes_a_clip_and_the_money_adds_up(emulator: Emulator) -> None:
    step = await asked()

    ended = await run(step)

    attempt = ended.attempts[0]
    assert (ended.step.status, ended.step.sentence) == (Status.SUCCEEDED, "")
    assert ended.step.output is not None
    assert (ended.step.output.kind, ended.step.output.is_draft) == ("video", False)
    assert (attempt.state, attempt.bill) == (AttemptState.STORED, Bill.BILLED)
    assert [kind for _, kind, _ in ended.spend] == ["reserve", "release", "charge"]
    assert Decimal(0) < attempt.cost_usd <= attempt.quote_usd
    budget = await Budget.objects.aget()
    assert (budget.reserved, budget.spent) == (Decimal(0), attempt.cost_usd)
    assert len(emulator.ledger.creates(label=str(attempt.uuid))) == 1
    assert [kind async for kind in Receipt.objects.order_by("pk").values_list("kind", flat=True)] == [
        "ticket",
        "end",
    ]


async def test_what_was_sent_is_kept_without_bytes_or_key(emulator: Emulator) -> None:
    ended = await run(await asked())

    attempt = ended.attempts[0]
    kept = str(attempt.request)
    assert attempt.request["prompt"] == ended.step.prompt
    assert len(attempt.request["inputs"][0]["sha256"]) == 64
    assert emulator.key not in kept
    assert len(kept) < 5000


async def test_an_edit_continues_the_clip_of_its_parent(emulator: Emulator) -> None:
    from tests import factories

    first = (await run(await asked())).step

    def edit():
        return factories.make_order(
            first.output, task="change-lighting", role="source", engine="omni", look="candle"
        ).steps.get()

    ended = await run(await database_sync_to_async(edit)())

    assert (ended.step.status, ended.step.sentence) == (Status.SUCCEEDED, "")
    sent = emulator.ledger.creates(label=str(ended.attempts[0].uuid))[0]
    assert sent.previous == (await first.attempts.aget()).ticket_id
    assert emulator.ledger.requests("create")[-1].body["response_format"]["resolution"] == "360p"
    assert ended.attempts[0].quote_usd < Decimal("0.15")
