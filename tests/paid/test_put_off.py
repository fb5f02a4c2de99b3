"""How long a step waits that was told to, how often it is tried, and that its upload may be put off as well."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from projects import actions, progress
from projects.failures import Code
from projects.models import Door, Step
from projects.runner.limits import limits
from projects.runner.run import run_step
from projects.states import AttemptState, Status
from tests.emulator import Emulator
from tests.paid import test_remembered
from tests.paid.conftest import Told, asked, check_money, do, run
from tests.paid.test_pauses import creates, rested, two, wake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S, _C = AttemptState, Status, Code
HOUR = timedelta(hours=1)


async def again(step: Step, most: int) -> Told:
    """Run a step so often, each time as if its pause were over."""
    for _ in range(most):
        await wake(step)
        came = await run(step)
    return came


async def test_a_hint_that_is_too_long_is_not_believed(emulator: Emulator) -> None:
    emulator.fault(429, retry_after=900_000)

    await run(await asked())

    assert await rested() <= timezone.now() + timedelta(seconds=limits().quota_wait)


async def test_a_quota_of_the_day_is_not_asked_for_again_after_seconds(emulator: Emulator) -> None:
    violation = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}
    emulator.fault(429, details=[violation], retry_info=4)

    came = await run(await asked())

    assert came.step.waits_for == "quota"
    assert await rested() > timezone.now() + timedelta(seconds=0.9 * limits().quota_wait)


async def test_those_who_were_told_to_wait_do_not_come_back_at_once(emulator: Emulator) -> None:
    emulator.fault(429, times=None, retry_after=100)

    waits = set()
    for _ in range(3):
        came = await run(await asked())
        assert came.step.not_before is not None
        waits.add((came.step.not_before - came.step.changed_at).total_seconds())
        await Door.objects.aupdate(paused_until=None)

    assert len(waits) > 1
    assert min(waits) >= 90


async def test_a_person_who_starts_again_begins_to_count_anew(emulator: Emulator) -> None:
    emulator.fault(503, times=4)
    step = await asked()
    failed = await again(step, 4)
    assert (failed.step.status, failed.step.code) == (_S.FAILED, _C.PROVIDER_DOWN)
    emulator.fault(503)

    await do(actions.steps.retry, failed.step.order.by, failed.step, failed.attempts[-1].quote_usd)
    waiting = await run(step)

    assert waiting.step.status == _S.QUEUED
    assert (await again(step, 1)).step.status == _S.SUCCEEDED
    await check_money(emulator)


async def test_rate_limits_do_not_count_as_a_provider_that_is_down(emulator: Emulator) -> None:
    emulator.fault(429, times=3)
    emulator.fault(503)

    waiting = await again(step := await asked(), 4)

    assert (waiting.step.status, len(waiting.attempts)) == (_S.QUEUED, 5)
    assert (await again(step, 1)).step.status == _S.SUCCEEDED


# Files that are put there first.


@pytest.mark.parametrize("status", [429, 503])
async def test_an_upload_that_is_put_off_is_tried_again(
    emulator: Emulator, tmp_path: Path, status: int
) -> None:
    step = await do(lambda: test_remembered.edit(test_remembered.clip(tmp_path)))
    fault = emulator.fault(status, kind="upload", times=None)

    waiting = await run(step)

    assert (waiting.step.status, waiting.step.waits_for) == (_S.QUEUED, "rate"), waiting.step.detail
    assert waiting.step.not_before is not None
    assert (waiting.states, waiting.held, creates(emulator)) == ([_A.PLANNED], True, 0)
    emulator.world.faults.withdraw(fault)
    came = await again(step, 1)
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    await check_money(emulator)


async def test_an_upload_is_not_tried_for_ever(emulator: Emulator, tmp_path: Path) -> None:
    step = await do(lambda: test_remembered.edit(test_remembered.clip(tmp_path)))
    emulator.fault(503, kind="upload", times=None)
    await run(step)
    await Step.objects.aupdate(started_at=timezone.now() - HOUR)

    came = await again(step, 1)

    assert (came.step.status, came.step.code, came.states) == (_S.FAILED, _C.PROVIDER_DOWN, [_A.FAILED])
    assert (came.held, came.attempts[0].cost_usd, creates(emulator)) == (False, Decimal(0), 0)


async def test_an_upload_that_is_told_to_wait_makes_its_door_rest(emulator: Emulator, tmp_path: Path) -> None:
    step = await do(lambda: test_remembered.edit(test_remembered.clip(tmp_path)))
    emulator.fault(429, kind="upload", times=None, retry_after=60)

    await run(step)

    assert await rested() > timezone.now() + timedelta(seconds=50)


async def test_a_pause_is_never_made_shorter(emulator: Emulator) -> None:
    first, second = await two()
    emulator.fault(402)
    await run(first)
    until = await rested()
    await Door.objects.aupdate(paused_until=None)
    await run_step_while_the_door_falls_asleep(emulator, second, until)

    assert await rested() == until


async def run_step_while_the_door_falls_asleep(emulator: Emulator, step: Step, until: datetime) -> None:
    """Run a step whose create is refused for a minute, after another's has made the door rest for longer."""
    fault = emulator.fault("held", after=False)
    emulator.fault(429, retry_after=1)
    driven = asyncio.create_task(run_step(step.pk, "here", progress.Book()))
    assert await asyncio.to_thread(fault.arrived.wait, 30)
    await Door.objects.aupdate(paused_until=until)
    fault.release()
    await driven
