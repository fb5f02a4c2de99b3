"""A page that changes by itself takes nothing away: neither what somebody is pressing nor what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Seat, Site
from tests.browser.test_flow import open_board

pytestmark = pytest.mark.browser
Sit = Callable[..., Seat]
LONG_STEP = """
from projects.models import Asset
from tests.browser import scene
photo = Asset.objects.filter(name='bottle.png').first()
print(scene.ask(photo, 'animate-product', tier='sketch', seconds='60').pk)
"""
TOLD = """(id) => new Promise((told) => document.addEventListener('htmx:wsAfterMessage', function heard(event) {
  if (!event.detail.message.includes(`id="${id}"`)) return;
  document.removeEventListener('htmx:wsAfterMessage', heard);
  told();
}))"""
LISTEN = """() => { window.answered = new Promise((told) => document.addEventListener('htmx:afterOnLoad', (event) => {
  if (event.detail.pathInfo.requestPath.includes('?quote')) told();
})); }"""


def press(page: Page, what: Locator) -> None:
    """Hold the mouse down on something that may be swapped at any moment."""
    what.hover()
    page.mouse.down()


def cancel(page: Page) -> None:
    """Cancel the step whose page is open."""
    page.get_by_role("button", name="Cancel").first.click()
    expect(page.locator(".mid-in[data-key^=cancelled]")).to_be_attached()


def test_a_tile_opens_although_it_was_told_of_anew_during_the_click(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    open_board(page, site)
    step = site.run(LONG_STEP)
    tile = page.locator(f"#step-{step}")
    expect(tile).to_have_attribute("data-status", "running")

    press(page, tile)
    page.evaluate(TOLD, f"step-{step}")
    page.mouse.up()

    expect(page).to_have_url(re.compile(rf"/steps/{step}/$"))
    cancel(page)


def test_a_tile_that_was_held_shows_what_it_was_told_afterwards(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    open_board(page, site)
    step = site.run(LONG_STEP)
    tile = page.locator(f"#step-{step}")
    expect(tile).to_have_attribute("data-status", "running")

    press(page, tile.locator(".name"))
    site.run(
        f"from projects import actions; from projects.models import Step; step = Step.objects.get(pk={step})\n"
        "actions.steps.cancel(step.order.by, step)"
    )
    page.wait_for_function("() => document.querySelector('#announce').textContent.includes('Cancelled')")
    assert tile.get_attribute("data-status") == "running"
    page.mouse.up()

    expect(tile).to_have_attribute("data-status", "cancelled")


def test_the_button_with_the_price_is_pressed_while_the_price_comes_in(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    open_board(page, site)
    page.get_by_role("link", name=re.compile("Animate product")).first.click()
    page.wait_for_url(re.compile("/make/"))
    held: list[Route] = []
    page.route("**/*?quote", lambda route: held.append(route))
    with page.expect_request("**/*?quote"):
        page.locator("input[name=seconds]").first.fill("60")

    press(page, page.locator("#pay button").last)
    page.evaluate(LISTEN)
    held[0].continue_()
    page.evaluate("window.answered")
    page.mouse.up()

    expect(page).to_have_url(re.compile(r"/steps/\d+/"))
    cancel(page)


def test_a_line_typed_before_the_script_ran_stays(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    open_board(page, site)
    page.get_by_role("link", name=re.compile("Add subtitles")).first.click()
    page.wait_for_url(re.compile("/make/"))
    lines = page.locator("[data-rows] fieldset.row-line")
    with page.expect_response("**/*?quote"):
        lines.first.locator("input").last.fill("First")
    held: list[Route] = []
    page.route("**/js/make*.js", lambda route: held.append(route))
    with page.expect_request("**/js/make*.js"):
        page.reload(wait_until="commit")

    expect(lines.first.locator("input").last).to_have_value("First")
    lines.nth(1).locator("input").last.fill("Second")
    held[0].continue_()
    page.wait_for_load_state()

    expect(lines).to_have_count(2)
    expect(lines.nth(1).locator("input").last).to_have_value("Second")


@pytest.mark.parametrize("place", ["", ", background='new', scene='a quay at dawn', takes='1'"])
def test_a_wish_stays_when_the_socket_tells_again_what_is_finished(sit: Sit, site: Site, place: str) -> None:
    page = sit("owner").page
    step = site.run(LONG_STEP.replace("seconds='60'", f"seconds='2'{place}"))
    page.goto(site.path(f"/steps/{step}/"))
    expect(page.locator(".mid-in[data-key^=succeeded]")).to_be_attached()
    page.reload()

    wish = page.locator("#composer [name=change]")
    wish.fill("Lower the sun")
    page.evaluate(f"() => {{ window.told = ({TOLD})('step-{step}-panel'); }}")
    site.run(f"from projects.models import Step; Step.objects.filter(pk={step}).write(note='')")
    page.evaluate("window.told")

    expect(wish).to_have_value("Lower the sun")
