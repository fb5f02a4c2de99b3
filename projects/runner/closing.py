"""What a provider's no means for what comes after it: who waits, for what, and what is closed."""

from __future__ import annotations

from projects import policies
from projects.engines.errors import EngineError, Refused
from projects.failures import Code
from projects.models import Closure, Door, Step
from projects.runner.limits import limits

ASKED_TO_WAIT = "The provider asked to wait. It is tried again by itself."
UNREACHABLE = "The provider cannot be reached. It is tried again."
UPLOADED_AGAIN = "A file that was sent to the provider is not ready there. It is sent again by itself."
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

    Only what is proven closes: a reason or a whole sentence of the provider names it, or a look was refused too. A
    guess by the status fails its own step alone.
    """
    if not isinstance(error, Refused) or not error.proven:
        return
    if error.code == Code.CREDENTIALS_REJECTED and step.door_id:
        Door.objects.refuse(step.door_id, limits().quota_wait)
    if error.code == Code.REGION_LIMITED:
        Closure.objects.close(step, policies.country(step.project, step.order.by_id))
