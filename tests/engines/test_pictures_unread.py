"""Answers of the two doors that give a picture but once: refused, empty, or with a picture that cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from projects.engines import openrouter, vertex_images
from projects.engines.base import Ended, Files, Json
from projects.failures import EMPTY_BY_STATUS, Code

WORDS = "I can't help with that."
ELSEWHERE = "https://elsewhere.example/a.png"
SHOWN = {"image_url": {"url": "data:image/png;base64,AAAA"}}


def completed(files: Files, reason: str = "stop", **message: Any) -> Ended:
    """Return the end that a completion with this message tells."""
    choice = {"finish_reason": reason, "message": {"role": "assistant", **message}}
    told = openrouter.said({"id": "gen-1", "choices": [choice], "usage": {"cost": "0.0391"}})
    return openrouter.ended_of(told, {"id": "gen-1", "model": "m"}, files)


@pytest.mark.parametrize("content", [None, "ok"])
@pytest.mark.parametrize(
    "images",
    [
        [{"image_url": {"url": ELSEWHERE}}],
        [{"image_url": {"url": ELSEWHERE.replace("https", "http")}}],
        [{"image_url": {"url": "data:image/png,%89PNG"}}],
        [{"image_url": {"url": None}}],
        [{"image_url": ELSEWHERE}],
        [None],
        {"url": ELSEWHERE},
        7,
    ],
)
def test_a_picture_that_cannot_be_read_is_no_refusal(files: Files, images: Any, content: str | None) -> None:
    end = completed(files, images=images, content=content)

    assert (end.status, end.code, end.media) == ("failed", Code.OUTPUT_CORRUPT, ())
    assert end.sentence == openrouter.UNREADABLE
    assert end.usage == {"cost": "0.039100"}
    assert (content or "") in end.words
    assert openrouter.UNREAD in end.words


def test_the_address_of_what_cannot_be_read_is_for_the_operator(files: Files) -> None:
    end = completed(files, images=[{"image_url": {"url": ELSEWHERE + "x" * 5000}}])

    assert ELSEWHERE in end.words
    assert len(end.words) < 1000


def test_one_that_can_be_read_is_the_result(files: Files) -> None:
    end = completed(files, images=[{"image_url": {"url": ELSEWHERE}}, SHOWN], refusal=WORDS)

    assert (end.status, end.code, end.sentence) == ("done", None, "")
    assert Path(end.media[0]["path"]).read_bytes() == b"\0\0\0"


@pytest.mark.parametrize(
    ("reason", "message", "code"),
    [
        ("stop", {"content": None, "refusal": WORDS}, Code.SAFETY_BLOCKED),
        ("stop", {"refusal": WORDS, "images": [{"image_url": {"url": ELSEWHERE}}]}, Code.SAFETY_BLOCKED),
        ("content_filter", {"images": [{}], "content": WORDS}, Code.SAFETY_BLOCKED),
        ("stop", {"content": WORDS}, Code.SAFETY_BLOCKED),
        ("stop", {"content": None, "refusal": None, "images": []}, Code.EMPTY_RESULT),
        ("stop", {"content": None, "refusal": ["odd"], "images": None}, Code.EMPTY_RESULT),
    ],
)
def test_a_refusal_is_one_and_its_words_are_kept(
    files: Files, reason: str, message: Json, code: Code
) -> None:
    end = completed(files, reason, **message)

    assert (end.status, end.code, end.sentence) == ("failed", code, "")
    assert (WORDS in end.words) == (WORDS in message.values())


COUNTED = {
    "promptTokenCount": 100,
    "candidatesTokenCount": 1120,
    "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
}


@pytest.mark.parametrize("usage", [COUNTED, None])
@pytest.mark.parametrize("reason", ["IMAGE_OTHER", "NO_IMAGE", "MAX_TOKENS", "UNHEARD_OF"])
def test_a_reason_for_no_picture_goes_before_a_count_of_one(
    files: Files, reason: str, usage: Json | None
) -> None:
    said = {"responseId": "r", "candidates": [{"finishReason": reason}], "usageMetadata": usage}

    end = vertex_images._ended(said, {"model": "m"}, files)

    assert (end.status, end.code) == ("failed", Code.EMPTY_RESULT)
    assert end.sentence == EMPTY_BY_STATUS["incomplete"]
    assert reason in end.words
    assert end.usage.get("total_output_tokens") == (1120 if usage else None)


@pytest.mark.parametrize(
    ("reason", "code"),
    [("STOP", Code.OUTPUT_CORRUPT), ("", Code.OUTPUT_CORRUPT), ("IMAGE_SAFETY", Code.SAFETY_BLOCKED)],
)
def test_a_count_without_such_a_reason_is_of_a_picture_that_did_not_come(
    files: Files, reason: str, code: Code
) -> None:
    said = {"responseId": "r", "candidates": [{"finishReason": reason}], "usageMetadata": COUNTED}

    assert vertex_images._ended(said, {"model": "m"}, files).code == code
