"""What a queued step waits for, and until when: a place in line, a person, or the provider."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from django import template
from django.utils import timezone

from projects.models import Door, Step
from projects.models.step import PUT_OFF, TIMED
from projects.states import Status
from projects.templatetags.steps import ordinal_ending

register = template.Library()

WAITS = {
    "pick": "It waits for a pick",
    "producer": "It waits for a producer to confirm its price",
    "budget": "It waits for budget",
    "quota": "It waits for the provider's quota",
    "rate": "It waits until the provider takes more",
    "upload": "A file that was sent to the provider is not ready there; it is sent again",
    "result": "The result did not arrive whole; it is fetched again, which is free",
    "key": "It waits for a key",
    "restore": "It waits after a restore",
    "slot": "It waits for a free place",
}
SENDS = ("", *PUT_OFF)
"""What would be sent as soon as its door takes it."""


@register.filter
def waits(step: Step) -> str:
    """Return what a queued step waits for: something it names, its door, or its turn, as people count."""
    if step.waits_for == "budget" and step.note:
        return step.note
    if _has_no_key(step):
        return WAITS["key"]
    if step.waits_for:
        return WAITS.get(step.waits_for, "It waits")
    if waits_until(step):
        return WAITS["rate"]
    before = Step.objects.filter(status=Status.QUEUED, waits_for="", deleted_at=None, pk__lt=step.pk).count()
    return "Next in line" if before == 0 else f"{before + 1}{ordinal_ending(before + 1)} in line"


@register.filter
def waits_until(step: Step) -> datetime | None:
    """Return when a queued step goes on by itself; nothing where that is no question of time."""
    if step.waits_for not in ("", *TIMED) or _has_no_key(step):
        return None
    rests_until = step.door.rests_until_for(step.model) if step.door and step.waits_for in SENDS else None
    times = [at for at in (step.not_before, rests_until) if at and at > timezone.now()]
    return max(times, default=None)


@register.filter
def seconds_until(at: datetime) -> int:
    """Return how many seconds are left."""
    return max(1, ceil((at - timezone.now()).total_seconds()))


def _has_no_key(step: Step) -> bool:
    """Return whether the provider refused the key that a step is to be sent with."""
    return step.waits_for in SENDS and step.door is not None and step.door.state == Door.State.REFUSED
