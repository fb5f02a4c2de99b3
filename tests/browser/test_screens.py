"""Every screen: nothing for axe to find, no sideways scroll on a phone, light weight, nothing from elsewhere."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Seat, Site
from tests.browser.test_flow import open_board

pytestmark = pytest.mark.browser
Sit = Callable[..., Seat]
VIEWS = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
RULES = {"light": {}, "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}}}
"""What axe looks at: in the dark everything but the colours is as it is in the light."""
STILL = """() => Promise.allSettled(document.getAnimations()
  .filter((one) => one.effect.getComputedTiming().endTime !== Infinity).map((one) => one.finished))"""
"""What arrives has arrived: axe would measure the contrast of words that are still half there."""
MOVED = """() => { window.moved = []; new PerformanceObserver((list) => list.getEntries().forEach(({ sources }) => {
  const nodes = sources.map(({ node }) => (node?.closest ? node : node?.parentElement));
  const others = nodes.filter((node) => node && !node.closest('#filters, .busy'));
  moved.push(...others.map((node) => node.outerHTML.slice(0, 80)));
})).observe({ type: 'layout-shift' }); }"""
"""What is moved from now on, but for words that follow a number: a count, or seconds, may get a digit more."""
MAKE = """
from projects.models import Asset
from tests.browser import scene
photo = Asset.objects.filter(name='bottle.png').first()
print(scene.ask(photo, 'animate-product', tier='sketch', seconds='2').pk)
"""
STATIC = Path(__file__).resolve().parents[2] / "static"
ADDRESSES = """
from projects.models import Asset, Project, Step
project = Project.objects.get(name='Autumn launch')
photo = Asset.objects.filter(name='bottle.png').first()
def step(**like):
    return Step.objects.filter(project=project, **like).first().pk
tasks = ['animate-product', 'replace-background', 'change-lighting', 'vertical-version']
done = {'status': 'succeeded'}
still = step(**done, output__kind='image')
print(' '.join([
    '/', f'/projects/{project.pk}/', f'/projects/{project.pk}/upload/', '/projects/new/',
    f'/projects/{project.pk}/edit/', f'/projects/{project.pk}/spend/', f'/projects/{project.pk}/budget/',
    f'/assets/{photo.pk}/', f'/projects/{project.pk}/make/add-subtitles/',
    *(f'/projects/{project.pk}/make/{task}/?from=asset:{photo.pk}' for task in tasks),
    f"/steps/{step(**done, output__kind='video')}/", f'/steps/{still}/', f"/steps/{step(status='failed')}/",
    f"/steps/{step(status='cancelled')}/", f'/steps/{still}/compare/?with=asset:{photo.pk}',
]))
"""


@pytest.fixture(scope="module")
def addresses(site: Site) -> list[str]:
    """Return the address of every kind of screen."""
    return site.run(ADDRESSES).split()


@pytest.mark.parametrize("scheme", RULES)
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    sit: Sit, site: Site, addresses: list[str], view: str, scheme: str
) -> None:
    page = sit("owner", color_scheme=scheme, **VIEWS[view]).page
    found = {}
    for address in addresses:
        page.goto(site.path(address), wait_until="load")
        page.evaluate(STILL)
        said = Axe().run(page, options={"resultTypes": ["violations"], **RULES[scheme]}).response
        violations = [(entry["id"], entry["nodes"][0]["target"]) for entry in said["violations"]]
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if violations or wider > 0:
            found[address] = (violations, wider)

    assert not found


def test_the_sign_in_page_stands_without_anybody(browser, site: Site) -> None:
    page = browser.new_page(**VIEWS["phone"])
    page.goto(site.path("/accounts/login/"))

    assert not Axe().run(page).response["violations"]
    page.close()


@pytest.fixture
def rest(site: Site) -> None:
    """Wait until nothing is rendered any more: what moves is asked for again by the pages that show it."""
    site.run(
        "from projects.models import Project; from tests.browser import scene\n"
        "scene.wait_for_all(Project.objects.get(name='Autumn launch'))"
    )


def weigh(page: Page, address: str) -> tuple[int, list[str], float]:
    """Return bytes on the wire, the addresses asked for, and the layout shift of a cold load."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    asked: list[str] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => shift += entry.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(address, wait_until="networkidle")
    return round(sum(sizes)), asked, page.evaluate("window.shift")


@pytest.mark.usefixtures("rest")
@pytest.mark.parametrize(("number", "limit"), [(0, 120_000), (1, 150_000)])
def test_home_and_board_stay_within_their_budgets(
    sit: Sit, site: Site, addresses: list[str], number: int, limit: int
) -> None:
    page = sit("owner").page

    size, asked, shift = weigh(page, site.path(addresses[number]))

    own = urlsplit(site.url).netloc
    assert size <= limit
    assert not [url for url in asked if url.startswith("http") and urlsplit(url).netloc != own]
    assert shift == 0
    if number == 0:
        # What the socket has to tell when it opens is asked for by parts, and is no part of the page's own load.
        told = ("/running/", "/favicon")
        counted = [url for url in asked if url.startswith("http") and not urlsplit(url).path.startswith(told)]
        assert len(counted) <= 13, "\n".join(counted)


@pytest.mark.usefixtures("rest")
def test_nothing_moves_on_a_board_while_a_step_runs_and_ends(sit: Sit, site: Site) -> None:
    page = sit("owner").page
    open_board(page, site)
    step = site.run(MAKE)
    tile = page.locator(f"#step-{step}")
    expect(tile).to_be_visible()  # a new tile moves the others: somebody asked for it
    page.evaluate(
        "() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))"
    )

    page.evaluate(MOVED)
    expect(tile).to_have_attribute("data-status", "succeeded")
    expect(page.locator("#running-count")).to_be_hidden()
    page.wait_for_load_state("networkidle")

    assert page.evaluate("moved") == []


def test_own_scripts_and_styles_stay_light() -> None:
    shared = (STATIC / "js" / "studio.js").read_bytes()
    pages = [shared + path.read_bytes() for path in (STATIC / "js").glob("*.js")]

    assert max(len(gzip.compress(script)) for script in pages) <= 10_000
    assert sum((STATIC / "css" / name).stat().st_size for name in ("tokens.css", "studio.css")) <= 60_000
