"""The board: what can be made, and every tile exactly once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects import actions
from projects.models import Asset, Project, Step
from projects.states import Status
from tests import factories

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}
MOMENTS = 3
"""Tiles of one moment fill about a page, so that pages end among tiles that only their ids tell apart."""


def scene() -> tuple[Client, Project]:
    """Return an owner's browser and an empty project."""
    project = factories.make_project()
    return browser_of(project.created_by), project


def browser_of(user: object) -> Client:
    """Return a browser of this person."""
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def board(client: Client, project: Project, query: str = "", **headers: str) -> str:
    """Return the board, or a part of it."""
    return client.get(f"/projects/{project.pk}/{query}", headers=headers).content.decode()


def tiles(page: str) -> list[str]:
    """Return the ids of the tiles in the order of the page."""
    return re.findall(r'<article id="((?:step|asset)-\d+)"', page)


def fill(project: Project, count: int) -> list[str]:
    """Put uploads and steps on the board, many of the same moment; return their ids in the order of making."""
    photo = factories.make_asset(project)
    step = factories.make_step(photo, Status.FAILED)
    made = [f"asset-{photo.pk}", f"step-{step.pk}"]
    for number in range(2, count):
        if number % 3:
            step.pk, step.take = None, number
            step.save(force_insert=True)
            made.append(f"step-{step.pk}")
        else:
            made.append(f"asset-{factories.make_asset(project, name=f'{number}.jpg').pk}")
    moment = timezone.now()
    for place, name in enumerate(made):
        kind, _, pk = name.partition("-")
        rows = Asset.objects if kind == "asset" else Step.objects
        rows.filter(pk=pk).update(created_at=moment + timedelta(seconds=place % MOMENTS))
    return made


def test_an_empty_board_is_a_place_to_drop_photos() -> None:
    client, project = scene()

    page = board(client, project)

    assert "Drop product photos here" in page
    assert 'data-form="upload"' in page
    assert "What do you want to make?" not in page


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_every_tile_comes_exactly_once_over_all_pages(order: str) -> None:
    client, project = scene()
    made = fill(project, 70)

    page = board(client, project, f"?order={order}")
    found, sizes = tiles(page), [len(tiles(page))]
    while more := re.search(r'id="more" hx-get="([^"]+)"', page):
        page = board(client, project, more[1].replace("&amp;", "&"), HX_Target="more", **PART)
        found, sizes = found + tiles(page), [*sizes, len(tiles(page))]

    assert sizes == [24, 36, 10]
    assert sorted(found) == sorted(made)
    age = {name: made.index(name) % MOMENTS for name in made}
    ages = [age[name] for name in found]
    assert ages == sorted(ages, reverse=order == "newest")


@pytest.mark.parametrize("after", ["nonsense", "s1", "x1.5", "s1.", "a9" * 20, "s1.99999999999999999999"])
def test_a_damaged_place_starts_from_the_top(after: str) -> None:
    client, project = scene()
    made = fill(project, 3)

    assert sorted(tiles(board(client, project, f"?after={after}"))) == sorted(made)


def test_filters_count_and_show_what_they_say() -> None:
    client, project = scene()
    photo = factories.make_asset(project)
    clip = factories.make_asset(project, kind="video", name="clip.mp4", data=b"clip")
    done, failed = factories.make_step(photo, Status.SUCCEEDED), factories.make_step(photo, Status.FAILED)

    page = board(client, project)

    counts = dict(re.findall(r'>(\w+) <span class="n">(\d+)</span>', page))
    assert counts == {"All": "4", "Uploads": "2", "Images": "2", "Clips": "1", "Failed": "1"}
    shown = {
        name: set(tiles(board(client, project, f"?show={name}", **PART)))
        for name in ("clips", "failed", "images")
    }
    assert shown["clips"] == {f"asset-{clip.pk}"}
    assert shown["failed"] == {f"step-{failed.pk}"}
    assert shown["images"] == {f"asset-{photo.pk}", f"step-{done.pk}"}


def test_approved_versions_are_counted_and_shown_and_the_last_that_leaves_says_how_to_get_there() -> None:
    client, project = scene()
    photo = factories.make_asset(project)
    owner = project.created_by
    kept, withdrawn, _ = (factories.make_step(photo, Status.SUCCEEDED) for _ in range(3))
    unapproved = board(client, project)
    for step in (kept, withdrawn):
        actions.approvals.approve(owner, step)
    actions.approvals.withdraw(owner, withdrawn)

    page, part = board(client, project, "?show=approved"), board(client, project, "?show=approved", **PART)
    actions.approvals.withdraw(owner, kept)
    empty = board(client, project, "?show=approved")

    assert "show=approved" not in unapproved
    assert 'Approved <span class="n">1</span>' in page
    assert tiles(page) == tiles(part) == [f"step-{kept.pk}"]
    assert tiles(empty) == []
    assert "Nothing is approved yet" in empty
    assert "presses Approve" in empty
    assert 'Approved <span class="n">0</span>' in empty


