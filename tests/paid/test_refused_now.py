"""What was allowed when it was asked for and is refused now, though the step is in line already: it is not sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from projects import actions, policies
from projects.failures import FAILURES, Choice, Code
from projects.models import Budget, Consent, Member, Order, Project, Step
from projects.runner import stages
from projects.states import AttemptState, Bill, Status
from tests import factories
from tests.desk import browser_of
from tests.emulator import Emulator
from tests.paid.conftest import Told, do, run
from tests.paid.test_people import photo, press
from tests.paid.test_remembered import clip, edit
from tests.paid.test_stages import NEW_PLACE

pytestmark = pytest.mark.django_db(transaction=True)
MINORS = "The provider takes no pictures of minors"
ANSWER = "Say first who can be recognised"


def queued(country: str = "DE", people: str = "none") -> Step:
    """Return a clip in line that was allowed when the button was pressed."""
    asset = photo(country, people=people)
    if people == "adults":
        actions.people.confirm(asset.project.created_by, asset.project, "adults")
    assert press(asset) == ""
    return Step.objects.get()


def answer(step: Step, who: str) -> None:
    """Let its maker say who can be recognised in the step's picture after all."""
    assert step.source is not None
    actions.people.answer(step.order.by, step.source, who)


def its_project_has(step: Step, **fields: str) -> None:
    """Let an owner change the project."""
    actions.projects.change(step.order.by, step.project, **fields)


def its_member_lives_in(step: Step, country: str) -> None:
    """Let the person who pressed the button have a country."""
    Member.objects.filter(user=step.order.by).update(country=country)


def nobody_confirmed_it(step: Step) -> None:
    """Let the confirmation be gone, as where it was given for another project."""
    Consent.objects.all().delete()


CHANGED: dict[str, tuple[Callable[[], Step], Callable[[Step], None], str, Code]] = {
    "minors after all": (queued, lambda step: answer(step, "minors"), MINORS, Code.REGION_LIMITED),
    "not sure after all": (queued, lambda step: answer(step, "unsure"), ANSWER, Code.REGION_LIMITED),
    "adults whom nobody confirmed": (
        queued,
        lambda step: answer(step, "adults"),
        "Confirm once",
        Code.INPUT_REJECTED,
    ),
    "a confirmation that is gone": (
        lambda: queued(people="adults"),
        nobody_confirmed_it,
        "Confirm once",
        Code.INPUT_REJECTED,
    ),
    "the project's answer": (
        lambda: queued("US", people=""),
        lambda step: its_project_has(step, people="minors"),
        "Confirm once",
        Code.INPUT_REJECTED,
    ),
    "the project's country": (
        lambda: queued("US", people=""),
        lambda step: its_project_has(step, country="NO"),
        ANSWER,
        Code.REGION_LIMITED,
    ),
    "the member's country": (
        lambda: queued("US", people=""),
        lambda step: its_member_lives_in(step, "GB"),
        ANSWER,
        Code.REGION_LIMITED,
    ),
}


async def check_nothing_was_sent(came: Told, emulator: Emulator, words: str, code: Code) -> None:
    """See that a step ended with its sentence and a way on, and that the provider heard and holds nothing."""
    assert (came.step.status, came.step.code) == (Status.FAILED, code), came.step.detail
    assert words in came.step.sentence
    assert Choice.ADJUST in FAILURES[code].choices
    assert (came.states, came.attempts[-1].bill) == ([AttemptState.FAILED], Bill.NOT_BILLED)
    assert not came.held
    budget = await Budget.objects.aget()
    assert not budget.reserved
    assert not budget.spent
    assert not emulator.ledger.creates()
    assert not emulator.ledger.posts()


@pytest.mark.parametrize("name", CHANGED)
async def test_what_waits_in_line_is_asked_about_again(emulator: Emulator, name: str) -> None:
    make, change, words, code = CHANGED[name]
    step = await do(make)
    await do(change, step)

    came = await run(step)

    await check_nothing_was_sent(came, emulator, words, code)


