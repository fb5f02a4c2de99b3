"""Every fault of a create, with what comes out of the SDK: the engines' mapping of errors is written from this.

Seen with google-genai 3.4.0, sync and async alike. Facts that the table does not say by itself:

- `{}` and an answer without an id come out as an Interaction whose `id` is `''` and whose status may be None.
- `exc.body` of interactions is the parsed JSON (a dict, or a list where the front end wraps it), the text of what
  is no JSON, or None; 402, 408, 413 and 499 are plain `APIStatusError`, all 5xx are `InternalServerError`.
- A time-out after the create was sent and one before cannot be told apart but by `__cause__`.
- Ends of an accepted create are no errors: see ENDS.
"""

from __future__ import annotations

import base64
from typing import Any, cast

import pytest
from google.genai import _interactions as sdk

from tests.emulator import Emulator
from tests.emulator.asking import SMALL, client_of, video
from tests.emulator.faults import FAULTS
from tests.emulator.media import sniff
from tests.emulator.outcomes import OUTCOMES

PATIENCE_MS = 400

# Fault, settings, exception, its cause, whether the create was accepted.
LOST: list[tuple[str, dict[str, Any], type[Exception], str, bool]] = [
    ("lost", {}, sdk.APIConnectionError, "RemoteProtocolError", True),
    ("lost", {"after": False}, sdk.APIConnectionError, "RemoteProtocolError", False),
    ("reset", {}, sdk.APIConnectionError, "ReadError", True),
    ("half_header", {}, sdk.APIConnectionError, "RemoteProtocolError", True),
    ("cut", {}, sdk.APIConnectionError, "RemoteProtocolError", True),
    ("slow", {"seconds": 5}, sdk.APITimeoutError, "ReadTimeout", True),
    ("held", {}, sdk.APITimeoutError, "ReadTimeout", True),
    ("not_json", {}, sdk.APIResponseValidationError, "ResponseValidationError", True),
    ("gateway", {}, sdk.InternalServerError, "GenAiDefaultError", False),
    ("gateway", {"status": 404}, sdk.NotFoundError, "GenAiDefaultError", False),
]
# Status, exception. Each comes once in Google's form; which form it is changes the body only.
STATUSES = {
    400: sdk.BadRequestError,
    401: sdk.AuthenticationError,
    402: sdk.APIStatusError,
    403: sdk.PermissionDeniedError,
    404: sdk.NotFoundError,
    408: sdk.APIStatusError,
    409: sdk.ConflictError,
    413: sdk.APIStatusError,
    429: sdk.RateLimitError,
    499: sdk.APIStatusError,
    500: sdk.InternalServerError,
    502: sdk.InternalServerError,
    503: sdk.InternalServerError,
    504: sdk.InternalServerError,
}
# End, status, whether there is text, a clip, tokens of video.
ENDS = {
    "blocked": ("completed", True, False, False),
    "failed": ("failed", False, False, False),
    "image_safety": ("failed", False, False, False),
    "prompt_blocked": ("failed", False, False, False),
    "empty": ("completed", False, False, False),
    "tokens_only": ("completed", False, False, True),
    "other_kind": ("completed", False, False, True),
    "zero_bytes": ("completed", False, True, True),
    "wrong_type": ("completed", False, True, True),
    "no_base64": ("completed", False, True, True),
    "corrupt": ("completed", False, True, True),
    "incomplete": ("incomplete", True, False, False),
    "partial": ("incomplete", True, True, True),
    "odd_status": ("paused_for_review", False, False, False),
    "cancelled_by_provider": ("cancelled", False, False, False),
    "never_ends": ("in_progress", False, False, False),
    "comes_inline": ("completed", False, True, True),
    "comes_as_uri": ("completed", False, True, True),
    "result_processing": ("completed", False, True, True),
    "result_failed": ("completed", False, True, True),
}


@pytest.fixture(scope="module")
def shared():
    """Return one emulator and one client for all faults of a create."""
    with Emulator() as emulator, client_of(emulator) as client:
        client.interactions.create(**video())
        yield emulator, client


@pytest.fixture
def hasty(shared):
    """Return the emulator and a client that does not wait long."""
    emulator, _ = shared
    with client_of(emulator, PATIENCE_MS) as client:
        yield emulator, client
    emulator.calm()


