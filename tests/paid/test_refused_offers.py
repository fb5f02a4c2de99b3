"""What a version that a region refused still sells, and what a fold is called. Rows only, no call."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import actions
from projects.failures import Code
from projects.models import Asset, Closure, Step
from projects.states import AttemptState, Bill, Status
from projects.templatetags import steps
from tests import desk, factories
from tests.paid.conftest import clip
from tests.paid.test_again_checked import NEW, OLD
from tests.paid.test_closed import project_in
from tests.paid.test_folded_words import grown, made

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(settings: Any) -> Step:
    """Return a clip from a photo that the provider refused for where it was asked for."""
    settings.GEMINI_API_KEY, settings.GEMINI_BASE_URL = "emulated-key-0123456789", "http://127.0.0.1:9"
    step = clip(project_in("DE"))
    step.attempts.update(state=AttemptState.REFUSED, bill=Bill.NOT_BILLED)
    Step.objects.filter(pk=step.pk).update(status=Status.FAILED, code=Code.REGION_LIMITED)
    return Step.objects.get(pk=step.pk)


def verbs(step: Step) -> list[str]:
    return [offer.verb for offer in steps.offers(step)]


def test_what_its_country_is_refused_is_not_offered_once_more(refused: Step) -> None:
    assert "Start again" in verbs(refused)

    Closure.objects.close(refused, "DE")

    assert verbs(refused) == ["Make it with Omni 1.1", "Make a draft"]


def test_what_another_country_was_refused_is_offered(refused: Step) -> None:
    Closure.objects.close(refused, "FR")

    assert "Start again" in verbs(refused)


def test_what_can_still_be_confirmed_is_offered_and_says_so(refused: Step) -> None:
    assert refused.source is not None
    Asset.objects.filter(pk=refused.source_id).update(people="adults")

    assert "Start again" in verbs(refused)
    with pytest.raises(actions.Refused, match="Confirm once for this project"):
        actions.steps.retry(refused.order.by, refused, Decimal(1000))


def test_a_second_charge_for_what_its_country_is_refused_is_not_offered(refused: Step) -> None:
    refused.attempts.update(state=AttemptState.UNCONFIRMED, bill=Bill.UNKNOWN)
    Step.objects.filter(pk=refused.pk).update(status=Status.UNCONFIRMED, code="")
    browser, again = desk.browser_of(refused.order.by), f"/steps/{refused.pk}/again/"
    assert again in desk.page(browser, refused.get_absolute_url())

    Closure.objects.close(refused, "DE")

    assert again not in desk.page(browser, refused.get_absolute_url())


def test_a_fold_of_one_change_is_called_like_it_also_after_an_extension() -> None:
    step = grown(("Lower the sun", ""))
    assert step.output is not None
    longer = made(factories.make_ask(step.output, "extend-clip", engine="draft", seconds="5"))

    ask = actions.chains.folded(longer.order.by, longer)

    assert ask.name == f"{step.name}, folded in"


def ended(step: Step, code: Code, model: str = "") -> Step:
    """Return the step as failed with this code, asked of this model."""
    Step.objects.filter(pk=step.pk).update(code=code, model=model or step.model)
    return Step.objects.get(pk=step.pk)


def sold(step: Step) -> tuple[str, str]:
    """Return what the form sells that the first offer leads to: the model that it names, and its price."""
    found = steps.offers(step)[0]
    html = desk.page(desk.browser_of(step.order.by), found.href)
    model = re.search(r'<option value="([^"]+)" selected>', html.split('id="model_id"')[1])
    price = re.search(r'name="quote-omni"[^>]*value="([\d.]+)"', html)
    assert model
    assert price
    assert found.sentence.startswith(f"${Decimal(price[1]):.2f} at most.")
    return model[1], found.verb


@pytest.mark.parametrize("is_proven", [True, False])
def test_a_region_that_was_refused_leads_to_the_next_model_that_makes_it(
    refused: Step, *, is_proven: bool
) -> None:
    if is_proven:
        Closure.objects.close(refused, "DE")

    assert sold(refused) == (OLD, "Make it with Omni 1.1")


def test_a_model_that_has_gone_leads_to_its_successor(refused: Step) -> None:
    assert sold(ended(refused, Code.MODEL_UNAVAILABLE, OLD)) == (NEW, "Make it with Omni 1.2")


@pytest.mark.parametrize("code", [Code.REGION_LIMITED, Code.MODEL_UNAVAILABLE])
def test_where_no_other_model_makes_it_only_a_draft_is_offered(refused: Step, code: Code) -> None:
    for model in (NEW, OLD):
        Closure.objects.close(ended(refused, code, model), "DE")

    assert verbs(ended(refused, code, NEW)) == ["Make a draft"]


def test_what_is_still_to_be_said_about_people_leads_to_the_form(refused: Step) -> None:
    Asset.objects.filter(pk=refused.source_id).update(people="unsure")

    assert verbs(refused)[0] == "Change a setting"


def test_an_ended_step_is_asked_about_its_starts_once(refused: Step) -> None:
    step = ended(refused, Code.PROVIDER_DOWN)

    with CaptureQueriesContext(connection) as asked:
        found = verbs(step)

    assert found == ["Start again", "Make a draft"]
    assert sum('FROM "projects_attempt"' in query["sql"] for query in asked) == 1
