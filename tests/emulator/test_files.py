"""The emulated Files API, driven by the real SDK, and by plain HTTP where ranges and redirects are looked at."""

from __future__ import annotations

import hashlib
import io

import httpx2
import pytest
from google.genai import _interactions as sdk
from google.genai.errors import ClientError

from tests.emulator import Emulator, Pace
from tests.emulator.asking import OMNI, SMALL, a_clip, client_of, picture, plain, post, video

BY_URI = SMALL | {"delivery": "uri"}


@pytest.fixture
def source(tmp_path):
    """Return the path of a clip to send."""
    path = tmp_path / "source.mp4"
    path.write_bytes(a_clip())
    return path


def name_of(uri: str) -> str:
    """Return the id in a result's address."""
    return uri.rpartition("/")[2].partition(":")[0]


def get_bytes(emulator: Emulator, uri: str, **headers: str) -> httpx2.Response:
    """Ask for a result's bytes."""
    address = f"{emulator.url}/v1beta/files/{name_of(uri)}:download?alt=media"
    return plain("GET", address, headers={"x-goog-api-key": emulator.key} | headers)


def test_an_upload_is_processed_and_then_edited(source):
    with Emulator(pace=Pace(processing=60)) as emulator, client_of(emulator) as client:
        sent = client.files.upload(file=source)
        parts = [
            {"type": "video", "uri": sent.uri, "mime_type": "video/mp4"},
            {"type": "text", "text": "make it night"},
        ]
        with pytest.raises(sdk.BadRequestError, match="not in an ACTIVE state"):
            client.interactions.create(model=OMNI, input=parts)
        emulator.clock.advance(61)
        made = client.interactions.create(model=OMNI, input=parts)

        assert (sent.state, client.files.get(name=sent.name).state) == ("PROCESSING", "ACTIVE")
        assert made.output_video is not None
        accepted = emulator.ledger.creates()
        assert [one.media[0]["sha256"] for one in accepted] == [
            hashlib.sha256(source.read_bytes()).hexdigest()
        ]


async def test_the_async_client_uploads_in_pieces(emulator):
    data = picture((2400, 1800), "red", "BMP")
    async with client_of(emulator).aio as client:
        sent = await client.files.upload(file=io.BytesIO(data), config={"mime_type": "image/bmp"})
        again = await client.files.get(name=sent.name)

    assert len(data) > 8 * 1024 * 1024
    assert (again.state, again.size_bytes) == ("ACTIVE", len(data))
    assert [entry.key for entry in emulator.ledger.requests("bytes")] == ["none", "none"]


@pytest.mark.parametrize(
    ("fault", "state"), [("file_failed", "FAILED"), ("processing_forever", "PROCESSING")]
)
def test_processing_can_fail_or_never_end(emulator, client, source, fault, state):
    emulator.fault(fault)

    sent = client.files.upload(file=source)
    emulator.clock.advance(3600)
    found = client.files.get(name=sent.name)

    assert found.state == state
    assert (found.error is not None) == (state == "FAILED")


@pytest.mark.parametrize(
    ("fault", "state"), [("result_failed", "FAILED"), ("result_processing", "PROCESSING")]
)
def test_a_result_is_not_there_before_its_file_is_active(emulator, client, fault, state):
    emulator.fault(fault)
    made = client.interactions.create(**video(response_format=BY_URI))

    assert client.files.get(name=f"files/{name_of(made.output_video.uri)}").state == state
    with pytest.raises(ClientError, match="ACTIVE"):
        client.files.download(file=made.output_video.uri)


def test_a_file_is_gone_after_48_hours_or_a_delete(emulator, client, source):
    first, second = (client.files.upload(file=source) for _ in range(2))
    client.files.delete(name=first.name)
    with pytest.raises(ClientError) as deleted:
        client.files.get(name=first.name)
    emulator.clock.advance(48 * 3600 + 1)
    with pytest.raises(ClientError) as expired:
        client.files.get(name=second.name)

    assert deleted.value.code == expired.value.code == 403
    assert emulator.ledger.deletes == [first.name]


def test_an_uploaded_file_cannot_be_downloaded(emulator, client, source):
    sent = client.files.upload(file=source)
    emulator.clock.advance(1)

    with pytest.raises(ClientError, match="only generated files"):
        client.files.download(file=sent.name)
    assert [file.name for file in client.files.list()] == [sent.name]


