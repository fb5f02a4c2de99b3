"""The operator's pages of models and doors: the whole table, a change with its check, its reset, and no key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from projects.models import Door, ModelChange, sealed
from projects.models.model import merged
from tests import factories
from tests.lists import GOOD

pytestmark = pytest.mark.django_db
LIST = reverse("admin:projects_modelchange_changelist")
ADD = reverse("admin:projects_modelchange_add")
MODEL = "gemini-omni-1.1-flash"


@pytest.fixture
def operator(client: Client) -> Client:
    """Return a superuser's browser."""
    client.force_login(User.objects.create_superuser("operator", password=factories.PASSWORD))
    return client


def page_of(client: Client, address: str) -> str:
    """Return a page that answers with 200."""
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def send(client: Client, values: Any, model_id: str = MODEL, door: str = "developer") -> Any:
    """Send the form of a new change."""
    text = values if isinstance(values, str) else json.dumps(values)
    return client.post(ADD, {"model_id": model_id, "door": door, "values": text, "reason": "the price list"})


def today(model_id: str = MODEL, door: str = "developer") -> Any:
    """Return the model as the studio has it today."""
    return next(model for model in merged() if (model.id, model.door) == (model_id, door))


def test_the_list_shows_every_model_with_its_dates_prices_and_abilities(operator: Client) -> None:
    page = page_of(operator, LIST)

    assert all(model.id in page for model in merged())
    assert all(
        word in page
        for word in (
            "retired",
            "2027-05-04",
            "gemini-omni-1.2-flash",
            "720p $0.0695",
            "4K $0.24",
            "video.edit_upload",
            "Studio posters and exact lettering.",
            "until somebody has seen it work: chain, video.edit, video.edit_upload, video.extend,",
        )
    )
    assert "<b>changed</b>" not in page


def test_the_form_stands_beside_what_the_studio_ships(operator: Client) -> None:
    page = page_of(operator, f"{ADD}?model_id={MODEL}&door=developer")

    assert f'value="{MODEL}"' in page
    assert "&quot;advised_edits&quot;: 3" in page
    assert "&quot;since&quot;: &quot;2026-08-27&quot;" in page


def test_a_change_holds_at_once_is_marked_and_can_be_reset(operator: Client) -> None:
    answer = send(operator, {"status": "retiring", "retires_on": "2099-01-31", "advised_edits": 5})
    changed, page = today(), page_of(operator, LIST)
    row = ModelChange.objects.get()
    edited = operator.post(
        reverse("admin:projects_modelchange_change", args=[row.pk]),
        {"values": '{"advised_edits": 7}', "reason": ""},
    )
    after = today()
    operator.post(reverse("admin:projects_modelchange_delete", args=[row.pk]), {"post": "yes"})

    assert (answer.status_code, edited.status_code) == (302, 302)
    assert (changed.status, str(changed.retires_on), changed.advised_edits) == ("retiring", "2099-01-31", 5)
    assert "<b>changed</b>: status, retires_on, advised_edits" in page
    assert "the price list" in page
    assert (after.status, after.advised_edits) == ("current", 7)
    assert today().advised_edits == 3


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"speed": 3}, "A model has no speed."),
        ({"video_second": {"720p": "cheap"}}, "“video_second” is US dollars by size"),
        ({"successor": "gemini-9"}, "There is no other model “gemini-9” behind this door"),
        ({"successor": MODEL}, f"There is no other model “{MODEL}” behind this door"),
        ([1], "Write an object, such as"),
        ("{status", "Enter a valid JSON."),
    ],
)
def test_a_value_that_no_model_has_is_refused_with_a_sentence(
    operator: Client, values: Any, words: str
) -> None:
    answer = send(operator, values)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not ModelChange.objects.exists()


def test_a_new_model_is_added_with_its_family(operator: Client) -> None:
    refused = send(operator, {"label": "Omni 2"}, "gemini-omni-2-flash")
    values = {
        "family": "omni",
        "label": "Omni 2",
        "video_second": dict.fromkeys(("360p", "720p", "1080p", "4k"), 0.05),
    }
    added = send(operator, values, "gemini-omni-2-flash")

    assert "A new model has a “family”" in refused.content.decode()
    assert added.status_code == 302
    assert (today("gemini-omni-2-flash").engine, today("gemini-omni-2-flash").label) == ("omni", "Omni 2")
    assert "Omni 2" in page_of(operator, LIST)


def test_a_change_that_fits_no_more_is_left_out_and_named(operator: Client) -> None:
    ModelChange.objects.create(model_id="gone", door="developer", values={"family": "sora"})

    page = page_of(operator, LIST)

    assert "does not fit any more and is left out" in page
    assert all(model.id != "gone" for model in merged())


def test_staff_who_may_only_look_change_nothing(client: Client) -> None:
    watcher = factories.make_user()
    watcher.is_staff = True
    watcher.save()
    client.force_login(watcher)

    assert client.get(LIST).status_code == 403
    assert send(client, {"advised_edits": 9}).status_code == 403
    assert today().advised_edits == 3


def test_doors_are_listed_with_their_state_and_never_their_key(operator: Client) -> None:
    team = factories.make_project().team
    row = Door.objects.create(
        team=team,
        kind="developer",
        secret=sealed.seal(GOOD),
        last4="cdef",
        state="works",
        sentence="This key can: image.",
    )
    address = reverse("admin:projects_door_change", args=[row.pk])

    pages = [
        page_of(operator, reverse("admin:projects_door_changelist") + "?q=cdef"),
        page_of(operator, address),
    ]
    posted = operator.post(address, {"secret": "forged", "state": "refused"})
    row.refresh_from_db()

    for page in pages:
        assert all(word in page for word in ("cdef", team.name, "This key can: image."))
        assert GOOD not in page
        assert row.secret not in page
    assert posted.status_code == 403
    assert (row.state, row.plain().secret) == ("works", GOOD)
