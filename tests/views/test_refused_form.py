"""A paid form that is refused, and what a page says of money before and after it: to those who may see it."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects import catalogue
from projects.hub import messages
from projects.models import Asset, Budget, Order, Role, Step
from projects.policies import ABILITIES
from projects.states import AttemptState, Status
from tests import factories, paying
from tests.desk import PART, browser_of, field, form_url, page, scene

pytestmark = pytest.mark.django_db
CREDENTIALS = ["credentials_missing", "credentials_rejected"]
MONEY_WORDS = ("charged", "Quoted", "Reserved", "$")


@pytest.fixture
def key(settings: Any) -> None:
    """Open a door of the studio; nothing is sent by a form."""
    settings.GEMINI_API_KEY = "a key for prices"


def composed(photo: Asset, price: str = "9") -> dict[str, str]:
    """Return what the workspace's composer sends: a wish and its button, none of the form's other fields."""
    return {
        catalogue.get("edit-image").slots[0].role: str(photo.pk),
        "kind": "own",
        "change": "Add snow",
        "engine": "nano-banana",
        "quote-nano-banana": price,
        "request_key": str(uuid.uuid4()),
    }


def poor(photo: Asset, limit: str = "0.01") -> Budget:
    """Leave the team this much for the month."""
    budget = paying.month_of(photo.project)
    Budget.objects.filter(pk=budget.pk).update(limit_usd=Decimal(limit))
    return budget


def send(client: Client, photo: Asset, data: dict[str, str], **headers: Any) -> Any:
    """Press the paid button of the task that edits a picture."""
    return client.post(form_url(photo.project, "edit-image"), data, **headers)


@pytest.mark.parametrize("status", [402, 409])
def test_a_refused_wish_comes_back_with_nothing_in_the_fields_it_never_sent(key: None, status: int) -> None:
    client, photo = scene()
    poor(photo)

    answer = send(client, photo, composed(photo, "9" if status == 402 else "0.000001"))
    html = answer.content.decode()

    assert answer.status_code == status
    assert 'value="Add snow"' in field(html, "change")
    assert [tag for tag in re.findall(r"<[^>]+>", html) if 'value="None"' in tag] == []
    assert ">None<" not in html
    assert 'value=""' in field(html, "instructions")
    assert not Order.objects.exists()


def test_a_control_that_was_emptied_stays_empty(key: None) -> None:
    client, photo = scene()
    poor(photo)

    html = send(client, photo, {**composed(photo), "seed": "", "takes": ""}).content.decode()

    assert 'value=""' in field(html, "seed")


@pytest.mark.parametrize("status", [402, 409])
def test_a_refusal_by_htmx_goes_to_the_form_and_not_to_the_toasts(key: None, status: int) -> None:
    client, photo = scene()
    poor(photo)
    sent = composed(photo, "9" if status == 402 else "0.000001")

    answer = send(client, photo, sent, headers=PART)

    assert answer.status_code == status
    assert (answer["HX-Retarget"], answer["HX-Reselect"]) == ("#main", "#main")
    assert answer["HX-Reswap"].startswith("outerHTML")
    main = answer.content.decode().partition("<main")[2]
    assert re.search(r'role="alert".{0,3000}(has \$0\.01 left|The price has changed)', main, re.S)
    assert 'value="Add snow"' in field(main, "change")
    assert sent["request_key"] in main


def test_a_refusal_of_a_role_is_still_a_toast(key: None) -> None:
    _, photo = scene()
    reviewer = browser_of(factories.make_member(photo.project.team, Role.REVIEWER))

    answer = send(reviewer, photo, composed(photo), headers=PART)

    assert answer.status_code == 403
    assert "HX-Retarget" not in answer
    assert "data-toast" in answer.content.decode()
    assert "<main" not in answer.content.decode()


def test_a_refused_start_again_says_so_on_the_steps_own_page(key: None) -> None:
    client, photo = scene()
    step = factories.make_order(photo, engine="omni").steps.get()
    Step.objects.update(status=Status.FAILED, code="provider_down")
    step.attempts.update(state=AttemptState.FAILED)

    answer = client.post(f"/steps/{step.pk}/retry/", {"usd": "0"}, follow=True)

    assert answer.redirect_chain == [(f"/steps/{step.pk}/", 302)]
    assert answer.content.decode().count("<main") == 1
    price = re.escape(f"${step.order.quote_usd:.2f}")
    assert re.search(rf'class="toast slab bad".{{0,900}}{price}', answer.content.decode(), re.S)


def test_a_plain_link_to_start_paid_work_again_names_the_price_and_its_button_agrees_to_it(key: None) -> None:
    client, photo = scene()
    step = factories.make_order(photo, engine="omni").steps.get()
    Step.objects.update(status=Status.FAILED, code="provider_down")
    step.attempts.update(state=AttemptState.FAILED)

    asked = page(client, f"/steps/{step.pk}/retry/")
    agreed = re.search(r'name="usd" value="([\d.]+)"', asked)
    assert agreed is not None
    client.post(f"/steps/{step.pk}/retry/", {"usd": agreed[1]})

    assert f"${step.order.quote_usd:.2f}" in asked
    assert Step.objects.get(pk=step.pk).status == Status.QUEUED


def test_a_plain_link_to_cancel_paid_work_does_not_say_that_nothing_is_billed(key: None) -> None:
    client, photo = scene()
    paid = factories.make_order(photo, engine="omni").steps.get()

    assert "Nothing is billed." not in page(client, f"/steps/{paid.pk}/cancel/")
    assert "Nothing is billed." in page(client, f"/steps/{factories.make_step(photo).pk}/cancel/")


@pytest.mark.parametrize("verb", ["cancel", "retry", "delete", "restore"])
def test_who_may_not_do_it_is_not_asked_about_it(key: None, verb: str) -> None:
    _, photo = scene()
    step = factories.make_order(photo, engine="omni").steps.get()
    reviewer = browser_of(factories.make_member(photo.project.team, Role.REVIEWER))

    answer = reviewer.get(f"/steps/{step.pk}/{verb}/")

    assert answer.status_code == 403
    assert "$" not in answer.content.decode()


@pytest.mark.parametrize("state", [AttemptState.STORED, AttemptState.FAILED])
def test_a_reviewer_sees_no_money_of_a_step(state: str) -> None:
    client, photo = scene()
    step_pk = paying.pay(photo.project, state=state, code="").step_id
    reviewer = browser_of(factories.make_member(photo.project.team, Role.REVIEWER))

    seen, owners = page(reviewer, f"/steps/{step_pk}/"), page(client, f"/steps/{step_pk}/")

    assert [word for word in MONEY_WORDS if word in stage(seen, step_pk)] == []
    assert "$0.45 charged" in stage(owners, step_pk)
    assert "Quoted $0.60 at most" in stage(owners, step_pk)


@pytest.mark.parametrize("state", [AttemptState.STORED, AttemptState.FAILED])
def test_the_socket_tells_a_reviewer_no_money(state: str) -> None:
    _, photo = scene()
    step = paying.pay(photo.project, state=state, code="").step
    step = Step.objects.select_related("project", "output", "source", "order__by", "parent").get(pk=step.pk)

    told = {role: "".join(messages([step], ABILITIES[role])) for role in (Role.REVIEWER, Role.EDITOR)}

    assert [word for word in MONEY_WORDS if word in stage(told[Role.REVIEWER], step.pk)] == []
    assert "$0.45 charged" in stage(told[Role.EDITOR], step.pk)


def stage(html: str, step: int) -> str:
    """Return the middle of a workspace."""
    found = html.partition(f'id="step-{step}-stage"')[2]
    assert found
    return found.partition("-panel")[0].partition('<aside class="next"')[0]


def test_a_price_says_what_it_leaves_of_the_budget(key: None) -> None:
    client, photo = scene()
    poor(photo, "10")

    pay = pay_of(client, photo)
    price = re.search(r'name="quote-nano-banana"[^>]*value="([\d.]+)"', pay)

    assert price
    assert f"Leaves ${Decimal(10) - Decimal(price[1]):.2f} of $10.00." in pay


def test_the_scarcest_budget_is_the_one_that_is_named(key: None) -> None:
    client, photo = scene()
    poor(photo, "10")
    Budget.objects.create(scope="project", project=photo.project, limit_usd=3)

    assert "of $3.00." in pay_of(client, photo)


def test_a_budget_that_does_not_cover_the_price_is_said_before_the_press(key: None) -> None:
    client, photo = scene()
    poor(photo)

    assert "The budget has $0.01 left, which is not enough." in pay_of(client, photo)


def test_a_free_form_asks_for_no_budget() -> None:
    client, photo = scene()

    with CaptureQueriesContext(connection) as asked:
        pay = pay_of(client, photo)

    assert "free" in pay
    assert [query["sql"] for query in asked if "projects_budget" in query["sql"]] == []


def pay_of(client: Client, photo: Asset) -> str:
    """Return the pay bar of the re-checked form."""
    url = form_url(photo.project, "edit-image", "?quote")
    answer = client.post(url, {**composed(photo), "engine": ""}, headers=PART)
    assert answer.status_code == 200
    return answer.content.decode().partition('id="pay"')[2].partition('id="people"')[0]


@pytest.mark.parametrize("code", CREDENTIALS)
def test_an_owner_can_go_on_to_the_keys_when_a_key_was_refused(code: str) -> None:
    client, photo = scene()
    step = factories.make_step(photo, Status.FAILED, code=code)
    editor = browser_of(factories.make_member(photo.project.team, Role.EDITOR))
    address = f'href="/teams/{photo.project.team_id}/doors/"'

    owners = stage(page(client, f"/steps/{step.pk}/"), step.pk)

    assert re.search(rf'class="btn primary" {address}>(Change the|Add a) key<', owners)
    assert address not in stage(page(editor, f"/steps/{step.pk}/"), step.pk)
    for role, is_told in ((Role.OWNER, True), (Role.EDITOR, False)):
        assert (address in stage("".join(messages([step], ABILITIES[role])), step.pk)) is is_told
