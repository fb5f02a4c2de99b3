"""Approval of one exact version: who may, once, taken back; what the board, the tree and the spend page then say."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from projects import actions, hub
from projects.models import Approval, Asset, Role, Step, ledger
from projects.models.ledger import Scope
from projects.policies import ABILITIES
from projects.states import AttemptState, Status
from tests import desk, factories, paying

pytestmark = [pytest.mark.django_db, pytest.mark.rows]


def finished() -> tuple[Step, dict[str, Any]]:
    """Return a finished version, and everybody who could ask for it."""
    _, photo = desk.scene()
    return desk.made_from(photo), factories.people(photo.project)


def told(step: Step, role: str) -> str:
    """Return what the sockets of people in this role are sent about a step."""
    scope = hub.Scope("project", "project_id", step.project_id, step.project.team_id)
    [text] = hub.messages(list(scope.steps().filter(pk=step.pk)), ABILITIES[role])
    return text


def approve_url(step: Step) -> str:
    """Return where the button leads."""
    return f"/steps/{step.pk}/approve/"


@pytest.mark.parametrize("verb", [actions.approvals.approve, actions.approvals.withdraw])
def test_owners_producers_and_reviewers_decide_and_editors_do_not(verb: Any) -> None:
    step, people = finished()

    for role in (Role.OWNER, Role.PRODUCER, Role.REVIEWER):
        verb(people[role], step)

    with pytest.raises(PermissionDenied, match="Approval is for owners, producers and reviewers"):
        verb(people[Role.EDITOR], step)


def test_an_approval_is_made_once_and_names_the_first() -> None:
    step, people = finished()

    actions.approvals.approve(people[Role.REVIEWER], step)
    actions.approvals.approve(people[Role.OWNER], step)

    assert [row.by for row in Approval.objects.filter(step=step)] == [people[Role.REVIEWER]]
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.create(step=step, by=people[Role.OWNER])


def test_what_is_withdrawn_stays_on_record_and_can_be_approved_again() -> None:
    step, people = finished()
    reviewer, producer = people[Role.REVIEWER], people[Role.PRODUCER]

    actions.approvals.approve(reviewer, step)
    actions.approvals.withdraw(producer, step)
    seen = Step.objects.get(pk=step.pk).version
    actions.approvals.withdraw(reviewer, step)
    again = Step.objects.get(pk=step.pk).version
    actions.approvals.approve(producer, step)

    rows = Approval.objects.filter(step=step).order_by("pk").values_list("by", "withdrawn_by")
    assert list(rows) == [(reviewer.pk, producer.pk), (producer.pk, None)]
    assert again == seen


@pytest.mark.parametrize("status", [status for status in Status if status != Status.SUCCEEDED])
def test_what_is_not_finished_is_refused(status: Status) -> None:
    client, photo = desk.scene()
    step = factories.make_step(photo, status)

    html = client.post(approve_url(step), follow=True).content.decode()

    assert "Only a finished version can be approved." in html
    assert not Approval.objects.exists()


def test_a_deleted_version_is_refused_and_a_restored_one_keeps_its_approval() -> None:
    step, people = finished()
    owner = people["owner"]
    actions.approvals.approve(owner, step)
    actions.steps.delete(owner, step)

    with pytest.raises(actions.Refused, match="restore it first"):
        actions.approvals.approve(owner, step)
    hidden = desk.page(desk.browser_of(owner), f"/steps/{step.pk}/")
    actions.steps.restore(owner, step)
    back = desk.page(desk.browser_of(owner), f"/steps/{step.pk}/")

    assert "withdraw/" not in hidden
    assert approve_url(step) not in hidden
    assert "withdraw/" in back


def test_the_pages_ask_first_let_in_who_may_and_hide_it_from_strangers() -> None:
    step, people = finished()
    reviewer = desk.browser_of(people[Role.REVIEWER])

    asked = desk.page(reviewer, approve_url(step))
    answers = {
        (who, verb): desk.browser_of(people[who]).post(f"/steps/{step.pk}/{verb}/").status_code
        for who in (Role.EDITOR, "stranger")
        for verb in ("approve", "withdraw")
    }
    before = Approval.objects.count()
    answer = reviewer.post(approve_url(step))

    assert "A newer one is not approved by it." in asked
    assert answers == {
        (Role.EDITOR, "approve"): 403,
        (Role.EDITOR, "withdraw"): 403,
        ("stranger", "approve"): 404,
        ("stranger", "withdraw"): 404,
    }
    assert before == 0
    assert answer["Location"] == f"/steps/{step.pk}/"
    assert Approval.objects.get().by == people[Role.REVIEWER]


def test_the_workspace_offers_the_decision_and_then_says_whose_it_was() -> None:
    step, people = finished()
    User.objects.filter(pk=people[Role.REVIEWER].pk).update(first_name="Mara", last_name="Keller")
    reviewer, editor = (desk.browser_of(people[role]) for role in (Role.REVIEWER, Role.EDITOR))
    address = f"/steps/{step.pk}/"
    offered = [approve_url(step) in desk.page(client, address) for client in (reviewer, editor)]

    reviewer.post(approve_url(step))
    mine, theirs = (desk.page(client, address) for client in (reviewer, editor))

    assert offered == [True, False]
    assert approve_url(step) not in mine
    for html in (mine, theirs):
        assert re.search(r"<b>Approved</b> by Mara Keller, <time [^>]*>\d+ \w{3} \d\d:\d\d</time>", html)
    assert ["/withdraw/" in html for html in (mine, theirs)] == [True, False]


def test_tile_tree_and_other_windows_show_the_mark_at_once() -> None:
    step, people = finished()
    client = desk.browser_of(people["owner"])
    board, tree = f"/projects/{step.project_id}/", f"/steps/{step.pk}/"
    plain = desk.page(client, board) + desk.page(client, tree)

    client.post(approve_url(step))
    reviewers, editors = told(step, Role.REVIEWER), told(step, Role.EDITOR)

    assert 'title="Approved"' not in plain
    assert f'aria-label="Open {step.name}, Ready, approved"' in desk.page(client, board)
    assert '<span class="vh">Approved</span>' in desk.page(client, tree)
    assert reviewers.count('title="Approved"') == editors.count('title="Approved"') == 2
    assert ["/withdraw/" in text for text in (reviewers, editors)] == [True, False]

    client.post(f"/steps/{step.pk}/withdraw/")

    assert 'title="Approved"' not in desk.page(client, board) + desk.page(client, tree)
    assert approve_url(step) in told(step, Role.REVIEWER)
    assert approve_url(step) not in told(step, Role.EDITOR)


def test_a_decision_in_an_open_page_brings_the_parts_that_change_and_says_it() -> None:
    step, people = finished()
    client, address = desk.browser_of(people["owner"]), f"/steps/{step.pk}"
    offered = _decision(desk.page(client, f"{address}/"))

    approved = client.post(f"{address}/approve/", headers=desk.PART)
    withdrawn = client.post(f"{address}/withdraw/", headers=desk.PART)

    changed = [f"step-{step.pk}-{part}" for part in ("node", "acts", "approval")]
    for answer, said, next_one in (
        (approved, "Approved", "withdraw"),
        (withdrawn, "Approval withdrawn", "approve"),
    ):
        html = answer.content.decode()
        assert answer.status_code == 200
        assert html.strip().startswith(f"{step.name}: {said}")
        assert re.findall(r'id="([^"]+)"[^>]*hx-swap-oob="true"', html) == changed
        assert f'hx-post="{address}/{next_one}/"' in _decision(html)
    ids = [re.findall(r' id="([^"]+)"', tag) for tag in (offered, _decision(approved.content.decode()))]
    assert ids == [[f"step-{step.pk}-decide"]] * 2  # the focus finds its button by it


def test_a_decision_that_comes_too_late_in_an_open_page_is_a_toast() -> None:
    client, photo = desk.scene()
    step = factories.make_step(photo, Status.FAILED)

    answer = client.post(approve_url(step), headers=desk.PART)

    assert answer.status_code == 409
    assert "Only a finished version can be approved." in answer.content.decode()
    assert "data-toast" in answer.content.decode()
    assert "Only a finished" not in desk.page(client, f"/projects/{step.project_id}/")


def test_only_paid_clips_that_stand_approved_count_in_money() -> None:
    project = factories.make_project()
    owner, scope = project.created_by, Scope((), project.pk)
    kept, deleted, withdrawn = (paying.pay(project, seconds=seconds).step for seconds in (6, 8, 10))
    for step in (kept, deleted, withdrawn, paying.work_free(project).step):
        actions.approvals.approve(owner, step)
    paying.pay(project, seconds=4)

    actions.steps.delete(owner, deleted)
    actions.approvals.withdraw(owner, withdrawn)

    assert ledger.clip_seconds(scope) == ledger.ClipSeconds(
        finished=Decimal(6 + 8 + 10 + 4), approved=Decimal(6 + 8)
    )


def test_each_paid_second_counts_once_and_an_approved_extension_holds_those_of_its_sources() -> None:
    client, photo = desk.scene()
    project = photo.project
    owner, scope, upload = (
        project.created_by,
        Scope((), project.pk),
        factories.make_asset(project, kind="video", seconds=10),
    )
    first = paying.pay(project, seconds=8).step
    second, other = (_extended(first.output, 15) for _ in range(2))
    third, of_upload = _extended(second.output, 22), _extended(upload, 17)
    seconds = []

    for step in (third, first, other, of_upload):
        actions.approvals.approve(owner, step)
        seconds.append(ledger.clip_seconds(scope).approved)
    rows = _table(client.get(f"/projects/{project.pk}/spend.csv"))

    assert seconds == [22, 22, 29, 29 + 7]
    assert ledger.clip_seconds(scope).finished == seconds[-1]
    assert sum(Decimal(row["approved (s)"]) for row in rows) == seconds[-1]
    assert [row["units"] for row in rows][1:] == ["7 s", "7 s", "7 s", "8 s"]


def _extended(source: Asset | None, seconds: int) -> Step:
    """Return a paid step whose clip has so many seconds, those of its source among them."""
    assert source
    step = paying.pay(source.project, seconds=seconds).step
    Step.objects.filter(pk=step.pk).update(ability="video.extend", source=source)
    return step


def test_the_spend_page_divides_all_that_was_paid_by_what_is_approved() -> None:
    client, photo = desk.scene()
    project = photo.project
    step = paying.pay(project, "0.60", "0.45").step
    paying.pay(project, "0.60", "0.45", seconds=9)
    paying.pay(project, "0.60", "0.30", AttemptState.FAILED, code="safety_blocked")
    address = f"/projects/{project.pk}/spend"
    before = _words(desk.page(client, f"{address}/"))

    actions.approvals.approve(project.created_by, step)
    after = _words(desk.page(client, f"{address}/"))
    rows = _table(client.get(f"{address}.csv"))

    assert "Per approved second none yet Approve a version to see it. $0.08 per finished second" in before
    assert (
        "Per approved second $0.20 All that was spent over 6 s of approved paid clips. $0.08 per finished second"
        in after
    )
    assert sum(Decimal(row["cost (USD)"]) for row in rows) == Decimal("1.20")
    assert [Decimal(row["approved (s)"] or 0) for row in rows] == [0, 0, 6]


def _decision(html: str) -> str:
    """Return the tag of the button that approves or withdraws; there is one."""
    [tag] = re.findall(r"<button[^>]*(?:approve|withdraw)/[^>]*>", html)
    return tag


def _words(html: str) -> str:
    return " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def _table(response: Any) -> list[dict[str, str]]:
    async def gathered() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    return list(csv.DictReader(io.StringIO(async_to_sync(gathered)().decode("utf-8-sig"))))
