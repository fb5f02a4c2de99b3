"""A new chain from a version: what begins it counts as its first edit, and the way to it is where it is named."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from projects import actions
from projects.models import Attempt, Step
from projects.runner import requests
from projects.states import Status
from tests.emulator import Emulator
from tests.paid.conftest import asked, do, run
from tests.paid.test_workspace import browser_of, change, page

pytestmark = pytest.mark.django_db(transaction=True)
LINK = ">Start a new chain from this version<"
WAY_ON = "start a new chain from this version"


def begin(step: Step) -> Step:
    """Start a new chain from a version, as its link's form does; return the new step."""
    data = {"video": step.output_id, "kind": "own", "change": "add a palm", "engine": "omni", "quote": "9"}
    response = browser_of(step).post(f"/projects/{step.project_id}/make/edit-video/", data)
    assert response.status_code == 302, response.content.decode()[:2000]
    return Step.objects.latest("pk")


def beginning(step: Step) -> str:
    """Return the page that the link leads to."""
    return browser_of(step).get(f"/steps/{step.pk}/?anew").content.decode()


async def edited(step: Step, *changes: str) -> Step:
    """Return the version after these changes, each made."""
    for words in changes:
        step = (await run(await do(change, step, words))).step
        assert step.status == Status.SUCCEEDED
    return step


async def aged(step: Step) -> None:
    """Let the provider have kept a version for longer than it does."""
    await Attempt.objects.filter(step=step).aupdate(ended_at=timezone.now() - timedelta(days=60))


async def test_a_new_chain_begins_with_its_first_edit_and_does_not_warn(emulator: Emulator) -> None:
    long = await edited((await run(await asked())).step, "lower the sun", "make it dusk", "make the sky pink")

    new = (await run(await do(begin, long))).step

    assert new.status == Status.SUCCEEDED, new.detail
    assert emulator.ledger.creates()[-1].previous == ""
    assert await do(requests.edits_of, long) == 3
    assert await do(requests.edits_of, new) == 1
    html = await do(page, new)
    assert "1 of 3 advised" in html
    assert "a clip drifts" not in html


async def test_the_edits_after_it_are_counted_from_it(emulator: Emulator) -> None:
    first = await edited((await run(await asked())).step, "lower the sun")
    new = (await run(await do(begin, first))).step

    last = await edited(new, "make the sky pink", "add a cloud")

    assert await do(requests.edits_of, last) == 3
    standing = await do(actions.chains.of_step, last)
    assert standing is not None
    assert standing.is_long


async def test_a_version_without_edits_that_is_gone_has_the_link_that_its_sentence_names(
    emulator: Emulator,
) -> None:
    step = (await run(await asked())).step
    await aged(step)

    html = await do(page, step)

    assert WAY_ON in html
    assert "Fold all changes in" not in html
    assert html.count(LINK) == 1
    assert f'href="/steps/{step.pk}/?anew#composer">Start a new chain' in html
    anew = await do(beginning, step)
    assert f'action="/projects/{step.project_id}/make/edit-video/"' in anew
    assert f'name="video" value="{step.output_id}"' in anew
    assert re.search(
        r'name="engine" value="omni" type="submit">Start a new chain<span class="price">\$0\.\d\d', anew
    )


async def test_a_version_with_edits_that_is_gone_has_that_link_once(emulator: Emulator) -> None:
    step = await edited((await run(await asked())).step, "lower the sun")
    await aged(step)

    html = await do(page, step)

    assert "Fold all changes in" in html
    assert html.count(LINK) == 1


async def test_a_version_that_is_kept_needs_no_such_link(emulator: Emulator) -> None:
    step = (await run(await asked())).step

    assert LINK not in await do(page, step)
