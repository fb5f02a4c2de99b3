"""A clip that was uploaded through a door is sent there once, for as long as the provider keeps it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from channels.db import database_sync_to_async
from django.utils import timezone

from projects.engines import uploads
from projects.engines.base import Input
from projects.engines.errors import Broken
from projects.failures import Code
from projects.models import Asset, Door, ModelChange, ProviderFile, Removal, Step
from projects.states import Status
from tests import factories, making
from tests.emulator import Emulator
from tests.paid.conftest import run

pytestmark = pytest.mark.django_db(transaction=True)
OMNI = "gemini-omni-1.2-flash"


def clip(folder: Path) -> Asset:
    """Return an uploaded clip of four seconds, which the model takes by the Files API only."""
    ModelChange.objects.create(model_id=OMNI, door="developer", values={"inline_video_bytes": 1000})
    path = making.clip(folder / "clip.mp4", making.quarters(320, 180), frames=96)
    facts = {"kind": "video", "rate": "24", "notes": [], "pictures": {}}
    shown = {"width": 320, "height": 180, "seconds": 4, "facts": facts}
    return factories.make_asset(
        factories.make_project(), kind="video", name="clip.mp4", data=path.read_bytes(), **shown
    )


def edit(asset: Asset, words: str = "make the sky pink") -> Step:
    """Return a queued edit of an uploaded clip."""
    return factories.make_order(asset, task="edit-video", engine="omni", kind="own", change=words).steps.get()


@pytest.fixture
async def asset(emulator: Emulator, tmp_path: Path) -> Asset:
    """Return the clip."""
    return await database_sync_to_async(clip)(tmp_path)


async def edited(asset: Asset, words: str = "make the sky pink") -> Step:
    """Return an edit of the clip that has run."""
    step = await database_sync_to_async(edit)(asset, words)
    return (await run(step)).step


def sent(emulator: Emulator) -> int:
    """Return how many uploads were begun."""
    return len(emulator.ledger.requests("upload"))


async def test_a_second_edit_uses_the_same_upload(emulator: Emulator, asset: Asset) -> None:
    first = await edited(asset)
    second = await edited(asset, "lower the sun")

    assert [first.sentence, first.status, second.status] == ["", Status.SUCCEEDED, Status.SUCCEEDED]
    assert sent(emulator) == 1
    row = await ProviderFile.objects.aget()
    assert (row.asset_id, row.state) == (asset.pk, "ACTIVE")
    assert timedelta(hours=47) < row.expires_at - timezone.now() < timedelta(hours=49)


async def test_edits_at_once_share_one_upload(emulator: Emulator, asset: Asset) -> None:
    steps = [
        await database_sync_to_async(edit)(asset, words) for words in ("a pink sky", "a red sky", "rain")
    ]

    ended = await asyncio.gather(*(run(step) for step in steps))

    assert [came.step.status for came in ended] == [Status.SUCCEEDED] * 3
    assert sent(emulator) == 1


async def test_what_expires_soon_is_uploaded_again(emulator: Emulator, asset: Asset) -> None:
    await edited(asset)
    await ProviderFile.objects.aupdate(expires_at=timezone.now() + timedelta(minutes=59))

    again = await edited(asset)

    assert (again.status, sent(emulator)) == (Status.SUCCEEDED, 2)
    assert (await ProviderFile.objects.aget()).expires_at > timezone.now() + timedelta(hours=47)


@pytest.mark.parametrize("status", [403, 404])
async def test_what_the_provider_lost_is_uploaded_again_once(
    emulator: Emulator, asset: Asset, status: int
) -> None:
    await edited(asset)
    before = await ProviderFile.objects.aget()
    emulator.fault(status, kind="file")

    again = await edited(asset)

    assert (again.status, sent(emulator)) == (Status.SUCCEEDED, 2)
    assert (await ProviderFile.objects.aget()).name != before.name


async def test_a_provider_that_does_not_answer_is_asked_again(emulator: Emulator, asset: Asset) -> None:
    await edited(asset)
    emulator.fault(503, kind="file", times=2)

    again = await edited(asset)

    assert (again.status, sent(emulator)) == (Status.SUCCEEDED, 1)


async def test_a_file_that_the_provider_cannot_read_is_forgotten(emulator: Emulator, asset: Asset) -> None:
    emulator.fault("file_failed", times=2)

    failed = await edited(asset)
    again = await edited(asset)

    assert (failed.status, failed.code) == (Status.FAILED, Code.FILE_PROCESSING_FAILED)
    assert (again.status, sent(emulator)) == (Status.SUCCEEDED, 3)
    removals = [removal.name async for removal in Removal.objects.all()]
    assert len(removals) == 2
    assert (await ProviderFile.objects.aget()).name not in removals
    assert len(emulator.ledger.creates()) == 1


async def test_a_file_that_is_still_read_is_waited_for_by_whoever_comes_next(
    emulator: Emulator, asset: Asset
) -> None:
    emulator.fault("processing_forever")
    step = await database_sync_to_async(edit)(asset)
    first = asyncio.create_task(run(step))
    await asyncio.to_thread(emulator.ledger.wait, lambda ledger: len(ledger.requests("file")) > 1)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    row = await ProviderFile.objects.aget()
    emulator.world.files[row.name.removeprefix("files/")].outcome = ""

    ended = await run(step)

    assert row.state == "PROCESSING"
    assert (ended.step.status, sent(emulator)) == (Status.SUCCEEDED, 1)
    assert (await ProviderFile.objects.aget()).state == "ACTIVE"


async def test_a_file_that_is_read_for_too_long_says_so(
    emulator: Emulator, asset: Asset, tmp_path: Path
) -> None:
    door = await database_sync_to_async(lambda: Door.objects.of_studio().get().plain())()
    entry = Input("video", "video", tmp_path / "clip.mp4", {"mime": "video/mp4"})
    emulator.fault("processing_forever")
    there = Input("video", "video", None, remote=await uploads.put(door, "v1beta", entry))

    with pytest.raises(Broken) as error:
        await uploads.put(door, "v1beta", there, seconds=0.3)

    assert error.value.code == Code.TIMED_OUT
