"""What a provider's no means for what comes after it: who waits, for what, and what is closed."""

from __future__ import annotations

from projects import policies
from projects.engines import errors
from projects.engines.errors import EngineError, Refused
from projects.failures import Code
from projects.models import Closure, Door, Step
from projects.runner.limits import limits

ASKED_TO_WAIT = "The provider asked to wait. It is tried again by itself."
UNREACHABLE = "The provider cannot be reached. It is tried again."
UPLOADED_AGAIN = "The provider lost a file that was sent to it. It is uploaded again by itself."
WAITS: dict[Code, tuple[str, str]] = {
    Code.QUOTA_EXHAUSTED: ("quota", ASKED_TO_WAIT),
    Code.FILE_PROCESSING_FAILED: ("upload", UPLOADED_AGAIN),
}


def waits(error: EngineError) -> tuple[str, str]:
    """Return what a step waits for that is sent again, and the note that says so."""
    if not isinstance(error, Refused):
        return "rate", UNREACHABLE
    return WAITS.get(error.code, ("rate", ASKED_TO_WAIT))


def rest(step: Step, error: EngineError, seconds: float) -> None:
    """Let the step's door rest for so long; only its model behind it where the quota is one of that model."""
    if seconds and step.door_id:
        of_model = isinstance(error, Refused) and error.per_model
        Door.objects.rest(step.door_id, seconds, step.model if of_model else "")


def close(step: Step, error: EngineError) -> None:
    """Close what a no for good concerns: the door of a refused key, or a model's ability where the step was asked for.

    What billing of the key's own project would mend is no matter of the country alone: it closes nothing.
    """
    if error.code == Code.CREDENTIALS_REJECTED and step.door_id:
        Door.objects.refuse(step.door_id, limits().quota_wait)
    if error.code == Code.REGION_LIMITED and error.sentence != errors.BILLING:
        Closure.objects.close(step, policies.country(step.project, step.order.by_id))
