"""What the tree says of money and of the provider, and the names that a version has on screen and on disk."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.actions import chains, keeping
from projects.failures import Code
from projects.models import Asset, Attempt, Door, ModelChange, Step
from projects.states import AttemptState, Bill, Status
from projects.templatetags import files
from tests import factories
from tests.desk import browser_of, made_from, page, scene, with_clip
from tests.paying import OMNI

pytestmark = pytest.mark.django_db


def door(**fields: Any) -> Door:
    return Door.objects.create(kind="developer", last4=f"{Door.objects.count():04}", **fields)


def paid(photo: Asset, through: Door, ticket: dict[str, str] | None = None, days: int = 0) -> Step:
    """Return a version that this door made so many days ago, for 35 cents."""
    step = made_from(photo, door=through, model=OMNI, engine="omni")
    Attempt.objects.create(
        step=step,
        number=2,
        door=through,
        model=OMNI,
        state=AttemptState.STORED,
        bill=Bill.BILLED,
        cost_usd=Decimal("0.35"),
        ticket={"id": "v1_1"} if ticket is None else ticket,
        ended_at=timezone.now() - timedelta(days=days),
    )
    return Step.objects.select_related("output").get(pk=step.pk)


def lose(step: Step, at: timedelta = timedelta()) -> None:
    """Let a change of a version find its conversation gone."""
    assert step.output
    change = factories.make_step(
        step.output, Status.FAILED, "change-lighting", code=Code.CHAIN_EXPIRED, door=step.door
    )
    Step.objects.filter(pk=change.pk).update(parent=step, created_at=timezone.now() + at)


def row_of(html: str, step: Step) -> str:
    """Return the words of a version's row in the tree."""
    found = re.search(rf'id="step-{step.pk}-node".*?</small>', html, re.S)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[0].partition(">")[2]).replace("&nbsp;", " ").split())


def test_a_row_says_what_it_cost_and_how_long_its_provider_keeps_it() -> None:
    client, photo = scene()
    kept, over, free = paid(photo, door()), paid(photo, door(keeps_days=2), days=3), made_from(photo)

    html = page(client, f"/steps/{kept.pk}/")

    until = timezone.localtime(timezone.now() + timedelta(days=55))
    assert row_of(html, kept) == f"Still $0.35 to {until:%-d %b}"
    assert row_of(html, over) == "Still $0.35 gone"
    assert row_of(html, free) == "Still"
    assert row_of(page(client, photo.get_absolute_url()), kept).startswith("Still $0.35 to")


def test_a_row_that_the_socket_sends_says_the_same_as_that_of_the_page() -> None:
    client, photo = scene()
    step = paid(photo, door())

    sent = render_to_string("projects/parts/node.html", {"step": step, "oob": True, "can_see_money": True})

    assert row_of(sent, step) == row_of(page(client, f"/steps/{step.pk}/"), step)
    assert "$0.35 to" in row_of(sent, step)


def test_who_may_not_see_money_sees_only_how_long_it_is_kept() -> None:
    _, photo = scene()
    step = paid(photo, door())
    reviewer = factories.make_member(photo.project.team, "reviewer")

    html = page(browser_of(reviewer), f"/steps/{step.pk}/")

    assert row_of(html, step).startswith("Still to ")
    assert "$" not in row_of(html, step)


@pytest.mark.parametrize("case", ["young", "old", "lost", "lost before", "retired", "no ticket", "ours"])
def test_the_tree_and_the_composer_agree_on_what_is_kept(case: str) -> None:
    _, photo = scene()
    tickets = {"no ticket": {}, "ours": {"id": "v1_1", "history": "turn.json"}}
    step = paid(photo, door(), tickets.get(case), days=60 if case == "old" else 1)
    if case.startswith("lost"):
        lose(step, timedelta(days=-2) if case == "lost before" else timedelta())
    if case == "retired":
        ModelChange.objects.create(model_id=OMNI, door="developer", values={"status": "retired"})

    found, standing = keeping.of_steps([step])[step.pk], chains.of_step(step)

    assert standing
    assert (found.until is not None) == (case in {"young", "lost before"})
    assert found.is_gone == (not standing.is_alive and not standing.is_ours)
    assert found.until == (standing.until if standing.is_alive else None)


def test_many_paid_versions_are_asked_about_at_once() -> None:
    _, photo = scene()
    steps = [paid(photo, door()) for _ in range(3)]

    with CaptureQueriesContext(connection) as queries:
        found = keeping.of_steps(steps)

    assert sum(kept.usd for kept in found.values()) == Decimal("1.05")
    assert len(queries) == 3


def test_a_rendered_clip_is_not_offered_what_its_page_does_anyway() -> None:
    _, photo = scene()
    mine = with_clip(photo).output
    theirs = factories.make_asset(photo.project, kind="video", name="own.mp4")
    assert mine

    offered = {start.task.slug for start in files.starts(mine)}

    assert offered == {start.task.slug for start in files.starts(theirs)} - {"edit-clip", "edit-video"}
    assert "edit-video" in {start.task.slug for start in files.starts(theirs)}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Push in, 5 s", "Push in, 5\u00a0s"),
        ("5 s more", "5\u00a0s more"),
        ("Take 2 still", "Take 2 still"),
        ("Dim by 20 %", "Dim by 20\u00a0%"),
    ],
)
def test_a_number_keeps_its_unit_on_its_line(name: str, shown: str) -> None:
    assert files.unbroken(name) == shown


def test_a_codec_is_called_by_its_name() -> None:
    clip = Asset(
        kind="video", facts={"codec": "h264", "audio_codec": "aac", "rate": "24"}, bytes=9, seconds=1
    )

    assert files.technical(clip)[-1].aside == "H.264, AAC"


@pytest.mark.parametrize(
    ("project", "version", "name"),
    [
        ("Autumn launch", "Push in, 5 s.mp4", "Autumn launch, Push in 5 s.mp4"),
        ("Spring/Summer: A", "5 s more.mp4", "Spring-Summer- A, 5 s more.mp4"),
    ],
)
def test_a_result_is_kept_under_the_names_of_its_project_and_version(
    project: str, version: str, name: str
) -> None:
    owned = factories.make_project(name=project)
    step = with_clip(factories.make_asset(owned))
    Asset.objects.filter(pk=step.output_id).update(name=version)

    answer = browser_of(owned.created_by).get(f"/assets/{step.output_id}/download/")

    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
