"""Tiles are drawn once, and a stale one is never shown."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects import actions
from projects.models import Step
from projects.states import Status
from tests import desk, factories

pytestmark = pytest.mark.django_db
PICTURE = {"file": "320.webp", "width": 320, "height": 180}


def tile(html: str, name: str) -> str:
    """Return the HTML of one tile."""
    return html.partition(f'<article id="{name}"')[2].partition("</article>")[0]


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"name": "Slow orbit"}, "Slow orbit"),
        ({"task": "change-lighting"}, "Change lighting"),
        ({"status": Status.QUEUED}, 'data-status="queued"'),
        ({"status": Status.CANCELLED}, "Cancelled"),
        ({"status": Status.FAILED, "code": "timed_out"}, "It took longer than the limit"),
        ({"status": Status.UNCONFIRMED, "engine": "omni"}, "Bill unknown"),
    ],
    ids=lambda value: "".join(value) if isinstance(value, dict) else "",
)
def test_each_change_of_a_step_is_on_the_next_page(change: dict[str, Any], shown: str) -> None:
    client, photo = desk.scene()
    step = factories.make_step(photo, Status.SUCCEEDED)
    address, name = f"/projects/{photo.project_id}/", f"step-{step.pk}"
    assert shown not in tile(desk.page(client, address), name)

    Step.objects.filter(pk=step.pk).write(**change)

    assert shown in tile(desk.page(client, address), name)


def test_another_result_of_a_step_is_on_the_next_page() -> None:
    client, photo = desk.scene()
    step = factories.make_step(photo, Status.SUCCEEDED)
    address, name = f"/projects/{photo.project_id}/", f"step-{step.pk}"
    before = tile(desk.page(client, address), name)
    clip = desk.clip_of(photo.project, is_draft=True, seconds="6", width=1080, height=1920, made_by=step)
    clip.facts["pictures"] = {"320": PICTURE, "film": PICTURE}
    clip.save()

    Step.objects.filter(pk=step.pk).write(output=clip)

    after = tile(desk.page(client, address), name)
    for words in (
        "Draft",
        "6 s",
        "s916",
        'data-kind="video"',
        f"/assets/{clip.pk}/file/320.webp",
        "data-film",
    ):
        assert words in after
        assert words not in before


def test_a_tile_promises_no_bill_that_only_the_receipts_know() -> None:
    client, photo = desk.scene()
    address = f"/projects/{photo.project_id}/"
    steps = [factories.make_step(photo, Status.FAILED, engine=key) for key in ("draft", "omni")]

    page = desk.page(client, address)

    assert [step for step in steps if "billed" in tile(page, f"step-{step.pk}")] == []


def test_what_is_deleted_and_restored_comes_and_goes() -> None:
    client, photo = desk.scene()
    step = factories.make_step(photo, Status.SUCCEEDED)
    address, person = f"/projects/{photo.project_id}/", photo.project.created_by
    names = (f"step-{step.pk}", f"asset-{photo.pk}")
    first = desk.page(client, address)

    actions.steps.delete(person, step)
    actions.assets.delete(person, photo)
    without = desk.page(client, address)
    actions.steps.restore(person, step)
    actions.assets.restore(person, photo)
    again = desk.page(client, address)

    assert not any(tile(without, name) for name in names)
    assert [tile(again, name) for name in names] == [tile(first, name) for name in names]


def shown(html: str) -> int:
    """Return the seconds that a tile of a running step shows."""
    found = re.search(r"(\d+) of ~9000 s", html)
    assert found
    return int(found[1])


def test_a_running_step_shows_the_time_of_each_visit() -> None:
    client, photo = desk.scene()
    step = factories.make_step(photo, Status.RUNNING, seconds_usual=9000, started_at=timezone.now())
    address = f"/projects/{photo.project_id}/"
    first = shown(desk.page(client, address))

    Step.objects.filter(pk=step.pk).update(started_at=timezone.now() - timedelta(seconds=3100))

    assert 0 <= first < 3100 <= shown(desk.page(client, address)) < 6200


def test_readers_with_other_abilities_get_other_tiles() -> None:
    client, photo = desk.scene()
    address, name = f"/projects/{photo.project_id}/", f"asset-{photo.pk}"
    reviewer = desk.browser_of(factories.make_member(photo.project.team, "reviewer"))
    editor = desk.browser_of(factories.make_member(photo.project.team, "editor"))

    pages = [tile(desk.page(browser, address), name) for browser in (client, reviewer, editor, reviewer)]

    assert ['class="pick"' in page for page in pages] == [True, False, True, False]


def test_a_tile_that_moves_below_the_first_screen_waits_with_its_picture() -> None:
    client, photo = desk.scene(facts={"kind": "image", "pictures": {"320": PICTURE}})
    address, name = f"/projects/{photo.project_id}/", f"asset-{photo.pk}"
    assert "data-later" not in tile(desk.page(client, address), name)

    for number in range(12):
        factories.make_asset(photo.project, name=f"{number}.jpg")

    assert "data-later" in tile(desk.page(client, address), name)


def test_the_chosen_beginning_is_marked_alone() -> None:
    client, older = desk.scene(name="older.jpg")
    newer = factories.make_asset(older.project, name="newer.jpg")

    marked = [
        re.findall(
            r'from=asset:(\d+)" aria-current', desk.page(client, f"/projects/{older.project_id}/{query}")
        )
        for query in ("", f"?from=asset:{older.pk}", "")
    ]

    assert marked == [[str(newer.pk)], [str(older.pk)], [str(newer.pk)]]


def test_a_second_visit_asks_for_no_rows() -> None:
    client, photo = desk.scene()
    factories.make_step(photo, Status.SUCCEEDED)
    address = f"/projects/{photo.project_id}/"

    with CaptureQueriesContext(connection) as first:
        desk.page(client, address)
    with CaptureQueriesContext(connection) as second:
        desk.page(client, address)

    assert any('"facts"' in query["sql"] for query in first)
    assert not any('"facts"' in query["sql"] for query in second)


def test_home_shows_the_newest_results_as_they_stand() -> None:
    client, photo = desk.scene()
    step = factories.make_step(photo, Status.SUCCEEDED, ended_at=timezone.now())
    name = f"step-{step.pk}"
    assert "Slow orbit" not in tile(desk.page(client, "/"), name)

    Step.objects.filter(pk=step.pk).write(name="Slow orbit")

    assert "Slow orbit" in tile(desk.page(client, "/"), name)