def test_a_filter_without_tiles_says_so_and_offers_all() -> None:
    client, project = scene()
    factories.make_asset(project)

    page = board(client, project, "?show=failed")

    assert "Nothing matches" in page
    assert "Show all" in page


def test_a_tile_says_what_a_step_is_doing_and_why_it_failed() -> None:
    client, project = scene()
    photo = factories.make_asset(project)
    running = factories.make_step(photo, Status.RUNNING, seconds_usual=5000, started_at=timezone.now())
    failed = factories.make_step(photo, Status.FAILED)

    page = board(client, project)

    assert f'data-step="{running.pk}" data-status="running"' in page
    assert "Generating" in page
    assert re.search(r"\b\d+ of ~5000 s", page)
    assert f'data-step="{failed.pk}" data-status="failed"' in page
    assert "The studio could not finish this step" in page


def test_the_bar_of_a_running_step_never_claims_to_be_done() -> None:
    client, project = scene()
    long_ago = timezone.now() - timedelta(minutes=9)
    factories.make_step(factories.make_asset(project), Status.RUNNING, seconds_usual=50, started_at=long_ago)

    assert '<progress max="1" value="0.950"' in board(client, project)


def test_what_is_deleted_is_not_on_the_board() -> None:
    client, project = scene()
    photo, other = (
        factories.make_asset(project),
        factories.make_asset(project, name="other.jpg", data=b"other"),
    )
    step = factories.make_step(photo, Status.FAILED)
    actions.steps.delete(project.created_by, step)
    actions.assets.delete(project.created_by, other)

    assert tiles(board(client, project)) == [f"asset-{photo.pk}"]


def test_names_are_words_and_never_markup() -> None:
    client, project = scene()
    factories.make_asset(project, name='<img src=x onerror="alert(1)">.jpg', extension="jpg")

    page = board(client, project)

    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_each_task_begins_with_the_file_that_fits_it() -> None:
    client, project = scene()
    photo = factories.make_asset(project)
    clip = factories.make_asset(project, kind="video", name="clip.mp4", data=b"clip")

    page = board(client, project)

    assert f"/make/animate-product/?from=asset:{photo.pk}" in page
    assert f"/make/add-subtitles/?from=asset:{clip.pk}" in page


def test_a_task_that_lacks_its_file_stays_and_says_what_to_do() -> None:
    client, project = scene()
    factories.make_asset(project)

    page = board(client, project)

    assert 'data-off aria-describedby="off-add-subtitles"' in page
    assert "Needs a clip. Animate a photo first." in page


def test_people_choose_what_to_begin_with() -> None:
    client, project = scene()
    older = factories.make_asset(project, name="older.jpg")
    factories.make_asset(project, name="newer.jpg", data=b"newer")

    page = board(client, project, f"?from=asset:{older.pk}")

    assert f"/make/animate-product/?from=asset:{older.pk}" in page


def test_a_file_of_another_team_is_no_beginning() -> None:
    client, project = scene()
    stranger = factories.make_asset(factories.make_project())

    response = client.get(f"/projects/{project.pk}/?from=asset:{stranger.pk}")

    assert response.status_code == 404


def test_the_usual_time_is_measured_and_unknown_before() -> None:
    client, project = scene()
    photo = factories.make_asset(project)

    assert "about" not in board(client, project)

    begun = timezone.now()
    for seconds in (9, 12, 60):
        factories.make_step(
            photo, Status.SUCCEEDED, started_at=begun, ended_at=begun + timedelta(seconds=seconds)
        )

    assert "free · about 12 s" in board(client, project)


def test_reviewers_see_the_board_and_nothing_to_press() -> None:
    _, project = scene()
    photo = factories.make_asset(project)
    reviewer = browser_of(factories.make_member(project.team, "reviewer"))

    page = board(reviewer, project)

    assert tiles(page) == [f"asset-{photo.pk}"]
    assert "What do you want to make?" not in page
    assert 'data-form="upload"' not in page
    assert "board.js" not in page


def test_the_number_of_queries_does_not_grow_with_the_tiles() -> None:
    client, project = scene()
    fill(project, 4)
    actions.shelf.prices(project.team_id, "image")

    with CaptureQueriesContext(connection) as few:
        client.get(f"/projects/{project.pk}/")
    fill(project, 30)
    with CaptureQueriesContext(connection) as many:
        client.get(f"/projects/{project.pk}/")

    assert len(many) == len(few) <= 17


def test_the_cover_changes_its_address_with_the_newest_picture() -> None:
    client, project = scene()

    assert client.get(f"/projects/{project.pk}/cover/").status_code == 404

    photo = factories.file_of(factories.photo_bytes(900, 600), "rose.jpg")
    client.post(f"/projects/{project.pk}/upload/", {"file": photo})
    asset = Asset.objects.get(project=project)
    cover = client.get(f"/projects/{project.pk}/cover/")

    assert f'src="/projects/{project.pk}/cover/?{asset.pk}"' in client.get("/").content.decode()
    assert (cover.status_code, cover["Content-Type"]) == (200, "image/webp")
    assert int(cover["Content-Length"]) <= 9000
