"""A provider that counts nonsense, gives damaged bytes, loses files, or says no in words: what is booked and said."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.test import Client

from projects.failures import FAILURES, Code
from projects.models import Attempt, Budget, ProviderFile, Receipt, Step, files
from projects.runner import damaged, ledger, sweep
from projects.states import AttemptState, Bill, Status
from projects.templatetags import bills
from tests.emulator import Emulator
from tests.paid.conftest import Told, asked, do, run
from tests.paid.test_forget import purged
from tests.paid.test_openrouter import edit
from tests.paid.test_remembered import clip, edited, sent

pytestmark = pytest.mark.django_db(transaction=True)
_A, _S, _C = AttemptState, Status, Code
Json = dict[str, Any]


def absurd(usage: Json) -> Json:
    """Return a count that no answer holds."""
    rows = [{"modality": "video", "tokens": 10**10}]
    return usage | {"total_output_tokens": 10**10, "output_tokens_by_modality": rows}


def summed(usage: Json) -> Json:
    """Return a count without its rows."""
    return {name: value for name, value in usage.items() if name != "output_tokens_by_modality"}


async def counted(emulator: Emulator, counts: Callable[[Json], Json]) -> Told:
    """Return a clip whose tokens the provider counted so."""
    emulator.fault("comes_as_uri", counts=counts)
    return await run(await asked())


async def test_a_count_that_cannot_be_is_booked_at_the_quote(emulator: Emulator) -> None:
    came = await counted(emulator, absurd)

    [attempt] = came.attempts
    budget = await Budget.objects.aget()
    assert came.step.status == _S.SUCCEEDED
    assert attempt.cost_usd == budget.spent == attempt.quote_usd < 1
    assert attempt.bill == Bill.UNKNOWN
    assert budget.reserved == 0
    told = await Receipt.objects.aget(attempt=attempt, kind=Receipt.Kind.END)
    assert told.body["usage"]["total_output_tokens"] == 10**10


async def test_a_count_that_cannot_be_is_named_to_people_and_found_by_the_operator(
    emulator: Emulator, admin_client: Client
) -> None:
    honest, came = await run(await asked()), await counted(emulator, absurd)

    shown = await database_sync_to_async(bills.receipt)(came.step)
    page = await database_sync_to_async(admin_client.get)("/admin/projects/attempt/?count=absurd")
    listed = {attempt.pk for attempt in page.context["cl"].result_list}
    quote = came.attempts[0].quote_usd

    assert f"The provider counted $120,000.00, which cannot be; ${quote:.2f} is booked." in shown.aside
    assert listed == {came.attempts[0].pk}
    assert "cannot be" not in (await database_sync_to_async(bills.receipt)(honest.step)).aside


async def test_a_dear_count_below_ten_times_the_quote_is_charged(emulator: Emulator) -> None:
    came = await counted(
        emulator,
        lambda usage: usage | {"output_tokens_by_modality": [{"modality": "video", "tokens": 50_000}]},
    )

    assert came.attempts[0].cost_usd > Decimal("0.6") > came.attempts[0].quote_usd
    assert came.attempts[0].bill == Bill.BILLED


async def test_a_late_count_that_cannot_be_is_not_adjusted_to(emulator: Emulator) -> None:
    [attempt] = (await counted(emulator, summed)).attempts
    ended = ledger.Ended("failed", usage=absurd(attempt.usage), ticket=attempt.ticket)

    await database_sync_to_async(ledger.learnt)(attempt, ended)

    now = await Attempt.objects.aget(pk=attempt.pk)
    assert (now.cost_usd, now.bill) == (attempt.quote_usd, Bill.UNKNOWN)
    assert now.disbelieved is not None


async def test_a_sum_without_rows_is_of_the_medium_that_came(emulator: Emulator) -> None:
    with_rows, without = await run(await asked()), await counted(emulator, summed)

    assert without.attempts[0].cost_usd == with_rows.attempts[0].cost_usd > Decimal("0.06")


async def again(step: Step, most: int) -> list[Told]:
    """Return what the rows say after each of so many runs, each as if its pause were over."""
    seen = []
    for _ in range(most):
        await Step.objects.filter(pk=step.pk).aupdate(not_before=None)
        seen.append(await run(step))
    return seen


DAMAGED = {
    "no bytes": ("zero_bytes", {}),
    "garbage": ("corrupt", {}),
    "garbage in the answer": ("corrupt", {"delivers": "inline"}),
    "bytes of another sum": ("spoilt", {"times": None}),
}


@pytest.mark.parametrize("name", DAMAGED)
async def test_a_damaged_result_is_fetched_five_times_and_never_made_again(
    emulator: Emulator, name: str
) -> None:
    fault, options = DAMAGED[name]
    emulator.fault(fault, **options)

    *waited, last = await again(await asked(), 5)

    assert {(one.step.status, one.step.waits_for) for one in waited} == {(_S.QUEUED, "result")}
    assert (last.step.status, last.step.code, last.states) == (_S.FAILED, _C.OUTPUT_CORRUPT, [_A.FAILED])
    pauses = [one.step.not_before - one.step.changed_at for one in waited if one.step.not_before]
    assert [round(pause / pauses[0]) for pause in pauses] == [1, 2, 4, 8]
    assert len(emulator.ledger.creates()) == 1
    [attempt] = last.attempts
    assert attempt.cost_usd == (await Budget.objects.aget()).spent > 0
    assert await Receipt.objects.filter(attempt=attempt, kind=Receipt.Kind.BYTES).acount() == 5
    raw = damaged.place(attempt.uuid)
    told = await Receipt.objects.filter(attempt=attempt, kind=Receipt.Kind.BYTES).alatest("pk")
    assert files.digest(raw) == told.body["sha256"]
    assert str(raw.relative_to(settings.DATA_DIR)) in last.step.detail


async def test_damaged_bytes_that_nobody_can_fetch_again_are_kept_until_their_version_is_deleted(
    router: Emulator,
) -> None:
    router.fault("corrupt")
    came = await run(await do(edit))
    [attempt] = came.attempts
    raw = damaged.place(attempt.uuid)
    kept = raw.stat().st_size

    await do(sweep.hourly)
    young = raw.exists()
    await do(purged, came.step)

    assert (came.step.code, came.states) == (_C.OUTPUT_CORRUPT, [_A.FAILED])
    assert kept > 0
    assert young
    assert not raw.exists()


async def test_damaged_bytes_go_after_a_month(router: Emulator) -> None:
    router.fault("corrupt")
    raw = damaged.place((await run(await do(edit))).attempts[0].uuid)
    month_ago = time.time() - timedelta(days=31).total_seconds()
    os.utime(raw, (month_ago, month_ago))

    await do(sweep.hourly)

    assert not raw.exists()


@pytest.mark.parametrize("name", ["bytes of another sum", "garbage in the answer"])
async def test_a_result_that_arrives_whole_later_is_kept(emulator: Emulator, name: str) -> None:
    step = await asked()
    if name == "bytes of another sum":
        emulator.fault("spoilt", times=2)
    else:
        emulator.fault("corrupt", delivers="inline")
    first = await run(step)
    for one in emulator.world.interactions.values():
        assert one.made
        one.file = emulator.world.new_file(one.made.data, one.made.mime, owner=one.owner)

    came = (await again(step, 2))[-1 if name == "bytes of another sum" else 0]

    assert first.step.status == _S.QUEUED
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED]), came.step.detail
    assert len(emulator.ledger.creates()) == 1
    assert not damaged.place(came.attempts[0].uuid).exists()


async def test_a_file_that_failed_is_uploaded_once_more(emulator: Emulator, tmp_path: Path) -> None:
    asset = await database_sync_to_async(clip)(tmp_path)
    emulator.fault("file_failed")

    step = await edited(asset)

    assert (step.status, sent(emulator)) == (_S.SUCCEEDED, 2)
    assert (await ProviderFile.objects.aget()).state == "ACTIVE"
    assert len(emulator.ledger.creates()) == 1


NAMED = {
    "a length": "The number value for `durationSeconds` is out of bound. Please provide a value between 4 and 8, "
    "inclusive.",
    "a format": "`aspectRatio` does not support `1:1` as a valid value. Please refer to the Gemini API documentation "
    "for supported usage.",
    "nothing that we know": "`negativePrompt` isn't supported by this model. Please remove it or refer to the Gemini "
    "API documentation for supported usage.",
}


@pytest.mark.parametrize("name", NAMED)
async def test_a_refused_request_says_what_to_change(emulator: Emulator, name: str) -> None:
    emulator.fault("status", status=400, message=NAMED[name])

    step = (await run(await asked())).step

    said = {"a length": "number of seconds", "a format": "Choose another format"}.get(name)
    assert (step.code, NAMED[name].split()[-1] in step.detail) == (_C.INPUT_REJECTED, True)
    assert said in step.sentence if said else step.sentence == FAILURES[_C.INPUT_REJECTED].why
    assert "named" not in step.sentence


async def test_a_refused_face_says_what_to_use_instead(emulator: Emulator) -> None:
    words = "The input image violates the usage guidelines. Support codes: 15236754"
    emulator.fault("status", status=400, message=words)

    step = (await run(await asked())).step

    assert (step.code, "a back view" in step.sentence) == (_C.PEOPLE_POLICY, True)
    assert "15236754" in step.detail


@pytest.mark.parametrize("status", [408, 502, 504])
async def test_an_unconfirmed_attempt_keeps_the_status_that_came(emulator: Emulator, status: int) -> None:
    emulator.fault("gateway" if status == 502 else "status", status=status)

    came = await run(await asked())

    assert (came.states, came.attempts[0].http_status) == ([_A.UNCONFIRMED], status)


async def test_an_unconfirmed_attempt_without_an_answer_has_no_status(emulator: Emulator) -> None:
    emulator.fault("lost")

    assert (await run(await asked())).attempts[0].http_status is None
