"""What the emulator refuses: each with the provider's kind of body, its reason in the ledger, and nothing accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.emulator.asking import (
    NANO,
    OMNI,
    SMALL,
    a_clip,
    create,
    image_part,
    picture,
    plain,
    text_of,
    video,
    video_part,
)

TEXT = {"type": "text", "text": "x"}


def task(name: str, **more: Any) -> dict[str, Any]:
    """Return a clip's body with a task."""
    return video(generation_config={"video_config": {"task": name}}) | more


def form(**fields: Any) -> dict[str, Any]:
    """Return a clip's body with another format."""
    return video(response_format={"type": "video"} | fields)


def still(**fields: Any) -> dict[str, Any]:
    """Return a still's body."""
    return {"model": NANO, "input": "x", "response_format": {"type": "image"} | fields}


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "no object": (lambda: [1], "Invalid JSON payload"),
    "an unknown key": (lambda: video(foo=1), 'Unknown name "foo"'),
    "an unknown key inside": (lambda: form(fps=24), 'Unknown name "fps"'),
    "a wrong type": (lambda: video(store="yes"), "not the type"),
    "a deprecated key": (lambda: video(response_modalities=["video"]), "deprecated"),
    "a deprecated setting": (lambda: video(generation_config={"temperature": 1}), "deprecated"),
    "no model": (lambda: {"input": "x"}, "model"),
    "an empty prompt": (lambda: video("  "), "non-empty"),
    "pictures without words": (lambda: video(input=[image_part()]), "non-empty"),
    "too short": (lambda: form(duration="2s"), "not supported"),
    "too long": (lambda: form(duration="16s"), "not supported"),
    "seconds as text": (lambda: form(duration="5"), "Invalid duration"),
    "seconds as a number": (lambda: form(duration=5), "not the type"),
    "half seconds": (lambda: form(duration="3.5s"), "Invalid duration"),
    "a ratio that is not there": (lambda: form(aspect_ratio="1:1"), "Aspect ratio"),
    "a size that is not there": (lambda: form(resolution="480p"), "Resolution"),
    "a delivery that is not there": (lambda: form(delivery="post"), "delivery"),
    "a bucket on the developer door": (lambda: form(gcs_uri="gs://a/b", delivery="uri"), "gcs_uri"),
    "a task that is not there": (lambda: task("upscale"), "task"),
    "a picture for words alone": (
        lambda: task("text_to_video", input=[image_part(), TEXT]),
        "takes 0 to 0 images",
    ),
    "no picture": (lambda: task("image_to_video"), "takes 1 to 2 images"),
    "three frames": (lambda: task("image_to_video", input=[image_part()] * 3 + [TEXT]), "takes 1 to 2"),
    "seven references": (
        lambda: task("reference_to_video", input=[image_part()] * 7 + [TEXT]),
        "0 to 6 images",
    ),
    "no references": (lambda: task("reference_to_video"), "needs a reference"),
    "nothing to edit": (lambda: task("edit", response_format={"type": "video"}), "exactly one video"),
    "seconds of an edit": (
        lambda: task("edit", input=[video_part(a_clip()), TEXT]),
        "Duration cannot be set in response format for edit task",
    ),
    "the ratio of an edit": (
        lambda: task(
            "edit",
            input=[video_part(a_clip()), TEXT],
            response_format={"type": "video", "aspect_ratio": "9:16"},
        ),
        "Aspect ratio cannot be set",
    ),
    "a source that is too short": (
        lambda: task("edit", input=[video_part(a_clip(2)), TEXT], response_format={"type": "video"}),
        "takes 3 to 15 s",
    ),
    "bad base64": (
        lambda: video(input=[{"type": "image", "mime_type": "image/png", "data": "no!"}, TEXT]),
        "Base64 decoding failed",
    ),
    "a mime that is not so": (lambda: video(input=[image_part(picture(form="JPEG")), TEXT]), "is image/jpeg"),
    "a mime that is not taken": (
        lambda: video(input=[{"type": "image", "mime_type": "image/tiff", "data": text_of(picture())}, TEXT]),
        "Unsupported MIME type",
    ),
    "an address that is not ours": (
        lambda: video(input=[{"type": "video", "uri": "https://example.com/a.mp4"}, TEXT]),
        "Unsupported file uri",
    ),
    "background without store": (lambda: video(background=True, store=False), "requires store"),
    "an address without store": (lambda: form(delivery="uri") | {"store": False}, "requires store"),
    "a chain without store": (lambda: video(previous_interaction_id="v1_a", store=False), "requires store"),
    "a chain from nowhere": (lambda: video(previous_interaction_id="v1_a"), "Invalid interaction name"),
    "a system instruction": (lambda: video(system_instruction="x"), "system_instruction"),
    "upper-case labels": (lambda: video(labels={"attempt": "A"}), "lower-case"),
    "long labels": (lambda: video(labels={"attempt": "a" * 64}), "63"),
    "a webhook without addresses": (lambda: video(webhook_config={"uris": []}), "uris"),
    "a still from a video model": (
        lambda: {"model": OMNI, "input": "x", "response_format": {"type": "image"}},
        "type",
    ),
    "512 pixels": (lambda: still(image_size="512"), "Image size 512"),
    "lower-case k": (lambda: still(image_size="1k"), "Image size 1k"),
    "a still's ratio": (lambda: still(aspect_ratio="2:1"), "Aspect ratio"),
    "a still as PNG": (lambda: still(mime_type="image/png"), "mime_type"),
    "fifteen pictures": (lambda: {"model": NANO, "input": [image_part()] * 15 + [TEXT]}, "at most 14"),
    "Veo": (lambda: video(model="veo-3.1-generate-001"), "not supported by the Interactions API"),
}


