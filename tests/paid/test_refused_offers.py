"""What a version that a region refused still sells, and what a fold is called. Rows only, no call."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from projects import actions
from projects.failures import Code
from projects.models import Asset, Closure, Step
from projects.states import AttemptState, Bill, Status
from projects.templatetags import steps
from tests import desk, factories
from tests.paid.conftest import clip
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

    assert verbs(refused) == ["Change a setting", "Make a draft"]


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
