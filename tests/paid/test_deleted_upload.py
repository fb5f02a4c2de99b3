"""An upload that was deleted for good: no byte of it is left in the data folder, and its conversations go on."""

from __future__ import annotations

import asyncio
import base64
import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from projects import actions, progress
from projects.failures import Code
from projects.models import Asset, Project, Step, files
from projects.runner.run import run_step
from projects.states import AttemptState, Status
from tests import factories
from tests.desk import browser_of
from tests.emulator import Emulator
from tests.paid.conftest import do, run, told
from tests.paid.stills import bodies, edit, edited
from tests.paid.test_vertex_turns import turn_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_S = Status
GONE = "The next change begins anew from this version."


def uploaded(project: Project | None = None) -> Asset:
    """Return a photo like no other, that came in as a person's upload does."""
    project, file = project or factories.make_project(), io.BytesIO()
    Image.effect_noise((180, 320), 90).convert("RGB").save(file, "JPEG")
    return actions.uploads.receive(project.created_by, project, [file.getvalue()], "bottle.jpg")


def traces(asset: Asset) -> list[bytes]:
    """Return what gives a picture away: a piece out of the middle of each of its files, as it is and in base64.

    A piece begins at a multiple of three, so that its base64 stands in the base64 of the whole.
    """
    folder = files.folder(asset.project.team_id, asset.sha256)
    found = []
    for path in (folder / f"file.{asset.extension}", *folder.glob("*.webp")):
        data = path.read_bytes()
        start = len(data) // 2 // 3 * 3
        piece = data[start : start + 90]
        found += [piece, base64.b64encode(piece)]
    return found


def left(pieces: list[bytes]) -> list[str]:
    """Return the files of the whole data folder in which such a piece stands."""
    places = (Path(at, name) for at, _, names in os.walk(settings.DATA_DIR) for name in names)
    return sorted(
        str(path.relative_to(settings.DATA_DIR))
        for path in places
        if any(piece in path.read_bytes() for piece in pieces)
    )


def deleted(asset: Asset) -> None:
    """Delete an upload, and delete it for good."""
    actions.assets.delete(asset.project.created_by, asset)
    actions.trash.purge_asset(asset.project.created_by, asset)


async def test_its_bytes_are_gone_from_every_turn_and_the_results_stay(vertex: Emulator) -> None:
    photo = await do(uploaded)
    first = await edited(photo)
    second = await edited(first.step.output, "the same at night")
    pieces = await do(traces, photo)
    before = left(pieces)

    await do(deleted, photo)

    assert [first.step.status, second.step.status] == [_S.SUCCEEDED] * 2
    assert any("turn-" in name for name in before)
    assert any(name.endswith("original") or "file." in name for name in before)
    assert left(pieces) == []
    assert turn_of(second).exists()
    for made in (first, second):
        shown = await do(lambda step=made.step: Asset.objects.select_related("project").get(made_by=step))
        folder = files.folder(shown.project.team_id, shown.sha256)
        assert (folder / f"file.{shown.extension}").exists()


async def test_a_version_whose_turn_went_says_so_and_the_next_change_begins_anew(vertex: Emulator) -> None:
    photo = await do(uploaded)
    first = await edited(photo)
    second = await edited(first.step.output, "the same at night")
    foldable = await do(actions.chains.price_of_fold, second.step.order.by, second.step)
    await do(deleted, photo)

    page, later = [await do(composer, made.step) for made in (first, second)]
    again = await edited(first.step.output, "a red ground")
    further = await edited(second.step.output, "and rain")

    assert GONE in page
    assert "provider no longer keeps" not in page
    assert foldable is not None
    assert await do(actions.chains.price_of_fold, second.step.order.by, second.step) is None
    assert GONE not in later
    assert [again.step.status, further.step.status] == [_S.SUCCEEDED] * 2, again.step.detail
    sent = [body["contents"] for body in bodies(vertex)[-2:]]
    assert [[one["role"] for one in said] for said in sent] == [["user"], ["user", "model", "user"]]


async def test_a_reference_goes_from_the_turn_that_it_was_sent_with(vertex: Emulator) -> None:
    first = await edited(await do(uploaded))
    assert first.step.output is not None
    other = await do(uploaded, first.step.project)
    ordered = await do(
        lambda: factories.make_order(
            first.step.output,
            task="edit-image",
            engine="nano-banana",
            kind="own",
            change="its colours",
            reference=[other.pk],
        )
    )
    second = await run(await ordered.steps.aget())
    pieces = await do(traces, other)
    before = left(pieces)

    await do(deleted, other)

    assert second.step.status == _S.SUCCEEDED, second.step.detail
    assert any(turn_of(second).name in name for name in before)
    assert left(pieces) == []
    assert turn_of(first).exists()


async def test_a_drafts_picture_goes_with_its_version_from_a_turn_that_it_was_sent_with(
    vertex: Emulator,
) -> None:
    photo = await do(uploaded)
    draft = (await run(await do(drafted, photo))).step
    assert draft.output is not None
    paid = await edited(draft.output)
    pieces = await do(traces, draft.output)
    before = left(pieces)

    await do(actions.steps.delete, draft.order.by, draft)
    await do(actions.trash.purge_step, draft.order.by, draft)

    assert paid.step.status == _S.SUCCEEDED, paid.step.detail
    assert any("turn-" in name for name in before)
    assert left(pieces) == []


def composer(step: Step) -> str:
    """Return the part of a version's page that asks for the next change."""
    return browser_of(step.order.by).get(f"/steps/{step.pk}/composer/").content.decode()


def drafted(photo: Asset) -> Step:
    """Return a queued draft of a change of a photo."""
    return factories.make_order(
        photo, task="edit-image", engine="draft", kind="own", change="warmer"
    ).steps.get()


async def test_what_waits_for_room_gives_it_up_too_and_is_stored_without_its_turn(
    vertex: Emulator, settings: Any
) -> None:
    photo, media = await do(uploaded), settings.MEDIA_DIR
    held = vertex.fault("held", kind="create")
    step = await do(edit, photo)
    driven = asyncio.create_task(run_step(step.pk, "here", progress.Book()))
    await asyncio.to_thread(held.arrived.wait, 60)
    settings.MEDIA_DIR = Path("/dev/full")
    held.release()
    await driven
    settings.MEDIA_DIR = media
    full = await do(told, step)
    pieces = await do(traces, photo)
    before = left(pieces)

    await do(deleted, photo)
    gone = left(pieces)
    await do(actions.steps.retry, step.order.by, full.step)
    came = await run(step)

    assert (full.step.code, full.states) == (Code.STORAGE_FAILED, [AttemptState.FINISHED])
    assert any(name.startswith("spool/") for name in before)
    assert gone == left(pieces) == []
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [AttemptState.STORED]), came.step.detail
    assert len(vertex.ledger.creates()) == 1
