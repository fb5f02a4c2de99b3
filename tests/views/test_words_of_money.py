"""What pages offer and say of money: what is free first, one name for each end, and sums that a person can add up."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from projects.actions import chains, unconfirmed
from projects.hub import messages
from projects.models import Asset, Attempt, Budget, Door, ModelChange, Project, Role, Step
from projects.policies import ABILITIES
from projects.runner.requests import BEGINS
from projects.states import AttemptState, Bill, Status
from projects.templatetags import steps
from projects.wish import Change, Wish
from tests import factories, paying
from tests.desk import browser_of, page, scene

pytestmark = pytest.mark.django_db
NEVER_LEARNED = "We never learned whether this was made"
DOLLARS = re.compile(r"\$([\d.]+\d)")


def left_in_doubt(project: Project) -> Step:
    """Return a step whose paid call was never answered, and was left."""
    step = paying.hold(project).step
    Attempt.objects.filter(step=step).update(state=AttemptState.UNCONFIRMED)
    Step.objects.filter(pk=step.pk).update(status=Status.UNCONFIRMED, claim=None, lease_until=None)
    unconfirmed.leave(project.created_by, Step.objects.get(pk=step.pk))
    return Step.objects.get(pk=step.pk)


def tile(html: str, step: Step) -> str:
    """Return a step's tile."""
    return html.partition(f'<article id="step-{step.pk}"')[2].partition("</article>")[0]


@pytest.mark.parametrize("code", ["timed_out", "output_corrupt", "empty_result"])
def test_what_is_paid_for_and_kept_is_fetched_again_before_anything_is_changed(code: str) -> None:
    _, photo = scene()
    step = paying.pay(photo.project, state=AttemptState.FINISHED, code=code).step

    first, *others = steps.offers(Step.objects.get(pk=step.pk))

    assert first.verb == "Fetch again"
    assert not first.usd
    assert "Change a setting" in [offer.verb for offer in others]
    assert "Fetch again" not in [offer.verb for offer in others]


@pytest.mark.parametrize("is_offered", [True, False])
def test_a_setting_is_changed_first_where_nothing_is_kept(settings: Any, is_offered: bool) -> None:
    settings.GEMINI_API_KEY = "a-key-of-nobody-0123456789"
    _, photo = scene()
    step = factories.make_order(photo, engine="omni", seconds="3", camera="push-in").steps.get()
    Attempt.objects.filter(step=step).update(state=AttemptState.FAILED, code="timed_out")
    Step.objects.filter(pk=step.pk).update(status=Status.FAILED, code="timed_out")
    if not is_offered:
        ModelChange.objects.create(model_id=step.model, door="developer", values={"status": "retired"})

    found = [offer.verb for offer in steps.offers(Step.objects.get(pk=step.pk))]

    assert found == ["Change a setting", *(["Start again"] if is_offered else [])]


def test_a_call_that_was_never_answered_has_one_name_on_every_page() -> None:
    client, photo = scene()
    step = left_in_doubt(photo.project)

    own = page(client, f"/steps/{step.pk}/")
    on_board = tile(page(client, f"/projects/{photo.project_id}/"), step)
    spend = page(client, f"/projects/{photo.project_id}/spend/")

    assert f"{NEVER_LEARNED}." in own
    assert f"<b>{NEVER_LEARNED}</b>" in on_board
    assert spend.count(NEVER_LEARNED) == 2
    assert not [html for html in (own, on_board, spend) if "It took longer than the limit" in html]


def test_what_really_took_too_long_still_says_so() -> None:
    client, photo = scene()
    step = paying.pay(photo.project, state=AttemptState.FAILED, code="timed_out").step

    assert "It took longer than the limit" in tile(page(client, f"/projects/{photo.project_id}/"), step)


