"""One server with a filled project for the whole suite, and browsers that look at it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import shell
from tests.serving import serving

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PASSWORD = "a long enough password"
PATIENCE = 90_000
"""Milliseconds until what should happen counts as missing: a busy machine is no fault."""

NO_FAULT = ("status of 422", "ViewTransition opt-in disabled")
"""A form that was refused; and the browser's own cross-fade between two pages, given up when the sheet comes late."""

expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Site:
    """Where the studio answers, and its data folder."""

    url: str
    data: Path

    def path(self, path: str) -> str:
        """Return a whole address."""
        return self.url.rstrip("/") + path

    def run(self, code: str) -> str:
        """Return what a piece of code prints in the studio's own shell."""
        begin = "import django; django.setup()\n"
        command = [sys.executable, "-W", "ignore", "-c", begin + code]
        ended = subprocess.run(
            command,
            cwd=shell.ROOT,
            env=shell.environment(self.data),
            capture_output=True,
            text=True,
            timeout=shell.LONGEST_WAIT,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a served studio with people, and a project with files and finished, failed and running work."""
    data = shell.migrate(tmp_path_factory.mktemp("studio"))
    with serving(**shell.environment(data)) as server:
        found = Site(server.url, data)
        found.run("from tests.browser import scene; scene.make()")
        yield found


# For this folder alone: while it is open, Playwright keeps an event loop running, in which no row can be asked for.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium."""
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def signed_in(browser: Browser, site: Site) -> dict[str, Any]:
    """Return the stored sign-in of each person, made once by the real form."""
    states: dict[str, Any] = {}
    for name in ("owner", "editor", "reviewer", "stranger"):
        context = browser.new_context()
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(site.path("/accounts/login/"))
        page.fill("input[name=username]", name)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(site.path("/"))
        states[name] = context.storage_state()
        context.close()
    return states


class Seat:
    """One person at one window; what the browser complains about fails the test."""

    def __init__(self, browser: Browser, state: Any, **options: object) -> None:
        self.context: BrowserContext = browser.new_context(storage_state=state, **options)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("console", lambda said: self._note(said.text) if said.type == "error" else None)

    def _note(self, words: str) -> None:
        """Keep an error that is one of the page."""
        if not any(known in words for known in NO_FAULT):
            self.complaints.append(words)


@pytest.fixture
def sit(browser: Browser, signed_in: dict[str, Any]) -> Iterator[object]:
    """Return a function that opens a window for a person, with the options of a browser's context."""
    seats: list[Seat] = []

    def open_window(name: str = "owner", **options: object) -> Seat:
        seats.append(
            Seat(browser, signed_in[name], **{"viewport": {"width": 1440, "height": 900}, **options})
        )
        return seats[-1]

    yield open_window
    for seat in seats:
        seat.context.close()
        assert not seat.complaints
