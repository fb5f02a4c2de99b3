"""Who gets what: every address of the site against every role, in a table that fails when an address is missing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django.plugin import DjangoDbBlocker

from projects.models import Door, Project, Step, Upload
from projects.states import Status
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.rows]
Scene = tuple[dict[str, User | None], dict[str, str]]
ROLES = ("owner", "producer", "editor", "reviewer", "stranger", "nobody")
EVERYBODY = dict.fromkeys(ROLES, 200)
SIGN_IN, NOT_FOUND, FORBIDDEN = 302, 404, 403
MEMBERS_SEE = {**EVERYBODY, "stranger": NOT_FOUND, "nobody": SIGN_IN}
SIGNED_IN_SEE = {**EVERYBODY, "nobody": SIGN_IN}


def makers(status: int) -> dict[str, int]:
    """Return what each role gets of a verb that makes or changes something."""
    member = dict.fromkeys(("owner", "producer", "editor"), status)
    return {**member, "reviewer": FORBIDDEN, "stranger": NOT_FOUND, "nobody": SIGN_IN}


def judges(status: int) -> dict[str, int]:
    """Return what each role gets of a decision on a version."""
    return {**makers(status), "editor": FORBIDDEN, "reviewer": status}


def payers(status: int) -> dict[str, int]:
    """Return what each role gets of a verb that sets a budget."""
    return {**makers(status), "editor": FORBIDDEN}


OWNERS = {**makers(302), "producer": FORBIDDEN, "editor": FORBIDDEN}

# (name of the address, method): what each role gets.
TABLE: dict[tuple[str, str], dict[str, int]] = {
    ("login", "get"): {**dict.fromkeys(ROLES, 302), "nobody": 200},
    ("logout", "post"): dict.fromkeys(ROLES, 302),
    ("projects:home", "get"): SIGNED_IN_SEE,
    ("projects:search", "get"): SIGNED_IN_SEE,
    ("projects:running", "get"): SIGNED_IN_SEE,
    ("projects:theme", "post"): dict.fromkeys(ROLES, 302),
    ("projects:team-doors", "get"): {**OWNERS, "owner": 200},
    ("projects:team-doors", "post"): {**OWNERS, "owner": 422},
    ("projects:door-test", "post"): OWNERS,
    ("projects:door-remove", "post"): OWNERS,
    ("projects:ready", "get"): EVERYBODY,
    ("projects:live", "get"): EVERYBODY,
    ("projects:hook", "post"): dict.fromkeys(ROLES, NOT_FOUND),
    ("projects:hook-attempt", "post"): dict.fromkeys(ROLES, NOT_FOUND),
    ("projects:project-new", "get"): {**SIGNED_IN_SEE, "reviewer": FORBIDDEN},
    ("projects:board", "get"): MEMBERS_SEE,
    ("projects:cover", "get"): {
        **MEMBERS_SEE,
        **dict.fromkeys(("owner", "producer", "editor", "reviewer"), NOT_FOUND),
    },
    ("projects:project-edit", "get"): makers(200),
    ("projects:project-delete", "post"): OWNERS,
    ("projects:project-restore", "post"): OWNERS,
    ("projects:spend", "get"): {**SIGNED_IN_SEE, "reviewer": FORBIDDEN},
    ("projects:spend-csv", "get"): {**SIGNED_IN_SEE, "reviewer": FORBIDDEN},
    ("projects:project-spend", "get"): makers(200),
    ("projects:project-spend-csv", "get"): makers(200),
    ("projects:project-budget", "get"): payers(200),
    ("projects:project-budget", "post"): payers(302),
    ("projects:team-budget", "get"): payers(200),
    ("projects:team-budget", "post"): payers(422),
    ("projects:upload", "get"): makers(200),
    ("projects:upload-begin", "post"): makers(201),
    ("projects:upload-slice", "put"): {**dict.fromkeys(ROLES, NOT_FOUND), "owner": 409, "nobody": SIGN_IN},
    ("projects:make", "get"): makers(200),
    ("projects:make", "post"): makers(422),
    ("projects:step", "get"): MEMBERS_SEE,
    ("projects:step-cancel", "post"): makers(302),
    ("projects:step-retry", "post"): makers(302),
    ("projects:step-composer", "get"): MEMBERS_SEE,
    ("projects:step-fold", "post"): makers(302),
    ("projects:step-check", "post"): makers(302),
    ("projects:step-again", "post"): makers(302),
    ("projects:step-leave", "post"): makers(302),
    ("projects:step-confirm", "post"): payers(302),
    ("projects:step-picks", "get"): MEMBERS_SEE,
    ("projects:step-pick", "post"): makers(302),
    ("projects:step-approve", "post"): judges(302),
    ("projects:step-withdraw", "post"): judges(302),
    ("projects:step-delete", "post"): makers(302),
    ("projects:step-restore", "post"): makers(302),
    ("projects:step-purge", "get"): {**OWNERS, "owner": 200},
    ("projects:step-purge", "post"): OWNERS,
    ("projects:step-compare", "get"): MEMBERS_SEE,
    ("projects:asset", "get"): MEMBERS_SEE,
    ("projects:asset-delete", "post"): makers(302),
    ("projects:asset-restore", "post"): makers(302),
    ("projects:asset-purge", "get"): {**OWNERS, "owner": 200},
    ("projects:asset-purge", "post"): OWNERS,
    ("projects:project-trash", "get"): MEMBERS_SEE,
    ("projects:asset-outline", "post"): MEMBERS_SEE,
    ("projects:asset-people", "post"): makers(302),
    ("projects:asset-download", "get"): MEMBERS_SEE,
    ("projects:asset-file", "get"): MEMBERS_SEE,
}
SIGNED = {"projects:hook", "projects:hook-attempt"}
"""What a signature opens, and no form: tests/paid/test_hooks.py."""


def named(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Yield the name of every address but those of Django's admin."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from named(entry, f"{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"


def browser_of(user: User | None, **options: Any) -> Client:
    """Return a browser in which this person, if anybody, is signed in."""
    client = Client(SERVER_NAME="localhost", **options)
    if user is not None:
        client.force_login(user)
    return client


def test_every_address_has_its_row() -> None:
    assert {name for name, _ in TABLE} == set(named(get_resolver()))


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Return everybody, and every address filled with things of one project, made once for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        project = factories.make_project(name="Autumn launch")
        yield factories.people(project), addresses(project)
        transaction.set_rollback(True)


def addresses(project: Project) -> dict[str, str]:
    """Return the path of each address for this project."""
    photo = factories.make_asset(project)
    done = factories.make_step(photo, Status.SUCCEEDED)
    failed = factories.make_step(photo, Status.FAILED)
    upload = Upload.objects.create(project=project, by=project.created_by, name="a.jpg", size=10)
    of_project, of_step, of_asset = [project.pk], [done.pk], [photo.pk]
    # A key that cannot be opened is tested without a word to any provider.
    lost = {"secret": "lost", "last4": "lost", "state": Door.State.REFUSED}
    door = Door.objects.create(team=project.team, kind=Door.Kind.DEVELOPER, **lost)
    special = {
        "projects:team-doors": [project.team_id],
        "projects:door-test": [project.team_id, door.pk],
        "projects:door-remove": [project.team_id, door.pk],
        "projects:upload-slice": [project.pk, upload.uuid],
        "projects:hook-attempt": [done.attempts.get().uuid, "0" * 64],
        "projects:make": [project.pk, "animate-product"],
        "projects:team-budget": [project.team_id],
        "projects:step-retry": [failed.pk],
        "projects:step-fold": [failed.pk],
        "projects:step-check": [failed.pk],
        "projects:step-again": [failed.pk],
        "projects:step-leave": [failed.pk],
        "projects:step-confirm": [failed.pk],
        "projects:asset-file": [photo.pk, f"file.{photo.extension}"],
    }
    plain = {"home", "search", "running", "theme", "ready", "live", "project-new", "login", "logout"}
    plain |= {"spend", "spend-csv", "hook"}
    found = {}
    for name in {name for name, _ in TABLE}:
        short = name.rpartition(":")[2]
        of_kind = (
            of_step if short.startswith("step") else of_asset if short.startswith("asset") else of_project
        )
        found[name] = reverse(name, args=special.get(name, [] if short in plain else of_kind))
    other = factories.make_asset(project, name="other.jpg")
    found["projects:step-compare"] += f"?with=asset:{other.pk}"
    return found


def ask(user: User | None, name: str, method: str, path: str) -> Any:
    """Return what a person gets of an address; what the asking changed is undone."""
    body = {"name": "a.jpg", "size": "10"} if name == "projects:upload-begin" else {}
    extra = {"headers": {"Upload-Offset": "5"}} if method == "put" else {}
    before = transaction.savepoint()
    response = getattr(browser_of(user), method)(path, body if method == "post" else None, **extra)
    transaction.savepoint_rollback(before)
    return response


@pytest.mark.parametrize(("name", "method"), TABLE)
def test_each_role_gets_what_the_table_says(name: str, method: str, scene: Scene) -> None:
    people, paths = scene

    answers = {role: ask(people[role], name, method, paths[name]) for role in ROLES}

    assert {role: answer.status_code for role, answer in answers.items()} == TABLE[name, method]
    nobody = answers["nobody"]
    if nobody.status_code == SIGN_IN and name not in {"logout", "projects:theme"}:
        assert nobody["Location"].startswith(reverse(settings.LOGIN_URL))


@pytest.mark.parametrize(
    ("name", "method"), [entry for entry in TABLE if entry[1] == "post" and entry[0] not in SIGNED]
)
def test_nothing_is_changed_without_the_token(name: str, method: str, scene: Scene) -> None:
    people, paths = scene
    client = browser_of(people["owner"], enforce_csrf_checks=True)
    before = list(Step.objects.order_by("pk").values_list("pk", "status", "deleted_at"))

    response = client.post(paths[name])

    assert response.status_code == FORBIDDEN
    assert list(Step.objects.order_by("pk").values_list("pk", "status", "deleted_at")) == before


@pytest.mark.parametrize("name", sorted({name for name, method in TABLE if method == "post"}))
def test_looking_changes_nothing(name: str, scene: Scene) -> None:
    people, paths = scene
    before = list(Step.objects.order_by("pk").values_list("pk", "status", "deleted_at", "version"))

    browser_of(people["owner"]).get(paths[name])

    assert list(Step.objects.order_by("pk").values_list("pk", "status", "deleted_at", "version")) == before


def test_an_upload_belongs_to_the_one_who_began_it(scene: Scene) -> None:
    people, paths = scene

    response = browser_of(people["editor"]).put(
        paths["projects:upload-slice"], b"x" * 10, headers={"Upload-Offset": "0"}
    )

    assert response.status_code == NOT_FOUND
    assert uuid.UUID(paths["projects:upload-slice"].split("/")[-2])
