"""What an operation of Veo says of itself, in whatever form it says it (F16, F22)."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from projects.engines import interactions, operations
from projects.engines.base import Door, Ended, Files
from projects.failures import Code
from tests.emulator import Emulator

NAME = "projects/p/locations/us-central1/publishers/google/models/veo-3.1-generate-001/operations/a"
TICKET = {"id": NAME, "api_version": "v1beta1", "model": "veo-3.1-generate-001"}
CLIP = {"bytesBase64Encoded": base64.b64encode(b"clip").decode(), "mimeType": "video/mp4"}
SHOWN = {"raiMediaFilteredCount": 0, "videos": [CLIP]}
WORDS = "The bear is asleep."


def ended(files: Files, **told: Any) -> Ended:
    """Return the end of an operation that is done and tells this."""
    return interactions.ended(operations.said(NAME, {"done": True, **told}), TICKET, files)


async def test_a_look_gives_what_is_done_and_cannot_be_read(
    account: None, emulator: Emulator, files: Files
) -> None:
    told = {"name": NAME, "done": True, "response": {"videos": [{"bytesBase64Encoded": "@@"}]}}
    emulator.fault("not_json", kind="poll", body=json.dumps(told).encode())
    door = Door(1, "vertex", "", base_url=emulator.url, project="p", location="global")

    [end] = [one async for one in interactions.follow(door, TICKET, files, operations.look)]

    assert isinstance(end, Ended)
    assert (end.status, Path(end.media[0]["path"]).read_bytes()) == ("done", b"@@")
    [sent] = emulator.ledger.requests("poll")
    assert sent.path == f"/v1beta1/{NAME.partition('/operations/')[0]}:fetchPredictOperation"


@pytest.mark.parametrize(
    "response",
    [
        {"videos": [{"bytesBase64Encoded": "@@"}]},
        {"videos": [{"bytesBase64Encoded": 7, "mimeType": 7}]},
        {"videos": [{"gcsUri": ["gs://clips/a.mp4"]}]},
        {"videos": [7]},
        {"videos": "@@"},
        "@@",
        [CLIP],
    ],
)
def test_what_cannot_be_read_is_a_damaged_result_and_is_kept(files: Files, response: Any) -> None:
    end = ended(files, response=response)

    [part] = end.media
    assert (end.status, "uri" in part) == ("done", False)
    assert Path(part["path"]).stat().st_size > 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WORDS, Code.PROVIDER_DOWN),
        ([WORDS], Code.PROVIDER_DOWN),
        ({"message": WORDS}, Code.PROVIDER_DOWN),
        ({"code": 13, "message": WORDS}, Code.PROVIDER_DOWN),
        ({"code": 3, "message": WORDS}, Code.SAFETY_BLOCKED),
        ({"code": "3", "message": WORDS}, Code.SAFETY_BLOCKED),
    ],
)
def test_an_error_of_any_form_is_a_failure_in_its_words(files: Files, error: Any, code: Code) -> None:
    end = ended(files, error=error)

    assert (end.status, end.code) == ("failed", code)
    assert WORDS in end.words


@pytest.mark.parametrize("response", ["@@", {"videos": [{"bytesBase64Encoded": "@@"}]}, {"videos": [[]]}])
def test_what_cannot_be_read_does_not_go_before_an_error(files: Files, response: Any) -> None:
    end = ended(files, response=response, error=WORDS)

    assert (end.status, end.code, end.media) == ("failed", Code.PROVIDER_DOWN, ())


@pytest.mark.parametrize("error", [None, {}, "", {"code": 0}, {"code": 0, "message": "OK"}, {"code": 13}])
def test_a_clip_that_came_goes_before_an_error_beside_it(files: Files, error: Any) -> None:
    end = ended(files, response=SHOWN, error=error)

    [part] = end.media
    assert (end.status, Path(part["path"]).read_bytes()) == ("done", b"clip")


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"error": {"code": 0}}, Code.EMPTY_RESULT),
        ({"response": {}}, Code.EMPTY_RESULT),
        ({"response": {"videos": [{"mimeType": "video/mp4"}]}}, Code.EMPTY_RESULT),
        ({"response": {"raiMediaFilteredCount": "0"}}, Code.EMPTY_RESULT),
        ({"response": {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": WORDS}}, Code.SAFETY_BLOCKED),
        (
            {"response": {"raiMediaFilteredCount": "1", "raiMediaFilteredReasons": [WORDS, 7]}},
            Code.SAFETY_BLOCKED,
        ),
    ],
)
def test_an_end_without_a_clip_is_empty_or_withheld(files: Files, told: Any, code: Code) -> None:
    end = ended(files, **told)

    assert (end.status, end.code, end.media) == ("failed", code, ())


def test_bytes_are_kept_with_the_address_beside_them() -> None:
    told = {"done": True, "response": {"videos": [CLIP | {"gcsUri": "gs://clips/a.mp4"}]}}

    [part] = operations.said(NAME, told).media

    assert (part["data"], part["uri"]) == (CLIP["bytesBase64Encoded"], "gs://clips/a.mp4")


@pytest.mark.parametrize("done", [None, False, "false", "odd"])
def test_what_is_not_done_goes_on(done: Any) -> None:
    assert operations.said(NAME, {"done": done, "response": SHOWN}).status == "in_progress"
