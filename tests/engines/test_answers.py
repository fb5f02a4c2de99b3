"""What a provider's words and counts are read as, where they are not as documented."""

from __future__ import annotations

import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from projects.engines import answers, interactions, prices
from projects.engines.base import Door, Ended, Files, Progress
from projects.engines.interactions import Answer
from projects.failures import FAILURES, Code

PRICES = {
    "video_million": "12",
    "image_million": "30",
    "input_million": "1.5",
    "text_million": "9",
    "grounding_call": "0.014",
}
COUNTED = {
    "total_input_tokens": 600,
    "total_output_tokens": 28_960,
    "output_tokens_by_modality": [{"modality": "video", "tokens": 28_960}],
}


def booked(**changes: Any) -> Decimal | None:
    """Return the cost of a clip's usage with some of it changed."""
    return prices.by_usage(PRICES, COUNTED | changes)


def test_a_clip_is_charged_by_its_tokens() -> None:
    assert booked() == Decimal("0.348420")
    assert booked(total_output_tokens="28960", total_thought_tokens=None) == Decimal("0.348420")


@pytest.mark.parametrize("junk", [-5, "many", {"video": 5}, [5], True, 10**30, 2.5])
def test_a_count_that_is_none_costs_nothing_and_breaks_nothing(junk: Any) -> None:
    assert booked(total_thought_tokens=junk) == Decimal("0.348420")
    assert booked(output_tokens_by_modality=[{"modality": "video", "tokens": junk}, junk]) is not None
    assert (booked(output_tokens_by_modality=junk) or 0) >= 0
    assert booked(total_input_tokens=junk, total_output_tokens=junk) is None


@pytest.mark.parametrize("rows", [None, [], {"video": 5}, [{"modality": "video", "tokens": -5}]])
def test_a_sum_without_rows_is_of_the_clip_that_came(rows: Any) -> None:
    usage = COUNTED | {"output_tokens_by_modality": rows}

    assert prices.by_usage(PRICES, usage, made=True) == Decimal("0.348420")
    assert prices.by_usage(PRICES, usage, made=False) == Decimal("0.261540")


def test_rows_that_leave_the_clip_out_leave_the_rest_to_it() -> None:
    rows = [{"modality": "text", "tokens": 1000}]
    usage = COUNTED | {"total_output_tokens": 29_960, "output_tokens_by_modality": rows}

    assert prices.by_usage(PRICES, usage, made=True) == Decimal("0.357420")


def test_a_clip_of_no_tokens_is_not_counted_at_all() -> None:
    assert prices.by_usage(PRICES, {"total_input_tokens": 600, "total_tokens": 29_560}, made=True) is None


