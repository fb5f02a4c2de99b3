"""What a provider's failure means, by class, status and structured reason; never by a part of a sentence.

*Refused* (not billed, by the provider's terms): a 4xx other than 408, 409 and 499, a 500 or a 503, whose JSON body
holds the provider's own error object; and a 413 with any body. *Not sent*: no connection was made. Everything else
that was sent is *doubt*.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from projects.engines import clean, errors
from projects.engines.errors import Doubt, EngineError, NotSent, Refused
from projects.failures import FAILURES, Code

NO_CONNECTION = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
"""The HTTP client's classes for a request that never left: DNS, refused, TLS, no free connection."""
NO_ACCOUNT = "GoogleAuthError"
"""The family of a service account's failures: its token is fetched before a request leaves."""
REMEDIED = frozenset({Code.INPUT_REJECTED, Code.REGION_LIMITED})
"""The codes whose cause a sentence of the provider can name."""
IN_DOUBT = frozenset({408, 409, 499})
LONGEST_DETAIL = 4000

CODES: dict[int, Code] = {
    400: Code.INPUT_REJECTED,
    401: Code.CREDENTIALS_REJECTED,
    402: Code.QUOTA_EXHAUSTED,
    403: Code.CREDENTIALS_REJECTED,
    404: Code.MODEL_UNAVAILABLE,
    413: Code.FILE_TOO_LARGE,
    429: Code.RATE_LIMITED,
    500: Code.PROVIDER_DOWN,
    503: Code.PROVIDER_DOWN,
}
REASONS: dict[str, Code] = {
    "API_KEY_INVALID": Code.CREDENTIALS_REJECTED,
    "API_KEY_SERVICE_BLOCKED": Code.CREDENTIALS_REJECTED,
    "API_KEY_HTTP_REFERRER_BLOCKED": Code.CREDENTIALS_REJECTED,
    "API_KEY_IP_ADDRESS_BLOCKED": Code.CREDENTIALS_REJECTED,
    "CONSUMER_SUSPENDED": Code.CREDENTIALS_REJECTED,
    "SERVICE_DISABLED": Code.CREDENTIALS_REJECTED,
    "BILLING_DISABLED": Code.QUOTA_EXHAUSTED,
}
"""`ErrorInfo.reason`, as google.rpc documents it."""
STATUSES: dict[str, Code] = {"FAILED_PRECONDITION": Code.REGION_LIMITED}
"""What a 400 with this `status` most likely is (the page on troubleshooting of the Gemini API); others have it too."""
SENTENCES: dict[str, Code] = {
    "User location is not supported for the API use.": Code.REGION_LIMITED,
    "API key not valid. Please pass a valid API key.": Code.CREDENTIALS_REJECTED,
    "User not found.": Code.CREDENTIALS_REJECTED,
    "Invalid interaction name": Code.CHAIN_EXPIRED,
    "Unable to submit request because Thought signature is not valid.. Learn more: "
    "https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini": Code.CHAIN_EXPIRED,
}
"""Whole sentences, where the provider gives no reason. Sources: ai.google.dev/gemini-api/docs/troubleshooting;
one was recorded live (OpenRouter's note). OpenRouter's own for a key that is
none is recorded by apurvsinghgautam/robin issue 103."""
BLOCKED_SENTENCE = re.compile(r"(Input|Output) blocked(\.|: .+)?", re.DOTALL)
"""Recorded live (bike4mind's Omni provider), with and without a reason after it."""
BLOCKED = frozenset(
    {
        *("safety", "content_filtered", "blocked", "content_blocked", "prohibited_content", "image_safety"),
        *("recitation", "spii", "blocklist", "image_prohibited_content", "image_recitation"),
    }
)
"""An error's `code`, where it is a word, of what a check has stopped: ai.google.dev/gemini-api/docs/api-errors. Left
out are `language` and `image_other`, which are no check's."""


