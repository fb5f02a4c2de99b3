"""What was deleted for good is gone here at once, and at the provider within a day, whatever the provider says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.utils import timezone

from projects import actions
from projects.engines import uploads
from projects.models import (
    Asset,
    Attempt,
    Door,
    ProviderFile,
    Receipt,
    Removal,
    Role,
    Spend,
    Step,
    files,
)
from projects.runner import forget, purge
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import asked, run, told

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timedelta(days=31)
SECOND = timedelta(seconds=1)
"""SQLite counts its own time in milliseconds: what is due this instant may not be for another one."""
State = Removal.State


def owner_of(step: Step) -> User:
    """Return the owner of a step's team."""
    return step.project.team.memberships.get(role=Role.OWNER).user


def folder_of(asset: Asset) -> Path:
    """Return where an asset's bytes lie."""
    return files.folder(asset.project.team_id, asset.sha256)


def purged(step: Step) -> None:
    """Delete a step, and delete it for good."""
    actions.steps.delete(owner_of(step), step)
    actions.trash.purge_step(owner_of(step), step)


async def forgotten(emulator: Emulator) -> Step:
    """Return a clip that was made and deleted for good here; the provider still has it."""
    step = (await run(await asked())).step
    await database_sync_to_async(purged)(step)
    return step


async def states() -> list[str]:
    """Return how far everything is that is to be deleted at the provider."""
    return sorted({row.state async for row in Removal.objects.all()})


async def test_a_version_is_gone_here_then_at_the_provider_and_its_money_stays(emulator: Emulator) -> None:
    made = (await run(await asked())).step
    attempt = await made.attempts.aget()
    assert made.output is not None
    money = [line async for line in Spend.objects.values_list("kind", "usd")]
    receipts = await Receipt.objects.acount()
    folder = await database_sync_to_async(folder_of)(made.output)
    assert folder.exists()

    await database_sync_to_async(purged)(made)
    ours_is_gone = not folder.exists()
    asked_of_them = list(emulator.ledger.deletes)
    await forget.sweep()

    assert ours_is_gone
    assert asked_of_them == []
    assert attempt.ticket_id in emulator.ledger.deletes
    assert set(uploads.names_in(attempt.media)) < set(emulator.ledger.deletes)
    assert await states() == [State.GONE]
    assert [line async for line in Spend.objects.values_list("kind", "usd")] == money
    assert await Receipt.objects.acount() == receipts
    assert (await Attempt.objects.aget()).cost_usd == attempt.cost_usd > 0
    step, asset = await Step.objects.aget(), await Asset.objects.aget(made_by=made)
    assert step.purged_at is not None
    assert (asset.purged_at is None, asset.bytes, asset.pictures) == (False, 0, {})


async def test_an_upload_at_the_provider_goes_with_its_file(emulator: Emulator) -> None:
    photo = await database_sync_to_async(lambda: factories.make_asset(factories.make_project()))()
    door = await database_sync_to_async(lambda: Door.objects.of_studio().get())()
    name = await sent(emulator, photo, door)

    def delete() -> None:
        actions.assets.delete(photo.created_by or photo.project.created_by, photo)
        actions.trash.purge_asset(photo.project.created_by, photo)

    await database_sync_to_async(delete)()
    await forget.sweep()

    assert emulator.ledger.deletes == [name]
    assert not await ProviderFile.objects.aexists()
    assert not folder_of(photo).exists()


async def sent(emulator: Emulator, photo: Asset, door: Door) -> str:
    """Upload a photo's file as the runner would; return its name at the provider."""
    path = files.clean(photo.project.team_id, photo.sha256, photo.extension)
    plain = await database_sync_to_async(door.plain)()
    entry = uploads.Input("image", "image", path, {"mime": "image/jpeg"})
    place = await uploads.put(plain, "v1beta", entry)
    await ProviderFile.objects.acreate(
        asset=photo,
        door=door,
        name=place["name"],
        uri=place["uri"],
        state=place["state"],
        expires_at=place["expires_at"],
    )
    return str(place["name"])


