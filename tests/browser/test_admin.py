"""The operator's pages in a real browser: Django's own scripts work under the studio's content policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PASSWORD, PATIENCE, Site

pytestmark = pytest.mark.browser
OPERATOR = f"""
from django.contrib.auth.models import User
User.objects.filter(username="operator").exists() or User.objects.create_superuser("operator", password="{PASSWORD}")
"""
PAGES = (
    "",
    "projects/step/",
    "projects/asset/",
    "projects/team/",
    "projects/door/",
    "projects/modelchange/",
    "projects/modelchange/add/",
    "projects/budget/",
    "projects/spend/",
    "auth/user/",
)


def signed_in(browser: Browser, site: Site) -> tuple[Page, list[str]]:
    """Return a page of an operator, and what the browser complains about from now on."""
    site.run(OPERATOR)
    page, complaints = browser.new_page(base_url=site.url), []
    page.set_default_timeout(PATIENCE)
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/admin/login/")
    page.fill("#id_username", "operator")
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")
    return page, complaints


def test_no_page_of_the_operator_breaks_the_content_policy(browser: Browser, site: Site) -> None:
    page, complaints = signed_in(browser, site)

    for address in PAGES:
        answer = page.goto(f"/admin/{address}", wait_until="networkidle")
        assert answer is not None
        assert "unsafe" not in answer.headers["content-security-policy"]
    page.goto("/admin/projects/step/")
    page.click("#result_list tbody th a")
    page.wait_for_url("**/change/")

    assert page.inner_text("h1").lower() == "view step"
    assert complaints == []
    page.close()


def test_scripts_of_the_operators_pages_work(browser: Browser, site: Site) -> None:
    page, complaints = signed_in(browser, site)
    page.goto("/admin/projects/step/")
    page.check("#action-toggle")

    counted = page.inner_text(".action-counter")
    page.goto("/admin/projects/budget/add/")
    page.click(".field-team .select2-selection")
    page.wait_for_selector(".select2-results__option[role=option]")

    assert not counted.startswith("0 of")
    assert complaints == []
    page.close()