@pytest.mark.parametrize(
    ("cost", "bill", "said"),
    [
        ("0.35", Bill.BILLED, "$0.35 charged"),
        ("0", Bill.NOT_BILLED, "Not billed"),
        ("0", Bill.UNKNOWN, "Bill unknown"),
    ],
)
def test_a_failed_tile_says_what_it_cost_to_those_who_may_see_money(cost: str, bill: str, said: str) -> None:
    client, photo = scene()
    step = paying.pay(photo.project, cost=cost, state=AttemptState.FAILED, bill=bill).step
    reviewer = browser_of(factories.make_member(photo.project.team, Role.REVIEWER))
    address = f"/projects/{photo.project_id}/"

    assert f"<span>{said}</span>" in tile(page(client, address), step)
    assert said not in tile(page(reviewer, address), step)

    sent = Step.objects.select_related("project", "output", "source", "order__by", "parent").get(pk=step.pk)
    told = {
        role: tile("".join(messages([sent], ABILITIES[role])), sent) for role in (Role.REVIEWER, Role.EDITOR)
    }
    assert f"<span>{said}</span>" in told[Role.EDITOR]
    assert said not in told[Role.REVIEWER]


def test_a_receipt_that_is_corrected_later_is_corrected_on_the_tile() -> None:
    client, photo = scene()
    attempt = paying.pay(photo.project, cost="0.35", state=AttemptState.FAILED)
    address = f"/projects/{photo.project_id}/"
    assert "$0.35 charged" in tile(page(client, address), attempt.step)

    Attempt.objects.filter(pk=attempt.pk).update(cost_usd=Decimal("0.20"))

    assert "$0.20 charged" in tile(page(client, address), attempt.step)


def test_a_draft_that_failed_speaks_of_no_bill() -> None:
    client, photo = scene()
    step = factories.make_step(photo, Status.FAILED)

    shown = tile(page(client, f"/projects/{photo.project_id}/"), step)

    assert "The studio could not finish this step" in shown
    assert "illed" not in shown


def near(photo: Asset, spent: str) -> None:
    """Give the project a limit of $10, of which so much is spent."""
    Budget.objects.create(
        scope=Budget.Scope.PROJECT, project=photo.project, limit_usd=10, spent=Decimal(spent)
    )


def test_a_budget_that_is_nearly_used_up_is_said_on_the_board_to_those_who_may_see_money() -> None:
    client, photo = scene()
    near(photo, "8.00")
    reviewer = browser_of(factories.make_member(photo.project.team, Role.REVIEWER))
    address = f"/projects/{photo.project_id}/"

    html = page(client, address)

    assert re.search(
        r'used to 80 %\..{0,60}\$2\.00 of \$10\.00 is left.{0,90}href="/projects/\d+/spend/"', html, re.S
    )
    assert "used to 80 %" not in page(reviewer, address)


def test_a_budget_with_room_is_not_spoken_of_on_the_board() -> None:
    client, photo = scene()
    near(photo, "7.90")

    assert "is used" not in page(client, f"/projects/{photo.project_id}/")


def test_what_was_spent_on_a_chain_begins_where_the_chain_begins() -> None:
    _, photo = scene()
    door = Door.objects.create(team=photo.project.team, kind="developer", last4="4444")
    anchor, edit, anew, again = (version(photo, door, cost) for cost in ("0.50", "0.30", "0.20", "0.10"))
    changed = Wish(change=Change("own", "", "Lower the sun")).to_json()
    for child, parent, ability in (
        (edit, anchor, "video.edit"),
        (anew, edit, BEGINS),
        (again, anew, "video.edit"),
    ):
        Step.objects.filter(pk=child.pk).update(parent=parent, wish=changed, ability=ability)

    spent = {
        name: found.spent
        for name, step in {"edit": edit, "anew": anew, "again": again}.items()
        if (found := chains.of_step(Step.objects.get(pk=step.pk)))
    }

    assert spent == {"edit": Decimal("0.80"), "anew": Decimal("0.20"), "again": Decimal("0.30")}


def version(photo: Asset, door: Door, cost: str) -> Step:
    """Return a finished paid clip of this door."""
    attempt = paying.pay(photo.project, cost=cost)
    Attempt.objects.filter(pk=attempt.pk).update(door=door, ended_at=attempt.created_at)
    Step.objects.filter(pk=attempt.step_id).update(door=door, wish=Wish().to_json())
    return attempt.step
