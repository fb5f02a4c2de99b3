"""A paid result that cannot be had at once: it is waited for, and followed to where the provider sends it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from channels.db import database_sync_to_async

from projects.engines import downloads
from projects.engines.base import Door
from projects.engines.errors import Broken, Damaged
from projects.failures import Code
from projects.models import Step
from projects.models.step import MANY_RECOVERIES
from projects.runner import adopt
from projects.states import AttemptState, Status
from tests.emulator import Emulator
from tests.paid.conftest import asked, run

pytestmark = pytest.mark.django_db(transaction=True)
DATA = bytes(range(256)) * 40


class Host:
    """A host on loopback whose every answer is written out by a test, with what it was asked."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __aenter__(self) -> Host:
        self.server = await asyncio.start_server(self._answer, "127.0.0.1")
        port = self.server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        writer.write(self.answers.pop(0))
        await writer.drain()
        writer.close()


def answer(status: int, body: bytes = b"", *, length: bool = True, **headers: str) -> bytes:
    """Return an answer as it goes over the wire; the connection closes after it."""
    told = {"connection": "close", **({"content-length": str(len(body))} if length else {}), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body


async def fetched(host: Host, folder: Path) -> bytes:
    """Return the bytes of a result at a host."""
    door = Door(1, "developer", secret="a-key", base_url=host.url)
    target = folder / "result.mp4"
    await downloads.fetch(door, "v1beta", f"{host.url}/v1beta/files/abc:download?alt=media", target)
    return target.read_bytes()


async def test_a_redirect_of_the_provider_is_followed_without_the_key(emulator: Emulator) -> None:
    emulator.fault("redirect")

    came = await run(await asked())

    assert (came.step.status, came.states) == (Status.SUCCEEDED, [AttemptState.STORED]), came.step.detail
    [there] = emulator.ledger.requests("elsewhere")
    assert urlsplit(emulator.url).hostname == "127.0.0.1"
    assert "x-goog-api-key" not in there.headers


async def test_a_result_is_asked_for_again_after_a_redirect_to_nowhere_that_we_know(
    emulator: Emulator,
) -> None:
    emulator.fault("redirect", to="https://example.com")

    first = await run(step := await asked())

    assert (first.step.status, first.step.waits_for) == (Status.QUEUED, "result"), first.step.detail
    await Step.objects.filter(pk=step.pk).aupdate(not_before=None)
    came = await run(step)
    assert (came.step.status, came.states) == (Status.SUCCEEDED, [AttemptState.STORED])
    assert len(emulator.ledger.creates()) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://storage.googleapis.com/clips/a.mp4",
        "https://storage.googleapis.com:8443/clips/a.mp4",
        "https://storage.googleapis.com.example.com/a.mp4",
        "https://name:word@storage.googleapis.com/clips/a.mp4",
    ],
)
async def test_a_redirect_to_any_other_place_is_not_followed(tmp_path: Path, location: str) -> None:
    async with Host(answer(302, location=location)) as host:
        with pytest.raises(Broken) as error:
            await fetched(host, tmp_path)

    assert (error.value.code, error.value.detail) == (
        Code.OUTPUT_CORRUPT,
        f"A redirect to {urlsplit(location).hostname}",
    )


async def test_a_result_that_is_still_worked_on_is_waited_for(emulator: Emulator) -> None:
    emulator.fault("result_processing")
    running = asyncio.create_task(run(await asked()))
    await asyncio.to_thread(emulator.ledger.wait, lambda ledger: len(ledger.requests("download")) > 1)
    [file] = emulator.world.files.values()

    file.outcome = ""

    came = await running
    assert (came.step.status, came.states) == (Status.SUCCEEDED, [AttemptState.STORED])
    assert len(emulator.ledger.creates()) == 1


async def test_a_result_that_the_provider_could_not_make_is_not_waited_for(emulator: Emulator) -> None:
    emulator.fault("result_failed")

    came = await run(await asked())

    assert (came.step.status, came.step.code) == (Status.FAILED, Code.OUTPUT_CORRUPT)
    assert "could not be processed" in came.step.detail
    assert len(emulator.ledger.requests("download")) == 1


async def test_a_paid_result_outlives_a_process_that_dies_each_time(emulator: Emulator) -> None:
    emulator.fault("result_processing")
    running = asyncio.create_task(run(step := await asked()))
    await asyncio.to_thread(emulator.ledger.wait, lambda ledger: ledger.requests("download"))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await Step.objects.filter(pk=step.pk).aupdate(recoveries=MANY_RECOVERIES)

    worn = await run(step)

    assert (worn.step.status, worn.states) == (Status.FAILED, [AttemptState.FINISHED])
    for file in emulator.world.files.values():
        file.outcome = ""
    await Step.objects.filter(pk=step.pk).aupdate(ended_at=datetime.now(UTC) - timedelta(days=1))
    await database_sync_to_async(adopt.sweep)()
    came = await run(step)
    assert (came.step.status, came.states) == (Status.SUCCEEDED, [AttemptState.STORED])
    assert len(emulator.ledger.creates()) == 1


async def test_a_still_in_place_of_a_clip_is_kept_and_named(emulator: Emulator) -> None:
    emulator.fault("other_kind")

    came = await run(await asked())

    assert came.step.status == Status.SUCCEEDED
    assert "The provider sent a picture in place of a clip." in came.step.notes


ODD: dict[str, tuple[bytes, ...]] = {
    "a page in place of the bytes": (answer(200, b"<html>Sign in</html>", content_type="text/html"),),
    "an error in place of the bytes": (answer(200, b"{}", content_type="application/json; charset=UTF-8"),),
    "an end that was not announced": (
        answer(200, DATA[:5000], length=False),
        answer(200, b'{"sizeBytes": "%d"}' % len(DATA)),
    ),
}


def recorded(told: bytes) -> bytes:
    """Return the record of a file whose sum is written so."""
    return answer(200, json.dumps({"sha256Hash": base64.b64encode(told).decode()}).encode())


SUM = hashlib.sha256(DATA)
SUMS = {"of its hex": SUM.hexdigest().encode(), "of itself": SUM.digest(), "that is none": b"not a sum"}


@pytest.mark.parametrize("name", SUMS)
async def test_a_result_whose_sum_is_right_or_unknown_is_whole(tmp_path: Path, name: str) -> None:
    async with Host(answer(200, DATA), recorded(SUMS[name])) as host:
        assert await fetched(host, tmp_path) == DATA


@pytest.mark.parametrize("name", ["of its hex", "of itself"])
async def test_a_result_of_another_sum_is_damaged(tmp_path: Path, name: str) -> None:
    other = DATA[:-1] + b"x"

    async with Host(answer(200, other), recorded(SUMS[name])) as host:
        with pytest.raises(Damaged) as error:
            await fetched(host, tmp_path)

    assert (error.value.code, error.value.sha256) == (Code.OUTPUT_CORRUPT, hashlib.sha256(other).hexdigest())
    assert not (tmp_path / "result.mp4").exists()


@pytest.mark.parametrize("name", ODD)
async def test_what_is_not_the_whole_result_is_asked_for_again(tmp_path: Path, name: str) -> None:
    record = answer(200, b'{"state": "ACTIVE"}')
    more = () if len(ODD[name]) > 1 else (record,)

    async with Host(*ODD[name], *more, answer(200, DATA)) as host:
        assert await fetched(host, tmp_path) == DATA
