"""A plan that waits for a pick goes on from an edit of a take too: photo, anchor edit, clip. Rows only, no call."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from projects import actions, hub
from projects.actions.refusal import Refused
from projects.models import Asset, Order, Role, Step
from projects.policies import Ability
from projects.runner import requests, stages
from projects.states import Status
from tests import desk, factories
from tests.paid.test_stages import NEW_PLACE

pytestmark = pytest.mark.django_db
ONCE = Decimal(1000)


def made(step: Step, kind: str = "image") -> Step:
    """Return the step with a result, as its runner would leave it."""
    name = "still.png" if kind == "image" else "clip.mp4"
    output = factories.make_asset(step.project, kind=kind, name=name, made_by=step)
    Step.objects.filter(pk=step.pk).update(status=Status.SUCCEEDED, output=output)
    return Step.objects.get(pk=step.pk)


def edited(step: Step, **fields: Any) -> Step:
    """Return an edit of a version, as the composer orders it, with its result."""
    order = factories.make_order(step.output, task="edit-image", engine="draft", change="Lower the sun")
    Step.objects.filter(order=order).update(**fields)
    return made(order.steps.get())


@pytest.fixture
def plan(settings: Any) -> Order:
    """Return a plan whose two stills are there and whose clip waits; nobody is at the address of its provider."""
    settings.GEMINI_API_KEY, settings.GEMINI_BASE_URL = "emulated-key-0123456789", "http://127.0.0.1:9"
    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    order = factories.make_order(photo, engine="nano-banana", **NEW_PLACE)
    for take in order.steps.order_by("take"):
        stages.advance(made(take))
    return order


def rows(order: Order) -> tuple[Step, Step, Step]:
    """Return the two takes and the step that waits."""
    first, second, waiting = order.steps.order_by("stage", "take")
    assert waiting.waits_for == "pick"
    return first, second, waiting


def picks(client: Client, step: Step) -> str:
    """Return what an open page is told to pick from, once its version has ended."""
    return client.get(f"/steps/{step.pk}/picks/").content.decode()


def test_the_button_of_an_edit_tells_its_whole_name(plan: Order) -> None:
    first, _, waiting = rows(plan)
    name = edited(first).name

    buttons = re.findall(r"<button.*?</button>", picks(desk.browser_of(plan.by), waiting), re.DOTALL)

    [button] = [one for one in buttons if f"Use “{name}”" in one]
    assert "clip" not in button


def test_edits_are_offered_after_the_takes_and_one_of_them_becomes_the_source(plan: Order) -> None:
    first, second, waiting = rows(plan)
    edit = edited(first)
    again = edited(edit)

    assert actions.stages.candidates(waiting) == [first, second, edit, again]
    assert [actions.stages.waiting(one) for one in (first, edit, again)] == [waiting] * 3
    price = actions.stages.offered(plan.by, waiting, again.output).usd
    actions.stages.pick(plan.by, waiting, again, price)

    waiting.refresh_from_db()
    assert (waiting.waits_for, waiting.source_id, waiting.parent_id) == ("", again.output_id, again.pk)
    assert all(sent == [again.output] for sent in requests.assets_of(waiting).values())
    assert waiting.attempts.get().quote_usd == price
    assert actions.stages.waiting(edit) is None


def test_what_is_deleted_failed_or_a_clip_is_not_offered_but_what_came_of_it_is(plan: Order) -> None:
    first, second, waiting = rows(plan)
    deleted, clip = (
        edited(first),
        made(factories.make_order(first.output, engine="draft").steps.get(), "video"),
    )
    failed = edited(second)
    kept = edited(deleted)
    actions.steps.delete(plan.by, deleted)
    Step.objects.filter(pk=failed.pk).update(status=Status.FAILED, code="studio_fault", output=None)

    assert actions.stages.candidates(waiting) == [first, second, kept]
    for gone in (deleted, clip, failed):
        with pytest.raises(Refused, match="still there"):
            actions.stages.pick(plan.by, waiting, Step.objects.get(pk=gone.pk), ONCE)
    assert actions.stages.waiting(clip) is None


def test_a_version_of_another_family_or_project_is_refused(plan: Order) -> None:
    *_, waiting = rows(plan)
    photo = Asset.objects.get(pk=next(iter(plan.inputs.values()))[0])
    beside = made(
        factories.make_order(photo, task="edit-image", engine="draft", change="Add fog").steps.get()
    )
    elsewhere = edited(factories.make_step(factories.make_asset(factories.make_project()), Status.SUCCEEDED))

    for stranger in (beside, elsewhere):
        assert actions.stages.waiting(stranger) is None
        with pytest.raises(Refused, match="or an edit of one"):
            actions.stages.pick(plan.by, waiting, stranger, ONCE)
    assert waiting.attempts.count() == 0


def test_who_is_in_the_picked_edit_decides_not_who_is_in_the_take(plan: Order, client: Client) -> None:
    first, _, waiting = rows(plan)
    edit = edited(first)
    Asset.objects.filter(pk=edit.output_id).update(people="adults")
    client.force_login(plan.by)

    with pytest.raises(Refused, match="Confirm once for this project"):
        actions.stages.pick(plan.by, waiting, Step.objects.get(pk=edit.pk), ONCE)
    assert "Confirm once for this project" in picks(client, edit)
    assert "Confirm once for this project" not in picks(client, first)
    waiting.refresh_from_db()
    assert waiting.waits_for == "pick"


def test_a_reviewer_cannot_pick_an_edit(plan: Order) -> None:
    first, _, waiting = rows(plan)
    with pytest.raises(PermissionDenied):
        actions.stages.pick(
            factories.make_member(plan.project.team, Role.REVIEWER), waiting, edited(first), ONCE
        )


def test_the_walk_costs_the_same_however_many_edits_there_are(
    plan: Order, django_assert_max_num_queries: Any
) -> None:
    first, _, waiting = rows(plan)
    last = edited(edited(edited(first)))

    with django_assert_max_num_queries(2):
        assert actions.stages.waiting(last) == waiting
    with django_assert_max_num_queries(3):
        assert len(actions.stages.candidates(waiting)) == 5


def test_both_pages_offer_the_edit_and_its_button_goes_on(plan: Order, client: Client) -> None:
    first, second, waiting = rows(plan)
    edit = edited(first, name="Lower the <sun>")
    client.force_login(plan.by)

    page = client.get(waiting.get_absolute_url()).content.decode()
    values = re.findall(r'name="take" value="(\d+)"', page)
    assert [int(pk) for pk in values] == [first.pk, second.pk, edit.pk]
    assert "Lower the &lt;sun&gt;" in page
    own = client.get(edit.get_absolute_url()).content.decode()
    assert f'name="take" value="{edit.pk}"' in own
    assert "See all 3 side by side" in own
    price = re.search(r'name="usd" value="([\d.]+)"', own)
    assert price
    client.post(f"/steps/{waiting.pk}/pick/", {"take": edit.pk, "usd": price[1]})

    waiting.refresh_from_db()
    assert (waiting.waits_for, waiting.source_id) == ("", edit.output_id)
    assert 'id="picks"' not in client.get(edit.get_absolute_url()).content.decode()


def test_an_open_page_asks_for_the_pick_once_its_edit_is_there(plan: Order, client: Client) -> None:
    first, *_ = rows(plan)
    edit, beside = edited(first), factories.make_step(plan.steps.first().source, Status.SUCCEEDED)
    client.force_login(plan.by)

    [told] = hub.messages([edit], frozenset(Ability))
    assert f'hx-get="/steps/{edit.pk}/picks/"' in told
    assert f'name="take" value="{edit.pk}"' in picks(client, edit)
    assert 'id="picks"' not in picks(client, beside)
    actions.steps.delete(plan.by, edit)
    assert 'id="picks"' not in picks(client, edit)
    assert 'id="picks"' not in client.get(edit.get_absolute_url()).content.decode()
