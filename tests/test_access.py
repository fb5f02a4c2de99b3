"""Who gets what: every address of the site against every role, in a table that fails when an address is missing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from projects.models import Project, Step, Upload
from projects.states import Status
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.rows]
ROLES = ("owner", "producer", "editor", "reviewer", "stranger", "nobody")
EVERYBODY = dict.fromkeys(ROLES, 200)
SIGN_IN, NOT_FOUND, FORBIDDEN = 302, 404, 403
MEMBERS_SEE = {**EVERYBODY, "stranger": NOT_FOUND, "nobody": SIGN_IN}
SIGNED_IN_SEE = {**EVERYBODY, "nobody": SIGN_IN}


def makers(status: int) -> dict[str, int]:
    """Return what each role gets of a verb that makes or changes something."""
    member = dict.fromkeys(("owner", "producer", "editor"), status)
    return {**member, "reviewer": FORBIDDEN, "stranger": NOT_FOUND, "nobody": SIGN_IN}


OWNERS = {**makers(302), "producer": FORBIDDEN, "editor": FORBIDDEN}

# (name of the address, method): what each role gets.
TABLE: dict[tuple[str, str], dict[str, int]] = {
    ("login", "get"): {**dict.fromkeys(ROLES, 302), "nobody": 200},
    ("logout", "post"): dict.fromkeys(ROLES, 302),
    ("projects:home", "get"): SIGNED_IN_SEE,
    ("projects:search", "get"): SIGNED_IN_SEE,
    ("projects:running", "get"): SIGNED_IN_SEE,
    ("projects:theme", "post"): dict.fromkeys(ROLES, 302),
    ("projects:ready", "get"): EVERYBODY,
    ("projects:live", "get"): EVERYBODY,
    ("projects:project-new", "get"): {**SIGNED_IN_SEE, "reviewer": FORBIDDEN},
    ("projects:board", "get"): MEMBERS_SEE,
    ("projects:cover", "get"): {
        **MEMBERS_SEE,
        **dict.fromkeys(("owner", "producer", "editor", "reviewer"), NOT_FOUND),
    },
    ("projects:project-edit", "get"): makers(200),
    ("projects:project-delete", "post"): OWNERS,
    ("projects:project-restore", "post"): OWNERS,
    ("projects:upload", "get"): makers(200),
    ("projects:upload-begin", "post"): makers(201),
    ("projects:upload-slice", "put"): {**dict.fromkeys(ROLES, NOT_FOUND), "owner": 409, "nobody": SIGN_IN},
    ("projects:make", "get"): MEMBERS_SEE,
    ("projects:make", "post"): makers(422),
    ("projects:step", "get"): MEMBERS_SEE,
    ("projects:step-cancel", "post"): makers(302),
    ("projects:step-retry", "post"): makers(302),
    ("projects:step-delete", "post"): makers(302),
    ("projects:step-restore", "post"): makers(302),
    ("projects:step-compare", "get"): MEMBERS_SEE,
    ("projects:asset", "get"): MEMBERS_SEE,
    ("projects:asset-delete", "post"): makers(302),
    ("projects:asset-restore", "post"): makers(302),
    ("projects:asset-outline", "post"): MEMBERS_SEE,
    ("projects:asset-download", "get"): MEMBERS_SEE,
    ("projects:asset-file", "get"): MEMBERS_SEE,
}


def named(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Yield the name of every address but those of Django's admin."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from named(entry, f"{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"


def test_every_address_has_its_row() -> None:
    assert {name for name, _ in TABLE} == set(named(get_resolver()))


@pytest.fixture
def scene() -> tuple[dict[str, User | None], dict[str, str]]:
    """Return everybody, and every address filled with things of one project."""
    project = factories.make_project(name="Autumn launch")
    return factories.people(project), addresses(project)


def addresses(project: Project) -> dict[str, str]:
    """Return the path of each address for this project."""
    photo = factories.make_asset(project)
    done = factories.make_step(photo, Status.SUCCEEDED)
    failed = factories.make_step(photo, Status.FAILED)
    upload = Upload.objects.create(project=project, by=project.created_by, name="a.jpg", size=10)
    of_project, of_step, of_asset = [project.pk], [done.pk], [photo.pk]
    special = {
        "projects:upload-slice": [project.pk, upload.uuid],
        "projects:make": [project.pk, "animate-product"],
        "projects:step-retry": [failed.pk],
        "projects:asset-file": [photo.pk, f"file.{photo.extension}"],
    }
    plain = {"home", "search", "running", "theme", "ready", "live", "project-new", "login", "logout"}
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


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("name", "method"), TABLE)
def test_each_role_gets_what_the_table_says(
    role: str, name: str, method: str, scene: tuple[dict[str, User | None], dict[str, str]]
) -> None:
    people, paths = scene
    client = Client(SERVER_NAME="localhost")
    if people[role] is not None:
        client.force_login(people[role])
    body = {"name": "a.jpg", "size": "10"} if name == "projects:upload-begin" else {}
    extra = {"headers": {"Upload-Offset": "5"}} if method == "put" else {}

    response = getattr(client, method)(paths[name], body if method == "post" else None, **extra)

    assert response.status_code == TABLE[name, method][role]
    if role == "nobody" and response.status_code == SIGN_IN and name not in {"logout", "projects:theme"}:
        assert response["Location"].startswith(reverse(settings.LOGIN_URL))


@pytest.mark.parametrize(("name", "method"), [entry for entry in TABLE if entry[1] == "post"])
def test_nothing_is_changed_without_the_token(name: str, method: str, scene: tuple[dict, dict]) -> None:
    people, paths = scene
    client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    client.force_login(people["owner"])
    before = list(Step.objects.order_by("pk").values_list("pk", "status", "deleted_at"))

    response = client.post(paths[name])

    assert response.status_code == FORBIDDEN
    assert list(Step.objects.order_by("pk").values_list("pk", "status", "deleted_at")) == before


@pytest.mark.parametrize("name", sorted({name for name, method in TABLE if method == "post"}))
def test_looking_changes_nothing(name: str, scene: tuple[dict, dict]) -> None:
    people, paths = scene
    client = Client(SERVER_NAME="localhost")
    client.force_login(people["owner"])
    before = list(Step.objects.order_by("pk").values_list("pk", "status", "deleted_at", "version"))

    client.get(paths[name])

    assert list(Step.objects.order_by("pk").values_list("pk", "status", "deleted_at", "version")) == before


def test_an_upload_belongs_to_the_one_who_began_it(scene: tuple[dict, dict]) -> None:
    people, paths = scene
    client = Client(SERVER_NAME="localhost")
    client.force_login(people["editor"])

    response = client.put(paths["projects:upload-slice"], b"x" * 10, headers={"Upload-Offset": "0"})

    assert response.status_code == NOT_FOUND
    assert uuid.UUID(paths["projects:upload-slice"].split("/")[-2])
