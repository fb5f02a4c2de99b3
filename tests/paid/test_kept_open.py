"""A paid result that could not be had at once stays fetchable for nothing; and what a second start begins with."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone

from projects import actions, progress
from projects.engines import interactions
from projects.engines.errors import Broken
from projects.failures import FAILURES, Code
from projects.models import Attempt, Door, Step
from projects.runner import adopt, ledger
from projects.runner.limits import limits
from projects.runner.run import run_step
from projects.states import AttemptState, Bill, Status
from projects.templatetags import bills
from projects.templatetags import steps as said
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import Told, asked, check_money, cut_off, do, run, told
from tests.paid.test_remembered import clip, edit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S, _C = AttemptState, Status, Code
DAY = timedelta(days=1)
KEPT = (_C.TIMED_OUT, _C.STUDIO_FAULT, _C.CREDENTIALS_REJECTED, _C.CREDENTIALS_MISSING, _C.PROVIDER_DOWN)


async def finished(emulator: Emulator) -> Told:
    """Return a clip that is made and paid for; its process ended while it fetched the file."""
    held = emulator.fault("held", kind="download")
    step = await asked()
    await cut_off(step, held)
    came = await do(told, step)
    assert (came.step.status, came.states) == (_S.QUEUED, [_A.FINISHED])
    return came


def _fail(step: Step, code: Code) -> None:
    """End a step as its runner does when the fetch of its result came to this."""
    claim = Step.objects.claim(step.pk, "here", limits().lease_time)
    assert isinstance(claim, UUID)
    error = Broken(FAILURES[code].why, code)
    assert ledger.ended_both(step, claim, _S.FAILED, ledger.failure(error))


async def failed(emulator: Emulator, code: Code) -> Told:
    """Return a clip that is paid for, and whose fetch failed with a code."""
    came = await finished(emulator)
    await do(_fail, came.step, code)
    return await do(told, came.step)


async def button(came: Told) -> tuple[str, Decimal]:
    """Return the verb of the button that goes on, and the price that it names."""
    [offer] = [offer for offer in await do(said.offers, came.step) if offer.posts]
    return offer.verb, offer.usd


@pytest.mark.parametrize("code", KEPT)
async def test_a_person_fetches_a_paid_result_again_for_nothing(emulator: Emulator, code: Code) -> None:
    came = await failed(emulator, code)
    assert (came.step.status, came.step.code, came.states) == (_S.FAILED, code, [_A.FINISHED])
    assert await button(came) == ("Fetch again", Decimal(0))
    assert "tart it again" not in came.step.sentence

    await do(actions.steps.retry, came.step.order.by, came.step)
    again = await run(came.step)

    assert (again.step.status, again.states, again.spend) == (_S.SUCCEEDED, [_A.STORED], came.spend)
    await check_money(emulator)
    assert len(emulator.ledger.creates()) == 1


@pytest.mark.parametrize("code", KEPT)
async def test_a_paid_result_is_fetched_again_by_itself(emulator: Emulator, code: Code) -> None:
    came = await failed(emulator, code)
    await do(adopt.sweep)
    assert (await do(told, came.step)).step.status == _S.FAILED

    await Step.objects.aupdate(ended_at=timezone.now() - DAY)
    await do(adopt.sweep)
    again = await run(came.step)

    assert (again.step.status, again.states, again.spend) == (_S.SUCCEEDED, [_A.STORED], came.spend)
    await check_money(emulator)
    assert len(emulator.ledger.creates()) == 1


async def test_a_result_that_cannot_be_had_for_long_is_asked_for_more_and_more_seldom(
    emulator: Emulator,
) -> None:
    came, now = await failed(emulator, _C.STUDIO_FAULT), timezone.now()
    await Attempt.objects.aupdate(sent_at=now - DAY)

    await Step.objects.aupdate(ended_at=now - timedelta(hours=11))
    await do(adopt.sweep)
    assert (await do(told, came.step)).step.status == _S.FAILED

    await Step.objects.aupdate(ended_at=now - timedelta(hours=13))
    await do(adopt.sweep)
    assert (await do(told, came.step)).step.status == _S.RUNNING


async def test_a_crash_in_the_fetch_does_not_lose_what_was_paid(emulator: Emulator) -> None:
    came = await finished(emulator)
    media = came.attempts[0].media
    await Attempt.objects.aupdate(media=[{"type": "video"}])

    crashed = await run(came.step)

    assert (crashed.step.code, crashed.states) == (_C.STUDIO_FAULT, [_A.FINISHED])
    await Attempt.objects.aupdate(media=media)
    await do(actions.steps.retry, came.step.order.by, crashed.step)
    again = await run(came.step)
    assert (again.step.status, again.states, again.spend) == (_S.SUCCEEDED, [_A.STORED], came.spend)
    assert len(emulator.ledger.creates()) == 1


async def test_an_address_that_is_refused_is_asked_for_again_while_the_provider_knows_the_work(
    emulator: Emulator,
) -> None:
    fault = emulator.fault("expired", times=None)

    came = await run(await asked())

    assert (came.step.status, came.step.code, came.states) == (_S.FAILED, _C.TIMED_OUT, [_A.FINISHED])
    emulator.calm()
    assert fault.struck > 1
    await do(actions.steps.retry, came.step.order.by, came.step)
    assert (await run(came.step)).states == [_A.STORED]
    await check_money(emulator)


async def test_a_result_that_the_provider_forgot_is_given_up_and_may_be_made_anew(emulator: Emulator) -> None:
    came = await finished(emulator)
    emulator.world.interactions.clear()
    emulator.world.files.clear()

    came = await run(came.step)

    assert (came.step.status, came.step.code, came.states) == (_S.FAILED, _C.OUTPUT_CORRUPT, [_A.FAILED])
    assert came.step.sentence == "The provider no longer keeps the result. Start it again."
    assert await button(came) == ("Start again", came.attempts[0].quote_usd)
    await check_money(emulator)


@pytest.mark.parametrize(("keeps_days", "age"), [(55, timedelta(hours=49)), (1, timedelta(hours=25))])
async def test_a_result_is_given_up_once_it_failed_after_the_provider_let_go_of_it(
    emulator: Emulator, keeps_days: int, age: timedelta
) -> None:
    came, now = await failed(emulator, _C.TIMED_OUT), timezone.now()
    await Door.objects.aupdate(keeps_days=keeps_days)
    await Attempt.objects.aupdate(sent_at=now - age)
    await Step.objects.aupdate(ended_at=now - timedelta(hours=2))
    await do(adopt.sweep)
    kept = await do(told, came.step)
    assert kept.states == [_A.FINISHED]

    await Step.objects.aupdate(ended_at=now)
    await do(adopt.sweep)

    gone = await do(told, came.step)
    assert (gone.step.status, gone.states, gone.spend) == (_S.FAILED, [_A.FAILED], came.spend)
    assert gone.step.sentence == "The provider no longer keeps the result. Start it again."
    assert gone.step.version > kept.step.version
    assert await button(gone) == ("Start again", came.attempts[0].quote_usd)
    await do(actions.steps.retry, came.step.order.by, gone.step, came.attempts[0].quote_usd)
    assert (await run(came.step)).states == [_A.FAILED, _A.STORED]
    await check_money(emulator)


async def unanswered(emulator: Emulator) -> Told:
    """Return a clip whose answer was lost, and that a person had cancelled meanwhile."""
    held = emulator.fault("held", kind="create")
    step = await asked()
    driven = asyncio.create_task(run_step(step.pk, "here", progress.Book()))
    await asyncio.to_thread(held.arrived.wait, 60)
    sent = (await do(told, step)).step
    await do(actions.steps.cancel, sent.order.by, sent)
    driven.cancel()
    await asyncio.wait({driven})
    held.release()
    await Step.objects.aupdate(lease_until=timezone.now() - DAY)
    came = await run(step)
    assert (came.step.status, came.states, came.held) == (_S.UNCONFIRMED, [_A.UNCONFIRMED], True)
    return came


async def test_a_second_start_is_not_stopped_by_a_cancel_of_the_first(emulator: Emulator) -> None:
    came = await unanswered(emulator)

    await do(actions.unconfirmed.start_again, came.step.order.by, came.step, came.attempts[0].quote_usd)
    again = await run(came.step)

    assert (again.step.status, again.states) == (_S.SUCCEEDED, [_A.UNCONFIRMED, _A.STORED])
    assert set(emulator.ledger.tally().values()) == {1}


async def test_a_second_start_waits_its_own_time_for_a_provider_that_is_busy(emulator: Emulator) -> None:
    emulator.fault("lost")
    came = await run(await asked())
    await Step.objects.aupdate(started_at=timezone.now() - timedelta(hours=2))
    await do(actions.unconfirmed.start_again, came.step.order.by, came.step, came.attempts[0].quote_usd)
    emulator.fault("status", status=429)

    again = await run(came.step)

    assert (again.step.status, again.step.waits_for) == (_S.QUEUED, "rate")
    assert again.states == [_A.UNCONFIRMED, _A.REFUSED, _A.PLANNED]


def _picture() -> Step:
    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    controls = {"engine": "nano-banana", "kind": "own", "change": "a city at sunset"}
    return factories.make_order(photo, "edit-image", **controls).steps.get()


async def test_a_picture_whose_create_answers_cancelled_has_failed(emulator: Emulator) -> None:
    emulator.fault("cancelled_by_provider")

    came = await run(await do(_picture))

    assert (came.step.status, came.step.code) == (_S.FAILED, _C.CANCELLED_BY_PROVIDER)
    assert (came.states, came.attempts[0].bill) == ([_A.FAILED], Bill.BILLED)
    assert came.attempts[0].cost_usd < came.attempts[0].quote_usd / 10
    await check_money(emulator)


@pytest.mark.parametrize(("medium", "usd"), [("clip", "0.0696"), ("picture", "0.0336")])
async def test_a_result_without_a_count_is_charged_by_its_seconds_or_as_one_picture(
    emulator: Emulator, medium: str, usd: str
) -> None:
    emulator.fault("comes_as_uri", counts=lambda _usage: {})

    came = await run(await (asked() if medium == "clip" else do(_picture)))

    [attempt] = came.attempts
    assert (came.step.status, attempt.bill) == (_S.SUCCEEDED, Bill.BILLED)
    assert attempt.cost_usd == Decimal(usd) < attempt.quote_usd
    assert await do(bills.price_again, came.step) == attempt.quote_usd
    await check_money(emulator)


@pytest.mark.parametrize("is_counted", [True, False])
async def test_what_came_before_a_result_was_blocked_is_kept_and_charged(
    emulator: Emulator, *, is_counted: bool
) -> None:
    uncounted = {} if is_counted else {"counts": lambda _usage: {}}
    emulator.fault("partial", status="failed", error=("content_filtered", "Output blocked."), **uncounted)

    came = await run(await asked())

    [attempt] = came.attempts
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED]), came.step.detail
    assert interactions.UNFINISHED in came.step.notes
    assert (attempt.usage != {}, attempt.bill) == (is_counted, Bill.BILLED)
    assert Decimal(0) < attempt.cost_usd < attempt.quote_usd
    await check_money(emulator)


async def test_an_edit_without_a_count_is_charged_by_the_seconds_of_its_clip(
    emulator: Emulator, tmp_path: Path
) -> None:
    asset = await do(clip, tmp_path)
    emulator.fault("comes_as_uri", counts=lambda _usage: {})

    came = await run(await do(edit, asset))

    [attempt] = came.attempts
    price = Decimal(attempt.prices["video_second"])
    assert came.step.status == _S.SUCCEEDED, came.step.detail
    assert attempt.cost_usd == round(price * asset.seconds, 6) > 0
    assert attempt.cost_usd < attempt.quote_usd
