"""One ink button at a time: the pick, the ways out of a long chain, and what a phone keeps at hand."""

from __future__ import annotations

import re
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string

from projects import hub
from projects.actions.chains import Standing
from projects.models import Step
from projects.policies import ABILITIES
from projects.runner import stages
from projects.states import Status
from projects.views import composing
from tests import factories
from tests.desk import browser_of, page, scene, with_clip

pytestmark = pytest.mark.django_db
NEW_PLACE = {
    "tier": "sketch",
    "seconds": "3",
    "background": "new",
    "scene": "a stone ledge at the sea",
    "takes": "2",
}
INK = re.compile(r'class="[^"]*\bprimary\b[^"]*"[^>]*>([^<]+)')


@pytest.fixture
def picked(settings: Any) -> tuple[Step, Step]:
    """Return a still of a plan that waits for a pick, and the step that waits; nobody is at the provider's address."""
    settings.GEMINI_API_KEY, settings.GEMINI_BASE_URL = "emulated-key-0123456789", "http://127.0.0.1:9"
    photo = factories.make_asset(factories.make_project())
    order = factories.make_order(photo, engine="nano-banana", **NEW_PLACE)
    for take in order.steps.order_by("take"):
        still = factories.make_asset(photo.project, name="still.png", made_by=take)
        Step.objects.filter(pk=take.pk).update(status=Status.SUCCEEDED, output=still)
        stages.advance(Step.objects.get(pk=take.pk))
    first, _, waiting = order.steps.order_by("stage", "take")
    return first, waiting


def seen(step: Step, address: str = "") -> str:
    """Return a version's page, or what stands below its address, for the one who asked for it."""
    return page(browser_of(step.order.by), step.get_absolute_url() + address)


def aside(html: str) -> str:
    """Return the right column of a workspace."""
    return html.split('<aside class="next"')[1].split("</aside>", maxsplit=1)[0]


def told(step: Step, role: str) -> str:
    """Return what the socket sends of a step to people of this role."""
    scope = hub.Scope("group", "project_id", step.project_id, step.project.team_id)
    return "".join(hub.messages(list(scope.steps().filter(pk=step.pk)), ABILITIES[role]))


def composed(edits: int, **more: Any) -> str:
    """Return the composer of a clip with this many edits of the three that are advised."""
    step = with_clip(scene()[1])
    chain = Standing(edits, 3, None, is_alive=True, is_ours=False, spent=Decimal(1))
    offer = SimpleNamespace(verdict=SimpleNamespace(notes=()))
    fold = SimpleNamespace(total=Decimal("0.38"), offer=offer, is_own=False)
    engine = SimpleNamespace(paid=True, key="omni")
    way = SimpleNamespace(engine=engine, found=SimpleNamespace(total=Decimal("0.36")), why_not="")
    ways = {"ways": [way], "standing": chain, "fold": None, "begin": None}
    if edits >= chain.advised:
        ways |= {"fold": fold, "begin": Decimal("0.37")}
    composer = {**(composing.of_step(step.order.by, step) or {}), **ways, **more}
    return render_to_string("projects/parts/composer.html", {"step": step, "composer": composer})


def test_a_step_that_ends_on_an_open_page_brings_the_fixed_button_of_a_phone() -> None:
    step = with_clip(scene()[1])
    place = f'<div id="step-{step.pk}-fab"'

    fixed = told(step, "editor").split(place)[1].split("</div>")[0]

    assert 'hx-swap-oob="true"' in fixed
    assert "Change one thing" in fixed
    assert place in seen(step)
    assert "Change one thing" not in told(step, "reviewer").split(place)[1].split("</div>")[0]


def test_a_page_whose_step_runs_has_the_place_of_that_button_and_not_the_button() -> None:
    step = factories.make_step(scene()[1], Status.RUNNING)

    assert f'<div id="step-{step.pk}-fab"></div>' in seen(step)


def test_while_a_pick_waits_it_is_the_one_ink_button(picked: tuple[Step, Step]) -> None:
    still, _ = picked

    html = aside(seen(still))

    assert INK.findall(html) == ["Go on with this one"]
    assert "Render change" in html


def test_the_composer_that_a_page_asks_for_knows_of_the_pick(picked: tuple[Step, Step]) -> None:
    still, _ = picked

    html = seen(still, "composer/")

    assert "Render change" in html
    assert INK.findall(html) == []


def test_without_a_pick_the_change_is_the_ink_button() -> None:
    assert INK.findall(composed(2)) == ["Render change"]


@pytest.mark.parametrize(
    ("edits", "words"),
    [(3, "3 edits made. From here a clip drifts: "), (4, "4 edits, 3 advised. ")],
)
def test_a_long_chain_shows_the_ways_out_first(edits: int, words: str) -> None:
    html = composed(edits)

    assert words in html
    assert "4 of 3" not in html
    assert INK.findall(html) == ["Fold all changes in"]
    fold, begin, change = (html.index(way) for way in ("Fold all", "Start a new chain", "Render change"))
    assert fold < begin < change


def test_the_button_of_a_new_chain_says_that_it_starts_one() -> None:
    html = composed(0, anew=True, standing=None)

    assert 'Start a new chain<span class="price">$0.36</span>' in html
    assert "Render change" not in html


def test_nothing_is_offered_beside_what_only_waits(picked: tuple[Step, Step]) -> None:
    _, waiting = picked
    held = factories.make_step(scene()[1], Status.QUEUED, waits_for="producer")
    running = factories.make_step(scene()[1], Status.RUNNING)

    assert "while this runs" in seen(running)
    assert "while this runs" not in seen(held)
    assert "Try another task" in seen(held)
    assert 'id="change"' not in seen(waiting)
