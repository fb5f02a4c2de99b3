"""Whatever is sent, the emulator answers: it is strict with thousands of bodies and falls over none of them."""

from __future__ import annotations

import copy
import random
from typing import Any

import httpx2
import pytest

from tests.emulator import Emulator
from tests.emulator.asking import NANO, image_part, picture, plain, text_of, video

ODD: list[Any] = [None, True, 0, -1, 1.5, "", "é", "5s", "1K", [], {}, [[]], {"type": []}, ["x"], {"a": None}]
INLINE = {"mimeType": "image/png", "data": text_of(picture())}
VERTEX = "/v1beta1/projects/p/locations/l/publishers/google/models/"
BODIES: dict[str, Any] = {
    "/v1beta/interactions": video(
        input=[image_part(), {"type": "text", "text": "x"}],
        background=True,
        labels={"attempt": "a"},
        generation_config={"video_config": {"task": "image_to_video"}},
        webhook_config={"uris": ["http://127.0.0.1/"], "user_metadata": {}},
    ),
    f"/v1/models/{NANO}:generateContent": {
        "contents": [
            {"role": "model", "parts": [{"inlineData": INLINE, "thoughtSignature": "ZW11bGF0ZWQ6"}]},
            {"role": "user", "parts": [{"text": "x"}, {"fileData": {"fileUri": "files/a"}}]},
        ],
        "generationConfig": {"imageConfig": {"imageSize": "1K"}, "thinkingConfig": {}, "seed": 1},
        "tools": [{"googleSearch": {}}],
    },
    f"{VERTEX}veo-3.1-generate-001:predictLongRunning": {
        "instances": [
            {"prompt": "x", "image": {"bytesBase64Encoded": INLINE["data"], "mimeType": "image/png"}}
        ],
        "parameters": {"durationSeconds": 8, "storageUri": "gs://a/b"},
        "labels": {"attempt": "a"},
    },
    f"{VERTEX}veo-3.1-generate-001:fetchPredictOperation": {"operationName": "x"},
    "/api/v1/chat/completions": {
        "model": f"google/{NANO}",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "x"},
                    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{INLINE['data']}"}},
                ],
            }
        ],
        "modalities": ["image", "text"],
        "image_config": {"image_size": "1K"},
    },
    "/upload/v1beta/files": {"file": {"mime_type": "video/mp4", "name": "a"}},
    "/__emulator/faults": {"fault": "lost", "kind": "jwks", "times": 1},
}


def changed(body: Any, dice: random.Random) -> Any:
    """Return a body with something odd at one place in it."""
    found = copy.deepcopy(body)
    node = found
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return found
        key = dice.choice(keys)
        if not isinstance(node[key], (dict, list)) or not node[key] or dice.random() < 0.3:
            node[key] = dice.choice(ODD)
            return found
        node = node[key]


@pytest.mark.parametrize("path", BODIES)
def test_an_odd_body_is_answered(path):
    dice = random.Random(7)
    with Emulator() as emulator, httpx2.Client(base_url=emulator.url, timeout=100, verify=False) as client:
        headers = {"x-goog-api-key": emulator.key, "authorization": f"Bearer {emulator.key}"}
        statuses = [
            client.post(path, json=changed(BODIES[path], dice), headers=headers).status_code
            for _ in range(40)
        ]

    assert set(statuses) <= {200, 400, 403, 404}
    assert 400 in statuses or 404 in statuses


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[", b'"x"', b"null"])
def test_a_body_that_is_no_object_is_refused(body):
    with Emulator() as emulator:
        for path in BODIES:
            headers = {"x-goog-api-key": emulator.key, "authorization": f"Bearer {emulator.key}"}
            answer = plain("POST", emulator.url + path, content=body, headers=headers)
            assert answer.status_code in {400, 404}, path
