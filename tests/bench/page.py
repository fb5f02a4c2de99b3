"""D: the first page. What home and a board of 60 photos cost a browser that comes for the first time, and a server."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from tests.bench import site
from tests.bench.measure import Pair, Row, Usage, counted, metered, skipped, timed

NAME = "page"
TILES = 60
ROUNDS = {"quick": 1, "full": 3}
VISITS = {"quick": 2, "full": 7}
ASKED = {"quick": 15, "full": 40}
KB = 1000
TIMES = """() => ({
    painted: (performance.getEntriesByName("first-contentful-paint")[0] || {}).startTime || 0,
    shifted: performance.getEntriesByType("layout-shift").reduce((sum, entry) => sum + entry.value, 0),
})"""


@dataclass(slots=True)
class Visit:
    """What one cold visit took: bytes on the wire, requests, foreign hosts, milliseconds to the first paint."""

    wire: int = 0
    scripts: int = 0
    requests: int = 0
    foreign: set[str] = field(default_factory=set)
    painted: float = 0
    shifted: float = 0


def run(mode: str, data: Path) -> list[Row]:
    """Return the rows of bytes, requests, paint and of the time to the first byte."""
    board = _filled(data)
    with site.studio(data) as server:
        server.sign_in()
        rows = _seen(server, board, VISITS[mode])
        return [*rows, *_first_byte(server, board, data, mode)]


def _filled(data: Path) -> str:
    made = subprocess.run(
        [sys.executable, "-m", "tests.bench.fill", str(TILES)],
        cwd=site.ROOT,
        env={**site.environment(data), "DJANGO_SETTINGS_MODULE": "studio.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    return f"/projects/{made.stdout.strip()}/"


def _seen(server: site.Site, board: str, visits: int) -> list[Row]:
    chromium = shutil.which("chromium")
    if chromium is None:
        return [skipped(NAME, "bytes and requests", "no Chromium: apt-get install chromium")]
    with metered(server.process.pid) as usage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        seen = {path: [_visit(server, browser, path) for _ in range(visits)] for path in ("/", board)}
        browser.close()
    home, wall = seen["/"], seen[board]
    both = [*home, *wall]
    return [
        counted(NAME, "home, on the wire", "kB", max(visit.wire for visit in home) / KB, 120),
        counted(NAME, "home, requests", "requests", max(visit.requests for visit in home), 13),
        counted(NAME, f"board of {TILES}, on the wire", "kB", max(visit.wire for visit in wall) / KB, 150),
        counted(NAME, "own scripts of either", "kB", max(visit.scripts for visit in both) / KB, 10),
        counted(NAME, "other hosts", "hosts", len(set().union(*(visit.foreign for visit in both))), 0),
        counted(NAME, "layout shift", "shift", max(visit.shifted for visit in both), 0),
        timed(NAME, "home, first paint", [visit.painted / 1000 for visit in home], 0.5, usage.foreign),
        timed(NAME, "board, first paint", [visit.painted / 1000 for visit in wall], 0.5, usage.foreign),
    ]


def _visit(server: site.Site, browser: Browser, path: str) -> Visit:
    """Return what a browser at 1440 x 900 with an empty cache fetches for one page."""
    visit = Visit()
    received: dict[str, dict[str, Any]] = {}
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(
        [{"name": name, "value": value, "url": server.url} for name, value in server.cookies.items()]
    )
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.on("Network.responseReceived", lambda event: received.update({event["requestId"]: event}))
    protocol.on(
        "Network.loadingFinished", lambda event: _note(visit, received.get(event["requestId"]), event, server)
    )
    page.goto(server.url + path, wait_until="networkidle")
    times = page.evaluate(TIMES)
    visit.painted, visit.shifted = times["painted"], times["shifted"]
    context.close()
    return visit


def _note(visit: Visit, received: dict[str, Any] | None, finished: dict[str, Any], server: site.Site) -> None:
    if received is None or not received["response"]["url"].startswith("http"):
        return
    address = urlsplit(received["response"]["url"])
    visit.requests += 1
    visit.wire += int(finished["encodedDataLength"])
    if address.port != server.port:
        visit.foreign.add(address.netloc)
    if received["type"] == "Script" and "/static/js/" in address.path:
        visit.scripts += int(finished["encodedDataLength"])


def _first_byte(server: site.Site, board: str, data: Path, mode: str) -> list[Row]:
    """Return the time to the first byte beside a bare view of the same bytes."""
    stored = data / "page.html"
    status, _, body = server.ask("GET", board)
    if status != 200:
        raise RuntimeError(f"The board was answered with {status}.")
    stored.write_bytes(body)
    with site.bare(stored) as bare:
        pair = Pair(
            NAME,
            "board, time to first byte",
            ours=lambda: _asked(server, board, ASKED[mode]),
            baseline=lambda: _asked(bare, "/", ASKED[mode]),
            goal=3,
            figure="wall",
            rounds=ROUNDS[mode],
        )
        return [pair.run()]


def _asked(server: site.Site, path: str, times: int) -> Usage:
    """Return the shortest time to a first byte among some: neighbours only ever add to it."""
    best = float("inf")
    headers = {
        "Accept-Encoding": "gzip",
        "Cookie": "; ".join(f"{key}={value}" for key, value in server.cookies.items()),
    }
    with metered(server.process.pid) as usage:
        for _ in range(times):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            began = time.perf_counter()
            connection.request("GET", path, headers=headers)
            connection.getresponse().read(1)
            best = min(best, time.perf_counter() - began)
            connection.close()
    usage.wall = best
    return usage
