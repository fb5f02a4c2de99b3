"""Attempts and receipts: each start of a step at an engine, and the facts that came back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects import states
from projects.engines import prices
from projects.engines.clean import cleaned
from projects.models.door import Door
from projects.models.step import Step
from projects.states import OPEN_ATTEMPT, AttemptState, Bill

LONGEST_ID = 200


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Attempts, and the only code that writes their state."""

    def move(self, pk: int, source: AttemptState, target: AttemptState, **fields: Any) -> bool:
        """Take an attempt from one state to another; true when this call did it. Raises ValueError."""
        if not states.attempt_may_move(source, target):
            raise ValueError(f"An attempt never goes from {source} to {target}.")
        return self.filter(pk=pk, state=source).update(state=target, **cleaned(fields)) == 1

    def name_of(self, attempt: Attempt, ticket: dict[str, Any] | None) -> str | None:
        """Return the id by which a call's provider knows its work.

        Nothing where that keeps none, or has given the id to another call too.
        """
        name = str(ticket.get("id") or "") if ticket and "api_version" in ticket else ""
        taken = self.filter(door=attempt.door_id, ticket_id=name).exclude(pk=attempt.pk)
        return name if 0 < len(name) <= LONGEST_ID and not taken.exists() else None

    def repeat(self, last: Attempt, **today: Any) -> Attempt:
        """Return a new attempt of a paid step through the same door; nothing is held yet.

        today: the model's version and its prices, where they are not those of the last attempt.
        """
        return self.create(
            step=last.step,
            number=last.number + 1,
            door=last.door,
            model=last.model,
            bill=Bill.UNKNOWN,
            **{"model_version": last.model_version, "prices": last.prices, **today},
        )


class Attempt(models.Model):
    """One start, paid or free. It moves forward and is never deleted."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=12, choices=[(s, s) for s in AttemptState], default=AttemptState.PLANNED
    )
    door = models.ForeignKey(Door, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    model = models.CharField(max_length=80, blank=True)
    prices = models.JSONField(default=dict, blank=True)
    model_version = models.CharField(max_length=64, blank=True)
    request = models.JSONField(default=dict)
    request_sha = models.CharField(max_length=64, blank=True)
    quote_usd = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    budget_ids = models.JSONField(default=list, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    ticket = models.JSONField(null=True, blank=True)
    ticket_id = models.CharField(max_length=LONGEST_ID, null=True, blank=True)  # noqa: DJ001 - null for free attempts
    usage = models.JSONField(default=dict, blank=True)
    media = models.JSONField(default=list, blank=True)
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    bill = models.CharField(max_length=10, choices=[(b, b) for b in Bill], default=Bill.UNKNOWN)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    code = models.CharField(max_length=30, blank=True)
    detail = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["step"], condition=Q(state__in=OPEN_ATTEMPT), name="attempt_open_once"
            ),
            models.UniqueConstraint(fields=["door", "ticket_id"], name="attempt_ticket_once"),
            models.CheckConstraint(condition=Q(state__in=list(AttemptState)), name="attempt_state"),
            models.CheckConstraint(condition=Q(quote_usd__gte=0, cost_usd__gte=0), name="attempt_money"),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number} of step {self.step_id}"

    @property
    def disbelieved(self) -> Decimal | None:
        """Return what the provider's count would come to, where it cannot be and the quote was booked instead."""
        counted = prices.by_usage(self.prices, self.usage, made=bool(self.media)) if self.prices else None
        return counted if prices.is_absurd(counted, self.quote_usd) else None


class Receipt(models.Model):
    """A fact from outside about an attempt; append-only."""

    class Kind(models.TextChoices):
        """Where the fact comes from."""

        TICKET = "ticket"
        ANSWER = "answer"
        REFUSAL = "refusal"
        HOOK = "hook"
        END = "end"
        BYTES = "bytes"
        DECISION = "decision"

    attempt = models.ForeignKey(Attempt, null=True, on_delete=models.PROTECT, related_name="receipts")
    kind = models.CharField(max_length=10, choices=Kind)
    dedupe_key = models.CharField(max_length=300, unique=True)
    body = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.dedupe_key
