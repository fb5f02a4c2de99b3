"""What is started again or let go is asked of the model's row of today: whether it is offered, and at which price."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from projects import actions
from projects.actions.refusal import Refused
from projects.failures import Code
from projects.models import Asset, Attempt, Budget, ModelChange, Order, Step
from projects.runner import stages
from projects.states import AttemptState, Bill, Status
from tests import desk, factories
from tests.emulator import Emulator
from tests.paid.conftest import clip, do, run
from tests.paid.test_stages import NEW_PLACE

pytestmark = pytest.mark.django_db(transaction=True)
NEW, OLD = "gemini-omni-1.2-flash", "gemini-omni-1.1-flash"
GONE = "no longer offered"
MUCH = Decimal(1000)
DEARER = {"360p": 0.232, "720p": 0.695, "1080p": 1.043, "4k": 2.085}
VERBS = {
    "retry": (Status.FAILED, AttemptState.REFUSED, actions.steps.retry),
    "start again": (Status.UNCONFIRMED, AttemptState.UNCONFIRMED, actions.unconfirmed.start_again),
}


def change(model: str = NEW, **values: Any) -> None:
    """Let an operator change a model's row."""
    ModelChange.objects.create(model_id=model, door="developer", values=values)


def ended(verb: str, **controls: str) -> Step:
    """Return a clip whose first start came to nothing, or is in doubt."""
    status, state, _ = VERBS[verb]
    step = clip(**controls)
    Step.objects.update(status=status, code=Code.PROVIDER_DOWN)
    Attempt.objects.update(state=state)
    step.refresh_from_db()
    return step


def press(verb: str, step: Step, usd: Decimal = MUCH) -> None:
    VERBS[verb][2](step.order.by, step, usd)


def page(step: Step) -> str:
    return desk.page(desk.browser_of(step.order.by), step.get_absolute_url())


def named(html: str, address: str) -> Decimal:
    """Return the amount that the button of an address sends along."""
    found = re.search(rf'formaction="{address}" name="usd" value="([\d.]+)"', html)
    assert found
    return Decimal(found[1])


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_started_again_is_not_sent_to_a_model_that_has_retired(emulator: Emulator, verb: str) -> None:
    step = ended(verb)
    held = Budget.objects.get().reserved
    change(status="retired")

    with pytest.raises(Refused, match=GONE):
        press(verb, step)

    assert (Attempt.objects.count(), Step.objects.get().status) == (1, VERBS[verb][0])
    assert Budget.objects.get().reserved == held


def test_the_way_on_from_a_model_that_has_retired_is_the_form(emulator: Emulator) -> None:
    step = ended("retry")
    change(status="retired")
    assert "Change a setting" not in page(step)

    answer = desk.browser_of(step.order.by).post(f"/steps/{step.pk}/retry/", {"usd": "9"}, follow=True)

    assert Step.objects.get().code == Code.MODEL_UNAVAILABLE
    html = answer.content.decode()
    assert GONE in html
    assert re.search(
        rf'primary" href="[^"]+\?like=step:\d+&amp;engine=omni&amp;model={OLD}">Make it with', html
    )


@pytest.mark.parametrize("verb", VERBS)
def test_a_start_that_is_dearer_now_comes_back_with_the_new_amount(emulator: Emulator, verb: str) -> None:
    step = ended(verb)
    old = Attempt.objects.get()
    change(video_second=DEARER, video_million=120)

    with pytest.raises(Refused, match="may cost") as refused:
        press(verb, step, old.quote_usd)

    assert (refused.value.status, Attempt.objects.count()) == (409, 1)
    html = page(step)
    usd = named(html, f"/steps/{step.pk}/{'retry' if verb == 'retry' else 'again'}/")
    assert usd > 5 * old.quote_usd
    if verb == "start again":
        assert f"Books ${old.quote_usd:.2f} as unknown" in html
    press(verb, step, usd)
    new = Attempt.objects.latest("number")
    assert (new.quote_usd, new.prices["video_million"], new.number) == (usd, "120", 2)
    assert new.model_version != old.model_version


def test_a_start_that_is_cheaper_now_holds_what_it_costs_now(emulator: Emulator) -> None:
    step = ended("retry")
    old = Attempt.objects.get()
    change(video_second={size: usd / 100 for size, usd in DEARER.items()})

    press("retry", step, old.quote_usd)

    assert Attempt.objects.latest("number").quote_usd < old.quote_usd


def test_a_start_that_costs_more_than_any_result_may_is_refused(emulator: Emulator) -> None:
    step = ended("retry")
    change(video_second=dict.fromkeys(DEARER, 100))

    with pytest.raises(Refused, match="One result may cost"):
        press("retry", step)