@dataclass(frozen=True, slots=True)
class Said:
    """A provider's answer that is no success: its status, and its own error object where the body holds one."""

    status: int
    error: Mapping[str, Any] | None
    headers: Mapping[str, str]

    @property
    def message(self) -> str:
        """Return the provider's words."""
        return str((self.error or {}).get("message", ""))

    @property
    def details(self) -> list[Mapping[str, Any]]:
        """Return the structured details, of which there may be none."""
        found = (self.error or {}).get("details")
        return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []

    @property
    def fields(self) -> list[str]:
        """Return the last parts of the fields that the provider lists as wrong (google.rpc.BadRequest)."""
        lists = (detail.get("fieldViolations") for detail in self.details)
        entries = [entry for one in lists if isinstance(one, list) for entry in one]
        return [
            str(entry.get("field", "")).rpartition(".")[2] for entry in entries if isinstance(entry, dict)
        ]

    @property
    def words(self) -> str:
        """Return the whole error for admins."""
        return f"HTTP {self.status} {json.dumps(self.error) if self.error else 'without an error body'}"[
            :LONGEST_DETAIL
        ]


def structured(body: Any) -> Mapping[str, Any] | None:
    """Return the provider's own error object of a body (or of its only list element); nothing for any other body."""
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return None
    return error if error.get("code") not in (None, "") else None


def parsed(content: bytes) -> dict[str, Any]:
    """Return the body of a 200, as rows can hold it. Raises Doubt for one that is no JSON object."""
    try:
        body = clean.cleaned(json.loads(content.decode("utf-8-sig", "replace")))
    except (ValueError, RecursionError) as error:
        raise lost("The answer is no JSON.", 200) from error
    if not isinstance(body, dict):
        raise lost("The answer is no JSON object.", 200)
    return body


def lost(words: str, status: int = 0) -> Doubt:
    """Return the doubt about a create whose answer says too little. `status`: of that answer, if one came."""
    return Doubt(FAILURES[Code.PROVIDER_DOWN].title, Code.PROVIDER_DOWN, words, status=status)


def said(error: BaseException) -> Said | None:
    """Return what the provider answered, out of either of the SDK's families of exceptions; None for no answer."""
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None)
    body = getattr(error, "body", None)
    if status is None:
        status, body = getattr(error, "code", None), getattr(error, "details", None)
    if not isinstance(status, int) or isinstance(status, bool):
        return None
    return Said(status, structured(body), getattr(response, "headers", {}))


def of(error: BaseException) -> EngineError:
    """Return what a failed create means: NotSent, Refused or Doubt."""
    answer = said(error)
    return _without_answer(error) if answer is None else of_answer(answer)


def of_answer(answer: Said) -> EngineError:
    """Return what an answer to a create that is no success means: Refused or Doubt."""
    if answer.status == 413:
        return Refused(FAILURES[Code.FILE_TOO_LARGE].why, Code.FILE_TOO_LARGE, answer.words, status=413)
    if not _is_refusal(answer):
        return lost(answer.words, answer.status)
    return refusal(answer)


def _without_answer(error: BaseException) -> EngineError:
    cause = error.__cause__ or error
    words = f"{type(cause).__name__}: {cause}"[:LONGEST_DETAIL]
    kinds = {kind.__name__ for one in (error, cause) for kind in type(one).__mro__}
    if NO_ACCOUNT in kinds and "TransportError" not in kinds:
        code = Code.CREDENTIALS_REJECTED
        return Refused(FAILURES[code].why, code, words, proven=True)
    if kinds & {*NO_CONNECTION, NO_ACCOUNT}:
        return NotSent("The provider could not be reached.", Code.PROVIDER_DOWN, words)
    return lost(words)


def _is_refusal(answer: Said) -> bool:
    if answer.error is None or answer.status in IN_DOUBT:
        return False
    return 400 <= answer.status < 500 or answer.status in (500, 503)


