"""A team's keys: who may see them, what a test says, and that a key never comes back out."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from projects.models import Door, Project, Step, Team, sealed
from projects.states import Status
from tests import factories
from tests.lists import GOOD, Lists

pytestmark = pytest.mark.django_db
MODELS = ("gemini-omni-1.2-flash", "gemini-nano-banana-2.1")
LAST4 = GOOD[-4:]


def scene() -> tuple[Client, Project, str]:
    """Return an owner's browser, a project of the team, and the address of the team's keys."""
    project = factories.make_project()
    client = Client(SERVER_NAME="localhost")
    client.force_login(project.created_by)
    return client, project, reverse("projects:team-doors", args=[project.team_id])


def save(client: Client, address: str, secret: str = GOOD, **fields: Any) -> Any:
    """Send the form of a Gemini API key."""
    return client.post(address, {"kind": "developer", "keeps_days": "55", "secret": secret, **fields})


def make_door(team: Team, secret: str = GOOD, **fields: Any) -> Door:
    """Return a saved key."""
    sealed_secret = sealed.seal(secret)
    return Door.objects.create(team=team, kind="developer", secret=sealed_secret, last4=secret[-4:], **fields)


def page_of(client: Client, address: str) -> str:
    """Return the page."""
    return client.get(address).content.decode()


def test_a_key_is_tested_sealed_and_shown_by_its_last_four_signs_only(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client, project, address = scene()
    caplog.set_level(logging.DEBUG)
    with Lists(MODELS) as lists:
        settings.GEMINI_BASE_URL = lists.url
        answer = save(client, address, keeps_days="28")

    row = Door.objects.get(team=project.team)
    page = page_of(client, address)
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert (row.state, row.last4, row.keeps_days) == (Door.State.WORKS, LAST4, 28)
    assert row.abilities == ["image", "video", "multi-turn", "upload edit"]
    assert row.plain().secret == GOOD
    assert GOOD not in row.secret
    assert "change a result step by step and change uploaded clips." in page
    assert f"••••{LAST4}" in page
    assert GOOD not in page
    assert all(GOOD not in record.getMessage() for record in caplog.records)
    assert all(GOOD not in target for target in lists.asked)


def test_a_refused_key_is_not_kept_and_does_not_come_back_in_the_form(settings: Any) -> None:
    client, project, address = scene()
    with Lists(MODELS) as lists:
        settings.GEMINI_BASE_URL = lists.url
        answer = save(client, address, "a-stolen-key-0123456789")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The provider refused the key." in page
    assert "a-stolen-key" not in page
    assert not Door.objects.filter(team=project.team).exists()


def test_a_key_that_nobody_could_test_is_kept_untested(settings: Any) -> None:
    client, project, address = scene()
    with Lists(answer=(503, {})) as lists:
        settings.GEMINI_BASE_URL = lists.url
        save(client, address)

    row = Door.objects.get(team=project.team)
    assert (row.state, row.abilities) == (Door.State.UNTESTED, [])
    assert "HTTP 503" in row.sentence


def test_the_same_key_again_replaces_itself(settings: Any) -> None:
    client, project, address = scene()
    with Lists(MODELS) as lists:
        settings.GEMINI_BASE_URL = lists.url
        save(client, address)
        save(client, address, keeps_days="7")

    assert [row.keeps_days for row in Door.objects.filter(team=project.team)] == [7]


@pytest.mark.parametrize(
    ("kind", "secret", "words"),
    [
        ("developer", "", "This field is required."),
        ("developer", "short", "A key is 20 to 200 letters"),
        ("developer", "a key with spaces in the middle", "A key is 20 to 200 letters"),
        ("developer", '{"type": "service_account"}', "Paste it under Vertex."),
        ("developer", "sk-or-v1-0123456789abcdef", "This is a key of OpenRouter."),
        ("openrouter", GOOD, "begins with sk-or-"),
        ("vertex", GOOD, "A service account is a JSON file with"),
        ("vertex", "[1]", "A service account is a JSON file with"),
    ],
)
def test_a_key_of_the_wrong_form_is_refused_before_anything_is_sent(
    settings: Any, kind: str, secret: str, words: str
) -> None:
    client, _, address = scene()
    with Lists(MODELS) as lists:
        settings.GEMINI_BASE_URL = settings.OPENROUTER_BASE_URL = lists.url
        answer = save(client, address, secret, kind=kind, location="global")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert not secret or f">{secret}" not in page
    assert lists.asked == []
    assert not Door.objects.exists()


def account(**changes: Any) -> str:
    """Return the file of a service account."""
    parts = {
        "type": "service_account",
        "project_id": "a-project",
        "private_key_id": "0123456789abcdef",
        "private_key": "-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----\n",
        "client_email": "studio@a-project.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return json.dumps({**parts, **changes})


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (account(token_uri="http://169.254.169.254/token"), "This file names another one."),
        (account(type="authorized_user"), "This is no key of a service account."),
        (account(), "Google refused the service account."),
    ],
)
def test_a_service_account_is_sent_to_google_only_and_never_comes_back(secret: str, words: str) -> None:
    client, _, address = scene()

    answer = save(client, address, secret, kind="vertex", location="us-central1", bucket="gs://clips")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "PRIVATE KEY" not in page
    assert "us-central1" in page
    assert not Door.objects.exists()


def test_a_place_that_would_leave_the_address_is_refused() -> None:
    client, _, address = scene()

    answer = save(client, address, account(), kind="vertex", location="evil.example/", bucket="https://x")

    page = answer.content.decode()
    assert "Write a place of Google Cloud" in page
    assert "Write a bucket such as gs://my-clips." in page


def test_production_without_a_sealing_key_refuses_to_keep_one(settings: Any) -> None:
    client, _, address = scene()
    settings.PRODUCTION, settings.FIELD_ENCRYPTION_KEYS = True, []
    with Lists(MODELS) as lists:
        settings.GEMINI_BASE_URL = lists.url
        answer = save(client, address)

    assert answer.status_code == 503
    assert "FIELD_ENCRYPTION_KEYS is missing. The operator runs" in answer.content.decode()
    assert lists.asked == []
    assert not Door.objects.exists()


def test_a_test_says_what_changed_and_a_silent_provider_changes_nothing(settings: Any) -> None:
    client, project, address = scene()
    row = make_door(project.team)
    test = reverse("projects:door-test", args=[project.team_id, row.pk])
    states = []
    for answers in (
        {"ids": MODELS},
        {"answer": (503, {})},
        {"ids": (), "answer": (401, {"error": {"code": 401, "message": "no"}})},
    ):
        with Lists(**answers) as lists:
            settings.GEMINI_BASE_URL = lists.url
            client.post(test)
        row.refresh_from_db()
        states.append(row.state)

    assert states == [Door.State.WORKS, Door.State.WORKS, Door.State.REFUSED]
    assert "The provider refused the key." in page_of(client, address)


def test_a_key_that_cannot_be_opened_any_more_says_what_to_set(settings: Any) -> None:
    client, project, _ = scene()
    settings.FIELD_ENCRYPTION_KEYS = [sealed.new_key()]
    row = make_door(project.team)
    settings.FIELD_ENCRYPTION_KEYS = [sealed.new_key()]

    answer = client.post(reverse("projects:door-test", args=[project.team_id, row.pk]), follow=True)

    assert "cannot be opened with FIELD_ENCRYPTION_KEYS" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == Door.State.REFUSED


def test_a_removed_key_is_gone_and_no_other_key_takes_its_place(settings: Any) -> None:
    client, project, address = scene()
    unused, used = make_door(project.team), make_door(project.team, "another-key-9876543210")
    step = factories.make_step(factories.make_asset(project), Status.SUCCEEDED)
    Step.objects.filter(pk=step.pk).update(door=used)
    settings.GEMINI_API_KEY = "the-studios-own-key-01234"

    for row in (unused, used):
        client.post(reverse("projects:door-remove", args=[project.team_id, row.pk]))

    assert not Door.objects.filter(pk=unused.pk).exists()
    used.refresh_from_db()
    assert used.secret == ""
    assert used not in Door.objects.working()
    with pytest.raises(sealed.NoKey, match="This key was removed"):
        used.plain()
    assert "••••" not in page_of(client, address)
    again = client.post(reverse("projects:door-test", args=[project.team_id, used.pk]))
    assert again.status_code == 404


def test_a_key_stays_while_steps_are_under_way_through_it() -> None:
    client, project, _ = scene()
    row = make_door(project.team)
    step = factories.make_step(factories.make_asset(project))
    Step.objects.filter(pk=step.pk).update(door=row)

    answer = client.post(reverse("projects:door-remove", args=[project.team_id, row.pk]), follow=True)

    assert "A step is under way through this key." in answer.content.decode()
    row.refresh_from_db()
    assert row.plain().secret == GOOD


def test_a_key_of_another_team_is_nowhere() -> None:
    client, project, _ = scene()
    foreign = make_door(factories.make_project().team)

    for verb in ("door-test", "door-remove"):
        answer = client.post(reverse(f"projects:{verb}", args=[project.team_id, foreign.pk]))
        assert answer.status_code == 404
    foreign.refresh_from_db()
    assert foreign.plain().secret == GOOD


def test_owners_find_the_page_on_home_and_others_do_not() -> None:
    client, project, address = scene()
    editor = Client(SERVER_NAME="localhost")
    editor.force_login(factories.make_member(project.team, "editor"))

    assert address in page_of(client, "/")
    assert address not in page_of(editor, "/")


def test_the_page_names_the_studios_own_doors_and_their_keys_nowhere(settings: Any) -> None:
    client, _, address = scene()
    without = page_of(client, address)
    settings.GEMINI_API_KEY = "the-studios-own-key-01234"

    page = page_of(client, address)

    assert "Without one, the free engines draft everything." in without
    assert "own are used: Gemini API." in page
    assert "1234" not in page
