"""Answers that come late: after a second start, after the time limit, and results for which there was no room.

In every test the emulator's tally decides: no attempt has more than one accepted create; and the budget is the sum of
its lines.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as now
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone

from projects import actions, progress
from projects.actions.refusal import Refused
from projects.failures import Code
from projects.models import Attempt, Budget, Door, Step, files
from projects.runner import adopt, looks, spool
from projects.runner.run import run_step
from projects.states import AttemptState, Bill, Status
from projects.templatetags import steps as said
from tests.emulator import Emulator
from tests.emulator.world import Pace
from tests.paid.conftest import Told, asked, check_money, cut_off, do, run, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S = AttemptState, Status
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def lost(emulator: Emulator) -> Told:
    """Return a clip whose answer was lost."""
    emulator.fault("lost")
    came = await run(await asked())
    assert (came.states, came.held) == ([_A.UNCONFIRMED], True)
    return came


async def find(emulator: Emulator, attempt: Attempt) -> None:
    """Put the lost answer where a slow first process would leave it."""
    [create] = emulator.ledger.creates(label=str(attempt.uuid))
    await do(spool.keep, attempt.uuid, {"id": create.id, "api_version": "v1beta", "model": attempt.model})


async def start_again(came: Told, first: str) -> Told:
    """Start a clip a second time, once its first start stands as named; return what came of that."""
    person, old = came.step.order.by, came.attempts[0]
    if first == "unconfirmed":
        await do(actions.unconfirmed.start_again, person, came.step, old.quote_usd)
        return await run(came.step)
    if first == "presumed":
        await do(actions.unconfirmed.leave, person, came.step)
    else:
        operator = await do(User.objects.create_superuser, "operator")
        await do(actions.unconfirmed.not_charged, operator, came.step, "it is not on the bill")
    await do(actions.steps.retry, person, await Step.objects.aget(pk=came.step.pk), old.quote_usd)
    return await run(came.step)


@pytest.mark.parametrize("first", ["unconfirmed", "presumed", "written_off"])
async def test_a_first_start_that_came_through_after_a_second_is_a_take_of_its_own(
    emulator: Emulator, first: str
) -> None:
    came = await start_again(await lost(emulator), first)
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [first, _A.STORED])
    await find(emulator, came.attempts[0])

    await do(adopt.sweep)
    await do(adopt.sweep)

    sibling = await came.step.order.steps.exclude(pk=came.step.pk).aget()
    assert (sibling.status, sibling.take, sibling.prompt) == (_S.RUNNING, 2, came.step.prompt)
    late, before = await run(sibling), await do(told, came.step)
    assert (late.step.status, late.states) == (_S.SUCCEEDED, [_A.STORED])
    assert late.attempts[0].uuid == came.attempts[0].uuid
    assert late.step.notes[0] == adopt.CAME_THROUGH
    assert (before.states, before.step.output_id) == ([_A.STORED], came.step.output_id)
    kinds = [kind for _, kind, _ in late.spend]
    assert kinds == ["reserve", "release", "charge", *([] if first == "unconfirmed" else ["adjust"])]
    assert late.attempts[0].bill == Bill.BILLED
    await check_money(emulator)
    assert len(emulator.ledger.creates()) == 2


async def test_a_second_start_that_still_runs_is_left_alone(emulator: Emulator) -> None:
    came = await lost(emulator)
    await do(actions.unconfirmed.start_again, came.step.order.by, came.step, came.attempts[0].quote_usd)
    await find(emulator, came.attempts[0])

    await do(adopt.sweep)

    sibling = await came.step.order.steps.exclude(pk=came.step.pk).aget()
    assert (await do(told, came.step)).states == [_A.PLANNED]
    ends = [await run(sibling), await run(came.step)]
    assert [end.states for end in ends] == [[_A.STORED], [_A.STORED]]
    await check_money(emulator)
    assert len(emulator.ledger.creates()) == 2


async def too_late(emulator: Emulator) -> Told:
    """Return a clip that the provider still makes when the time limit has passed."""
    cache.clear()
    emulator.world.pace = Pace(video=9000)
    held = emulator.fault("held", kind="poll")
    step = await asked()
    await cut_off(step, held)
    assert (await do(told, step)).states == [_A.ACCEPTED]
    await step.attempts.aupdate(sent_at=timezone.now() - 2 * HOUR)
    came = await run(step)
    assert (came.step.status, came.step.code, came.states) == (_S.FAILED, Code.TIMED_OUT, [_A.FAILED])
    assert (came.attempts[0].bill, came.attempts[0].cost_usd) == (Bill.UNKNOWN, came.attempts[0].quote_usd)
    return came


def polls(emulator: Emulator) -> int:
    return len(emulator.ledger.requests("poll"))


async def test_work_that_took_too_long_is_looked_at_each_hour_and_goes_on_when_it_is_done(
    emulator: Emulator,
) -> None:
    came, before = await too_late(emulator), polls(emulator)

    for _ in range(3):
        await looks.late()
    assert polls(emulator) == before + 1
    assert (await do(told, came.step)).states == [_A.FAILED]

    emulator.clock.advance(9000)
    cache.clear()
    await looks.late()
    came = await run(came.step)

    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    assert [kind for _, kind, _ in came.spend] == ["reserve", "release", "charge", "adjust"]
    assert (came.attempts[0].bill, came.step.notes) == (Bill.BILLED, [])
    assert not spool.folder(came.attempts[0].uuid).exists()
    await check_money(emulator)
    assert len(emulator.ledger.creates()) == 1


async def test_late_work_whose_step_was_started_again_is_a_take_of_its_own(emulator: Emulator) -> None:
    came = await too_late(emulator)
    emulator.world.pace = Pace()
    await do(actions.steps.retry, came.step.order.by, came.step, came.attempts[0].quote_usd)
    came = await run(came.step)
    emulator.clock.advance(9000)

    await looks.late()

    late = await run(await came.step.order.steps.exclude(pk=came.step.pk).aget())
    assert (late.step.status, late.step.take, late.step.notes) == (_S.SUCCEEDED, 2, [adopt.CAME_THROUGH])
    assert (await do(told, came.step)).states == [_A.STORED]
    await check_money(emulator)
    assert len(emulator.ledger.creates()) == 2


async def test_late_work_that_ended_without_a_result_is_booked_as_the_provider_counts_it(
    emulator: Emulator,
) -> None:
    emulator.fault("cancelled_by_provider")
    came = await too_late(emulator)
    emulator.clock.advance(9000)

    await looks.late()
    cache.clear()
    seen = polls(emulator)
    await looks.late()

    again = await do(told, came.step)
    assert (again.step.status, again.step.code, again.states) == (_S.FAILED, Code.TIMED_OUT, [_A.FAILED])
    assert again.attempts[0].cost_usd < again.attempts[0].quote_usd
    assert [kind for _, kind, _ in again.spend] == ["reserve", "release", "charge", "adjust"]
    assert again.step.version > came.step.version
    assert polls(emulator) == seen
    await check_money(emulator)


async def test_nobody_looks_for_what_the_provider_no_longer_keeps(emulator: Emulator) -> None:
    came, before = await too_late(emulator), polls(emulator)
    await came.step.attempts.aupdate(sent_at=timezone.now() - 2 * DAY)

    await Door.objects.aupdate(keeps_days=1)
    await looks.late()
    assert polls(emulator) == before

    await Door.objects.aupdate(keeps_days=55)
    await looks.late()
    assert polls(emulator) == before + 1


async def without_room(emulator: Emulator, settings: Any) -> Told:
    """Return a clip that was paid for, and for which there was no room."""
    held = emulator.fault("held", kind="download")
    step, media = await asked(), now.MEDIA_DIR
    driven = asyncio.create_task(run_step(step.pk, "here", progress.Book()))
    await asyncio.to_thread(held.arrived.wait, 60)
    settings.MEDIA_DIR = Path("/dev/full")
    held.release()
    await driven
    settings.MEDIA_DIR = media
    came = await do(told, step)
    assert (came.step.status, came.step.code, came.states) == (_S.FAILED, Code.STORAGE_FAILED, [_A.FINISHED])
    assert [kind for _, kind, _ in came.spend] == ["reserve", "release", "charge"]
    return came


async def test_a_paid_result_without_room_is_fetched_by_itself_once_there_is_some(
    emulator: Emulator, settings: Any
) -> None:
    came = await without_room(emulator, settings)
    await do(adopt.sweep)
    assert (await do(told, came.step)).step.status == _S.FAILED

    await Step.objects.aupdate(ended_at=timezone.now() - DAY)
    with_room, settings.LEAST_FREE_BYTES = settings.LEAST_FREE_BYTES, 1 << 60
    await do(adopt.sweep)
    assert (await do(told, came.step)).step.status == _S.FAILED

    settings.LEAST_FREE_BYTES = with_room
    await do(adopt.sweep)
    again = await run(came.step)
    assert (again.step.status, again.states, again.spend) == (_S.SUCCEEDED, [_A.STORED], came.spend)
    await check_money(emulator)
    assert len(emulator.ledger.creates()) == 1


async def test_a_person_fetches_it_again_for_nothing(emulator: Emulator, settings: Any) -> None:
    came = await without_room(emulator, settings)
    person = came.step.order.by
    [offer] = [offer for offer in await do(said.offers, came.step) if offer.posts]
    assert (offer.verb, offer.usd) == ("Fetch again", 0)
    with_room, settings.LEAST_FREE_BYTES = settings.LEAST_FREE_BYTES, 1 << 60
    with pytest.raises(Refused, match=files.DiskFull.sentence):
        await do(actions.steps.retry, person, came.step)
    settings.LEAST_FREE_BYTES = with_room

    await do(actions.steps.retry, person, came.step)
    again = await run(came.step)

    assert (again.step.status, again.states, again.spend) == (_S.SUCCEEDED, [_A.STORED], came.spend)
    await check_money(emulator)
    assert len(emulator.ledger.creates()) == 1


async def test_nothing_is_sent_whose_result_would_have_no_room(emulator: Emulator, settings: Any) -> None:
    step = await asked()
    settings.LEAST_FREE_BYTES = 1 << 60

    came = await run(step)

    assert (came.step.status, came.step.code, came.states) == (_S.FAILED, Code.STORAGE_FAILED, [_A.FAILED])
    assert emulator.ledger.creates() == []
    assert (await Budget.objects.aget()).reserved == 0
    assert came.attempts[0].bill == Bill.NOT_BILLED
