"""What the provider can do: tell that work has ended. It is nobody's request, so a signature decides, not a policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from projects.actions.refusal import Refused
from projects.engines import hooks as signed
from projects.engines.hooks import Event
from projects.models import Attempt, Door
from projects.runner import hooks, looks

NOWHERE = "Nothing is here."


def of_attempt(uuid: UUID, mark: str, headers: Mapping[str, str]) -> None:
    """Take the hook that a create asked for. Raises Refused."""
    attempt = hooks.found(uuid, mark)
    if attempt is None or not settings.WEBHOOK_JWKS_URL:
        raise Refused(NOWHERE, status=404)
    event = _checked(lambda: signed.dynamic(headers, settings.WEBHOOK_JWKS_URL))
    if event.attempt not in ("", str(uuid)):
        raise Refused(NOWHERE, status=404)
    _heard(attempt, event)


def registered(headers: Mapping[str, str], body: bytes) -> None:
    """Take a hook of the address that the operator registered. One that is about no work of ours is let pass."""
    if not settings.WEBHOOK_SECRET:
        raise Refused(NOWHERE, status=404)
    event = _checked(lambda: signed.registered(headers, body, settings.WEBHOOK_SECRET))
    known = Q(uuid=_uuid(event.attempt)) if event.attempt else Q(ticket_id=event.interaction)
    attempt = Attempt.objects.filter(known, door__kind=Door.Kind.DEVELOPER).first()
    if attempt is not None:
        _heard(attempt, event)
    elif event.attempt:
        raise Refused(NOWHERE, status=404)


def _checked(check: Callable[[], Event]) -> Event:
    try:
        return check()
    except signed.Forged as error:
        raise Refused("The signature is not the provider's, or it is too old.", status=401) from error
    except RecursionError as error:
        raise Refused("It nests too deep to be read.", status=400) from error
    except signed.NoKeys as error:
        raise Refused("The provider's keys cannot be read now. Send it again later.", status=503) from error


def _heard(attempt: Attempt, event: Event) -> None:
    if event.id and event.interaction and event.kind.startswith(signed.OF_WORK):
        looks.heard(attempt, event)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