@pytest.mark.parametrize("mime", ["image/png", "video/quicktime"])
def test_an_upload_that_is_not_what_it_says_is_refused(emulator, client, source, mime):
    with pytest.raises(ClientError, match=f"not {mime}"):
        client.files.upload(file=source, config={"mime_type": mime})

    assert len(emulator.ledger.requests("bytes")) == 1


def test_a_result_is_downloaded_and_every_byte_counted(emulator, client, tmp_path):
    made = client.interactions.create(**video(response_format=BY_URI))
    shown = client.files.get(name=f"files/{name_of(made.output_video.uri)}")

    client.files.download(file=made.output_video.uri, destination=str(tmp_path / "got.mp4"))

    data = (tmp_path / "got.mp4").read_bytes()
    delivered = emulator.ledger.deliveries[-1]
    assert (shown.source, shown.state, shown.size_bytes) == ("GENERATED", "ACTIVE", len(data))
    assert (delivered.sha256, delivered.sent) == (hashlib.sha256(data).hexdigest(), len(data))


def test_a_range_is_given_as_long_as_the_file_is_the_same(emulator, client):
    uri = client.interactions.create(**video(response_format=BY_URI)).output_video.uri
    whole = get_bytes(emulator, uri)
    size, tag = len(whole.content), whole.headers["etag"]

    rest = get_bytes(emulator, uri, range="bytes=1000-", **{"if-range": tag})
    piece = get_bytes(emulator, uri, range="bytes=10-19")
    tail = get_bytes(emulator, uri, range="bytes=-5")
    other = get_bytes(emulator, uri, range="bytes=1000-", **{"if-range": '"other"'})
    beyond = get_bytes(emulator, uri, range=f"bytes={size}-")

    assert whole.content[:1000] + rest.content == whole.content
    assert rest.headers["content-range"] == f"bytes 1000-{size - 1}/{size}"
    assert (piece.content, tail.content) == (whole.content[10:20], whole.content[-5:])
    assert (rest.status_code, other.status_code, beyond.status_code) == (206, 200, 416)
    assert other.content == whole.content


def test_a_download_that_is_cut_can_be_taken_up(emulator, client):
    uri = client.interactions.create(**video(response_format=BY_URI)).output_video.uri
    emulator.fault("truncated", keep=1000)

    with pytest.raises(httpx2.RemoteProtocolError):
        client.files.download(file=uri)

    assert len(get_bytes(emulator, uri, range="bytes=1000-").content) + 1000 == len(
        get_bytes(emulator, uri).content
    )
    assert emulator.ledger.deliveries[0].sent == 1000


def test_an_address_that_expired_is_replaced_by_asking_again(emulator, client):
    made = client.interactions.create(**video(response_format=BY_URI))
    emulator.fault("expired")

    for _ in range(2):
        with pytest.raises(ClientError, match="expired"):
            client.files.download(file=made.output_video.uri)
    fresh = client.interactions.get(made.id).output_video.uri

    assert fresh != made.output_video.uri
    assert client.files.download(file=fresh)


def test_a_redirect_leads_to_another_host_that_sees_whether_a_key_came_along(emulator, client):
    uri = client.interactions.create(**video(response_format=BY_URI)).output_video.uri
    emulator.fault("redirect", times=2)

    away = get_bytes(emulator, uri)
    without = plain("GET", away.headers["location"])
    plain("GET", away.headers["location"], headers={"x-goog-api-key": emulator.key})

    assert away.status_code == 302
    assert "localhost" in away.headers["location"]
    assert without.content == get_bytes(emulator, uri).content or len(without.content) > 1000
    assert [entry.key for entry in emulator.ledger.requests("elsewhere")] == ["none", "known"]


def test_faults_can_be_ordered_and_the_ledger_read_over_the_wire(emulator):
    ordered = post(emulator, "/__emulator/faults", {"fault": 503, "times": 1})
    refused = post(emulator, "/__emulator/faults", {"fault": "flood"})
    struck = post(emulator, "/v1beta/interactions", video())
    ledger = plain("GET", f"{emulator.url}/__emulator/ledger").json()

    assert ordered.json() == {"fault": "status", "kind": "create", "times": 1}
    assert "There is no fault" in refused.json()["error"]["message"]
    assert struck.status_code == 503
    assert ledger["entries"][2]["fault"] == "status"
