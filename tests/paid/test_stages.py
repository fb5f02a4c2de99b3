"""Stills first, then a clip from the one that is picked: what is made when, what is held when, and who may pick."""

from __future__ import annotations

import asyncio
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from projects import actions, progress
from projects.actions.refusal import Refused
from projects.models import Attempt, Budget, Order, Spend, Step
from projects.runner import once, stages
from projects.states import Status
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import CLIP

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
NEW_PLACE = {**CLIP, "background": "new", "scene": "a stone ledge at the sea", "takes": "2"}


def ordered(engine: str = "nano-banana", **controls: Any) -> Order:
    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    return factories.make_order(photo, engine=engine, **{**NEW_PLACE, **controls})


def driven(order: Order) -> list[Step]:
    """Return the steps of an order, once all that is due has been done."""
    asyncio.run(once.run(order, "here", progress.Book()))
    return list(order.steps.select_related("output", "order__by", "project__team").order_by("stage", "take"))


def held() -> Decimal:
    return Budget.objects.get().reserved


def test_a_paid_plan_stops_for_a_pick_and_goes_on_from_the_still_that_was_picked(emulator: Emulator) -> None:
    order = ordered()
    user = order.by

    first, second, waiting = driven(order)

    assert [first.status, second.status] == [Status.SUCCEEDED] * 2
    assert (waiting.status, waiting.waits_for, waiting.attempts.count()) == (Status.QUEUED, "pick", 0)
    assert held() == 0
    assert {create.model for create in emulator.ledger.creates()} == {first.model}
    price = actions.stages.offered(user, waiting, second.output).usd

    actions.stages.pick(user, waiting, second, price)

    assert held() == price
    *_, clip = driven(order)
    assert (clip.status, clip.sentence, clip.output.kind) == (Status.SUCCEEDED, "", "video")
    assert (clip.parent_id, clip.source_id) == (second.pk, second.output_id)
    sent = emulator.ledger.creates(model=clip.model)
    assert [media["sha256"] for media in sent[0].media] == [second.output.sha256]
    assert set(emulator.ledger.tally().values()) == {1}
    assert len(emulator.ledger.creates()) == 3
    assert held() == 0
    assert Budget.objects.get().spent == sum(Attempt.objects.values_list("cost_usd", flat=True))


def test_the_stills_have_the_format_of_the_clip(emulator: Emulator) -> None:
    first, *_ = driven(ordered(format="9:16", takes="1"))

    asked = emulator.ledger.requests("create")[0].body
    assert asked["response_format"]["aspect_ratio"] == "9:16"
    assert first.output.height > first.output.width
    assert "a stone ledge at the sea" in first.prompt


def test_a_plan_that_may_run_through_holds_and_makes_the_clip_by_itself(emulator: Emulator) -> None:
    first, second, clip = driven(ordered(stop="run"))

    assert [clip.status, clip.parent_id] == [Status.SUCCEEDED, first.pk]
    assert second.status == Status.SUCCEEDED
    assert Spend.objects.filter(kind="charge").count() == 3


def test_a_draft_runs_through_and_is_free() -> None:
    first, clip = driven(ordered("draft", takes="1"))

    assert [first.output.kind, clip.output.kind, clip.output.is_draft] == ["image", "video", True]
    assert not Spend.objects.exists()


def test_a_plan_without_budget_for_its_second_stage_waits_and_goes_on_once_there_is(
    emulator: Emulator,
) -> None:
    order = ordered(stop="run", takes="1")
    Budget.objects.update(limit_usd=order.quote_usd - Decimal("0.05"))

    _, waiting = driven(order)

    assert (waiting.status, waiting.waits_for) == (Status.QUEUED, "budget")
    assert f"${Decimal(order.plan[1]['offer']['usd']):.2f}" in waiting.note
    assert waiting.attempts.count() == 0
    stages.fund()
    assert Step.objects.get(pk=waiting.pk).waits_for == "budget"
    Budget.objects.update(limit_usd=50)
    stages.fund()
    assert driven(order)[-1].status == Status.SUCCEEDED


def test_one_still_that_is_refused_leaves_the_others_to_pick_from(emulator: Emulator) -> None:
    emulator.fault("unsafe", times=1)

    first, second, waiting = driven(ordered())

    assert {first.status, second.status} == {Status.FAILED, Status.SUCCEEDED}
    assert len(actions.stages.takes(waiting)) == 1


