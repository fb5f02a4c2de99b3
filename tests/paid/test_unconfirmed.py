"""A paid call whose answer was lost: what heals it, what a person can do, and what the money does meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from projects.actions import unconfirmed
from projects.actions.refusal import Refused
from projects.failures import Code
from projects.models import Attempt, Budget, Receipt, Step
from projects.runner import adopt, ledger, requests, spool
from projects.runner.limits import limits
from projects.states import AttemptState, Bill, Status
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import Told, asked, do, run, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S = AttemptState, Status
NOTHING = Decimal(0)
DAYS_AGO = timedelta(days=2)


async def doubtful(emulator: Emulator) -> Told:
    """Return a clip that was accepted, and whose answer was lost."""
    emulator.fault("lost")
    came = await run(await asked())
    assert (came.step.status, came.states) == (_S.UNCONFIRMED, [_A.UNCONFIRMED])
    assert came.held
    return came


async def after(came: Told, act: Callable[..., Any], *values: Any) -> Told:
    """Return what the rows say once a person has done this about a step."""
    await do(act, came.step.order.by, came.step, *values)
    return await do(told, came.step)


async def find(emulator: Emulator, attempt: Attempt) -> None:
    """Put the lost answer where a slow first process would leave it."""
    [create] = emulator.ledger.creates(label=str(attempt.uuid))
    ticket = {"id": create.id, "api_version": "v1beta", "model": attempt.model}
    await do(spool.keep, attempt.uuid, ticket)


async def money() -> tuple[Decimal, Decimal]:
    """Return what is reserved and what is spent."""
    budget = await Budget.objects.aget()
    return budget.reserved, budget.spent


async def presume(attempt: Attempt) -> None:
    """Let a day pass since a call was sent."""
    await Attempt.objects.filter(pk=attempt.pk).aupdate(sent_at=timezone.now() - DAYS_AGO)
    await do(adopt.sweep)


async def test_an_answer_that_was_kept_on_disk_is_replayed_at_the_start(emulator: Emulator) -> None:
    came = await doubtful(emulator)
    await find(emulator, came.attempts[0])

    await do(adopt.sweep)
    came = await run(came.step)

    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    assert len(emulator.ledger.creates()) == 1
    assert await money() == (NOTHING, came.attempts[0].cost_usd)
    assert not spool.folder(came.attempts[0].uuid).exists()


async def test_looking_again_is_free_and_says_what_it_found(emulator: Emulator) -> None:
    came = await doubtful(emulator)
    person = came.step.order.by

    assert await do(unconfirmed.check_again, person, came.step) == unconfirmed.NOTHING_CAME
    assert (await do(told, came.step)).held

    await find(emulator, came.attempts[0])
    assert "was found" in await do(unconfirmed.check_again, person, came.step)
    came = await run(came.step)
    assert came.step.status == _S.SUCCEEDED
    assert len(emulator.ledger.creates()) == 1


async def test_a_second_start_needs_the_price_that_it_may_cost_twice(emulator: Emulator) -> None:
    came = await doubtful(emulator)
    price = came.attempts[0].quote_usd

    with pytest.raises(Refused, match="Confirm that amount"):
        await after(came, unconfirmed.start_again, price - Decimal("0.01"))

    assert (await do(told, came.step)).states == [_A.UNCONFIRMED]
    assert len(emulator.ledger.creates()) == 1


async def test_a_second_start_is_sent_once_more_and_both_may_be_charged(emulator: Emulator) -> None:
    came = await doubtful(emulator)
    old = came.attempts[0]

    await after(came, unconfirmed.start_again, old.quote_usd)
    came = await run(came.step)

    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.UNCONFIRMED, _A.STORED])
    assert [len(emulator.ledger.creates(label=str(one.uuid))) for one in came.attempts] == [1, 1]
    assert await money() == (old.quote_usd, came.attempts[1].cost_usd)
    agreed = await Receipt.objects.aget(kind=Receipt.Kind.DECISION)
    assert (agreed.by_id, agreed.body) == (came.step.order.by_id, {"usd": str(old.quote_usd)})

    await presume(old)
    assert (await do(told, came.step)).step.status == _S.SUCCEEDED
    assert await money() == (NOTHING, old.quote_usd + came.attempts[1].cost_usd)


async def test_an_older_doubt_that_is_booked_leaves_the_newer_one_open(emulator: Emulator) -> None:
    came = await doubtful(emulator)
    await after(came, unconfirmed.start_again, came.attempts[0].quote_usd)
    emulator.fault("lost")
    came = await run(came.step)

    await presume(came.attempts[0])

    came = await do(told, came.step)
    assert (came.step.status, came.states) == (_S.UNCONFIRMED, [_A.PRESUMED, _A.UNCONFIRMED])


async def test_one_that_is_left_is_booked_at_its_estimate_and_a_late_answer_corrects_it(
    emulator: Emulator,
) -> None:
    came = await after(await doubtful(emulator), unconfirmed.leave)

    attempt = came.attempts[0]
    assert (came.step.status, came.states, attempt.bill) == (_S.FAILED, [_A.PRESUMED], Bill.UNKNOWN)
    assert await money() == (NOTHING, attempt.quote_usd)

    await find(emulator, attempt)
    await do(adopt.sweep)
    came = await run(came.step)

    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    assert [kind for _, kind, _ in came.spend] == ["reserve", "release", "charge", "adjust"]
    assert Decimal(0) < came.attempts[0].cost_usd < attempt.quote_usd
    assert await money() == (NOTHING, came.attempts[0].cost_usd)
    assert len(emulator.ledger.creates()) == 1


async def test_a_day_later_it_is_booked_by_itself(emulator: Emulator) -> None:
    came = await doubtful(emulator)

    await do(adopt.sweep)
    assert (await do(told, came.step)).held

    await presume(came.attempts[0])
    came = await do(told, came.step)
    assert (came.step.status, came.states) == (_S.FAILED, [_A.PRESUMED])
    assert await money() == (NOTHING, came.attempts[0].quote_usd)


async def test_an_administrator_who_knows_better_releases_the_money(emulator: Emulator) -> None:
    came = await doubtful(emulator)
    with pytest.raises(Refused, match="administrator"):
        await after(came, unconfirmed.not_charged, "it is not on the bill")
    operator = await do(User.objects.create_superuser, "operator")
    with pytest.raises(Refused, match="Say how"):
        await do(unconfirmed.not_charged, operator, came.step, " ")

    await do(unconfirmed.not_charged, operator, came.step, "it is not on the bill")

    came = await do(told, came.step)
    assert (came.step.status, came.states) == (_S.FAILED, [_A.WRITTEN_OFF])
    assert (came.attempts[0].bill, await money()) == (Bill.NOT_BILLED, (NOTHING, NOTHING))

    await find(emulator, came.attempts[0])
    await do(adopt.sweep)
    came = await run(came.step)
    assert (came.step.status, came.attempts[0].bill) == (_S.SUCCEEDED, Bill.BILLED)
    assert await money() == (NOTHING, came.attempts[0].cost_usd)


async def test_a_step_that_keeps_ending_while_it_sends_is_asked_about_too(emulator: Emulator) -> None:
    step = await asked()
    attempt = await do(_sent, step)

    came = await run(step)

    assert attempt.sent_at is not None
    assert (came.step.status, came.states) == (_S.UNCONFIRMED, [_A.UNCONFIRMED])
    assert came.held
    assert emulator.ledger.creates() == []


def _sent(step: Step) -> Attempt:
    """Leave a step as a process does that dies while it sends, after three others died before."""
    claim = Step.objects.claim(step.pk, "gone", limits().lease_time)
    assert isinstance(claim, UUID)
    attempt = step.attempts.get()
    ledger.sending(step, claim, attempt, requests.of_step(step, attempt))
    Step.objects.filter(pk=step.pk).update(recoveries=3, lease_until=timezone.now() - DAYS_AGO)
    return attempt


@pytest.mark.parametrize("engine", ["omni", "nano-banana"])
async def test_an_answer_that_the_disk_does_not_take_is_not_lost(emulator: Emulator, engine: str) -> None:
    step = await asked() if engine == "omni" else await do(_picture)
    attempt = await step.attempts.aget()
    in_the_way = spool.folder(attempt.uuid)
    in_the_way.parent.mkdir(parents=True, exist_ok=True)
    in_the_way.write_text("a file where a folder should be")
    try:
        came = await run(step)
    finally:
        in_the_way.unlink()

    assert [came.attempts[0].ticket_id] == [create.id for create in emulator.ledger.creates()]
    ends = {"omni": (_S.SUCCEEDED, ""), "nano-banana": (_S.FAILED, Code.STORAGE_FAILED)}
    assert (came.step.status, came.step.code) == ends[engine]


async def test_an_answer_that_the_database_does_not_take_is_adopted_from_the_disk(emulator: Emulator) -> None:
    step = await asked()
    forbid, allow = NO_TICKETS[connection.vendor]
    await do(_sql, forbid)
    try:
        came = await run(step)
    finally:
        await do(_sql, allow)

    assert (came.step.status, came.states) == (_S.UNCONFIRMED, [_A.UNCONFIRMED])
    assert came.held

    await do(adopt.sweep)
    came = await run(step)
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    assert len(emulator.ledger.creates()) == 1


NO_TICKETS = {
    "sqlite": (
        "CREATE TRIGGER no_tickets BEFORE INSERT ON projects_receipt WHEN NEW.kind = 'ticket' "
        "BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END",
        "DROP TRIGGER no_tickets",
    ),
    "postgresql": (
        "ALTER TABLE projects_receipt ADD CONSTRAINT no_tickets CHECK (kind <> 'ticket')",
        "ALTER TABLE projects_receipt DROP CONSTRAINT no_tickets",
    ),
}


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _picture() -> Step:
    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    order = factories.make_order(photo, task="edit-image", engine="nano-banana", kind="own", change="dusk")
    return order.steps.get()