@pytest.fixture(scope="module")
def strict():
    """Return one emulator for all refusals: none of them changes anything."""
    with Emulator() as running:
        yield running
        assert running.ledger.creates() == []


@pytest.mark.parametrize("case", REFUSED)
def test_a_body_that_the_provider_would_refuse_is_refused(strict, case):
    make, words = REFUSED[case]

    answer = create(strict, make())

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_request"
    assert words in answer.json()["error"]["message"]
    assert words in strict.ledger.refusals()[-1]


@pytest.mark.parametrize("model", ["gemini-omni-flash-preview", "gemini-2.5-flash-image", "gemini-omni-9"])
def test_a_model_that_is_gone_or_never_was_is_not_found(strict, model):
    answer = create(strict, video(model=model))

    assert answer.status_code == 404
    assert ("no longer available" in answer.text) == (model != "gemini-omni-9")


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"x-other": "1"}, 403, "unregistered callers"),
        ({"x-goog-api-key": "wrong"}, 400, "API key not valid"),
        ({"authorization": "Bearer wrong"}, 403, "unregistered callers"),
    ],
)
def test_a_call_without_a_good_key_is_refused_by_the_front_end(strict, headers, status, words):
    answer = plain("POST", f"{strict.url}/v1beta/interactions", json=video(), headers=headers)

    assert answer.status_code == answer.json()["error"]["code"] == status
    assert words in answer.json()["error"]["message"]


def test_a_key_in_an_address_is_refused_and_not_written_down(strict):
    answer = plain(
        "GET",
        f"{strict.url}/v1beta/files",
        params={"key": strict.key},
        headers={"x-goog-api-key": strict.key},
    )

    assert answer.status_code == 400
    assert "no place in an address" in strict.ledger.refusals()[-1]
    assert strict.key not in str(strict.ledger.as_json())


def test_media_stand_in_the_ledger_by_their_hash_alone(strict):
    data = picture((400, 300), "plum")

    create(strict, video(input=[image_part(data), TEXT], foo=1))

    kept = strict.ledger.entries[-1].body["input"][0]["data"]
    assert kept["bytes"] == len(data)
    assert kept["mime"] == "image/png"
    assert text_of(data) not in str(strict.ledger.as_json())


def test_an_address_that_is_not_there_is_not_found(strict):
    answer = create(strict, {})
    nowhere = plain("GET", f"{strict.url}/v1beta/interactions", headers={"x-goog-api-key": strict.key})

    assert answer.status_code == 400
    assert nowhere.status_code == 404


def test_a_clip_longer_than_the_extension_allows_is_refused():
    with Emulator() as emulator:
        first = create(emulator, video(response_format=SMALL | {"duration": "15s"})).json()["id"]
        longer = task("extend", response_format=SMALL | {"duration": "10s"})
        second = create(emulator, longer | {"previous_interaction_id": first})
        third = create(emulator, longer | {"previous_interaction_id": second.json()["id"]})

        assert second.status_code == 200
        assert "30 s is the maximum" in third.json()["error"]["message"]