def test_without_any_still_there_is_nothing_to_pick_until_one_is_made(emulator: Emulator) -> None:
    emulator.fault("unsafe", times=1)
    order = ordered(takes="1")
    [failed] = driven(order)
    assert failed.status == Status.FAILED

    actions.steps.retry(order.by, failed, Decimal(1))

    again, waiting = driven(order)
    assert [again.status, waiting.waits_for] == [Status.SUCCEEDED, "pick"]


def test_a_pick_that_was_cancelled_and_is_tried_again_waits_as_before(emulator: Emulator) -> None:
    order = ordered(takes="1")
    first, waiting = driven(order)

    actions.steps.cancel(order.by, waiting)
    assert driven(order)[-1].status == Status.CANCELLED
    actions.steps.retry(order.by, driven(order)[-1])

    waiting = driven(order)[-1]
    assert (waiting.waits_for, waiting.attempts.count()) == ("pick", 0)
    actions.stages.pick(order.by, waiting, first, Decimal(1))
    assert driven(order)[-1].status == Status.SUCCEEDED


def test_a_pick_at_another_price_or_of_another_order_makes_nothing(emulator: Emulator) -> None:
    order, stranger = ordered(takes="1"), ordered(takes="1")
    first, waiting = driven(order)
    [foreign, _] = driven(stranger)
    price = actions.stages.offered(order.by, waiting, first.output).usd

    with pytest.raises(Refused, match="price has changed"):
        actions.stages.pick(order.by, waiting, first, price - Decimal("0.01"))
    with pytest.raises(Refused, match="still there"):
        actions.stages.pick(order.by, waiting, foreign, price)
    actions.stages.pick(order.by, waiting, first, price)
    with pytest.raises(Refused, match="moved on"):
        actions.stages.pick(order.by, waiting, first, price)

    assert Attempt.objects.filter(step=waiting).count() == 1


def test_a_clip_is_rendered_anew_from_its_first_frame_in_the_new_format(emulator: Emulator) -> None:
    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    clip = driven(factories.make_order(photo, engine="omni", **CLIP))[0].output
    order = factories.make_order(
        clip, task="vertical-version", engine="nano-banana", method="re-render", takes="1", stop="run"
    )

    still, upright = driven(order)

    assert (still.output.height, upright.output.width < upright.output.height) == (2752, True)
    image, video = emulator.ledger.creates()[1:]
    assert [media["mime"] for media in image.media] == ["image/jpeg"]
    assert video.media[0]["sha256"] == still.output.sha256


def test_several_changes_are_turns_of_one_chain_each_a_version_of_its_own(emulator: Emulator) -> None:
    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    clip = driven(factories.make_order(photo, engine="omni", **CLIP))[0]
    change = "Lower the sun. Add a palm, then make the sky pink."
    order = factories.make_order(clip.output, task="edit-clip", engine="omni", change=change, turns="each")

    steps = driven(order)

    assert [step.name for step in steps] == ["Lower the sun", "Add a palm", "Make the sky pink"]
    assert [step.status for step in steps] == [Status.SUCCEEDED] * 3
    assert [step.parent_id for step in steps] == [clip.pk, steps[0].pk, steps[1].pk]
    creates = emulator.ledger.creates()[1:]
    assert [create.previous for create in creates] == [
        step.attempts.get().ticket_id for step in (clip, *steps[:2])
    ]
    assert order.quote_usd == sum(Decimal(entry["offer"]["usd"]) for entry in order.plan)


def test_one_change_is_one_turn_however_it_is_asked(emulator: Emulator) -> None:
    photo = factories.make_asset(factories.make_project())
    order = factories.make_order(
        photo, task="edit-image", engine="draft", change="Make it warmer", turns="each"
    )

    assert len(order.plan) == 1


def test_the_page_offers_the_pick_with_its_price(emulator: Emulator, client: Client) -> None:
    order = ordered()
    first, _, waiting = driven(order)
    client.force_login(order.by)

    assert client.get(waiting.get_absolute_url()).content.decode().count('name="take"') == 2
    on_take = client.get(first.get_absolute_url()).content.decode()
    price = re.search(r'name="usd" value="([\d.]+)"', on_take)
    assert price
    client.post(f"/steps/{waiting.pk}/pick/", {"take": first.pk, "usd": price[1]})

    waiting.refresh_from_db()
    assert (waiting.waits_for, waiting.source_id) == ("", first.output_id)
