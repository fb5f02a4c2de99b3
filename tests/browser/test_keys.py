"""By keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Seat, Site

pytestmark = pytest.mark.browser
Sit = Callable[..., Seat]


def test_the_first_tab_stop_skips_to_the_content(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    page.goto(site.url)

    page.keyboard.press("Tab")

    expect(page.locator(":focus")).to_have_text(re.compile("Skip to content"))


def test_a_project_is_reached_and_opened_without_a_mouse(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    page.goto(site.url)

    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/projects/\d+/"))


def test_the_list_of_keys_opens_and_gives_the_focus_back(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    page.goto(site.url)

    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("dialog#keys")).to_be_hidden()


def test_search_opens_with_a_slash_and_finds_a_project(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    page.goto(site.url)

    page.keyboard.press("/")
    page.keyboard.type("autumn")

    expect(
        page.locator("dialog[open]").get_by_role("link", name=re.compile("Autumn launch")).first
    ).to_be_visible()


def test_letters_typed_into_a_field_are_letters(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    page.goto(site.path("/projects/new/"))

    page.locator("input[name=name]").first.press_sequentially("jk?/c")

    expect(page.locator("input[name=name]").first).to_have_value("jk?/c")


def test_a_refused_form_with_colours_is_swapped_in_without_an_inline_style(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    page.goto(site.path("/projects/1/make/replace-background/"))
    page.locator("#task [name=source]").evaluate_all("all => all.forEach(one => { one.checked = false })")

    page.locator("#pay button.primary").click()

    expect(page.locator("#task [role=alert], #task .err").first).to_be_visible()
