"""The emulated models:generateContent and models.get, driven by the real SDK."""

from __future__ import annotations

import io

import pytest
from google.genai import errors, types
from PIL import Image

from tests.emulator.asking import NANO, client_of, image_part, picture, post, text_of

WIDE = types.GenerateContentConfig(
    response_modalities=["TEXT", "IMAGE"],
    image_config=types.ImageConfig(aspect_ratio="16:9", image_size="1K"),
)


def picture_of(answer: types.GenerateContentResponse) -> Image.Image:
    """Return the picture of an answer, drafts aside."""
    parts = [part for part in answer.parts or [] if part.inline_data and not part.thought]
    assert len(parts) == 1
    return Image.open(io.BytesIO(parts[0].inline_data.data))


def generate(client, prompt="a red bottle", **config):
    """Ask for a picture."""
    return client.models.generate_content(
        model=NANO,
        contents=prompt,
        config=types.GenerateContentConfig(response_modalities=["IMAGE"], **config),
    )


def test_words_become_a_picture_with_its_signature_and_its_tokens(client, emulator):
    answer = client.models.generate_content(model=NANO, contents="a red bottle", config=WIDE)

    assert picture_of(answer).size == (1376, 768)
    assert answer.text == "Here is the picture."
    assert all(part.thought_signature for part in answer.parts)
    assert answer.usage_metadata.candidates_token_count == 1120
    assert emulator.ledger.creates()[0].id == answer.response_id


def test_pictures_lead_and_the_ratio_is_theirs(client, emulator):
    sent = types.Part.from_bytes(data=picture((90, 160), "blue"), mime_type="image/png")

    answer = generate(client, [sent, "put it on a beach"])

    shown = picture_of(answer)
    red, _, blue = shown.convert("RGB").getpixel((shown.width // 2, shown.height // 2))
    assert shown.size == (768, 1376)
    assert blue > red + 80
    assert len(emulator.ledger.creates()[0].media) == 1


def test_a_conversation_sends_its_history_with_signatures(client, emulator):
    chat = client.chats.create(model=NANO, config=WIDE)

    chat.send_message("a red bottle")
    second = chat.send_message("now at night")

    assert picture_of(second).size == (1376, 768)
    assert [len(one.media) for one in emulator.ledger.creates()] == [0, 1]


def test_thoughts_come_when_they_are_asked_for(client):
    answer = generate(
        client, thinking_config=types.ThinkingConfig(thinking_level="HIGH", include_thoughts=True)
    )

    assert sum(bool(part.thought) for part in answer.parts) == 2
    assert picture_of(answer)


@pytest.mark.parametrize(
    ("fault", "settings", "reason"),
    [
        ("image_safety", {}, "IMAGE_SAFETY"),
        ("image_safety", {"finish": "IMAGE_RECITATION"}, "IMAGE_RECITATION"),
        ("failed", {}, "PROHIBITED_CONTENT"),
        ("empty", {}, "NO_IMAGE"),
        ("tokens_only", {}, "IMAGE_OTHER"),
        ("incomplete", {}, "MAX_TOKENS"),
        ("odd_status", {}, "PAUSED"),
        ("blocked", {}, "STOP"),
    ],
)
@pytest.mark.filterwarnings("ignore:PAUSED is not a valid FinishReason")
def test_a_picture_that_is_withheld_has_a_reason(client, emulator, fault, settings, reason):
    emulator.fault(fault, **settings)

    answer = generate(client)

    assert answer.candidates[0].finish_reason == reason
    assert not [part for part in answer.parts or [] if part.inline_data]


def test_a_prompt_that_is_blocked_has_no_candidates(client, emulator):
    emulator.fault("prompt_blocked")

    answer = generate(client)

    assert answer.prompt_feedback.block_reason == "PROHIBITED_CONTENT"
    assert answer.candidates is None
    assert answer.parts is None


REFUSED = {
    "an unknown key": ({"foo": 1}, 'Unknown name "foo"'),
    "labels on this door": ({"labels": {"attempt": "a"}}, 'Unknown name "labels"'),
    "no contents": ({"contents": []}, "contents is not specified"),
    "an empty prompt": ({"contents": [{"parts": [{"text": " "}]}]}, "non-empty"),
    "512 pixels": ({"generationConfig": {"imageConfig": {"imageSize": "512"}}}, "Image size 512"),
    "a ratio": ({"generationConfig": {"imageConfig": {"aspectRatio": "2:1"}}}, "Aspect ratio"),
    "words only": ({"generationConfig": {"responseModalities": ["TEXT"]}}, "modality IMAGE"),
    "two candidates": ({"generationConfig": {"candidateCount": 2}}, "One candidate"),
    "functions": ({"tools": [{"functionDeclarations": []}]}, "functionDeclarations is not supported"),
    "a format": ({"generationConfig": {"responseMimeType": "application/json"}}, "Unknown name"),
    "bad base64": (
        {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "no!"}}, {"text": "x"}]}]},
        "Base64",
    ),
    "another type": (
        {
            "contents": [
                {
                    "parts": [
                        {"inlineData": {"mimeType": "image/jpeg", "data": image_part()["data"]}},
                        {"text": "x"},
                    ]
                }
            ]
        },
        "is image/png",
    ),
    "a history without signatures": (
        {
            "contents": [
                {
                    "role": "model",
                    "parts": [{"inlineData": {"mimeType": "image/png", "data": image_part()["data"]}}],
                },
                {"role": "user", "parts": [{"text": "x"}]},
            ]
        },
        "missing a thought_signature",
    ),
    "a signature of something else": (
        {
            "contents": [
                {
                    "role": "model",
                    "parts": [
                        {
                            "inlineData": {"mimeType": "image/png", "data": image_part()["data"]},
                            "thoughtSignature": text_of(b"emulated:another"),
                        }
                    ],
                },
                {"role": "user", "parts": [{"text": "x"}]},
            ]
        },
        "Thought signature is not valid",
    ),
    "a level of thinking": (
        {"generationConfig": {"thinkingConfig": {"thinkingLevel": "high"}}},
        "thinking_level",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_body_that_the_provider_would_refuse_is_refused(emulator, case):
    changes, words = REFUSED[case]
    body = {"contents": [{"role": "user", "parts": [{"text": "x"}]}]} | changes

    answer = post(emulator, f"/v1/models/{NANO}:generateContent", body)

    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"
    assert words in answer.json()["error"]["message"]
    assert emulator.ledger.creates() == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"parts": [{"text": "x"}]}, "valid role"),
        ({"role": "user", "parts": []}, "at least one parts field"),
    ],
)
def test_vertex_wants_a_role_and_something_said_in_every_turn(emulator, content, words):
    path = f"/v1beta1/projects/p/locations/global/publishers/google/models/{NANO}:generateContent"
    last = {"role": "user", "parts": [{"text": "x"}]}

    answer = post(emulator, path, {"contents": [content, last]}, authorization=f"Bearer {emulator.key}")

    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]
    assert emulator.ledger.creates() == []


