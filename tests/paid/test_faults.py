"""What the provider can do to a create, a look and a download, and where the step, the attempt and the money end.

In every row the emulator's tally decides: no attempt has more than one accepted create.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from channels.db import database_sync_to_async

from projects.failures import Code
from projects.models import Budget
from projects.states import AttemptState, Status
from tests.emulator import Emulator
from tests.paid.conftest import Told, asked, run, told

pytestmark = pytest.mark.django_db(transaction=True)
_A, _S, _C = AttemptState, Status, Code


@dataclass(frozen=True)
class Row:
    """One fault and what it comes to. `charged`: whether money was spent in the end; None: it is still held."""

    fault: str | int
    status: Status
    code: str = ""
    states: tuple[AttemptState, ...] = ()
    charged: bool | None = False
    creates: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    waits_for: str = ""


def refused(fault: str | int, code: Code, **options: Any) -> Row:
    """Return a row whose request is refused and costs nothing."""
    return Row(fault, _S.FAILED, code, (_A.REFUSED,), False, 0, options)


def doubtful(fault: str | int, creates: int, **options: Any) -> Row:
    """Return a row whose answer is lost: the money stays held, and a person is asked."""
    return Row(fault, _S.UNCONFIRMED, _C.PROVIDER_DOWN, (_A.UNCONFIRMED,), None, creates, options)


def done(fault: str | int, **options: Any) -> Row:
    """Return a row that ends well after all."""
    return Row(fault, _S.SUCCEEDED, "", (_A.STORED,), True, 1, options)


def ended(fault: str | int, code: Code, state: AttemptState, *, charged: bool, **options: Any) -> Row:
    """Return a row whose accepted work ends without a result."""
    return Row(fault, _S.FAILED, code, (state,), charged, 1, options)


ROWS: dict[str, Row] = {
    "F1 a bad argument": refused("status", _C.INPUT_REJECTED, status=400),
    "F2 a region": refused("region", _C.REGION_LIMITED),
    "F3 an unknown key": refused("status", _C.CREDENTIALS_REJECTED, status=401, reason="API_KEY_INVALID"),
    "F3 a forbidden key": refused("status", _C.CREDENTIALS_REJECTED, status=403, reason="CONSUMER_SUSPENDED"),
    "F4 a model that has gone": refused("retired", _C.MODEL_UNAVAILABLE),
    "a body that is too large": refused("status", _C.FILE_TOO_LARGE, status=413, form="none"),
    "F7 a time-out of the server": doubtful("status", 0, status=408),
    "F7 a conflict": doubtful("status", 0, status=409),
    "F7 a cancelled request": doubtful("status", 0, status=499),
    "F7 a gateway's page": doubtful("gateway", 0, status=502),
    "F7 a deadline": doubtful("status", 0, status=504),
    "a 500 without the provider's body": doubtful("status", 0, status=500, form="none"),
    "a 503 of a gateway": doubtful("gateway", 0, status=503),
    "F10 a fault of the provider": refused("status", _C.PROVIDER_DOWN, status=500),
    "F14 an answer that is lost": doubtful("lost", 1),
    "F14 a reset": doubtful("reset", 1),
    "F14 half a header": doubtful("half_header", 1),
    "F14 a cut body": doubtful("cut", 1),
    "F14 an empty object": doubtful("empty_object", 1),
    "F14 no JSON": doubtful("not_json", 1),
    "F14 no id": doubtful("no_id", 1),
    "F5 a young id that is unknown": done("young", times=2),
    "F11 a look that is refused": done("status", kind="poll", status=400, times=2),
    "F11 a look without a key": done("status", kind="poll", status=401),
    "F11 a provider that is down while it works": done("status", kind="poll", status=503, times=2),
    "F11 a look that is reset": done("reset", kind="poll"),
    "the bytes come with the answer": done("comes_inline"),
    "the address comes with the answer": done("comes_as_uri"),
    "F16 a download that ends early": done("truncated", times=2),
    "F18 an address that has expired": done("expired"),
    "F22 an output that is blocked": ended("blocked", _C.SAFETY_BLOCKED, _A.FAILED, charged=True),
    "F22 an input that is blocked": ended("failed", _C.SAFETY_BLOCKED, _A.FAILED, charged=True),
    "an empty result": ended("empty", _C.EMPTY_RESULT, _A.FAILED, charged=True),
    "F16 video that was counted and is not there": Row("tokens_only", _S.QUEUED, "", (_A.FINISHED,), True, 1),
    "the provider cancels": ended(
        "cancelled_by_provider", _C.CANCELLED_BY_PROVIDER, _A.CANCELLED, charged=True
    ),
}


@pytest.mark.parametrize("name", ROWS)
async def test_each_fault_ends_where_it_should(emulator: Emulator, name: str) -> None:
    row = ROWS[name]
    emulator.fault(row.fault, **row.options)

    came = await run(await asked())

    assert (came.step.status, came.step.code) == (row.status, row.code), came.step.detail
    assert tuple(came.states) == row.states
    assert len(emulator.ledger.creates()) == row.creates
    await check_money(came, emulator, charged=row.charged)


async def check_money(came: Told, emulator: Emulator, *, charged: bool | None) -> None:
    """Compare the budget with what is held and spent, and the tally with the attempts."""
    budget = await Budget.objects.aget()
    spent = sum(attempt.cost_usd for attempt in came.attempts)
    assert budget.spent == spent
    assert (budget.reserved > 0) == came.held == (charged is None)
    assert (spent > 0) == bool(charged)
    for attempt in came.attempts:
        assert len(emulator.ledger.creates(label=str(attempt.uuid))) <= 1


async def rest(step: Any, most: int = 12) -> Told:
    """Run a step whenever it is due, until it rests."""
    came = await run(step)
    for _ in range(most):
        if came.step.status != Status.QUEUED or came.step.waits_for == "quota":
            break
        await asyncio.sleep(0.05)
        came = await run(step)
    return came


@pytest.mark.parametrize("hint", [{}, {"retry_after": 1}])
async def test_a_rate_limit_is_waited_for_with_a_new_attempt_on_the_same_money(
    emulator: Emulator, hint: dict[str, Any]
) -> None:
    emulator.fault("status", status=429, times=1, **hint)

    came = await run(step := await asked())

    assert (came.step.status, came.step.waits_for) == (Status.QUEUED, "rate")
    assert came.step.not_before is not None
    assert came.states == [_A.REFUSED, _A.PLANNED]
    assert came.held
    if not hint:
        came = await rest(step, most=60)
        assert came.states == [_A.REFUSED, _A.STORED]
        await check_money(came, emulator, charged=True)


async def test_a_busy_provider_is_tried_three_more_times(emulator: Emulator) -> None:
    emulator.fault("status", status=503, times=9)

    came = await rest(await asked(), most=200)

    assert (came.step.status, came.step.code) == (Status.FAILED, _C.PROVIDER_DOWN)
    assert came.states == [_A.REFUSED] * 4
    await check_money(came, emulator, charged=False)


async def test_a_quota_of_the_day_pauses_the_step_and_keeps_its_money(emulator: Emulator) -> None:
    emulator.fault("daily_quota")

    came = await rest(await asked())

    assert (came.step.status, came.step.waits_for) == (Status.QUEUED, "quota")
    assert came.held


async def test_a_provider_that_cannot_be_reached_is_never_sent_anything(
    emulator: Emulator, settings: Any
) -> None:
    settings.GEMINI_BASE_URL = "http://127.0.0.1:9"

    came = await run(step := await asked())

    assert (came.step.status, came.step.waits_for) == (Status.QUEUED, "rate")
    assert came.states == [_A.PLANNED]
    assert came.held
    settings.GEMINI_BASE_URL = emulator.url
    came = await rest(step, most=200)
    assert came.states == [_A.STORED]
    await check_money(came, emulator, charged=True)


async def test_a_lost_answer_is_never_sent_again_by_itself(emulator: Emulator) -> None:
    emulator.fault("lost")
    step = await asked()
    await run(step)

    again = await run(step)

    assert again.step.status == Status.UNCONFIRMED
    assert len(emulator.ledger.creates()) == 1
    assert (await database_sync_to_async(told)(step)).states == [_A.UNCONFIRMED]
