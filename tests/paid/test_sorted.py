"""Why a create was refused, where the answer alone does not tell: what was sent is looked at, and looks are free."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from projects import actions, progress
from projects.failures import FAILURES, Code
from projects.models import Attempt, Budget, Door, ProviderFile, Step
from projects.runner.run import run_step
from projects.states import AttemptState, Status
from tests import factories
from tests.emulator import Emulator
from tests.paid import stills
from tests.paid.conftest import Told, asked, do, run, told
from tests.paid.test_deleted_upload import composer
from tests.paid.test_faults import rest
from tests.paid.test_remembered import clip
from tests.paid.test_remembered import edit as change_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _C, _S = AttemptState, Code, Status
MAY_NOT_EXIST = "You do not have permission to access the File a or it may not exist."
LOOKS = ("poll", "file", "models")


def edit(first: Step, change: str = "make it night") -> Step:
    """Return a queued edit that continues a version's conversation."""
    task = "edit-clip" if first.engine == "omni" else "edit-image"
    order = factories.make_order(first.output, task=task, engine=first.engine, kind="own", change=change)
    return order.steps.get()


async def made() -> Step:
    """Return a clip that was made."""
    return (await run(await asked())).step


async def check(emulator: Emulator, came: Told) -> None:
    """Compare the money, and that each attempt of a step was posted once."""
    budget = await Budget.objects.aget()
    assert budget.reserved == 0
    assert budget.spent == sum([one.cost_usd async for one in Attempt.objects.all()])
    posts = [one.attempt for one in emulator.ledger.requests("create")]
    assert [posts.count(str(attempt.uuid)) for attempt in came.attempts] == [1] * len(came.attempts)


def looks(emulator: Emulator, since: int) -> list[str]:
    """Return which looks came after so many requests."""
    return [one.kind for one in emulator.ledger.requests()[since:] if one.kind in LOOKS]


def is_alive(step: Step) -> bool:
    """Return whether the page offers to go on in a version's conversation."""
    return actions.chains.of_step(Step.objects.get(pk=step.pk)).is_alive


@pytest.mark.parametrize(
    "words",
    [
        {"status": 404, "form": "interactions", "message": "Interaction not found."},
        {"status": 400, "form": "interactions", "message": "Interaction v1_x not found"},
        {"status": 403},
        {"status": 400, "name": "FAILED_PRECONDITION", "message": "Precondition check failed."},
    ],
)
async def test_an_edit_whose_parent_is_gone_is_an_expired_chain_that_is_offered_no_more(
    emulator: Emulator, words: dict[str, Any]
) -> None:
    first = await made()
    step = await do(edit, first)
    before = await do(is_alive, first)
    emulator.fault("gone", kind="create", **words)

    came = await run(step)

    assert (came.step.status, came.step.code) == (_S.FAILED, _C.CHAIN_EXPIRED), came.step.detail
    assert came.step.sentence == FAILURES[_C.CHAIN_EXPIRED].why
    assert "HTTP 404" in came.step.detail
    assert came.states == [_A.REFUSED]
    assert [before, await do(is_alive, first)] == [True, False]
    pages = [await do(composer, one) for one in (first, came.step)]
    assert "Gone at the provider" in pages[0]
    assert "Start a new chain from this version" in pages[0]
    assert "Start again" not in pages[1]
    await check(emulator, came)


async def test_a_picture_whose_parent_is_gone_is_an_expired_chain_too(emulator: Emulator) -> None:
    first = (await stills.edited()).step
    step = await do(edit, first)
    emulator.fault("gone", kind="create", status=404)

    came = await run(step)

    assert (came.step.status, came.step.code) == (_S.FAILED, _C.CHAIN_EXPIRED), came.step.detail
    assert not await do(is_alive, first)
    await check(emulator, came)


async def test_an_edit_that_was_in_line_when_its_chain_was_lost_is_not_sent_without_its_parent(
    emulator: Emulator,
) -> None:
    first = await made()
    one, other = await do(edit, first), await do(edit, first, "make it rain")
    emulator.fault("gone", kind="create", status=404)
    await run(one)

    came = await run(other)

    assert (came.step.status, came.step.code) == (_S.FAILED, _C.CHAIN_EXPIRED), came.step.detail
    assert len(emulator.ledger.creates()) == 1
    assert (await Budget.objects.aget()).reserved == 0


@pytest.mark.parametrize("status", [None, 403, 404])
async def test_a_file_that_is_gone_when_it_is_needed_is_uploaded_and_sent_again_on_the_same_money(
    emulator: Emulator, tmp_path: Path, status: int | None
) -> None:
    step = await do(change_of, await do(clip, tmp_path))
    answer = {} if status is None else {"status": status, "message": MAY_NOT_EXIST}
    emulator.fault("gone", kind="create", **answer)

    first = await run(step)
    gone = await ProviderFile.objects.acount()
    held = (await Budget.objects.aget()).reserved
    came = await rest(step, most=60)

    assert (first.step.status, first.states, first.held) == (_S.QUEUED, [_A.REFUSED, _A.PLANNED], True)
    assert (gone, held) == (0, first.attempts[-1].quote_usd)
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.REFUSED, _A.STORED]), came.step.detail
    assert len(emulator.ledger.requests("upload")) == 2
    await check(emulator, came)