@pytest.mark.parametrize("status", [403, 404])
async def test_what_the_provider_does_not_have_is_forgotten(emulator: Emulator, status: int) -> None:
    await forgotten(emulator)
    emulator.fault(status, kind="delete", times=None)

    await forget.sweep()

    assert await states() == [State.GONE]


async def test_an_id_that_the_provider_never_knew_is_forgotten(emulator: Emulator) -> None:
    await forgotten(emulator)
    await Removal.objects.filter(engine="omni").aupdate(ticket={"id": "odd", "api_version": "v1beta"})

    await forget.sweep()

    assert "Invalid interaction name" in "".join(emulator.ledger.refusals())
    assert await states() == [State.GONE]


@pytest.mark.parametrize("fault", [{"name": 503}, {"name": "reset"}, {"name": 401}])
async def test_a_provider_that_fails_is_asked_again_for_a_day_then_noted(
    emulator: Emulator, fault: dict[str, str | int]
) -> None:
    await forgotten(emulator)
    emulator.fault(fault["name"], kind="delete", times=None)

    await forget.sweep()
    first = await Removal.objects.filter(state=State.WAITING, tries=1, not_before__gt=timezone.now()).acount()
    await forget.sweep()
    asked_once = len(emulator.ledger.requests("delete"))
    await Removal.objects.aupdate(
        asked_at=timezone.now() - timedelta(hours=25), not_before=timezone.now() - SECOND
    )
    await forget.sweep()

    assert first == asked_once == await Removal.objects.acount() > 0
    assert await states() == [State.GIVEN_UP]
    details = [row.detail async for row in Removal.objects.all()]
    assert all(details)
    assert emulator.key not in "".join(details)


async def test_the_next_try_deletes_it(emulator: Emulator) -> None:
    await forgotten(emulator)
    emulator.fault(503, kind="delete", times=1)

    await forget.sweep()
    between = await states()
    await Removal.objects.aupdate(not_before=timezone.now() - SECOND)
    await forget.sweep()

    assert between == [State.GONE, State.WAITING]
    assert await states() == [State.GONE]
    assert len(emulator.ledger.deletes) == await Removal.objects.acount()


async def test_a_key_that_was_taken_away_counts_as_forgotten(emulator: Emulator, settings: object) -> None:
    await forgotten(emulator)
    settings.GEMINI_API_KEY = ""  # type: ignore[attr-defined]

    await forget.sweep()

    assert await states() == [State.GONE]
    assert emulator.ledger.requests("delete") == []


async def test_a_month_in_the_trash_is_the_end(emulator: Emulator) -> None:
    step = (await run(await asked())).step
    assert step.output is not None
    folder = await database_sync_to_async(folder_of)(step.output)
    await database_sync_to_async(actions.steps.delete)(step.order.by, step)

    await database_sync_to_async(purge.sweep)()
    before = (await Step.objects.aget()).purged_at
    await Step.objects.aupdate(deleted_at=timezone.now() - LONG_AGO)
    await database_sync_to_async(purge.sweep)()

    assert before is None
    assert (await Step.objects.aget()).purged_at is not None
    assert not folder.exists()
    assert await Removal.objects.filter(state=State.WAITING).aexists()


async def test_a_step_whose_file_is_gone_says_so_and_costs_nothing(emulator: Emulator) -> None:
    emulator.fault(400)
    step = (await run(await asked())).step

    def purge_photo_and_retry() -> None:
        photo = step.order.project.assets.get()
        actions.assets.delete(step.order.by, photo)
        actions.trash.purge_asset(step.order.by, photo)
        with pytest.raises(actions.Refused, match="deleted for good"):
            actions.steps.retry(step.order.by, step, step.attempts.get().quote_usd)

    await database_sync_to_async(purge_photo_and_retry)()
    ended = await database_sync_to_async(told)(step)

    assert ended.step.sentence.startswith("A file that this needs was deleted for good.")
    assert ended.states == ["refused"]
    assert not ended.held
    assert emulator.ledger.creates() == []
