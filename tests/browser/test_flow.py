"""The whole way: sign in, drop a photo, animate it, watch, play, compare, download, delete and undo."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Seat, Site
from tests.browser.scene import pack_shot

pytestmark = pytest.mark.browser
Sit = Callable[..., Seat]


def open_board(page: Page, site: Site) -> None:
    """Go to the board by the project's card on home, and return when its scripts have run."""
    page.goto(site.url)
    page.get_by_role("link", name=re.compile("Autumn launch")).first.click()
    page.wait_for_url(re.compile(r"/projects/\d+/$"))
    expect(page.locator("#wall")).to_be_visible()


def drop(page: Page, tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    """Choose a file for the upload field and wait for its tile."""
    photo = tmp_path / name
    photo.write_bytes(pack_shot(*size))
    page.locator("[data-form=upload] input[type=file]").first.set_input_files(photo)
    expect(page.locator("article[id^=asset-]", has_text=name)).to_be_visible()


def small_clip(page: Page) -> None:
    """Set the task form to what renders quickly."""
    sketch = page.locator("input[name=tier][value=sketch]")
    page.locator("label", has=sketch).click()
    expect(sketch).to_be_checked()
    page.locator("input[name=seconds]").first.fill("2")


def test_from_a_dropped_photo_to_a_clip_that_plays(sit: Sit, site: Site, tmp_path: Path) -> None:
    page = sit("owner").page
    open_board(page, site)
    drop(page, tmp_path, "amphora.png", (910, 700))

    page.locator("article[id^=asset-]", has_text="amphora.png").locator("a.open").click()
    page.get_by_role("link", name=re.compile("Animate product")).first.click()
    small_clip(page)
    page.locator("[data-form=task] button[type=submit]").last.click()
    expect(page).to_have_url(re.compile(r"/steps/\d+/"))

    expect(page.locator("studio-player:defined video")).to_be_attached()
    page.keyboard.press(" ")
    page.wait_for_function("() => document.querySelector('studio-player video').currentTime > 0.3")
    page.keyboard.press(" ")
    expect(page.locator("[data-clock]")).not_to_have_text("0:00.00")
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("Download")).first.click()
    assert Path(started.value.path()).read_bytes()[4:8] == b"ftyp"


def test_a_frame_step_moves_by_exactly_one_frame(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    page.goto(site.path(finished_clip(site)))
    number = page.locator("[data-frame]").first

    for expected in ("2", "3", "2"):
        page.keyboard.press("." if expected != "2" or number.text_content() == "1" else ",")
        expect(number).to_have_text(expected)


def test_a_delete_can_be_undone(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    page.add_init_script(
        "window.setInterval = () => 0"
    )  # a message leaves after ten seconds of the page's own
    address = finished_clip(site)
    page.goto(site.path(address))

    page.get_by_role("button", name=re.compile("Delete")).first.click()
    with page.expect_response("**/restore/"):
        page.get_by_role("button", name=re.compile("Undo")).first.click()

    page.goto(site.path(address))
    expect(page.locator("studio-player")).to_be_visible()


def test_two_windows_of_two_people_show_the_same_truth(sit: Sit, site: Site) -> None:
    mine, theirs = sit("owner").page, sit("reviewer").page
    for page in (mine, theirs):
        open_board(page, site)
    before = theirs.locator("#wall article[data-step]").count()

    step = site.run(
        "from tests.browser import scene; from projects.models import Asset\n"
        "photo = Asset.objects.filter(name='bottle.png').first()\n"
        "print(scene.ask(photo, 'animate-product', tier='sketch', seconds='2', camera='orbit').pk)"
    )

    for page in (mine, theirs):
        expect(page.locator(f"#step-{step}")).to_be_visible()
        expect(page.locator(f"#step-{step}")).to_have_attribute("data-status", "succeeded")
    assert theirs.locator("#wall article[data-step]").count() == before + 1


def test_a_refused_file_says_why_and_the_others_go_on(sit: Sit, site: Site, tmp_path: Path) -> None:
    page = sit("editor").page
    open_board(page, site)
    good, bad = tmp_path / "vase.png", tmp_path / "notes.png"
    good.write_bytes(pack_shot(905, 700))
    bad.write_bytes(b"<html><script>alert(1)</script></html>")

    page.locator("[data-form=upload] input[type=file]").first.set_input_files([bad, good])

    expect(page.locator("article[id^=asset-]", has_text="vase.png")).to_be_visible()
    expect(page.get_by_text(re.compile("notes.png")).first).to_be_visible()
    assert page.locator("article[id^=asset-]", has_text="notes.png").count() == 0


def finished_clip(site: Site) -> str:
    """Return the address of a finished clip."""
    pk = site.run(
        "from projects.models import Step\n"
        "print(Step.objects.filter(status='succeeded', output__kind='video', deleted_at=None).first().pk)"
    )
    return f"/steps/{pk}/"
