"""How files come in: cut off and gone on with after a reload, pasted, dropped, and several refused at once."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Seat, Site
from tests.browser.scene import pack_shot
from tests.browser.test_flow import open_board

pytestmark = pytest.mark.browser
Sit = Callable[..., Seat]
CARRY = """([event, name, bytes]) => {
  const files = new DataTransfer();
  files.items.add(new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], name, { type: 'image/png' }));
  const made = event === 'paste'
    ? new ClipboardEvent('paste', { clipboardData: files, bubbles: true, cancelable: true })
    : new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true });
  document.body.dispatchEvent(made);
}"""


def noise(path: Path) -> Path:
    """Write a picture of two and a half slices."""
    pixels = np.random.default_rng(7).integers(0, 256, (2600, 2600, 3), np.uint8)
    Image.fromarray(pixels).save(path, compress_level=0)
    return path


def test_a_cut_upload_goes_on_after_a_reload(sit: Sit, site: Site, tmp_path: Path) -> None:
    seat = sit("owner")
    page = seat.page
    page.on("dialog", lambda dialog: dialog.accept())  # "leave the page?": yes
    open_board(page, site)
    large = noise(tmp_path / "large.png")
    begun, offsets, reloaded = [], [], []

    def line(route: Route) -> None:
        """Cut the second slice and all that follows, until the page is another one."""
        if route.request.method == "PUT":
            offsets.append(int(route.request.headers["upload-offset"]))
        route.continue_() if len(offsets) < 2 or reloaded else route.abort()

    page.on(
        "request", lambda request: begun.append(request.url) if request.url.endswith("/uploads/") else None
    )
    page.route("**/uploads/*/", line)
    page.locator("[data-form=upload] input[type=file]").first.set_input_files(large)
    expect(page.locator("[data-upload]", has_text="Connection lost")).to_be_visible()

    page.reload()
    reloaded.append(True)
    page.locator("[data-form=upload] input[type=file]").first.set_input_files(large)
    expect(page.locator("article[id^=asset-]", has_text="large.png")).to_be_visible()

    assert len(begun) == 1
    assert offsets == [0, 8 << 20, 8 << 20, 16 << 20]
    seat.complaints[:] = [words for words in seat.complaints if "ERR_FAILED" not in words]


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_a_picture_is_taken_where_it_lands(sit: Sit, site: Site, event: str) -> None:
    page = sit("owner").page
    open_board(page, site)

    made = io.BytesIO()
    Image.open(io.BytesIO(pack_shot(371 if event == "paste" else 393, 240))).save(made, "PNG")

    page.evaluate(CARRY, [event, f"{event}.png", b64encode(made.getvalue()).decode()])

    expect(page.locator("article[id^=asset-]", has_text=f"{event}.png")).to_be_visible()


def test_a_file_chosen_before_the_script_ran_is_taken(sit: Sit, site: Site, tmp_path: Path) -> None:
    page = sit("owner").page
    open_board(page, site)
    early = tmp_path / "early.png"
    early.write_bytes(pack_shot(417, 240))
    held: list[Route] = []
    page.route("**/js/board*.js", lambda route: held.append(route))
    with page.expect_request("**/js/board*.js"):
        page.reload(wait_until="commit")

    page.locator("[data-form=upload] input[type=file]").first.set_input_files(early)
    held[0].continue_()

    expect(page.locator("article[id^=asset-]", has_text="early.png")).to_be_visible()


def refused(page: Page) -> int:
    """Return how many tiles say that a file was not taken."""
    return page.locator("[data-upload]", has_text="Not taken").count()


def test_files_that_were_not_taken_leave_together(sit: Sit, site: Site, tmp_path: Path) -> None:
    page = sit("owner").page
    open_board(page, site)
    names = ("a.svg", "b.svg", "c.svg")
    for name in names:
        (tmp_path / name).write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")

    page.locator("[data-form=upload] input[type=file]").first.set_input_files(
        [tmp_path / name for name in names]
    )
    page.wait_for_function("() => document.querySelectorAll('[data-upload].refused').length === 3")

    assert page.get_by_role("button", name="Try again").count() == 0  # the same file would be refused again
    page.get_by_role("button", name="Remove all not taken").first.click()
    assert refused(page) == 0
