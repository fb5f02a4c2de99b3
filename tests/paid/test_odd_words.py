"""A paid answer with letters that no database takes, or with the id of another one, is kept like any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from projects.engines import answers
from projects.engines.base import Ended
from projects.engines.clean import cleaned
from projects.failures import Code
from projects.models import Attempt, Step
from projects.runner import adopt, ledger, spool
from projects.states import AttemptState, Bill, Status
from tests.emulator import Emulator
from tests.paid.conftest import check_money, do, run
from tests.paid.test_pauses import wake
from tests.paid.test_spool import picture, wrote

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S = AttemptState, Status
Json = dict[str, Any]
ODD = "half of it: \ud83d, nothing: \0."


def interaction(body: Json) -> Json:
    """Return an interaction with odd words beside its picture, and a count that is none."""
    said = {"type": "model_output", "content": [{"type": "text", "text": ODD}]}
    return body | {"steps": [*body["steps"], said], "usage": body["usage"] | {"odd": float("nan")}}


def generated(body: Json) -> Json:
    """Return an answer of `generateContent` with odd words beside its picture."""
    body["candidates"][0]["content"]["parts"].insert(0, {"text": ODD})
    return body


def completed(body: Json) -> Json:
    """Return a completion with odd words beside its picture."""
    body["choices"][0]["message"]["content"] = ODD
    return body


def worded(body: Json) -> Json:
    """Return a completion with words beside its picture."""
    body["choices"][0]["message"]["content"] = "Here is the picture."
    return body


DOORS: dict[str, tuple[str, Callable[[], Step], Callable[[Json], Json]]] = {
    "developer": ("emulator", lambda: picture("nano-banana"), interaction),
    "vertex": ("vertex", lambda: picture("nano-banana"), generated),
    "openrouter": ("router", lambda: picture("openrouter"), completed),
}


@pytest.mark.parametrize("door", DOORS)
async def test_a_picture_beside_odd_words_is_kept(
    emulator: Emulator, request: pytest.FixtureRequest, door: str
) -> None:
    fixture, make, change = DOORS[door]
    request.getfixturevalue(fixture)
    emulator.fault("retold", kind="create", change=change)

    came = await run(await do(make))

    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED]), came.step.detail
    assert (
        "half of it: \N{REPLACEMENT CHARACTER}, nothing: \N{REPLACEMENT CHARACTER}."
        in came.attempts[0].detail
    )
    await check_money(emulator)


def test_what_no_database_takes_is_replaced_wherever_it_stands() -> None:
    odd = {"a\0": [ODD, {"n": float("inf")}, 1.5, None, True], "b": "\N{GRINNING FACE} \u00e9"}

    said = "half of it: \N{REPLACEMENT CHARACTER}, nothing: \N{REPLACEMENT CHARACTER}."
    kept = {
        "a\N{REPLACEMENT CHARACTER}": [said, {"n": None}, 1.5, None, True],
        "b": "\N{GRINNING FACE} \u00e9",
    }
    assert cleaned(odd) == kept


def test_an_answer_with_bytes_of_no_letter_is_read_all_the_same() -> None:
    assert answers.parsed(b'\xef\xbb\xbf{"id": "a\xff"}') == {"id": "a\N{REPLACEMENT CHARACTER}"}


@pytest.mark.parametrize("fixture", ["emulator", "vertex"])
async def test_answers_with_one_id_are_each_their_own(
    emulator: Emulator, request: pytest.FixtureRequest, fixture: str
) -> None:
    request.getfixturevalue(fixture)
    emulator.fault(
        "retold", kind="create", times=2, change=lambda body: body | {"id": "same", "responseId": "same"}
    )

    both = [await run(await do(picture, "nano-banana")) for _ in range(2)]

    assert [(one.step.status, one.states) for one in both] == [(_S.SUCCEEDED, [_A.STORED])] * 2
    assert [one.attempts[0].bill for one in both] == [Bill.BILLED] * 2
    for one in both:
        assert await one.attempts[0].receipts.filter(kind="end").acount() == 1


async def test_a_kept_answer_with_the_id_of_another_is_adopted(vertex: Emulator) -> None:
    vertex.fault("retold", kind="create", change=lambda body: body | {"responseId": "same"})
    first = await run(await do(picture, "nano-banana"))
    vertex.fault("lost")
    second = await run(await do(picture, "nano-banana"))
    path = await do(wrote, second.attempts[0].uuid)
    media = ({"type": "image", "mime_type": "image/png", "path": str(path)},)
    answer = Ended("done", media=media, ticket=first.attempts[0].ticket)
    await do(spool.keep, second.attempts[0].uuid, answer)

    await do(adopt.sweep)
    came = await run(second.step)

    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])


# A fault of our own.


class Trap:
    """A database that fails where words are written: a fault that is ours."""

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and any("Here is" in str(one) for one in params or ()):
            raise RuntimeError("Our own fault.")
        return execute(sql, params, many, context)


@pytest.mark.parametrize("fixture", ["router", "vertex"])
async def test_a_fault_of_ours_after_the_answer_leaves_the_picture_to_be_fetched(
    emulator: Emulator, request: pytest.FixtureRequest, fixture: str
) -> None:
    request.getfixturevalue(fixture)
    trap, step = Trap(), await do(picture, "openrouter" if fixture == "router" else "nano-banana")
    if fixture == "router":
        emulator.fault("retold", kind="create", change=worded)
    await do(lambda: connection.execute_wrappers.append(trap))

    failed = await run(step)

    assert (failed.step.status, failed.step.code) == (_S.FAILED, Code.STUDIO_FAULT)
    assert (failed.step.sentence, failed.states) == (ledger.KEPT, [_A.FINISHED])
    await do(adopt.sweep)
    assert spool.folder(failed.attempts[0].uuid).exists()
    await Step.objects.filter(pk=step.pk).aupdate(ended_at=timezone.now() - timedelta(hours=1))
    await do(adopt.sweep)
    await wake(step)
    came = await run(step)
    await do(lambda: connection.execute_wrappers.remove(trap))
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED]), came.step.detail
    assert not spool.folder(came.attempts[0].uuid).exists()
    assert len(emulator.ledger.creates()) == await Attempt.objects.acount() == 1
    await check_money(emulator)