def refusal(answer: Said) -> Refused:
    """Return a structured no with its code, and whether and when it passes by itself."""
    told = _told(answer)
    code = told or _guessed(answer)
    passes = answer.status == 503 or code == Code.RATE_LIMITED
    named = errors.remedy(answer.message, answer.fields) if code in REMEDIED else ""
    return Refused(
        named or FAILURES[code].why,
        code,
        answer.words,
        status=answer.status,
        again=passes or code == Code.QUOTA_EXHAUSTED,
        retry_after=retry_after(answer),
        per_model=answer.status == 429 and _is_per_model(answer),
        proven=told is not None,
    )


def _told(answer: Said) -> Code | None:
    """Return what the provider names itself: by a reason, a quota, a code or a whole sentence."""
    for detail in answer.details:
        if detail.get("reason") in REASONS:
            return REASONS[detail["reason"]]
        if answer.status == 429 and _is_daily(detail):
            return Code.QUOTA_EXHAUSTED
    return cause(answer.error or {})


def _guessed(answer: Said) -> Code:
    named = STATUSES.get(str((answer.error or {}).get("status"))) if answer.status == 400 else None
    return named or CODES.get(answer.status, Code.INPUT_REJECTED)


def is_about_key(answer: Said) -> bool:
    """Return whether a no is about the key, not about what was asked for with it."""
    return answer.status in (401, 403) or refusal(answer).code == Code.CREDENTIALS_REJECTED


def is_unknown(answer: Said, id_: str) -> bool:
    """Return whether a no to a look says that there is no such work; a 400 or a 403 has to name it."""
    if answer.error is None or answer.status not in (400, 403, 404):
        return False
    return answer.status == 404 or id_ in answer.message or refusal(answer).code == Code.CHAIN_EXPIRED


def cause(error: Mapping[str, Any]) -> Code | None:
    """Return what an error's whole sentence or its code names; nothing for those that we do not know."""
    code, message = str(error.get("code", "")).lower(), str(error.get("message", ""))
    if code in errors.PERSON_REASONS:
        return Code.PEOPLE_POLICY
    if (found := errors.by_support_code(message)) is not None:
        return found
    if errors.NOT_READY.fullmatch(message):
        return Code.FILE_PROCESSING_FAILED
    is_blocked = code in BLOCKED or BLOCKED_SENTENCE.fullmatch(message)
    return Code.SAFETY_BLOCKED if is_blocked else SENTENCES.get(message)


def _is_daily(detail: Mapping[str, Any]) -> bool:
    """Return whether a QuotaFailure names a limit of the day, by the id of the quota."""
    return any("PerDay" in str(entry.get("quotaId", "")) for entry in _violations(detail))


def _is_per_model(answer: Said) -> bool:
    """Return whether each quota that is used up is one of a model: by its id, or by its dimensions."""
    named = [entry for detail in answer.details for entry in _violations(detail)]
    return bool(named) and all(_names_model(entry) for entry in named)


def _names_model(violation: Mapping[str, Any]) -> bool:
    dimensions = violation.get("quotaDimensions")
    of_model = isinstance(dimensions, dict) and bool(dimensions.get("model"))
    return of_model or "PerModel" in str(violation.get("quotaId", ""))


def _violations(detail: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = detail.get("violations")
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def retry_after(answer: Said) -> float | None:
    """Return in how many seconds the provider wants to be asked again: by header, else by RetryInfo."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if headers.get("retry-after-ms", "").isdigit():
        return int(headers["retry-after-ms"]) / 1000
    if (found := headers.get("retry-after", "")) != "":
        return _seconds(found)
    delays = [str(detail["retryDelay"]) for detail in answer.details if "retryDelay" in detail]
    return _number(delays[0].removesuffix("s")) if delays else None


def _seconds(text: str) -> float | None:
    """Return the seconds of a Retry-After header, which is a number or a date."""
    if (number := _number(text)) is not None:
        return number
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at.tzinfo else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return max(number, 0.0) if number < 1e6 else None
