"""With JavaScript off: reading, uploading, requesting, cancelling and deleting all work by links and forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Seat, Site
from tests.browser.scene import pack_shot

pytestmark = pytest.mark.browser
Sit = Callable[..., Seat]


def test_upload_request_cancel_and_delete(sit: Sit, site: Site, tmp_path: Path) -> None:
    page = sit("editor", java_script_enabled=False).page
    photo = tmp_path / "carafe.png"
    photo.write_bytes(pack_shot(915, 700))
    page.goto(site.url)
    page.get_by_role("link", name=re.compile("Autumn launch")).first.click()
    page.wait_for_url(re.compile(r"/projects/\d+/$"))
    board = page.url

    page.goto(board + "upload/")
    page.locator("[data-form=upload] input[type=file]").set_input_files(photo)
    page.locator("[data-form=upload] button").last.click()
    page.wait_for_url(board)
    page.locator("article[id^=asset-]", has_text="carafe.png").locator("a.open").click()
    page.get_by_role("link", name=re.compile("Animate product")).first.click()
    page.locator("input[name=seconds]").first.fill("60")
    page.locator("[data-form=task] button[type=submit]").last.click()
    expect(page).to_have_url(re.compile(r"/steps/\d+/"))
    with page.expect_response("**/cancel/"):
        page.get_by_role("button", name=re.compile("Cancel")).first.click()
    step = re.search(r"/steps/\d+/", page.url)
    assert step

    page.goto(site.path(step.group()))
    expect(page.get_by_text(re.compile("cancel", re.IGNORECASE)).first).to_be_visible()


def test_a_finished_clip_has_the_browsers_own_controls(sit: Sit, site: Site) -> None:
    page = sit("reviewer", java_script_enabled=False).page
    pk = site.run(
        "from projects.models import Step\n"
        "print(Step.objects.filter(status='succeeded', output__kind='video', deleted_at=None).first().pk)"
    )

    page.goto(site.path(f"/steps/{pk}/"))

    expect(page.locator("video[controls]")).to_be_visible()