def waiting() -> Step:
    """Return a clip that waits for a producer's yes, with nothing held."""
    step = clip()
    Step.objects.update(waits_for="producer")
    Budget.objects.update(reserved=0)
    step.attempts.get().spend.all().delete()
    return Step.objects.get()


def test_a_producer_confirms_the_price_of_today(emulator: Emulator) -> None:
    step = waiting()
    before = step.order.quote_usd
    change(video_second=DEARER, video_million=120)
    browser = desk.browser_of(step.order.by)

    html = browser.post(f"/steps/{step.pk}/confirm/", follow=True).content.decode()

    now = Order.objects.get().quote_usd
    assert now > 5 * before
    assert f"it is ${now:.2f} now" in html
    assert f'Confirm<span class="price">${now:.2f}' in html
    assert Step.objects.get().waits_for == "producer"
    assert not Budget.objects.get().reserved
    browser.post(f"/steps/{step.pk}/confirm/", {"usd": str(before)})
    assert Step.objects.get().waits_for == "producer"
    browser.post(f"/steps/{step.pk}/confirm/", {"usd": str(now)})
    attempt = Attempt.objects.get()
    assert (Step.objects.get().waits_for, attempt.quote_usd, attempt.prices["video_million"]) == (
        "",
        now,
        "120",
    )


def test_a_producer_lets_nothing_go_to_a_model_that_has_retired(emulator: Emulator) -> None:
    step = waiting()
    change(status="retired")

    with pytest.raises(Refused, match=GONE):
        actions.repeats.confirm(step.order.by, step)

    assert Step.objects.get().waits_for == "producer"
    assert not Budget.objects.get().reserved


async def test_what_only_stood_in_line_is_not_sent_to_a_model_that_has_retired(emulator: Emulator) -> None:
    step = await do(clip)
    await do(change, status="retired")

    came = await run(step)

    assert (came.step.status, came.step.code) == (Status.FAILED, Code.MODEL_UNAVAILABLE)
    assert GONE in came.step.sentence
    assert (came.states, came.attempts[0].bill, came.held) == ([AttemptState.FAILED], Bill.NOT_BILLED, False)
    assert not emulator.ledger.posts()


def still(**fields: Any) -> Step:
    """Return the clip that waits behind a still, which is made."""
    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    ask = factories.make_ask(photo, engine="nano-banana", **{**NEW_PLACE, "takes": "1", **fields})
    order = actions.orders.request(photo.project.created_by, photo.project, replace(ask, quote=MUCH))
    first = order.steps.get()
    output = factories.make_asset(photo.project, made_by=first)
    Step.objects.filter(pk=first.pk).update(status=Status.SUCCEEDED, output=output)
    if fields.get("stop") == "run":
        Budget.objects.update(limit_usd=0)
    stages.advance(Step.objects.get(pk=first.pk))
    return Step.objects.get(stage=1)


def of(step: Step) -> Asset:
    assert step.parent is not None
    assert step.parent.output is not None
    return step.parent.output


def test_the_pick_goes_on_with_the_model_that_was_asked_for(emulator: Emulator) -> None:
    step = still(model_id=OLD)
    planned = step.order.plan[1]["offer"]

    offer = actions.stages.offered(step.order.by, step, of(step))

    kept = offer.kept(step.name)
    assert planned["model"] == OLD
    assert [kept[name] for name in ("model", "usd", "prices")] == [OLD, planned["usd"], planned["prices"]]


def test_the_pick_says_where_the_model_that_was_asked_for_has_retired(emulator: Emulator) -> None:
    step = still(model_id=OLD)
    change(OLD, status="retired")

    offer = actions.stages.offered(step.order.by, step, of(step))

    assert offer.kept(step.name)["model"] == NEW
    assert f"{OLD} has retired. Omni 1.2 makes this instead" in page(step)


@pytest.mark.parametrize("values", [{"status": "retired"}, {"video_second": DEARER}], ids=["gone", "dearer"])
def test_a_budget_lets_nothing_go_on_other_terms_than_were_agreed(
    emulator: Emulator, values: dict[str, Any]
) -> None:
    step = still(stop="run")
    assert step.waits_for == stages.BUDGET
    change(**values)
    Budget.objects.update(limit_usd=50)
    held = Budget.objects.get().reserved

    stages.fund()

    step.refresh_from_db()
    assert (step.waits_for, step.note, step.attempts.count()) == (stages.PICK, stages.OTHER_TERMS, 0)
    assert Budget.objects.get().reserved == held


def test_a_budget_lets_go_on_at_a_price_that_has_fallen(emulator: Emulator) -> None:
    step = still(stop="run")
    change(video_second={size: usd / 100 for size, usd in DEARER.items()})
    Budget.objects.update(limit_usd=50)

    stages.fund()

    step.refresh_from_db()
    assert step.waits_for == ""
    assert step.attempts.get().quote_usd < Decimal(step.order.plan[1]["offer"]["usd"])
