"""Stored files: who gets them, in which parts, under which headers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from projects import actions
from projects.models import Asset, files
from projects.views.ranges import Span, span_of
from tests import factories

DATA = bytes(range(256)) * 40
SIZE = len(DATA)
WHOLE = Span(0, 100, 200)
BEYOND = Span(0, 0, 416)


def body(response: Any) -> bytes:
    """Return all bytes of a streamed answer, as the server reads it."""

    async def gathered() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    return asyncio.run(gathered())


def signed_in(user: User | None) -> Client:
    """Return a browser of this person."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def scene() -> tuple[Client, Asset, str]:
    """Return its owner's browser, a file, and the file's address."""
    asset = factories.make_asset(factories.make_project(), name="a b.jpg", data=DATA)
    return signed_in(asset.project.created_by), asset, f"/assets/{asset.pk}/file/file.jpg"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", WHOLE),
        ("bytes=0-0", Span(0, 1)),
        ("bytes=0-", Span(0, 100)),
        ("bytes=10-19", Span(10, 10)),
        ("Bytes=10-19", Span(10, 10)),
        ("bytes = 10 - 19", Span(10, 10)),
        ("bytes=90-500", Span(90, 10)),
        ("bytes=99-99", Span(99, 1)),
        ("bytes=-10", Span(90, 10)),
        ("bytes=-500", Span(0, 100)),
        ("bytes=100-", BEYOND),
        ("bytes=100-200", BEYOND),
        ("bytes=9999999999999999999-", BEYOND),
        ("bytes=-0", BEYOND),
        ("bytes=20-10", WHOLE),
        ("bytes=-", WHOLE),
        ("bytes=", WHOLE),
        ("bytes=a-b", WHOLE),
        ("bytes=1-2,5-6", WHOLE),
        ("bytes=0-,-1", WHOLE),
        ("bytes=--5", WHOLE),
        ("bytes=+1-5", WHOLE),
        ("bytes=1.5-3", WHOLE),
        ("bytes=0x1-0x5", WHOLE),
        ("bytes=\u0661-\u0665", WHOLE),
        ("bytes=99999999999999999999-", WHOLE),
        ("items=0-5", WHOLE),
        ("0-5", WHOLE),
        ("bytes 0-5", WHOLE),
        ("bytes=0-5;q=1", WHOLE),
    ],
)
def test_a_range_header_means_what_the_standard_says(header: str, expected: Span) -> None:
    assert span_of(header, 100) == expected


@given(first=st.integers(0, 300), last=st.integers(0, 300), size=st.integers(1, 200))
def test_a_part_never_leaves_its_file(first: int, last: int, size: int) -> None:
    span = span_of(f"bytes={first}-{last}", size)

    assert span.start >= 0
    assert span.start + span.length <= size
    assert span.status == (200 if last < first else 206 if first < size else 416)


@pytest.mark.django_db
class TestAnswers:
    """What the address of a file answers."""

    def test_a_file_comes_whole_with_headers_that_keep_it_from_being_a_page(self) -> None:
        client, _, address = scene()

        response = client.get(address)

        assert body(response) == DATA
        assert response["Content-Type"] == "image/jpeg"
        assert response["Content-Length"] == str(SIZE)
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["Cache-Control"] == "private, max-age=31536000, immutable"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response["Accept-Ranges"] == "bytes"
        assert "Content-Encoding" not in response

    def test_one_range_is_a_part_and_several_are_the_whole(self) -> None:
        client, _, address = scene()

        part = client.get(address, headers={"Range": "bytes=300-309"})
        several = client.get(address, headers={"Range": "bytes=0-1,5-6"})

        assert (part.status_code, body(part)) == (206, DATA[300:310])
        assert part["Content-Range"] == f"bytes 300-309/{SIZE}"
        assert (several.status_code, body(several)) == (200, DATA)

    def test_a_range_beyond_the_end_is_refused_with_the_size(self) -> None:
        client, _, address = scene()

        response = client.get(address, headers={"Range": f"bytes={SIZE}-"})

        assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{SIZE}")

    def test_what_the_browser_has_is_not_sent_again(self) -> None:
        client, _, address = scene()
        tag = client.get(address)["ETag"]

        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
        assert client.get(address, headers={"If-None-Match": '"another"'}).status_code == 200

    def test_a_range_of_an_older_file_gives_the_whole_new_one(self) -> None:
        client, _, address = scene()

        response = client.get(address, headers={"Range": "bytes=0-9", "If-Range": '"older"'})

        assert (response.status_code, body(response)) == (200, DATA)

    def test_head_tells_the_length_and_sends_nothing(self) -> None:
        client, _, address = scene()

        response = client.head(address, headers={"Range": "bytes=0-9"})

        assert (response.status_code, response["Content-Length"], response.content) == (206, "10", b"")

    def test_a_download_carries_its_own_name_whatever_is_in_it(self) -> None:
        client, asset, _ = scene()
        Asset.objects.filter(pk=asset.pk).update(name='späte "Rose"\u202e.heic')

        header = client.get(f"/assets/{asset.pk}/download/")["Content-Disposition"]

        assert header.startswith("attachment; filename*=utf-8''sp%C3%A4te")
        assert header.endswith(".jpg")

    def test_pictures_beside_a_file_are_served_and_nothing_else_is(self) -> None:
        client, asset, _ = scene()
        folder = files.folder(asset.project.team_id, asset.sha256)
        for name in ("320.webp", "secret.webp", "original"):
            (folder / name).write_bytes(b"RIFF" + name.encode())
        asset.facts["pictures"] = {"320": {"file": "320.webp", "width": 320, "height": 240}}
        asset.save()

        def status(name: str) -> int:
            return client.get(f"/assets/{asset.pk}/file/{name}").status_code

        assert status("320.webp") == 200
        assert {status(name) for name in ("secret.webp", "original", "file.png", "..%2ffile.jpg", "%00")} == {
            404
        }

    def test_subtitles_are_served_as_text_of_their_kind(self) -> None:
        asset = factories.make_asset(
            factories.make_project(), kind="captions", name="words.vtt", data=b"WEBVTT\n", mime="text/html"
        )
        client = signed_in(asset.project.created_by)

        response = client.get(f"/assets/{asset.pk}/file/file.vtt")

        assert response["Content-Type"] == "text/vtt; charset=utf-8"

    def test_a_type_that_is_no_media_is_only_bytes(self) -> None:
        asset = factories.make_asset(factories.make_project(), name="page.html", mime="text/html")
        client = signed_in(asset.project.created_by)

        response = client.get(f"/assets/{asset.pk}/file/file.html")

        assert response["Content-Type"] == "application/octet-stream"

    def test_a_deleted_file_and_one_without_bytes_are_not_found(self) -> None:
        client, asset, address = scene()
        files.clean(asset.project.team_id, asset.sha256, "jpg").unlink()

        assert client.get(address).status_code == 404

        other = factories.make_asset(asset.project, name="other.jpg", data=b"other")
        actions.assets.delete(asset.project.created_by, other)

        assert client.get(f"/assets/{other.pk}/file/file.jpg").status_code == 404

    def test_only_the_team_sees_a_file(self) -> None:
        _, asset, address = scene()
        people = factories.people(asset.project)
        download = f"/assets/{asset.pk}/download/"

        seen = {
            role: {signed_in(user).get(path).status_code for path in (address, download)}
            for role, user in people.items()
        }

        assert seen == {
            **{role: {200} for role in ("owner", "producer", "editor", "reviewer")},
            "stranger": {404},
            "nobody": {302},
        }
