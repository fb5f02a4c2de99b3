"""What a death leaves on disk: an id, whole bytes or an answer is enough to go on, and nothing stays there for ever."""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as now
from django.db import connection
from django.utils import timezone

from projects import progress
from projects.engines import interactions
from projects.engines.base import Ended, Files, Made, Output
from projects.models import Asset, Attempt, Step
from projects.runner import adopt, ledger, requests, save, spool
from projects.runner.hold import ClaimLost
from projects.runner.limits import limits
from projects.runner.run import run_step
from projects.states import AttemptState, Bill, Status
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import asked, do, run, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S = AttemptState, Status


def picture(engine: str) -> Step:
    """Return a queued edit of a picture."""
    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    order = factories.make_order(photo, task="edit-image", engine=engine, kind="own", change="dusk")
    return order.steps.get()


def sent(step: Step) -> UUID:
    """Leave a step as a process does that dies while it sends; return its attempt."""
    claim = Step.objects.claim(step.pk, "gone", limits().lease_time)
    assert isinstance(claim, UUID)
    attempt = step.attempts.get()
    ledger.sending(step, claim, attempt, requests.of_step(step, attempt))
    Step.objects.filter(pk=step.pk).update(lease_until=timezone.now() - limits().lease_time)
    return attempt.uuid


def wrote(attempt: UUID, name: str = "0.image") -> Path:
    """Write a picture where the bytes of an answer are kept."""
    path = spool.folder(attempt) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(factories.photo_bytes(640, 480, kind="PNG"))
    return path


@pytest.fixture
def router(emulator: Emulator, settings: Any) -> Emulator:
    """Return the emulator behind OpenRouter's door alone, which gives no result twice."""
    settings.GEMINI_API_KEY = ""
    settings.OPENROUTER_API_KEY, settings.OPENROUTER_BASE_URL = emulator.key, f"{emulator.url}/api/v1"
    return emulator


async def test_whole_bytes_without_their_answer_are_the_result_and_charged_by_measure(
    router: Emulator,
) -> None:
    step = await do(picture, "openrouter")
    await do(wrote, attempt := await do(sent, step))

    came = await run(step)

    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    assert came.step.output is not None
    assert came.step.output.extension == "png"
    assert came.attempts[0].cost_usd == Decimal(came.attempts[0].prices["measured"])
    assert (router.ledger.creates(), spool.folder(attempt).exists()) == ([], False)


async def test_half_of_the_bytes_are_no_result(router: Emulator) -> None:
    step = await do(picture, "openrouter")
    await do(wrote, await do(sent, step), "0.part")

    came = await run(step)

    assert (came.step.status, came.states, came.held) == (_S.UNCONFIRMED, [_A.UNCONFIRMED], True)


async def test_an_answer_without_an_id_is_adopted_with_its_bytes(router: Emulator) -> None:
    router.fault("lost")
    came = await run(await do(picture, "openrouter"))
    assert came.states == [_A.UNCONFIRMED]
    path = await do(wrote, came.attempts[0].uuid)
    media = ({"type": "image", "mime_type": "image/png", "path": str(path)},)
    await do(spool.keep, came.attempts[0].uuid, Ended("done", {"cost": "0.0336"}, media))

    await do(adopt.sweep)
    came = await run(came.step)

    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    assert (came.attempts[0].cost_usd, came.attempts[0].bill) == (Decimal("0.0336"), Bill.BILLED)
    assert len(router.ledger.creates()) == 1


async def test_an_id_that_was_written_before_its_bytes_is_enough(emulator: Emulator) -> None:
    emulator.fault("lost")
    came = await run(await do(picture, "nano-banana"))
    [create] = emulator.ledger.creates()
    ticket = {"id": create.id, "api_version": "v1beta", "model": came.attempts[0].model}
    kept = spool.folder(came.attempts[0].uuid)
    await do(interactions.note, ticket, Files(kept, 0, kept))

    await do(adopt.sweep)
    came = await run(came.step)

    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    assert came.attempts[0].ticket_id == create.id
    assert len(emulator.ledger.creates()) == 1


async def test_what_nobody_reads_any_more_leaves_the_spool(emulator: Emulator) -> None:
    emulator.fault("failed")
    ended, doubt = await run(await asked()), await do(sent, await asked())
    odd = Path(now.DATA_DIR) / "spool" / "no attempt"
    odd.mkdir(parents=True)
    for attempt in (ended.attempts[0].uuid, doubt):
        await do(wrote, attempt)

    await do(adopt.sweep)

    assert not spool.folder(ended.attempts[0].uuid).exists()
    assert spool.folder(doubt).exists()
    odd.rmdir()
    spool.drop(doubt)


async def test_a_runner_that_lost_its_claim_keeps_the_answer_and_writes_nothing(
    emulator: Emulator, tmp_path: Path
) -> None:
    step = await asked()
    made = Made(tmp_path / "result.jpg", "image")
    made.path.write_bytes(factories.photo_bytes(320, 180))
    result = await save.checked(Output((made,)), tmp_path)

    with ExitStack() as held:
        fields = await do(lambda: save.placed(step.project.team_id, result, held))
        with pytest.raises(ClaimLost):
            await do(save.stored, step, uuid4(), await step.attempts.aget(), result.output, fields)

    assert not await Asset.objects.filter(made_by=step).aexists()
    assert (await do(told, step)).states == [_A.PLANNED]


def test_the_answer_to_a_create_leaves_its_receipt_also_without_the_claim(emulator: Emulator) -> None:
    step = picture("nano-banana")
    sent(step)
    came = Ended("done", {"total_output_tokens": 1120}, ticket={"id": "v1_late"})

    with pytest.raises(ClaimLost):
        ledger.finished(step, uuid4(), step.attempts.get(), came)

    attempt = step.attempts.get()
    assert attempt.state == _A.SENDING
    told_of = {"status": "done", "ticket": came.ticket, "usage": came.usage}
    assert list(attempt.receipts.values_list("kind", "body")) == [("answer", told_of)]


async def test_a_process_that_is_told_to_end_while_it_writes_its_intent_has_sent_nothing(
    emulator: Emulator,
) -> None:
    step, loop = await asked(), asyncio.get_running_loop()
    writing, go_on, left = asyncio.Event(), threading.Event(), ExitStack()

    def slow(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "projects_attempt"') and _A.SENDING in params:
            loop.call_soon_threadsafe(writing.set)
            go_on.wait(30)
        return execute(sql, params, many, context)

    await do(lambda: left.enter_context(connection.execute_wrapper(slow)))
    driven = asyncio.create_task(run_step(step.pk, "here", progress.Book()))
    await asyncio.wait_for(writing.wait(), 30)
    driven.cancel()
    for _ in range(3):
        await asyncio.sleep(0)
    go_on.set()
    await asyncio.wait({driven})
    await do(left.close)

    assert driven.cancelled()
    came = await do(told, step)
    assert (came.step.status, came.states, came.held) == (_S.QUEUED, [_A.PLANNED], True)
    assert emulator.ledger.requests("create") == []
    came = await run(step)
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    assert len(emulator.ledger.creates()) == 1
    assert await Attempt.objects.acount() == 1
