"""Pictures from Nano Banana: one create that brings the picture, kept before it is booked, and edits that go on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from channels.db import database_sync_to_async
from django.http import QueryDict

from projects import actions, catalogue
from projects.forms import TaskForm
from projects.models import Asset, Step
from projects.runner import spool
from projects.states import AttemptState, Bill, Status
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import run

pytestmark = pytest.mark.django_db(transaction=True)


def edit(asset: Asset, change: str) -> Step:
    """Return a queued edit of a picture."""
    return factories.make_order(
        asset, task="edit-image", engine="nano-banana", kind="own", change=change
    ).steps.get()


def photo() -> Asset:
    """Return a product photo of a new project."""
    return factories.make_asset(factories.make_project(), data=factories.photo_bytes(640, 480))


async def test_four_turns_are_four_versions_of_one_conversation(emulator: Emulator) -> None:
    asset, previous = await database_sync_to_async(photo)(), ""
    for change in ("a city at sunset", "neon light", "a flying car", "the car smaller and lower"):
        ended = await run(await database_sync_to_async(edit)(asset, change))
        attempt = ended.attempts[0]
        assert (ended.step.status, ended.step.sentence) == (Status.SUCCEEDED, "")
        assert (attempt.state, attempt.bill) == (AttemptState.STORED, Bill.BILLED)
        sent = emulator.ledger.creates(label=str(attempt.uuid))
        assert [create.previous for create in sent] == [previous]
        assert ended.step.output is not None
        asset, previous = ended.step.output, str(attempt.ticket_id)
    assert await Asset.objects.filter(made_by__isnull=False).acount() == 4


async def test_an_older_version_is_continued_at_its_own_turn(emulator: Emulator) -> None:
    asset = await database_sync_to_async(photo)()
    first = await run(await database_sync_to_async(edit)(asset, "a blue ground"))
    assert first.step.output is not None
    await run(await database_sync_to_async(edit)(first.step.output, "a red ground"))

    branch = await run(await database_sync_to_async(edit)(first.step.output, "a green ground"))

    sent = emulator.ledger.creates(label=str(branch.attempts[0].uuid))
    assert [create.previous for create in sent] == [first.attempts[0].ticket_id]
    assert branch.step.parent_id == first.step.pk


async def test_the_answer_of_a_finished_picture_leaves_no_copy_behind(emulator: Emulator) -> None:
    ended = await run(
        await database_sync_to_async(edit)(await database_sync_to_async(photo)(), "a blue ground")
    )

    assert ended.step.status == Status.SUCCEEDED
    assert not spool.folder(ended.attempts[0].uuid).exists()


@pytest.mark.parametrize("fault", ["image_safety", "prompt_blocked", "blocked"])
async def test_a_refused_picture_says_so(emulator: Emulator, fault: str) -> None:
    emulator.fault(fault)

    ended = await run(
        await database_sync_to_async(edit)(await database_sync_to_async(photo)(), "a blue ground")
    )

    assert (ended.step.status, ended.step.code) == (Status.FAILED, "safety_blocked")
    assert ended.states == ["failed"]


async def test_facts_from_the_web_are_asked_for(emulator: Emulator) -> None:
    def ask() -> Step:
        project = factories.make_project()
        form = TaskForm(
            catalogue.get("concept-images"),
            project,
            project.created_by,
            data=QueryDict("idea=The+weather+in+Oslo+today&grounding=on&takes=2&engine=nano-banana"),
        )
        assert form.is_valid(), form.errors
        order = actions.orders.request(project.created_by, project, replace(form.ask(), quote=Decimal(9)))
        assert order.steps.count() == 2
        return order.steps.earliest("pk")

    ended = await run(await database_sync_to_async(ask)())

    assert (ended.step.status, ended.step.sentence) == (Status.SUCCEEDED, "")
    posts = emulator.ledger.posts("/v1beta/interactions")
    assert posts[0].body["tools"] == [{"type": "google_search"}]
