"""A chain in the workspace: the composer with its price, the ways out of a long chain, and what a receipt says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from projects import actions
from projects.models import Attempt, Order, Role, Step
from projects.states import Status
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import asked, run

pytestmark = pytest.mark.django_db(transaction=True)


def browser_of(step: Step) -> Client:
    """Return the browser of the person who asked for a step."""
    client = Client()
    client.force_login(step.order.by)
    return client


def page(step: Step) -> str:
    """Return a version's workspace."""
    response = browser_of(step).get(f"/steps/{step.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def change(step: Step, words: str) -> Step:
    """Send the composer's form, with the price that its button showed; return the new step."""
    html = page(step)
    quote = re.search(r'name="quote-omni" value="([\d.]+)"', html)
    assert quote
    data = {"clip": step.output_id, "kind": "own", "change": words, "engine": "omni", "quote": quote[1]}
    response = browser_of(step).post(f"/projects/{step.project_id}/make/edit-clip/", data)
    assert response.status_code == 302, response.content.decode()[:2000]
    return Step.objects.latest("pk")


async def test_three_edits_then_the_studio_offers_to_fold(emulator: Emulator) -> None:
    step = (await run(await asked())).step
    for words in ("lower the sun", "add a palm", "make the sky pink"):
        step = (await run(await database_sync_to_async(change)(step, words))).step
        assert step.status == Status.SUCCEEDED

    html = await database_sync_to_async(page)(step)

    assert "3 of 3 advised" in html
    assert "Fold all changes in" in html
    assert (await run(await database_sync_to_async(folded)(step))).step.status == Status.SUCCEEDED
    sent = emulator.ledger.creates()[-1]
    assert sent.previous == ""
    assert all(words in sent.prompt for words in ("sun", "palm", "sky"))


def folded(step: Step) -> Step:
    """Press the button that folds all changes in."""
    price = actions.chains.price_of_fold(step.order.by, step)
    assert price is not None
    browser_of(step).post(f"/steps/{step.pk}/fold/", {"usd": str(price.total)})
    return Step.objects.latest("pk")


async def test_a_chain_that_the_provider_forgot_offers_to_fold_and_no_edit(emulator: Emulator) -> None:
    first = (await run(await asked())).step
    step = (await run(await database_sync_to_async(change)(first, "lower the sun"))).step
    long_ago = timezone.now() - timedelta(days=60)
    await Attempt.objects.filter(step=step).aupdate(ended_at=long_ago)

    html = await database_sync_to_async(page)(step)

    assert "Gone at the provider" in html
    assert "Start a new chain from this version" in html
    assert "Fold all changes in" in html
    assert "The provider no longer keeps this version." in html


async def test_a_chain_that_is_lost_before_its_time_is_folded_with_the_change_that_was_asked(
    emulator: Emulator,
) -> None:
    first = (await run(await asked())).step
    second = (await run(await database_sync_to_async(change)(first, "lower the sun"))).step
    asked_for = await database_sync_to_async(change)(second, "add a palm")
    emulator.world.interactions.clear()

    lost = (await run(asked_for)).step

    assert lost.code == "chain_expired"
    html = await database_sync_to_async(page)(lost)
    assert "Fold all changes in, this one too" in html
    assert "Start again" not in html
    before = await database_sync_to_async(page)(second)
    assert "Gone at the provider" in before
    assert "Fold all changes in" in before
    assert (await run(await database_sync_to_async(folded)(lost))).step.status == Status.SUCCEEDED
    assert all(words in emulator.ledger.creates()[-1].prompt for words in ("sun", "palm"))


async def test_a_paid_request_without_a_price_comes_back_with_the_button_that_names_it(
    emulator: Emulator,
) -> None:
    def send() -> str:
        project = factories.make_project()
        client = Client()
        client.force_login(project.created_by)
        answer = client.post(
            f"/projects/{project.pk}/make/clip-from-text/", {"scene": "Fog", "engine": "omni"}
        )
        assert answer.status_code == 409
        return answer.content.decode()

    html = await database_sync_to_async(send)()

    assert "Send it with the button that names it" in html
    assert 'name="engine" value="omni"' in html
    assert not await Order.objects.aexists()


async def test_a_form_without_scripts_shows_its_prices_before_anything_is_sent(emulator: Emulator) -> None:
    def look() -> str:
        project = factories.make_project()
        client = Client()
        client.force_login(project.created_by)
        answer = client.post(f"/projects/{project.pk}/make/clip-from-text/", {"scene": "Fog", "check": "1"})
        assert answer.status_code == 200
        return answer.content.decode()

    assert 'name="engine" value="omni"' in await database_sync_to_async(look)()
    assert not await Order.objects.aexists()


async def test_an_edit_keeps_the_model_of_its_chain(emulator: Emulator) -> None:
    step = (await run(await asked())).step
    await Step.objects.filter(pk=step.pk).aupdate(model="gemini-omni-1.1-flash")
    await Attempt.objects.filter(step=step).aupdate(
        ticket={**(await step.attempts.aget()).ticket, "model": "gemini-omni-1.1-flash"}
    )

    edit = await database_sync_to_async(change)(step, "lower the sun")

    assert edit.model == "gemini-omni-1.1-flash"


async def test_a_dearer_price_is_asked_about_again(emulator: Emulator) -> None:
    step = (await run(await asked())).step
    orders = await Order.objects.acount()

    def send() -> int:
        data = {"clip": step.output_id, "kind": "own", "change": "red", "engine": "omni", "quote": "0.01"}
        answer = browser_of(step).post(f"/projects/{step.project_id}/make/edit-clip/", data)
        assert "The price has changed" in answer.content.decode()
        return answer.status_code

    assert await database_sync_to_async(send)() == 409
    assert await Order.objects.acount() == orders


async def test_a_receipt_names_what_was_billed(emulator: Emulator) -> None:
    ended = await run(await asked())

    html = await database_sync_to_async(page)(ended.step)

    assert f"${ended.attempts[0].cost_usd.quantize(Decimal('0.001'), ROUND_HALF_UP)} charged" in html


async def test_an_unanswered_call_shows_its_three_ways(emulator: Emulator) -> None:
    emulator.fault("lost")
    step = (await run(await asked())).step

    html = await database_sync_to_async(page)(step)

    for words in (
        "We cannot tell whether this was started.",
        "Check again",
        "Start again",
        "Leave it",
        "kept",
    ):
        assert words in html


async def test_a_person_may_send_words_of_their_own(emulator: Emulator) -> None:
    def send() -> Step:
        photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
        client = Client()
        client.force_login(photo.project.created_by)
        data = {"product": photo.pk, "tier": "sketch", "seconds": "3", "engine": "omni"}
        own = {"prompt": "A quiet bottle, one shot.", "prompt_is_own": "1"}
        client.post(f"/projects/{photo.project_id}/make/animate-product/", {**data, **own, "quote": "1"})
        return Step.objects.latest("pk")

    await run(await database_sync_to_async(send)())

    assert emulator.ledger.creates()[-1].prompt == "A quiet bottle, one shot."


async def test_nothing_paid_goes_without_a_price_that_was_seen(emulator: Emulator) -> None:
    def send() -> int:
        photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
        client = Client()
        client.force_login(photo.project.created_by)
        data = {"product": photo.pk, "tier": "sketch", "seconds": "3", "action": "spin"}
        answer = client.post(f"/projects/{photo.project_id}/make/animate-product/", data)
        assert "Send it with the button that names it." in answer.content.decode()
        return answer.status_code

    assert await database_sync_to_async(send)() == 409
    assert not await Order.objects.aexists()


async def test_a_dear_order_waits_for_a_producer(emulator: Emulator, settings: Any) -> None:
    settings.CONFIRM_ABOVE_USD = Decimal("0.05")

    def ask() -> tuple[Step, User]:
        project = factories.make_project()
        editor = factories.make_member(project.team, Role.EDITOR)
        photo = factories.make_asset(project, data=factories.photo_bytes(320, 180))
        ask = factories.make_ask(photo, user=editor, engine="omni", tier="sketch", seconds="3")
        return actions.orders.request(editor, project, replace(ask, quote=Decimal(9))).steps.get(), editor

    step, editor = await database_sync_to_async(ask)()
    waiting = await run(step)
    assert (waiting.step.status, waiting.step.waits_for) == (Status.QUEUED, "producer")
    assert waiting.spend == []
    with pytest.raises(PermissionDenied):
        await database_sync_to_async(actions.repeats.confirm)(editor, step)

    owner = await database_sync_to_async(lambda: step.project.created_by)()
    await database_sync_to_async(actions.repeats.confirm)(owner, step)

    assert (await run(step)).step.status == Status.SUCCEEDED


async def test_a_new_chain_starts_with_the_clip_itself(emulator: Emulator) -> None:
    first = (await run(await asked())).step

    def send() -> Step:
        data = {
            "video": first.output_id,
            "kind": "own",
            "change": "lower the sun",
            "engine": "omni",
            "quote": "9",
        }
        browser_of(first).post(f"/projects/{first.project_id}/make/edit-video/", data)
        return Step.objects.latest("pk")

    ended = await run(await database_sync_to_async(send)())

    assert (ended.step.status, ended.step.sentence) == (Status.SUCCEEDED, "")
    sent = emulator.ledger.creates()[-1]
    assert (sent.previous, len(sent.media)) == ("", 1)
