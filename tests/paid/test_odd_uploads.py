"""An upload that is answered oddly is put off and sent anew; a person is not told to change the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from projects.failures import Code
from projects.states import AttemptState, Status
from tests.emulator import Emulator
from tests.paid.conftest import check_money, do, run
from tests.paid.test_pauses import creates, wake
from tests.paid.test_remembered import clip, edit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S = AttemptState, Status
OFFSET = "The offset is not where the upload stands."
ODD: dict[str, dict[str, Any]] = {
    "no address": {"name": "retold", "kind": "upload", "drops": "x-goog-upload-url"},
    "no state of a piece": {"name": "retold", "kind": "bytes", "drops": "x-goog-upload-status"},
    "another offset": {"name": "status", "kind": "bytes", "status": 400, "message": OFFSET},
    "no file": {"name": "retold", "kind": "bytes", "change": lambda _: {}},
    "a file without a name": {"name": "retold", "kind": "bytes", "change": lambda _: {"file": {}}},
}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_answer_to_an_upload_is_waited_out(
    emulator: Emulator, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    step = await do(lambda: edit(clip(tmp_path)))
    odd = dict(ODD[name])
    emulator.fault(odd.pop("name"), **odd)

    waiting = await run(step)

    assert (waiting.step.status, waiting.step.waits_for) == (_S.QUEUED, "rate"), waiting.step.detail
    assert (waiting.states, waiting.held, creates(emulator)) == ([_A.PLANNED], True, 0)
    assert [record for record in caplog.records if record.exc_info] == []
    await wake(step)
    came = await run(step)
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    await check_money(emulator)


async def test_a_file_that_is_refused_at_once_is_still_named_as_the_cause(
    emulator: Emulator, tmp_path: Path
) -> None:
    emulator.fault(400, kind="upload")

    came = await run(await do(lambda: edit(clip(tmp_path))))

    assert (came.step.status, came.step.code, creates(emulator)) == (_S.FAILED, Code.INPUT_REJECTED, 0)
