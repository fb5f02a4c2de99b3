"""A paid form that the server refuses is shown anew where it stands, with its sentence and all that was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import shell
from tests.browser.conftest import PASSWORD, PATIENCE, Site
from tests.emulator import Emulator
from tests.serving import serving

pytestmark = pytest.mark.browser
FILL = """
from django.contrib.auth.models import User
from projects import actions
from tests.browser import scene
owner = User.objects.create_user('owner', password=scene.PASSWORD)
team = actions.projects.found_team(owner, 'Maison Aurel')
fields = dict(name='Autumn', brief='', country='US', us_state='', due=None)
project = actions.projects.create(owner, team, **fields)
photo = scene.upload(owner, project, 'bottle.png', scene.pack_shot())
actions.budgets.set_team(owner, team, 500)
print(f'/projects/{project.pk}/make/edit-image/?from=asset:{photo.pk}')
"""
LIMIT = "from projects.models import Budget; Budget.objects.update(limit_usd='{}')"


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """Return a served studio whose key leads to the emulator, and the address of a form."""
    data = shell.migrate(tmp_path_factory.mktemp("paid"))
    with Emulator() as provider:
        keys = {"GEMINI_API_KEY": provider.key, "GEMINI_BASE_URL": provider.url}
        with serving(**shell.environment(data), **keys) as server:
            site = Site(server.url, data)
            yield site, site.run(FILL)
        assert provider.ledger.creates() == []


@pytest.fixture
def form(browser: Browser, paid: tuple[Site, str]) -> Iterator[Page]:
    """Return the form of a paid task, open before an owner, with a wish typed and priced."""
    site, address = paid
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(site.path("/accounts/login/"))
    page.fill("input[name=username]", "owner")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(site.path("/"))
    page.goto(site.path(address))
    with page.expect_response("**/*?quote"):
        page.locator("[name=change]").fill("Add snow")
    expect(page.locator("#pay button[value=nano-banana] .price")).to_contain_text("$")
    yield page
    context.close()


def press(page: Page) -> Any:
    """Press the paid button; return the answer."""
    address = re.compile(r"/make/edit-image/$")
    with page.expect_response(address) as answer:
        page.locator("#pay button[value=nano-banana]").click()
    return answer.value


def check(page: Page, sentence: str) -> None:
    """See one form, with the sentence in view, nothing lost, and no toast."""
    expect(page.locator("#main [role=alert]")).to_contain_text(sentence)
    expect(page.locator("#main [role=alert]")).to_be_in_viewport()
    expect(page.locator("#toasts > *")).to_have_count(0)
    expect(page.locator("main")).to_have_count(1)
    expect(page.locator("[name=change]")).to_have_value("Add snow")
    expect(page.locator("#pay button[value=nano-banana]")).to_be_enabled()


def test_a_budget_that_refuses_shows_the_form_anew(form: Page, paid: tuple[Site, str]) -> None:
    paid[0].run(LIMIT.format("0.01"))

    assert press(form).status == 402

    check(form, "has $0.01 left")
    expect(form.locator("#pay")).to_contain_text("The budget has $0.01 left, which is not enough.")
    paid[0].run(LIMIT.format("500"))


def test_a_changed_price_shows_the_form_anew_with_the_new_price(form: Page) -> None:
    quote = form.locator("[name=quote-nano-banana]")
    named = quote.get_attribute("value")
    assert named
    quote.evaluate("(field) => { field.value = '0.000001'; }")

    assert press(form).status == 409

    check(form, "The price has changed")
    expect(quote).to_have_value(named)
