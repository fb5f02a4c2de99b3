"""Veo, images and Omni on the emulated Vertex, driven by the real SDK with a token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from google import genai
from google.genai import errors
from google.genai.types import (
    GenerateContentConfig,
    GenerateVideosConfig,
    GenerateVideosSource,
    HttpOptions,
    HttpRetryOptions,
    Image,
    Video,
    VideoGenerationReferenceImage,
)
from google.oauth2.credentials import Credentials

from tests.emulator import Emulator, Pace, media
from tests.emulator.asking import NANO, NO_CERTIFICATES, a_clip, picture, plain, video

VEO = "veo-3.1-generate-001"
SHOWN = Image(image_bytes=picture(), mime_type="image/png")
ASSET = VideoGenerationReferenceImage(image=SHOWN, reference_type="ASSET")


def vertex_of(emulator: Emulator) -> genai.Client:
    """Return the SDK's client for Vertex."""
    options = HttpOptions(
        base_url=emulator.url,
        timeout=100_000,
        retry_options=HttpRetryOptions(attempts=1),
        **NO_CERTIFICATES,
    )
    token = Credentials(emulator.key)  # type: ignore[no-untyped-call]
    return genai.Client(
        enterprise=True, project="p", location="us-central1", credentials=token, http_options=options
    )


@pytest.fixture
def vertex(emulator: Emulator) -> Iterator[genai.Client]:
    """Return the SDK's client for Vertex."""
    with vertex_of(emulator) as client:
        yield client


def run(client: genai.Client, source: dict[str, Any] | None = None, **config: Any):
    """Start a clip and return its operation when it has ended."""
    config = {"duration_seconds": 4, "resolution": "720p"} | config
    asked = GenerateVideosSource(**({"prompt": "A marble rolls"} | (source or {})))
    operation = client.models.generate_videos(
        model=config.pop("model", VEO), source=asked, config=GenerateVideosConfig(**config)
    )
    while not operation.done:
        operation = client.operations.get(operation)
    return operation


def test_a_clip_comes_inside_the_answer(vertex, emulator):
    done = run(vertex, {"image": SHOWN}, aspect_ratio="9:16", last_frame=SHOWN, labels={"attempt": "a-1"})

    data = done.response.generated_videos[0].video.video_bytes
    assert media.clip_facts(data)[1] == (720, 1280)
    assert emulator.ledger.tally() == {"a-1": 1}
    assert len(emulator.ledger.creates()[0].media) == 2
    assert {entry.attempt for entry in emulator.ledger.requests("poll")} == {"a-1"}


def test_a_clip_comes_as_an_object_that_the_token_opens_and_that_can_be_extended(vertex, emulator):
    first = run(vertex, output_gcs_uri="gs://bucket/clips").response.generated_videos[0].video.uri
    bucket, _, name = first.removeprefix("gs://").partition("/")
    address = f"{emulator.url}/storage/v1/b/{bucket}/o/{name}?alt=media"

    longer = run(vertex, {"video": Video(uri=first, mime_type="video/mp4")}, duration_seconds=None)
    data = longer.response.generated_videos[0].video.video_bytes

    assert plain("GET", address).status_code == 401
    assert plain("GET", address, headers={"authorization": f"Bearer {emulator.key}"}).content[4:8] == b"ftyp"
    assert abs(media.clip_facts(data)[0] - 11) < 0.05


def test_work_is_under_way_until_its_time_has_come():
    with Emulator(pace=Pace(video=3600)) as emulator, vertex_of(emulator) as client:
        source = GenerateVideosSource(prompt="x")
        started = client.models.generate_videos(model=VEO, source=source)
        early = client.operations.get(started)
        emulator.clock.advance(3601)
        while not (ended := client.operations.get(started)).done:
            pass

        assert early.done is None
        assert ended.response.generated_videos


@pytest.mark.parametrize("name", ["blocked", "failed"])
def test_a_clip_that_is_withheld_says_so(vertex, emulator, name):
    emulator.fault(name)

    done = run(vertex)

    if name == "failed":
        assert "Input blocked" in done.error["message"]
    else:
        assert done.response.rai_media_filtered_count == 1
        assert not done.response.generated_videos


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "an empty prompt": ({"prompt": " ", "image": SHOWN}, {}, "must not be empty"),
    "five seconds": ({}, {"duration_seconds": 5}, "one of"),
    "four seconds at 1080p": ({}, {"resolution": "1080p"}, "must be 8"),
    "four seconds with references": ({}, {"reference_images": [ASSET]}, "must be 8"),
    "four references": ({}, {"reference_images": [ASSET] * 4, "duration_seconds": 8}, "at most 3"),
    "references with a frame": (
        {"image": SHOWN},
        {"reference_images": [ASSET], "duration_seconds": 8},
        "cannot be combined",
    ),
    "a last frame alone": ({}, {"last_frame": SHOWN}, "needs image"),
    "4k of the fast one": ({}, {"resolution": "4k", "model": "veo-3.1-fast-generate-001"}, "not supported"),
    "a square": ({}, {"aspect_ratio": "1:1"}, "not supported"),
    "five clips": ({}, {"number_of_videos": 5}, "sampleCount"),
    "an object that is not there": (
        {"video": Video(uri="gs://a/b", mime_type="video/mp4")},
        {},
        "could not be read",
    ),
    "a bucket that is none": ({}, {"output_gcs_uri": "https://a/b"}, "no Cloud Storage address"),
    "a clip that is none": (
        {"video": Video(video_bytes=a_clip()[:64], mime_type="video/mp4")},
        {},
        "could not be decoded",
    ),
    "a preview": ({}, {"model": "veo-3.1-generate-preview"}, "no longer available"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_body_that_the_provider_would_refuse_is_refused(vertex, emulator, case):
    source, config, words = REFUSED[case]

    with pytest.raises(errors.ClientError) as caught:
        run(vertex, source, **config)

    assert words in caught.value.message
    assert emulator.ledger.creates() == []


def test_images_and_models_are_there_too_with_labels(vertex, emulator):
    answer = vertex.models.generate_content(
        model=NANO, contents="a red bottle", config=GenerateContentConfig(labels={"attempt": "a-2"})
    )

    assert answer.parts[-1].inline_data.data
    assert emulator.ledger.tally() == {"a-2": 1}
    assert vertex.models.get(model=NANO).name.endswith(NANO)


def test_interactions_are_there_too(vertex, emulator):
    asked = video()

    assert vertex.interactions.create(**asked).output_video.data
    assert emulator.ledger.creates()[0].door == "vertex"


def test_a_call_without_a_good_token_is_refused(emulator):
    path = f"{emulator.url}/v1beta1/projects/p/locations/us-central1/interactions"

    for headers in ({}, {"authorization": "Bearer wrong"}):
        answer = plain("POST", path, json=video(), headers=headers)
        assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
