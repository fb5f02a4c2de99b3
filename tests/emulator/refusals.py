"""The provider's own words when it says no, in its two forms.

Interactions answer `{"error": {"code": "invalid_request", "message": …}}`; the front end answers Google's form with
a numeric code and a status, sometimes wrapped in a list. Documented or seen live (reference/gemini-api.md): the
sentences of KEY, GONE, RETIRED, REGION, NAME, DURATION, BLOCKED. Google writes others; ours name the fault.
"""

from __future__ import annotations

from typing import Any

from tests.emulator.wire import Reply

STATUSES = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    402: ("FAILED_PRECONDITION", "Your prepayment credits are depleted."),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "Requested entity was not found."),
    408: ("DEADLINE_EXCEEDED", "The request timed out."),
    409: ("ABORTED", "The operation was aborted."),
    413: ("INVALID_ARGUMENT", "Request payload size exceeds the limit."),
    429: (
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    499: ("CANCELLED", "The operation was cancelled."),
    500: ("INTERNAL", "An internal error has occurred. Please retry."),
    502: ("UNAVAILABLE", "Bad gateway."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}
CODES = {400: "invalid_request", 401: "authentication", 403: "permission_denied", 404: "not_found"}

NO_KEY = (
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other "
    "form of API consumer identity to call this API."
)
BAD_KEY = "API key not valid. Please pass a valid API key."
REGION = "User location is not supported for the API use."
NAME = "Invalid interaction name"
DURATION = "Duration cannot be set in response format for edit task"
RATIO = "Aspect ratio cannot be set in response format for edit task."
BLOCKED = "Input blocked: The prompt could not be processed"
RETIRED = "This model models/{model} is no longer available. Please update your code to use a newer model."
UNKNOWN = "models/{model} is not found for API version {version}, or is not supported for this method."

REASON = "type.googleapis.com/google.rpc.ErrorInfo"
RETRY = "type.googleapis.com/google.rpc.RetryInfo"
QUOTA = "type.googleapis.com/google.rpc.QuotaFailure"


class Refused(Exception):
    """No, with the reason. `form`: `interactions`, `google` or `openrouter`."""

    def __init__(
        self,
        message: str,
        status: int = 400,
        form: str = "interactions",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.form, self.headers, self.more = (
            message,
            status,
            form,
            headers or {},
            more,
        )

    def reply(self) -> Reply:
        """Return the answer that carries it."""
        reply = Reply.of(FORMS[self.form](self.status, self.message, **self.more), self.status)
        reply.headers |= self.headers
        return reply


def google(
    status: int, message: str = "", name: str = "", details: list[Any] | None = None
) -> dict[str, Any]:
    """Return the front end's form; without words, those of the status."""
    usual_name, usual = STATUSES[status]
    error = {"code": status, "message": message or usual, "status": name or usual_name}
    return {"error": error | ({"details": details} if details else {})}


def interactions(status: int, message: str = "", **_: Any) -> dict[str, Any]:
    """Return the form of the Interactions API."""
    code = CODES.get(status) or STATUSES[status][0].lower()
    return {"error": {"message": message or STATUSES[status][1], "code": code}}


def openrouter(status: int, message: str = "", **_: Any) -> dict[str, Any]:
    """Return OpenRouter's form."""
    return {"error": {"message": message or STATUSES[status][1], "code": status}}


def listed(status: int, message: str = "", **more: Any) -> list[Any]:
    """Return the front end's form in a list, as it sometimes comes."""
    return [google(status, message, **more)]


FORMS: dict[str, Any] = {
    "google": google,
    "interactions": interactions,
    "openrouter": openrouter,
    "list": listed,
}


def reason(name: str) -> list[Any]:
    """Return the details that carry a structured reason."""
    return [{"@type": REASON, "reason": name, "domain": "googleapis.com"}]
