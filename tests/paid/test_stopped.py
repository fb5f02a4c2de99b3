"""A person's cancel that the provider hears is a cancel, and no failure of the provider."""

from __future__ import annotations

import asyncio

import pytest

from projects import actions
from projects.states import AttemptState, Status
from tests.emulator import Emulator
from tests.paid.conftest import asked, do, run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]


async def test_a_cancel_that_the_provider_hears_ends_as_cancelled(emulator: Emulator) -> None:
    emulator.fault("never_ends")
    running = asyncio.create_task(run(step := await asked()))
    await asyncio.to_thread(emulator.ledger.wait, lambda ledger: ledger.requests("poll"))

    await do(actions.steps.cancel, step.order.by, step)
    came = await running

    assert (came.step.status, came.step.code) == (Status.CANCELLED, "")
    assert (came.states, came.held) == ([AttemptState.CANCELLED], False)
    assert len(emulator.ledger.requests("cancel")) == 1
