"""A person's cancel at each moment of a paid call: before it, while it is sent, and when the work is done already."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from projects import actions
from projects.runner import hold
from projects.states import AttemptState, Status
from tests.emulator import Emulator
from tests.emulator.world import Pace
from tests.paid.conftest import Told, asked, check_money, do, run, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]


async def test_before_anything_is_sent_it_costs_nothing(emulator: Emulator) -> None:
    step = await asked()

    await do(actions.steps.cancel, step.order.by, step)
    came = await run(step)

    assert (came.step.status, came.held) == (Status.CANCELLED, False)
    assert emulator.ledger.creates() == []
    await check_nothing_held(came)


async def test_while_the_create_is_under_way_the_answer_is_awaited_and_its_work_cancelled(
    emulator: Emulator,
) -> None:
    emulator.world.pace = Pace(video=9000)

    came = await cancelled_at(emulator, "create")

    assert (came.step.status, came.states) == (Status.CANCELLED, [AttemptState.CANCELLED])
    assert (len(emulator.ledger.creates()), len(emulator.ledger.requests("cancel"))) == (1, 1)
    await check_nothing_held(came)


async def test_work_that_is_done_already_is_kept_and_says_so(emulator: Emulator) -> None:
    came = await cancelled_at(emulator, "download")

    assert (came.step.status, came.states) == (Status.SUCCEEDED, [AttemptState.STORED])
    assert "It was finished before it could be cancelled." in came.step.notes
    await check_money(emulator)


async def cancelled_at(emulator: Emulator, kind: str) -> Told:
    """Return a clip that was cancelled while the provider held back an answer of this kind."""
    held = emulator.fault("held", kind=kind)
    running = asyncio.create_task(run(step := await asked()))
    assert await asyncio.to_thread(held.arrived.wait, 60)
    await do(actions.steps.cancel, step.order.by, step)
    assert (await do(told, step)).step.status == Status.RUNNING
    [holding] = hold._guards[asyncio.get_running_loop()]._held
    await asyncio.wait_for(holding._cancelled.wait(), 60)
    held.release()
    return await running


async def check_nothing_held(came: Told) -> None:
    """Look at the lines of the only attempt: what was held is released, and nothing is charged."""
    lines: list[Any] = [(kind, usd) for _, kind, usd in came.spend]
    assert [kind for kind, _ in lines] == ["reserve", "release", "charge"]
    assert lines[2][1] == "0.000000"