def test_what_was_looked_up_is_named_and_counted(client):
    answer = generate(client, tools=[types.Tool(google_search=types.GoogleSearch())])

    found = answer.candidates[0].grounding_metadata
    assert [chunk.web.title for chunk in found.grounding_chunks] == ["weather.example"]
    assert answer.usage_metadata.tool_use_prompt_token_count == 150


# What models and files raise: nothing of the network is wrapped, and a body that is no JSON is told by `details`.
LOST = {
    "lost": "RemoteProtocolError",
    "reset": "ReadError",
    "half_header": "RemoteProtocolError",
    "cut": "RemoteProtocolError",
    "held": "ReadTimeout",
    "not_json": "JSONDecodeError",
}


@pytest.mark.parametrize("name", LOST)
def test_an_answer_that_is_lost_raises_what_the_transport_raises(emulator, name):
    emulator.fault(name)

    with client_of(emulator, 400) as client, pytest.raises(Exception) as caught:  # noqa: PT011 - any may come
        generate(client)

    assert type(caught.value).__name__ == LOST[name]
    assert len(emulator.ledger.posts()) == len(emulator.ledger.creates()) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, "ClientError"), (429, "ClientError"), (503, "ServerError"), (504, "ServerError")],
)
def test_a_status_raises_with_the_providers_body(client, emulator, status, error):
    emulator.fault(status, retry_info=9)

    with pytest.raises(errors.APIError) as caught:
        generate(client)

    assert type(caught.value).__name__ == error
    assert caught.value.code == status
    assert caught.value.details["error"]["details"][0]["retryDelay"] == "9s"
    assert len(emulator.ledger.posts()) == 1


def test_a_gateways_page_has_details_without_an_error(client, emulator):
    emulator.fault("gateway")

    with pytest.raises(errors.ServerError) as caught:
        generate(client)

    assert "error" not in caught.value.details


@pytest.mark.parametrize("name", ["empty_object", "no_id"])
def test_an_answer_without_candidates_is_no_error_for_the_sdk(client, emulator, name):
    emulator.fault(name)

    answer = generate(client)

    assert answer.candidates is answer.prompt_feedback is None


def test_the_models_are_listed_and_a_retired_one_is_not_found(client, emulator):
    names = {row.name for row in client.models.list()}
    emulator.retire(NANO)

    assert f"models/{NANO}" in names
    assert not any("veo" in name or "preview" in name for name in names)
    for model in (NANO, "gemini-2.5-flash-image"):
        with pytest.raises(errors.ClientError, match="no longer available") as caught:
            client.models.get(model=model)
        assert caught.value.code == 404
    assert client.models.get(model="gemini-omni-1.2-flash").name == "models/gemini-omni-1.2-flash"


async def test_the_async_client_does_the_same(emulator):
    async with client_of(emulator).aio as client:
        answer = await client.models.generate_content(model=NANO, contents="a red bottle", config=WIDE)

    assert picture_of(answer).size == (1376, 768)