async def test_a_file_that_is_gone_twice_is_not_uploaded_a_third_time(
    emulator: Emulator, tmp_path: Path
) -> None:
    step = await do(change_of, await do(clip, tmp_path))
    emulator.fault("gone", kind="create", status=403, message=MAY_NOT_EXIST, times=None)

    came = await rest(step, most=60)

    assert (came.step.status, came.step.code) == (_S.FAILED, _C.FILE_PROCESSING_FAILED)
    assert "Start it again" in came.step.sentence
    assert came.states == [_A.REFUSED] * 2
    assert len(emulator.ledger.requests("upload")) == 2
    await check(emulator, came)


async def test_a_file_that_only_a_refused_key_cannot_see_is_not_uploaded_again(
    emulator: Emulator, tmp_path: Path
) -> None:
    step = await do(change_of, await do(clip, tmp_path))
    held = emulator.fault("held", kind="create", after=False)
    running = asyncio.create_task(run(step))
    await asyncio.to_thread(held.arrived.wait, 60)
    emulator.retire(step.model)
    for kind in ("file", "models"):
        emulator.fault(403, kind=kind)
    before = len(emulator.ledger.requests())

    held.release()
    came = await running

    assert looks(emulator, before) == ["file", "models"]
    assert (came.step.status, came.step.code) == (_S.FAILED, _C.CREDENTIALS_REJECTED), came.step.detail
    assert len(emulator.ledger.requests("upload")) == 1
    assert await ProviderFile.objects.acount() == 1
    await check(emulator, came)


@pytest.mark.parametrize(
    ("create", "models", "code"),
    [
        (404, 403, _C.CREDENTIALS_REJECTED),
        (403, 404, _C.MODEL_UNAVAILABLE),
        (400, 404, _C.MODEL_UNAVAILABLE),
        (400, None, _C.INPUT_REJECTED),
        (404, None, _C.MODEL_UNAVAILABLE),
        (401, None, _C.INPUT_REJECTED),
        (403, None, _C.INPUT_REJECTED),
        (403, 401, _C.CREDENTIALS_REJECTED),
        (403, 503, _C.CREDENTIALS_REJECTED),
    ],
)
async def test_the_model_and_the_key_are_asked_about_with_the_same_key(
    emulator: Emulator, create: int, models: int | None, code: Code
) -> None:
    emulator.fault(create)
    if models:
        emulator.fault(models, kind="models")

    came = await run(await asked())

    assert (came.step.status, came.step.code) == (_S.FAILED, code)
    asked_about = [(one.path, one.key) for one in emulator.ledger.requests("models")]
    assert asked_about == [(f"/v1beta/models/{came.step.model}", "known")]
    assert f"HTTP {create}" in came.step.detail
    assert await Door.objects.closed().aexists() == (models in (401, 403))
    await check(emulator, came)


@pytest.mark.parametrize("fault", [None, 503, "reset", "not_json", "lost"])
async def test_looks_that_find_all_there_or_fail_change_nothing(
    emulator: Emulator, fault: str | int | None
) -> None:
    step = await do(edit, first := await made())
    emulator.fault(404)
    for kind in LOOKS if fault else ():
        emulator.fault(fault, kind=kind)

    came = await run(step)

    assert (came.step.status, came.step.code) == (_S.FAILED, _C.MODEL_UNAVAILABLE)
    assert "Looked at" not in came.step.detail
    assert await do(is_alive, first)
    await check(emulator, came)


async def test_a_look_that_is_never_answered_is_given_up_soon(emulator: Emulator) -> None:
    step = await do(edit, await made())
    emulator.fault(404)
    silent = emulator.fault("held", kind="poll")

    async with asyncio.timeout(20):
        came = await run(step)

    assert silent.arrived.is_set()
    assert (came.step.status, came.step.code) == (_S.FAILED, _C.MODEL_UNAVAILABLE)
    await check(emulator, came)


@pytest.mark.parametrize(
    ("fault", "options"),
    [(500, {}), ("unsafe", {"message": "Input blocked"}), ("region", {}), (429, {})],
)
async def test_what_the_answer_tells_by_itself_is_not_asked_about(
    emulator: Emulator, fault: str | int, options: dict[str, Any]
) -> None:
    step = await do(edit, await made())
    emulator.fault(fault, **options)
    before = len(emulator.ledger.requests())

    await run(step)

    assert looks(emulator, before) == []


async def test_a_process_that_ends_while_it_looks_writes_the_refusal_down(emulator: Emulator) -> None:
    step = await do(edit, await made())
    emulator.fault(404)
    silent = emulator.fault("held", kind="poll")
    running = asyncio.create_task(run_step(step.pk, "here", progress.Book()))
    await asyncio.to_thread(silent.arrived.wait, 60)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    came = await do(told, step)
    assert (came.step.status, came.step.code, came.states) == (_S.FAILED, _C.MODEL_UNAVAILABLE, [_A.REFUSED])
    await check(emulator, came)


async def test_a_process_that_ends_while_the_answer_is_awaited_writes_the_refusal_down_and_does_not_look(
    emulator: Emulator,
) -> None:
    step = await do(edit, await made())
    held = emulator.fault("held", kind="create", after=False)
    running = asyncio.create_task(run_step(step.pk, "here", progress.Book()))
    await asyncio.to_thread(held.arrived.wait, 60)
    before = len(emulator.ledger.requests())

    emulator.retire(step.model)
    running.cancel()
    held.release()
    with pytest.raises(asyncio.CancelledError):
        await running

    came = await do(told, step)
    assert (came.step.code, came.states) == (_C.MODEL_UNAVAILABLE, [_A.REFUSED])
    assert looks(emulator, before) == []
    await check(emulator, came)
