"""What no page sends, sent all the same: every answer has a sentence or leads back, and none is a fault of ours."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from projects import catalogue
from projects.models import Step
from projects.views.request import typed
from tests import factories
from tests.desk import form_url, scene

pytestmark = [pytest.mark.django_db, pytest.mark.rows]


@pytest.mark.parametrize("slug", sorted(catalogue.all_tasks()))
@pytest.mark.parametrize("value", ["", "x", "-1", "asset:0"])
def test_a_form_without_its_inputs_is_shown_anew(slug: str, value: str) -> None:
    client, photo = scene()
    sent = dict.fromkeys((slot.role for slot in catalogue.get(slug).slots), value)

    answer = client.post(form_url(photo.project, slug), {**sent, "kind": "own", "change": "Add snow"})

    assert answer.status_code == 422


def test_a_search_for_what_no_database_holds_finds_nothing() -> None:
    client, _ = scene()

    assert client.get("/search/", {"q": "\0amber"}).status_code == 200


def test_what_is_typed_outside_of_a_form_loses_what_no_database_holds() -> None:
    assert typed(QueryDict("prompt=Pour%00+it+slowly"), "prompt", 7) == "Pour it"


@pytest.mark.parametrize("number", ["9" * 5000, "²", "-1", "\0"])
def test_a_take_that_is_none_is_refused_in_a_sentence(number: str) -> None:
    client, photo = scene()
    waiting = _waiting(photo)

    answer = client.post(f"/steps/{waiting.pk}/pick/", {"take": number, "usd": "1"}, follow=True)

    assert "Pick one of the results of this order" in answer.content.decode()


def _waiting(photo: object) -> Step:
    step = factories.make_step(photo)
    Step.objects.filter(pk=step.pk).update(waits_for="pick")
    return step
