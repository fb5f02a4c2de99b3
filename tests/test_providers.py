"""The doctor on keys and models: their form, and how the table differs from what a provider lists."""

from __future__ import annotations

import io
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import checks
from django.core.management import call_command

from projects.engines import models
from projects.management import providers
from projects.models import Door, ModelChange, sealed
from tests import factories
from tests.lists import GOOD, Lists

pytestmark = pytest.mark.django_db
OFFERED = [row.id for row in models.shipped() if row.door == "developer" and row.is_offered]


def doctor(*arguments: str) -> tuple[int, list[str]]:
    """Run the command; return its exit code and its lines."""
    said, code = io.StringIO(), 0
    try:
        call_command("doctor", *arguments, stdout=said, no_color=True)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, said.getvalue().splitlines()


def compared_with(settings: Any, ids: list[str], key: str = GOOD) -> tuple[int, list[str]]:
    """Run `doctor --models` against a provider that lists these."""
    with Lists(ids) as lists:
        settings.GEMINI_BASE_URL, settings.GEMINI_API_KEY = lists.url, key
        return doctor("--models")


def test_a_table_that_agrees_with_the_list_is_well(settings: Any) -> None:
    assert compared_with(settings, [*OFFERED, "gemini-4-argon"]) == (0, ["ok     models"])


def test_what_is_missing_is_a_fault_and_what_is_new_or_lives_on_is_a_note(settings: Any) -> None:
    listed = [*OFFERED[1:], "gemini-omni-flash-preview", "gemini-omni-2-flash", "gemini-4-argon"]

    code, lines = compared_with(settings, listed)

    door = f"Gemini API …{GOOD[-4:]}"
    assert code == 1
    assert lines == [
        f"note   models: {door}: gemini-omni-flash-preview counts as retired here and is still listed.",
        f"note   models: {door}: gemini-omni-2-flash is listed and not in the table. Add it in /admin/ if it is "
        "wanted.",
        f"fault  models: {door}: {OFFERED[0]} is offered here and not listed there. Retire it in /admin/.",
    ]


def test_an_operators_change_settles_the_difference(settings: Any) -> None:
    ModelChange.objects.create(model_id=OFFERED[0], door="developer", values={"status": "retired"})

    assert compared_with(settings, OFFERED[1:]) == (0, ["ok     models"])


def test_a_refused_key_is_a_fault_and_stays_out_of_the_line(settings: Any) -> None:
    code, (line,) = compared_with(settings, OFFERED, key="a-stolen-key-0123456789")

    assert code == 1
    assert line.endswith("The provider refused the key. Check it, or make a new one there.")
    assert "a-stolen-key" not in line


def test_without_a_key_there_is_nobody_to_ask() -> None:
    assert doctor("--models") == (
        1,
        ["fault  models: The studio has no key of its own to ask with. Set GEMINI_API_KEY."],
    )


def test_a_new_key_is_one_that_seals(settings: Any) -> None:
    code, (key,) = doctor("--new-key")
    settings.FIELD_ENCRYPTION_KEYS = [key]

    assert code == 0
    assert Fernet(key).decrypt(sealed.seal("secret")) == b"secret"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"GEMINI_API_KEY": "“quoted-key-0123456789”"}, "GEMINI_API_KEY: A key is 20 to 200 letters"),
        ({"GEMINI_API_KEY": "sk-or-v1-0123456789abcdef"}, "GEMINI_API_KEY: This is a key of OpenRouter."),
        ({"OPENROUTER_API_KEY": GOOD}, "OPENROUTER_API_KEY: A key of OpenRouter begins with sk-or-."),
        ({"GOOGLE_GENAI_USE_VERTEXAI": True}, "without GOOGLE_CLOUD_PROJECT. Name the project."),
    ],
)
def test_a_key_of_the_wrong_form_is_a_fault(settings: Any, changes: dict[str, Any], words: str) -> None:
    before = providers.keys()
    for name, value in changes.items():
        setattr(settings, name, value)

    (said,) = providers.keys()

    assert before == []
    assert words in said
    assert not any(str(value) in said for value in changes.values() if isinstance(value, str))


def test_a_teams_key_that_cannot_be_opened_is_a_fault(settings: Any) -> None:
    team = factories.make_project().team
    settings.FIELD_ENCRYPTION_KEYS = [sealed.new_key()]
    Door.objects.create(team=team, kind="developer", secret=sealed.seal(GOOD), last4="cdef")
    before = providers.keys()

    settings.FIELD_ENCRYPTION_KEYS = [sealed.new_key()]

    assert before == []
    assert providers.keys() == [
        f"Gemini API …cdef of {team} cannot be opened. Set the word of FIELD_ENCRYPTION_KEYS that it was saved with."
    ]


def test_a_change_that_does_not_fit_is_a_fault_and_is_left_out() -> None:
    ModelChange.objects.create(model_id=OFFERED[0], door="developer", values={"speed": 3})

    code, lines = doctor()

    assert code == 1
    assert any(line.startswith(f"fault  models: The change of {OFFERED[0]} (developer)") for line in lines)


@pytest.mark.parametrize("keys", [[], ["the same secret as another"]])
def test_production_without_a_key_of_its_own_to_seal_with_fails_the_check(
    settings: Any, keys: list[str]
) -> None:
    settings.PRODUCTION, settings.SECRET_KEY = True, "the same secret as another"
    settings.FIELD_ENCRYPTION_KEYS = [sealed.new_key()]
    before = deployed()

    settings.FIELD_ENCRYPTION_KEYS = keys

    assert "studio.E006" not in before
    assert "studio.E006" in deployed()


def deployed() -> set[str | None]:
    """Return the ids of what the checks for production say."""
    return {message.id for message in checks.run_checks(include_deployment_checks=True)}
