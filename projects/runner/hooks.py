"""The address of an attempt, where the provider tells that its work has ended."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from projects.models import Attempt, Door


def address(attempt: Attempt) -> str | None:
    """Return where the hook of an attempt is posted: an address of its own, or "" for the one that was registered.

    None unless it can arrive and its signature can be checked.
    """
    can_come = settings.PUBLIC_URL.startswith("https://")
    if not can_come or attempt.door is None or attempt.door.kind != Door.Kind.DEVELOPER:
        return None
    if not settings.WEBHOOK_JWKS_URL:
        return "" if settings.WEBHOOK_SECRET else None
    path = reverse("projects:hook-attempt", args=[attempt.uuid, _mark(attempt.uuid)])
    return f"{settings.PUBLIC_URL}{path}"


def found(attempt: UUID, mark: str) -> Attempt | None:
    """Return the attempt that an address names; nothing for an address that we never gave."""
    if not constant_time_compare(mark, _mark(attempt)):
        return None
    return Attempt.objects.filter(uuid=attempt).first()


def _mark(attempt: UUID) -> str:
    return salted_hmac("studio.hooks", str(attempt), algorithm="sha256").hexdigest()
