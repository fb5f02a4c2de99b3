"""What the page of a step says of money that is held, booked without a bill, or perhaps paid twice."""

from __future__ import annotations

import asyncio
import re
from decimal import ROUND_HALF_UP, Decimal

import pytest

from projects import actions
from projects.actions import unconfirmed
from projects.models import Budget, Step
from projects.states import AttemptState, Bill
from projects.templatetags import bills, steps
from tests import factories, paying
from tests.desk import browser_of
from tests.emulator import Emulator
from tests.paid import conftest as paid
from tests.paid.conftest import asked, do, run, told
from tests.paid.test_unconfirmed import after, doubtful
from tests.views.test_spend_page import words

pytestmark = pytest.mark.django_db(transaction=True)
emulator = paid.emulator


def page(step: Step) -> str:
    """Return the HTML of a step's own page."""
    return browser_of(step.order.by).get(f"/steps/{step.pk}/").content.decode()


def said(step: Step) -> str:
    """Return what that page says."""
    return words(step.order.by, f"/steps/{step.pk}/")


def cents(usd: Decimal) -> str:
    """Return an amount below a dollar as a page writes it: in cents, or in tenths of one where it has any."""
    return f"${usd:.2f}" if usd == round(usd, 2) else f"${usd.quantize(Decimal('0.001'), ROUND_HALF_UP)}"


async def test_what_a_first_start_still_holds_stands_beside_the_bill_of_the_second(
    emulator: Emulator,
) -> None:
    came = await doubtful(emulator)
    held = came.attempts[0].quote_usd
    await after(came, unconfirmed.start_again, held)

    came = await run(came.step)

    assert came.states == [AttemptState.UNCONFIRMED, AttemptState.STORED]
    assert (await Budget.objects.aget()).reserved == held
    billed = f"{cents(came.attempts[1].cost_usd)} charged, and {cents(held)} still unknown"
    assert billed in await do(said, came.step)
    receipt = await do(bills.receipt, came.step)
    assert (receipt.held, receipt.tone) == (held, "warn")


async def test_what_a_first_start_still_holds_stands_beside_a_second_that_was_refused(
    emulator: Emulator,
) -> None:
    came = await doubtful(emulator)
    held = came.attempts[0].quote_usd
    await after(came, unconfirmed.start_again, held)
    emulator.fault("status", status=400)

    came = await run(came.step)

    assert came.states == [AttemptState.UNCONFIRMED, AttemptState.REFUSED]
    assert f"Not billed, and {cents(held)} still unknown" in await do(said, came.step)


async def test_what_was_cancelled_without_a_count_is_not_called_unbilled(emulator: Emulator) -> None:
    emulator.fault("never_ends")
    step = await asked()
    running = asyncio.create_task(run(step))
    await asyncio.to_thread(emulator.ledger.wait, lambda ledger: ledger.creates())
    await do(actions.steps.cancel, (await do(told, step)).step.order.by, step)

    came = await running

    assert came.attempts[0].bill == Bill.UNKNOWN
    assert came.attempts[0].cost_usd == 0
    assert not came.held
    text = await do(said, came.step)
    assert "Nothing booked, bill unknown" in text
    assert "By the provider's terms" not in text
    assert (await do(bills.receipt, came.step)).tone == "warn"


async def test_what_the_provider_refused_is_not_billed_by_its_terms(emulator: Emulator) -> None:
    emulator.fault("status", status=400)

    came = await run(await asked())

    receipt = await do(bills.receipt, came.step)
    terms = "By the provider's terms, 1 attempt."
    assert (receipt.words, receipt.aside, receipt.tone) == ("Not billed", terms, "ok")


async def test_one_that_was_left_did_not_time_out_and_its_second_start_may_be_the_second_bill(
    emulator: Emulator,
) -> None:
    came = await after(await doubtful(emulator), unconfirmed.leave)

    text = await do(said, came.step)

    assert came.states == [AttemptState.PRESUMED]
    assert "We never learned whether this was made." in text
    assert "It took longer than the limit." not in text
    assert "If the first one did start, you pay for two." in text
    assert "with nothing changed" not in text


async def test_one_that_was_refused_is_started_again_with_nothing_changed(emulator: Emulator) -> None:
    emulator.fault("status", status=400)

    came = await run(await asked())

    text = await do(said, came.step)
    assert "The same request once more, with nothing changed." in text
    assert "you pay for two" not in text


async def test_a_receipt_counts_its_attempts_once(emulator: Emulator) -> None:
    came = await run(await asked())

    text = await do(said, came.step)

    assert text.count("1 attempt") == 1
    assert re.search(r"at most, 1 attempt\. \d+ s of work\.", text)
    assert (await do(steps.work_time, came.step)).endswith("s of work.")


async def test_a_step_in_doubt_is_amber_and_asks(emulator: Emulator) -> None:
    came = await doubtful(emulator)
    failed = await after(came, unconfirmed.leave)

    html = await do(page, failed.step)
    assert 'class="glyph bad"' in html

    came = await doubtful(emulator)
    html = await do(page, came.step)
    assert 'class="glyph warn"' in html
    assert 'class="glyph bad"' not in html


def test_the_tables_of_a_page_call_what_was_paid_by_one_name() -> None:
    project = factories.make_project()
    paying.pay(project)

    text = words(project.created_by, f"/projects/{project.pk}/spend/")

    assert "Attempts Quoted Cost For nothing" in text
    assert "Units Quoted Cost Bill" in text
    assert not re.search(r"\bReal\b", text)


@pytest.mark.parametrize(
    ("period", "name"),
    [("month", "this-month"), ("last", "last-month"), ("days", "90-days"), ("all", "all")],
)
def test_a_table_is_named_by_the_period_that_was_asked_for(period: str, name: str) -> None:
    project = factories.make_project()
    client = browser_of(project.created_by)

    own = client.get(f"/projects/{project.pk}/spend.csv?period={period}")
    whole = client.get(f"/spend.csv?period={period}")

    assert own["Content-Disposition"] == f'attachment; filename="spend-project-{project.pk}-{name}.csv"'
    assert whole["Content-Disposition"] == f'attachment; filename="spend-{name}.csv"'