@pytest.mark.parametrize(("name", "options", "error", "cause", "accepted"), LOST)
def test_an_answer_that_is_lost_is_an_error_after_one_request(hasty, name, options, error, cause, accepted):
    emulator, client = hasty
    posts, creates = len(emulator.ledger.posts()), len(emulator.ledger.creates())
    emulator.fault(name, **options)

    with pytest.raises(sdk.APIError) as caught:
        client.interactions.create(**video())

    assert type(caught.value) is error
    assert type(caught.value.__cause__).__name__ == cause
    assert len(emulator.ledger.posts()) - posts == 1
    assert len(emulator.ledger.creates()) - creates == accepted


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("form", ["google", "list", "interactions", "none"])
def test_a_status_is_its_exception_with_the_body_as_it_came(shared, status, form):
    emulator, client = shared
    fault = emulator.fault(status, form=form)

    with pytest.raises(sdk.APIStatusError) as caught:
        client.interactions.create(**video())

    body: Any = caught.value.body
    assert (type(caught.value), caught.value.status_code, fault.struck) == (STATUSES[status], status, 1)
    assert isinstance(body, {"google": dict, "list": list, "interactions": dict, "none": type(None)}[form])
    if form == "interactions":
        assert isinstance(body["error"]["code"], str)
    if form == "google":
        assert body["error"]["code"] == status


@pytest.mark.parametrize("name", ["empty_object", "no_id"])
def test_an_answer_without_an_id_is_no_error_for_the_sdk(shared, name):
    emulator, client = shared
    creates = len(emulator.ledger.creates())
    emulator.fault(name)

    made = client.interactions.create(**video())

    assert made.id == ""
    assert len(emulator.ledger.creates()) - creates == 1


def test_a_rate_limit_carries_each_hint_when_to_come_back(shared):
    emulator, client = shared
    emulator.fault(429, retry_after=7, retry_after_ms=6500, retry_info=34)

    with pytest.raises(sdk.RateLimitError) as caught:
        client.interactions.create(**video())

    headers, body = caught.value.response.headers, cast("Any", caught.value.body)
    assert (headers["retry-after"], headers["retry-after-ms"]) == ("7", "6500")
    assert body["error"]["details"][0]["retryDelay"] == "34s"


@pytest.mark.parametrize(
    ("name", "error", "where"),
    [
        ("unsafe", sdk.BadRequestError, ("code", "invalid_request")),
        ("region", sdk.BadRequestError, ("status", "FAILED_PRECONDITION")),
        ("daily_quota", sdk.RateLimitError, ("status", "RESOURCE_EXHAUSTED")),
        ("retired", sdk.NotFoundError, ("code", "not_found")),
    ],
)
def test_a_refusal_says_why(shared, name, error, where):
    emulator, client = shared
    emulator.fault(name)

    with pytest.raises(error) as caught:
        client.interactions.create(**video(model="gemini-omni-1.1-flash"))

    field, value = where
    assert cast("Any", caught.value.body)["error"][field] == value


@pytest.mark.parametrize("name", ENDS)
def test_an_accepted_create_ends_as_told(shared, name):
    emulator, client = shared
    emulator.fault(name)

    started = client.interactions.create(**video(background=True, response_format=SMALL))
    made = ended(emulator, client, started.id)

    text = bool(made.output_text)
    clip = made.output_video is not None
    billed = bool(made.usage and made.usage.total_output_tokens > 1000)
    assert (made.status, text, clip, billed) == ENDS[name]


def ended(emulator: Emulator, client, name: str):
    """Return an interaction when its time is over."""
    making = emulator.world.interactions[name].making
    while (found := client.interactions.get(name)).status == "in_progress" and not (
        making.done() and emulator.clock.now() > emulator.world.interactions[name].ready_at
    ):
        pass
    return client.interactions.get(found.id)


@pytest.mark.parametrize(
    ("name", "mime"),
    [("zero_bytes", ""), ("wrong_type", ""), ("corrupt", "video/mp4"), ("other_kind", "image/jpeg")],
)
def test_bytes_are_spoiled_as_told(shared, name, mime):
    emulator, client = shared
    emulator.fault(name)

    made = client.interactions.create(**video())

    shown = made.output_video or made.output_image
    data = base64.b64decode(shown.data or "")
    assert sniff(data) == mime
    assert (len(data) == 0) == (name == "zero_bytes")


def test_every_end_is_in_the_table():
    assert set(ENDS) == set(OUTCOMES) - {""}


def test_the_table_names_every_fault_that_strikes_a_create():
    tried = {row[0] for row in LOST} | set(ENDS) | {"status", "empty_object", "no_id"}
    assert {name for name, row in FAULTS.items() if row.kind == "create"} - tried == {
        "unsafe",
        "region",
        "daily_quota",
        "retired",
    }
