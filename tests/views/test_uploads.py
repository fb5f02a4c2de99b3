"""Uploads: in slices that survive a cut, by a plain form, and each refusal in words."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from projects.models import Asset, Project, Upload, files
from tests import factories
from tests.odd import ODD

pytestmark = pytest.mark.django_db


def scene() -> tuple[Client, Project]:
    """Return an owner's browser and the project."""
    project = factories.make_project()
    client = Client()
    client.force_login(project.created_by)
    return client, project


def begin(client: Client, project: Project, name: str, size: object) -> Any:
    """Open an upload."""
    return client.post(f"/projects/{project.pk}/uploads/", {"name": name, "size": size})


def put(client: Client, address: str, data: bytes, offset: object, **headers: str) -> Any:
    """Send one slice."""
    given = {
        "Upload-Offset": str(offset),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return client.put(address, data, content_type="application/octet-stream", headers=given)


def digest_of(data: bytes) -> str:
    """Return a Content-Digest header's value."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def test_slices_become_an_asset_and_the_last_one_answers_with_its_tile() -> None:
    client, project = scene()
    photo = factories.photo_bytes(640, 480)
    address = begin(client, project, "rose.jpg", len(photo))["Location"]

    first = put(client, address, photo[:1000], 0, Content_Digest=digest_of(photo[:1000]))
    last = put(client, address, photo[1000:], 1000, Content_Digest=digest_of(photo[1000:]))

    asset = Asset.objects.get(project=project)
    assert (first.status_code, first["Upload-Offset"]) == (204, "1000")
    assert last.status_code == 200
    assert f'id="asset-{asset.pk}"' in last.content.decode()
    assert (asset.name, asset.width, asset.height) == ("rose.jpg", 640, 480)
    assert files.original(project.team_id, str(asset.original_sha)).read_bytes() == photo
    assert not Upload.objects.exists()


def test_after_a_cut_the_studio_says_where_it_stands_and_takes_the_rest() -> None:
    client, project = scene()
    photo = factories.photo_bytes()
    address = begin(client, project, "rose.jpg", len(photo))["Location"]
    put(client, address, photo[:500], 0)

    again = put(client, address, photo[:500], 0)
    stands = client.head(address)
    rest = put(client, address, photo[500:], stands["Upload-Offset"])

    assert (again.status_code, again["Upload-Offset"]) == (409, "500")
    assert (stands.status_code, stands["Upload-Offset"]) == (200, "500")
    assert rest.status_code == 200


def test_a_slice_that_arrives_changed_is_not_kept() -> None:
    client, project = scene()
    address = begin(client, project, "rose.jpg", 100)["Location"]

    response = put(client, address, b"x" * 50, 0, Content_Digest=digest_of(b"y" * 50))

    assert response.status_code == 400
    assert client.head(address)["Upload-Offset"] == "0"


@pytest.mark.parametrize("offset", ["", "-1", "two", "1.5", "9" * 30])
def test_a_slice_says_where_it_begins(offset: str) -> None:
    client, project = scene()
    address = begin(client, project, "rose.jpg", 100)["Location"]

    assert put(client, address, b"x", offset).status_code == 400


def test_more_bytes_than_announced_are_refused() -> None:
    client, project = scene()
    address = begin(client, project, "rose.jpg", 10)["Location"]

    response = put(client, address, b"x" * 11, 0)

    assert response.status_code == 400
    assert "Choose the file again" in response.content.decode()


@pytest.mark.parametrize(
    ("size", "status", "words"),
    [
        ("0", 422, "empty"),
        ("", 422, "whole number"),
        ("-5", 422, "whole number"),
        ("many", 422, "whole number"),
        (str((1 << 30) + 1), 413, "larger than"),
    ],
)
def test_a_size_that_cannot_be_is_refused_before_any_byte(size: str, status: int, words: str) -> None:
    client, project = scene()

    response = begin(client, project, "rose.jpg", size)

    assert response.status_code == status
    assert words in response.content.decode()
    assert response["Content-Type"].startswith("text/plain")
    assert not Upload.objects.exists()


def test_a_file_of_the_wrong_kind_leaves_nothing_behind() -> None:
    client, project = scene()
    data = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    address = begin(client, project, "photo.jpg", len(data))["Location"]

    response = put(client, address, data, 0)

    assert response.status_code == 422
    assert response.content.decode().startswith("This kind of file is not taken.")
    assert not Asset.objects.exists()
    assert not Upload.objects.exists()


@override_settings(LEAST_FREE_BYTES=1 << 60)
def test_a_full_disk_is_said_and_not_a_fault() -> None:
    client, project = scene()

    response = begin(client, project, "rose.jpg", 100)

    assert response.status_code == 507
    assert "disk is almost full" in response.content.decode()


def test_the_plain_form_takes_what_it_can_and_names_what_it_cannot() -> None:
    client, project = scene()
    photo = factories.file_of(factories.photo_bytes(), "rose.jpg")
    text = factories.file_of(b"not a picture", "<b>fake.png")

    response = client.post(f"/projects/{project.pk}/upload/", {"file": [photo, text]})

    page = response.content.decode()
    assert response.status_code == 422
    assert "1 file is on the board, 1 is not" in page
    assert "&lt;b&gt;fake.png: This kind of file is not taken." in page
    assert [asset.name for asset in Asset.objects.all()] == ["rose.jpg"]


def test_the_plain_form_goes_back_to_the_board_when_all_are_taken() -> None:
    client, project = scene()
    photo = factories.photo_bytes()
    same = [factories.file_of(photo, "rose.jpg"), factories.file_of(photo, "again.jpg")]

    response = client.post(f"/projects/{project.pk}/upload/", {"file": same})

    assert (response.status_code, response["Location"]) == (302, f"/projects/{project.pk}/")
    assert Asset.objects.count() == 1


def test_an_empty_form_asks_for_a_file() -> None:
    client, project = scene()

    response = client.post(f"/projects/{project.pk}/upload/")

    assert response.status_code == 422
    assert "Choose at least one file." in response.content.decode()


def test_an_upload_belongs_to_the_person_who_began_it() -> None:
    client, project = scene()
    colleague = Client()
    colleague.force_login(factories.make_member(project.team, "editor"))
    address = begin(client, project, "rose.jpg", 10)["Location"]

    assert colleague.head(address).status_code == 404
    assert put(colleague, address, b"x" * 10, 0).status_code == 404


def test_reviewers_are_told_in_words_that_they_look_and_approve() -> None:
    _, project = scene()
    reviewer = Client()
    reviewer.force_login(factories.make_member(project.team, "reviewer"))

    response = begin(reviewer, project, "rose.jpg", 10)

    assert response.status_code == 403
    assert response.content.decode().startswith("Reviewers look and approve.")


# One of each family of files, as the corpus of tests/odd.py makes them, and what the studio answers.
KINDS = {"png named jpg": 200, "clip with sound": 200, "wav": 200, "vtt named srt": 200, "csv": 422}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_is_on_the_board_or_refused_in_words(name: str, tmp_path: Path) -> None:
    client, project = scene()
    data = ODD[name][0](tmp_path).read_bytes()

    response = put(client, begin(client, project, name, len(data))["Location"], data, 0)

    assert response.status_code == KINDS[name], response.content
    assert Asset.objects.count() == (response.status_code == 200)
    assert not Upload.objects.exists()
