"""Who waits for a provider takes no turn from who works here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from projects import pool, progress
from projects.models import Step
from projects.runner import embedded
from projects.states import Status
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import asked, do

pytestmark = pytest.mark.django_db(transaction=True)


def draft_of(step: Step) -> Step:
    """Return a queued draft in the project of a step."""
    asset = factories.make_asset(step.project)
    return factories.make_order(asset, "change-lighting", engine="draft").steps.get()


@pytest.fixture
def children() -> Iterator[None]:
    """Give the tests after this one children again: a driver that stops ends them for good."""
    yield
    pool.configure(pool.Limits())


@pytest.mark.usefixtures("children")
async def test_a_draft_is_made_while_a_clip_waits_for_its_provider(emulator: Emulator, settings: Any) -> None:
    settings.RUNNING_STEPS = settings.PAID_STEPS = 1
    held = emulator.fault("held", kind="poll")
    clip, other = await asked(), await asked()
    draft = await do(draft_of, clip)
    layer = progress.layer()
    news = await layer.new_channel()
    await layer.group_add(progress.project_group(draft.project_id), news)
    runner = embedded.Runner()
    await runner.start()
    try:
        await asyncio.to_thread(held.arrived.wait)
        async with asyncio.timeout(60):
            while (await Step.objects.aget(pk=draft.pk)).status != Status.SUCCEEDED:
                await layer.receive(news)
        states = [(await Step.objects.aget(pk=one.pk)).status for one in (clip, other)]
    finally:
        held.release()
        await runner.stop()

    assert states == [Status.RUNNING, Status.QUEUED]
