"""A cancel while an uploaded clip is made ready: nothing was sent, so it ends at once and costs nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from projects import actions
from projects.models import ProviderFile
from projects.states import AttemptState, Status
from tests.emulator import Emulator
from tests.paid.conftest import check_money, do, run
from tests.paid.test_cancelled import check_nothing_held
from tests.paid.test_remembered import clip, edit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
SOON = 10


async def test_a_clip_that_the_provider_is_still_reading_is_not_waited_for(
    emulator: Emulator, tmp_path: Path
) -> None:
    emulator.fault("processing_forever")
    step = await do(edit, await do(clip, tmp_path))
    other = await do(edit, await step.order.project.assets.aget(), "rain")
    running = asyncio.create_task(run(step))
    await asyncio.to_thread(emulator.ledger.wait, lambda ledger: ledger.requests("file"))
    following = asyncio.create_task(run(other))

    await do(actions.steps.cancel, step.order.by, step)
    async with asyncio.timeout(SOON):
        came = await running

    assert (came.step.status, came.states) == (Status.CANCELLED, [AttemptState.CANCELLED])
    assert (came.held, emulator.ledger.creates()) == (False, [])
    await check_nothing_held(came)
    row = await ProviderFile.objects.aget()
    emulator.world.files[row.name.removeprefix("files/")].outcome = ""
    assert (await following).step.status == Status.SUCCEEDED
    assert len(emulator.ledger.requests("upload")) == 1
    await check_money(emulator)
