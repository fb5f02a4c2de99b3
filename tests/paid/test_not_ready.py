"""A create refused because a file is not ready: one that was sent too early is sent once more, a broken one is not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from projects.failures import FAILURES, Code
from projects.models import ProviderFile
from projects.runner.closing import WAITS
from projects.states import AttemptState, Status
from tests.emulator import Emulator
from tests.paid.conftest import Told, do, run
from tests.paid.test_pauses import wake
from tests.paid.test_remembered import clip, edit
from tests.paid.test_sorted import check

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S = AttemptState, Status
WORDS = "The File a1 is not in an ACTIVE state and usage is not allowed."


async def refused(emulator: Emulator, folder: Path, outcome: str) -> Told:
    """Return an edit whose file was ready when it was looked at, and came to this when the create arrived."""
    step = await do(edit, await do(clip, folder))
    held = emulator.fault("held", kind="create", after=False)
    running = asyncio.create_task(run(step))
    assert await asyncio.to_thread(held.arrived.wait, 60)
    [file] = emulator.world.files.values()
    file.outcome = outcome
    held.release()
    came = await running
    file.outcome = ""
    return came


async def test_a_file_that_was_sent_too_early_is_sent_once_more_on_the_same_money(
    emulator: Emulator, tmp_path: Path
) -> None:
    first = await refused(emulator, tmp_path, "processing_forever")
    assert (first.step.status, first.states, first.held) == (_S.QUEUED, [_A.REFUSED, _A.PLANNED], True)
    assert (first.step.waits_for, first.step.note) == WAITS[Code.FILE_PROCESSING_FAILED]
    emulator.fault("status", status=400, message=WORDS)

    await wake(first.step)
    came = await run(first.step)

    assert (came.step.status, came.step.code) == (_S.FAILED, Code.FILE_PROCESSING_FAILED)
    assert "Start it again in a while" in came.step.sentence
    assert len(emulator.ledger.requests("upload")) == 1
    assert await ProviderFile.objects.acount() == 1
    await check(emulator, came)


async def test_a_file_that_the_provider_could_not_read_fails_with_the_remedy_and_is_forgotten(
    emulator: Emulator, tmp_path: Path
) -> None:
    came = await refused(emulator, tmp_path, "file_failed")

    assert (came.step.status, came.states) == (_S.FAILED, [_A.REFUSED])
    assert came.step.sentence == FAILURES[Code.FILE_PROCESSING_FAILED].why
    assert await ProviderFile.objects.acount() == 0
    await check(emulator, came)
