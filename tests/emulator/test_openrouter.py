"""The emulated OpenRouter, by plain HTTP."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from tests.emulator import Emulator
from tests.emulator.asking import NANO, picture, plain, text_of

ADDRESS = f"data:image/png;base64,{text_of(picture((90, 160), 'blue'))}"


def ask(emulator: Emulator, key: str = "", path: str = "chat/completions", **changes: Any):
    """Ask for a picture."""
    body = {
        "model": f"google/{NANO}",
        "messages": [{"role": "user", "content": "a red bottle"}],
        "modalities": ["image", "text"],
        "image_config": {"aspect_ratio": "16:9", "image_size": "1K"},
        "metadata": {"attempt": "a-1"},
    }
    headers = {"authorization": f"Bearer {key or emulator.key}"}
    return plain("POST", f"{emulator.url}/api/v1/{path}", json=body | changes, headers=headers)


def picture_of(answer) -> Image.Image:
    """Return the picture of an answer."""
    address = answer.json()["choices"][0]["message"]["images"][0]["image_url"]["url"]
    head, _, text = address.partition(";base64,")
    assert head == "data:image/png"
    return Image.open(io.BytesIO(base64.b64decode(text)))


def test_words_become_a_picture_with_its_price(emulator):
    answer = ask(emulator)

    assert picture_of(answer).size == (1376, 768)
    assert answer.json()["usage"]["cost"] == pytest.approx(0.0336)
    assert emulator.ledger.tally() == {"a-1": 1}
    assert emulator.ledger.entries[0].attempt == "a-1"
    assert emulator.ledger.entries[0].model == NANO


def test_a_conversation_goes_on_in_the_ratio_of_its_picture(emulator):
    parts = [{"type": "text", "text": "on a beach"}, {"type": "image_url", "image_url": {"url": ADDRESS}}]
    first = ask(emulator, messages=[{"role": "user", "content": parts}], image_config={})
    history = [
        {"role": "user", "content": parts},
        first.json()["choices"][0]["message"],
        {"role": "user", "content": "now at night"},
    ]

    second = ask(emulator, messages=history, image_config={})

    assert picture_of(first).size == picture_of(second).size == (768, 1376)
    assert [len(one.media) for one in emulator.ledger.creates()] == [1, 2]


@pytest.mark.parametrize("reasons", [None, [], [{"type": "reasoning.encrypted", "data": "b3RoZXI="}]])
def test_a_conversation_without_its_reasons_is_refused(emulator, reasons):
    said = ask(emulator).json()["choices"][0]["message"] | {"reasoning_details": reasons}
    if reasons is None:
        del said["reasoning_details"]

    answer = ask(emulator, messages=[said, {"role": "user", "content": "now at night"}])

    assert answer.status_code == 400
    assert "reasoning details to be preserved" in answer.json()["error"]["message"]
    assert len(emulator.ledger.creates()) == 1


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "camelCase": ({"image_config": {"aspectRatio": "16:9"}}, 400, "aspectRatio"),
    "an unknown key": ({"foo": 1}, 400, "foo"),
    "no images": ({"modalities": ["text"]}, 400, "modalities"),
    "no words": ({"messages": [{"role": "user", "content": " "}]}, 400, "contain text"),
    "a size": ({"image_config": {"image_size": "512"}}, 400, "Image size 512"),
    "an address": (
        {
            "messages": [
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a/b"}}]}
            ]
        },
        400,
        "data address",
    ),
    "another model": ({"model": "google/gemini-2.5-flash-image"}, 404, "No endpoints found"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_body_that_the_model_does_not_do_is_refused(emulator, case):
    changes, status, words = REFUSED[case]

    answer = ask(emulator, **changes)

    assert answer.status_code == answer.json()["error"]["code"] == status
    assert words in answer.json()["error"]["message"]
    assert emulator.ledger.creates() == []


def test_a_key_that_is_not_known_is_refused(emulator):
    answer = ask(emulator, key="wrong")

    assert (answer.status_code, answer.json()["error"]) == (401, {"message": "User not found.", "code": 401})


def test_faults_strike_here_too(emulator):
    emulator.fault(402)
    emulator.fault("image_safety")

    refused, blocked = ask(emulator), ask(emulator)

    assert refused.json()["error"]["code"] == 402
    choice = blocked.json()["choices"][0]
    assert (choice["finish_reason"], choice["native_finish_reason"]) == ("content_filter", "IMAGE_SAFETY")
    assert "images" not in choice["message"]


def test_models_and_key_are_shown(emulator):
    headers = {"authorization": f"Bearer {emulator.key}"}
    models = plain("GET", f"{emulator.url}/api/v1/models", headers=headers).json()["data"]
    key = plain("GET", f"{emulator.url}/api/v1/key", headers=headers).json()["data"]

    assert f"google/{NANO}" in {row["id"] for row in models}
    assert key["limit"] is None