REFUSALS: dict[str, tuple[dict[str, Any], Code]] = {
    "a blocked input": ({"code": "invalid_request", "message": "Input blocked"}, Code.SAFETY_BLOCKED),
    "a blocked input with its reason": (
        {"code": "invalid_request", "message": "Input blocked: The prompt could not be processed"},
        Code.SAFETY_BLOCKED,
    ),
    "a word of it alone": (
        {"code": "invalid_request", "message": "Input blocked by us"},
        Code.INPUT_REJECTED,
    ),
    "a code of a safety check": ({"code": "content_filtered", "message": "No."}, Code.SAFETY_BLOCKED),
    "a code of another check": ({"code": "image_recitation", "message": "No."}, Code.SAFETY_BLOCKED),
    "a sentence that is not documented": (
        {"code": "invalid_request", "message": "The request was blocked due to safety: violence."},
        Code.INPUT_REJECTED,
    ),
    "a known face": ({"code": 3, "message": "It was refused. Support codes: 29310472"}, Code.PEOPLE_POLICY),
    "a face among others": (
        {"code": 3, "message": "No. Support codes: 62263041, 17301594"},
        Code.PEOPLE_POLICY,
    ),
    "another support code": ({"code": 3, "message": "No. Support codes: 62263041"}, Code.SAFETY_BLOCKED),
    "a reason about people": ({"code": "INPUT_IMAGE_CELEBRITY", "message": "No."}, Code.PEOPLE_POLICY),
    "a lost parent": ({"code": "invalid_request", "message": "Invalid interaction name"}, Code.CHAIN_EXPIRED),
    "anything else": ({"code": "invalid_request", "message": "Something unheard of."}, Code.INPUT_REJECTED),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_and_a_failed_end_name_the_same_cause(name: str, files: Files) -> None:
    error, code = REFUSALS[name]

    at_once = answers.refusal(answers.Said(400, error, {}))
    later = interactions.ended(Answer("v1_a", "failed", errors=(error,)), None, files)

    assert (at_once.code, later.code) == (code, code)


NO_KEY, REASON = "API key not valid. Please pass a valid API key.", {"reason": "API_KEY_INVALID"}


@pytest.mark.parametrize(
    ("error", "is_proven"),
    [
        ({"code": 403, "message": "The caller does not have permission"}, False),
        ({"code": 401, "message": "Request had invalid authentication credentials."}, False),
        ({"code": 403, "message": "No.", "details": [REASON]}, True),
        ({"code": 400, "message": NO_KEY}, True),
        ({"code": 401, "message": "User not found."}, True),
    ],
)
def test_a_status_alone_proves_nothing_about_the_key(error: dict[str, Any], is_proven: bool) -> None:
    found = answers.refusal(answers.Said(error["code"], error, {}))

    assert (found.code, found.proven) == (Code.CREDENTIALS_REJECTED, is_proven)


SAID: dict[str, str] = {
    "The number value for `durationSeconds` is out of bound. Please provide a value between 4 and 8, "
    "inclusive.": "seconds",
    "Duration cannot be set in response format for edit task": "seconds",
    "`resolution` isn't supported by this model. Please remove it or refer to the Gemini API documentation for "
    "supported usage.": "size",
    "Invalid value at 'generation_config.image_config.image_size' (type.googleapis.com/x), 3": "size",
    "Aspect ratio is not enabled for this model": "format",
    "Provided image is not valid": "pictures",
    "The input token count (1300000) exceeds the maximum number of tokens allowed (1048576).": "words",
    "My duration is not what you asked for": "",
    "Please say Aspect ratio is not enabled for this model": "",
}


@pytest.mark.parametrize("message", SAID)
def test_a_refusal_names_the_control_that_the_provider_names(message: str) -> None:
    said = answers.refusal(answers.Said(400, {"code": 400, "message": message}, {}))

    assert said.code == Code.INPUT_REJECTED
    assert said.sentence == FAILURES[said.code].why if not SAID[message] else SAID[message] in said.sentence
    assert message in json.loads(said.detail.removeprefix("HTTP 400 "))["message"]


@pytest.mark.parametrize("junk", [5, None, [5], [{"field": 7}], {"field": "duration"}])
def test_a_list_of_fields_is_read_and_nonsense_in_it_breaks_nothing(junk: Any) -> None:
    named = {"fieldViolations": [{"field": "response_format.duration", "description": "No."}]}

    for details, expected in (([named], "seconds"), ([{"fieldViolations": junk}], "")):
        said = answers.refusal(answers.Said(400, {"code": 400, "message": "No.", "details": details}, {}))
        assert expected in said.sentence if expected else said.sentence == FAILURES[said.code].why


def test_a_failed_end_without_a_cause_is_the_provider_s(files: Files) -> None:
    error = {"code": 13, "message": "An internal error has occurred."}

    assert (
        interactions.ended(Answer("v1_a", "failed", errors=(error,)), None, files).code == Code.PROVIDER_DOWN
    )


@pytest.fixture
def files(tmp_path: Any) -> Any:
    """Return a step's folder."""
    return SimpleNamespace(folder=tmp_path, kept=None)


def test_an_end_that_shows_nothing_is_told_from_one_that_is_empty() -> None:
    said = {"id": "v1_a", "status": "completed", "steps": [{"type": "user_input", "content": []}]}

    assert interactions.read(json.dumps(said).encode()).says_nothing
    for more in (
        {"usage": {"total_tokens": 5}},
        {"error": {"code": 3, "message": "No."}},
        {"status": "failed"},
    ):
        assert not interactions.read(json.dumps(said | more).encode()).says_nothing


async def test_an_end_that_shows_nothing_is_looked_at_again(files: Files) -> None:
    clip = {"type": "video", "mime_type": "video/mp4", "uri": "https://example.com/files/a"}
    told = [Answer("v1_a", "completed"), Answer("v1_a", "completed", media=(clip,))]

    async def ask(*_: object) -> Answer:
        return told.pop(0)

    door = Door(1, "developer", "a-key")
    seen = [
        one async for one in interactions.follow(door, {"id": "v1_a", "api_version": "v1beta"}, files, ask)
    ]

    assert [type(one) for one in seen] == [Progress, Ended]
    assert seen[-1].media == (clip,)
