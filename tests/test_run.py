"""One step's life at a free engine: real rows, real files, the real draft engine."""

from __future__ import annotations

import asyncio

import pytest
from channels.db import database_sync_to_async
from django.db.models.functions import Now

from projects import actions, progress
from projects.models import Asset, Attempt, Order, Spend, Step, files
from projects.models.step import MANY_RECOVERIES
from projects.runner import requests
from projects.runner.limits import limits
from projects.runner.run import run_step
from projects.states import AttemptState, Bill, Status
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
SMALL = {"tier": "sketch", "seconds": "2", "camera": "push-in", "cutout": "whole"}


def make_small_step(**controls: str) -> Step:
    """Return a queued step that the draft engine finishes quickly."""
    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 240))
    return factories.make_order(photo, **{**SMALL, **controls}).steps.get()


def reread(step: Step) -> Step:
    """Return the row as it is now."""
    return Step.objects.select_related("output", "project", "order").get(pk=step.pk)


async def run(step: Step, owner: str = "here") -> Step:
    """Run a step to its end and return its row."""
    await run_step(step.pk, owner, progress.Book())
    return await database_sync_to_async(reread)(step)


async def test_a_draft_ends_with_a_checked_file_and_a_free_receipt() -> None:
    step = await database_sync_to_async(make_small_step)()

    ended = await run(step)

    assert (ended.status, ended.sentence) == (Status.SUCCEEDED, "")
    output = ended.output
    assert output is not None
    assert output.is_draft
    assert (output.kind, output.width, output.height) == ("video", 640, 360)
    assert files.clean(ended.project.team_id, output.sha256, output.extension).exists()
    attempt = await Attempt.objects.aget(step=step)
    assert (attempt.state, attempt.bill) == (AttemptState.STORED, Bill.FREE)
    assert not await Spend.objects.aexists()


async def test_the_same_request_makes_the_same_bytes() -> None:
    first = await run(await database_sync_to_async(make_small_step)())
    second = await run(await database_sync_to_async(make_small_step)())

    assert first.output
    assert second.output
    assert first.output.sha256 == second.output.sha256


async def test_two_runners_of_one_step_make_one_result() -> None:
    step = await database_sync_to_async(make_small_step)()

    await asyncio.gather(run(step, "one"), run(step, "two"))

    assert await Asset.objects.filter(made_by=step).acount() == 1
    assert await Attempt.objects.filter(step=step).acount() == 1


async def test_a_process_that_ends_gives_the_step_back_and_the_next_one_finishes_it() -> None:
    step = await database_sync_to_async(make_small_step)(seconds="20")
    work = asyncio.create_task(run(step))
    await until(step, Status.RUNNING)

    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    given_back = await database_sync_to_async(reread)(step)
    assert (given_back.status, given_back.recoveries) == (Status.QUEUED, 0)
    assert given_back.note == "Picked up again"
    await Step.objects.filter(pk=step.pk).aupdate(wish={**given_back.wish, "seconds": 2})
    assert (await run(step)).status == Status.SUCCEEDED
    assert await Attempt.objects.filter(step=step).acount() == 1


async def test_a_cancelled_step_stops_and_leaves_no_file() -> None:
    step = await database_sync_to_async(make_small_step)(seconds="30")
    work = asyncio.create_task(run(step))
    await until(step, Status.RUNNING)

    await database_sync_to_async(cancel)(step)
    ended = await work

    assert ended.status == Status.CANCELLED
    assert not await Asset.objects.filter(made_by=step).aexists()
    assert not list(files.settings.WORK_DIR.glob(f"step-{step.pk}-*"))


async def test_a_lost_claim_writes_nothing() -> None:
    step = await database_sync_to_async(make_small_step)(seconds="30")
    work = asyncio.create_task(run(step))
    await until(step, Status.RUNNING)

    await Step.objects.filter(pk=step.pk).aupdate(claim="7f7a7f6e-8d6e-4c34-9a7c-3f4a2f0a7b11", owner="other")
    ended = await work

    assert (ended.status, ended.owner) == (Status.RUNNING, "other")


async def test_a_poison_step_stops_after_three_take_overs() -> None:
    step = await database_sync_to_async(make_small_step)()
    await Step.objects.filter(pk=step.pk).aupdate(recoveries=MANY_RECOVERIES)

    ended = await run(step)

    assert (ended.status, ended.code) == (Status.FAILED, "studio_fault")


async def test_a_damaged_input_fails_with_its_sentence_and_can_be_tried_again() -> None:
    step = await database_sync_to_async(make_small_step)()
    photo = await Asset.objects.select_related("project").aget(made_by=None)
    path = files.clean(photo.project.team_id, photo.sha256, photo.extension)
    whole = path.read_bytes()
    path.write_bytes(whole[:200])

    ended = await run(step)
    path.write_bytes(whole)
    await database_sync_to_async(retry)(ended)
    again = await run(step)

    assert ended.status == Status.FAILED
    assert ended.sentence
    assert again.status == Status.SUCCEEDED
    assert [attempt.state async for attempt in Attempt.objects.filter(step=step).order_by("number")] == [
        AttemptState.FAILED,
        AttemptState.STORED,
    ]


async def test_a_cancelled_queued_step_never_runs() -> None:
    step = await database_sync_to_async(make_small_step)()

    await database_sync_to_async(cancel)(step)
    ended = await run(step)

    assert ended.status == Status.CANCELLED
    assert ended.started_at is None


def cancel(step: Step) -> None:
    """Cancel as the person who asked for it."""
    step = reread(step)
    actions.steps.cancel(step.order.by, step)


def retry(step: Step) -> None:
    """Try again as the person who asked for it."""
    actions.steps.retry(step.order.by, reread(step))


async def until(step: Step, status: Status) -> None:
    """Return when the step is in this status and its engine works; fail after long."""
    async with asyncio.timeout(100):
        working = Step.objects.filter(pk=step.pk, status=status, phase="generating")
        while not await working.aexists():  # noqa: ASYNC110 - a row has no event to wait for
            await asyncio.sleep(limits().watch)


async def test_progress_counts_as_a_sign_of_life() -> None:
    step = await database_sync_to_async(make_small_step)()
    await Step.objects.filter(pk=step.pk).aupdate(recoveries=2, started_at=Now())

    ended = await run(step)

    assert (ended.status, ended.recoveries) == (Status.SUCCEEDED, 0)


async def test_inputs_go_out_in_the_order_of_the_slots() -> None:
    def mixed_up() -> Step:
        photo = factories.make_asset(factories.make_project())
        step = factories.make_order(photo, task="bridge-frames", last_frame=[photo.pk]).steps.get()
        roles = list(step.order.inputs)
        Order.objects.filter(pk=step.order_id).update(
            inputs={role: step.order.inputs[role] for role in reversed(roles)}
        )
        return reread(step)

    step = await database_sync_to_async(mixed_up)()
    attempt = await Attempt.objects.aget(step=step)

    request = await database_sync_to_async(requests.of_step)(step, attempt)

    assert [entry.role for entry in request.inputs] == ["first_frame", "last_frame"]