async def test_what_changes_while_a_file_is_made_ready_counts_too(emulator: Emulator, tmp_path: Path) -> None:
    asset = await do(clip, tmp_path)
    emulator.fault("processing_forever")
    running = asyncio.create_task(run(await do(edit, asset)))
    await asyncio.to_thread(emulator.ledger.wait, lambda ledger: ledger.requests("file"))
    await Project.objects.aupdate(country="FR")
    for file in emulator.world.files.values():
        file.outcome = ""

    came = await running

    assert (came.step.status, came.step.code) == (Status.FAILED, Code.REGION_LIMITED), came.step.detail
    assert "does not change uploaded clips" in came.step.sentence
    assert not came.held
    assert not emulator.ledger.creates()


async def test_a_clip_that_may_not_be_changed_any_more_is_not_even_uploaded(
    emulator: Emulator, tmp_path: Path
) -> None:
    step = await do(edit, await do(clip, tmp_path))
    await Project.objects.aupdate(country="FR")

    came = await run(step)

    await check_nothing_was_sent(came, emulator, "does not change uploaded clips", Code.REGION_LIMITED)
    assert not emulator.world.files


async def test_a_stage_that_waited_is_asked_about_once_it_may_go(emulator: Emulator) -> None:
    def ordered() -> Order:
        asset = photo(people="none")
        return factories.make_order(asset, engine="nano-banana", **{**NEW_PLACE, "takes": "1", "stop": "run"})

    order = await do(ordered)
    await Budget.objects.aupdate(limit_usd=order.quote_usd - Decimal("0.05"))
    still = await run(await order.steps.aget(stage=0))
    waiting = await order.steps.aget(stage=1)
    before = (still.step.status, waiting.waits_for)
    await do(answer, still.step, "minors")
    await Budget.objects.aupdate(limit_usd=50)
    await do(stages.fund)

    came = await run(waiting)

    assert before == (Status.SUCCEEDED, stages.BUDGET)
    assert (came.step.status, came.step.code) == (Status.FAILED, Code.REGION_LIMITED)
    assert MINORS in came.step.sentence
    assert (came.states, came.held) == ([AttemptState.FAILED], False)
    assert [create.model for create in emulator.ledger.creates()] == [still.step.model]


async def test_a_repeat_after_a_rate_limit_is_asked_about_too(emulator: Emulator) -> None:
    emulator.fault("status", status=429)
    step = await do(queued)
    first = await run(step)
    await do(answer, step, "minors")
    await Step.objects.aupdate(not_before=None)

    came = await run(step)

    assert (first.step.waits_for, first.held) == ("rate", True)
    assert (came.step.status, came.states) == (Status.FAILED, [AttemptState.REFUSED, AttemptState.FAILED])
    assert (await Budget.objects.aget()).reserved == 0
    assert not emulator.ledger.creates()


async def test_what_was_sent_already_is_followed_to_its_end(emulator: Emulator) -> None:
    emulator.fault("slow", seconds=1)
    step = await do(queued)
    running = asyncio.create_task(run(step))
    await asyncio.to_thread(emulator.ledger.wait, lambda ledger: ledger.creates())
    await do(answer, step, "minors")

    came = await running

    assert (came.step.status, came.states) == (Status.SUCCEEDED, [AttemptState.STORED])
    assert len(emulator.ledger.creates()) == 1


def test_a_step_that_ended_so_says_it_on_its_page_and_offers_the_form(emulator: Emulator) -> None:
    asset = photo(people="adults")
    step = factories.make_step(
        asset, Status.FAILED, code=Code.INPUT_REJECTED, sentence=policies.SENTENCES[policies.Need.ADULTS]
    )

    html = browser_of(step.order.by).get(f"/steps/{step.pk}/").content.decode()

    assert "Confirm once for this project" in html
    assert FAILURES[Code.INPUT_REJECTED].title in html
