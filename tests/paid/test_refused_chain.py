"""A change of a clip that a region refused: a chain stays on its model, so the ways on lead out of it. Rows only."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from projects import actions
from projects.failures import Code
from projects.models import Attempt, Closure, Step
from projects.runner import requests
from projects.states import AttemptState, Status
from tests import desk, factories
from tests.paid.conftest import clip
from tests.paid.test_again_checked import OLD, change
from tests.paid.test_closed import project_in
from tests.paid.test_folded_words import MUCH

pytestmark = pytest.mark.django_db
OTHER = "Choose another model"
FOLD, ANEW = "Fold all changes in", "Start a new chain from"


@pytest.fixture(autouse=True)
def _keyed(settings: Any) -> None:
    """Give the studio a key; nobody is at the provider's address."""
    settings.GEMINI_API_KEY, settings.GEMINI_BASE_URL = "emulated-key-0123456789", "http://127.0.0.1:9"


def kept(step: Step) -> Step:
    """Return the step as finished, with a clip in a conversation that the provider keeps."""
    output = desk.clip_of(step.project, made_by=step, seconds="5")
    ticket = {"id": f"interaction-{step.pk}", "api_version": "v1beta", "model": step.model}
    Attempt.objects.filter(step=step).update(
        state=AttemptState.STORED, ticket=ticket, ended_at=timezone.now()
    )
    Step.objects.filter(pk=step.pk).update(status=Status.SUCCEEDED, output=output)
    return Step.objects.get(pk=step.pk)


def changed(step: Step, words: str = "Lower the sun", task: str = "edit-clip", **controls: str) -> Step:
    """Return a queued change of a version."""
    assert step.output is not None
    said = controls or {"kind": "own", "change": words}
    ask = replace(factories.make_ask(step.output, task, engine="omni", **said), quote=MUCH)
    return actions.orders.request(step.order.by, step.project, ask).steps.get()


def shut(step: Step, country: str, ability: str = "video.edit") -> None:
    """Let the provider have refused this ability of the step's model there."""
    Closure.objects.close(step, country)
    Closure.objects.filter(ability=step.ability).update(ability=ability)


def failed(step: Step, country: str) -> Step:
    """Return the step as refused for where it was asked for, with what that closes."""
    Closure.objects.close(step, country)
    step.attempts.update(state=AttemptState.REFUSED)
    Step.objects.filter(pk=step.pk).update(status=Status.FAILED, code=Code.REGION_LIMITED)
    return Step.objects.get(pk=step.pk)


def seen(step: Step) -> str:
    return desk.page(desk.browser_of(step.order.by), step.get_absolute_url())


@pytest.mark.parametrize(("country", "edits"), [("JP", 1), ("DE", 1), ("JP", 0), ("DE", 0)])
def test_a_version_whose_chain_is_refused_says_so_and_its_buttons_are_the_ways_on(
    country: str, edits: int
) -> None:
    step = kept(clip(project_in(country)))
    step = kept(changed(step)) if edits else step
    shut(step, country)

    html = seen(step)

    assert re.search(r"in this country on [^.]+\.<", html)
    assert OTHER not in html
    assert (FOLD in html, ANEW in html) == (bool(edits), country == "JP")
    assert "drifts" not in html
    assert html.count("The provider refused this") == 1


def test_what_would_be_refused_again_is_not_offered_beside_it() -> None:
    step = kept(changed(kept(clip(project_in("JP")))))
    shut(step, "JP")
    anchor = step.parent
    assert anchor is not None
    shut(anchor, "JP", anchor.ability)
    change(OLD, status="retired")

    html = seen(step)

    assert (FOLD in html, ANEW in html) == (False, True)
    assert not re.search("fold|render again", html, re.IGNORECASE)


@pytest.mark.parametrize(("country", "is_there"), [("JP", True), ("DE", False)])
def test_a_change_that_was_refused_offers_the_ways_out_of_its_chain(country: str, is_there: bool) -> None:
    step = failed(changed(kept(clip(project_in(country)))), country)

    html = seen(step)

    assert "Fold all changes in, this one too" in html
    assert (f"{ANEW} the version before" in html) is is_there
    assert "Change a setting" not in html
    assert "Make a draft" in html


def refusal(step: Step) -> str:
    """Return why a step in line is not sent now."""
    verdict = requests.refusal(step, step.order.by_id)
    assert verdict is not None
    return verdict.sentence


@pytest.mark.parametrize("controls", [{}, {"task": "extend-clip", "seconds": "5"}], ids=["edit", "longer"])
def test_what_stands_in_line_names_no_way_that_may_not_be_there(controls: dict[str, str]) -> None:
    step = changed(kept(clip(project_in("JP"))), **controls)
    Closure.objects.close(step, "JP")

    assert re.search(r"in this country on [^.]+\.$", refusal(step))


def test_a_fold_that_was_refused_names_no_form_that_would_drop_its_changes() -> None:
    step = kept(changed(kept(clip(project_in("JP")))))
    fold = actions.chains.fold(step.order.by, step, MUCH, uuid4()).steps.get()

    html = seen(failed(fold, "JP"))

    assert "Make a draft" in html
    assert "Make it with" not in html
