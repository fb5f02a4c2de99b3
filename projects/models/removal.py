"""What is still to be deleted at a provider, and what became of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from projects.models.attempt import Attempt
from projects.models.door import Door, ProviderFile


class RemovalQuerySet(models.QuerySet["Removal"]):
    """Removals as they are asked for and worked off."""

    def due(self) -> RemovalQuerySet:
        """Return what is to be tried now."""
        return self.filter(state=Removal.State.WAITING, not_before__lte=Now())

    def ask(self, door_id: int, name: str, engine: str = "", ticket: dict[str, Any] | None = None) -> None:
        """Ask once for what has this name behind a door: an engine's work by its ticket, else a file."""
        self.get_or_create(
            door_id=door_id, name=name[:300], defaults={"engine": engine, "ticket": ticket or {}}
        )

    def ask_files(self, rows: models.QuerySet[ProviderFile]) -> None:
        """Ask for these files of ours, and forget where they lie."""
        for row in rows:
            if row.expires_at > timezone.now():
                self.ask(row.door_id, row.name)
            row.delete()

    def ask_work(self, attempt: Attempt) -> None:
        """Ask for what a start of a step left at its provider."""
        if attempt.door_id and attempt.ticket_id:
            self.ask(attempt.door_id, attempt.ticket_id, attempt.step.engine, attempt.ticket)


class Removal(models.Model):
    """One thing of ours at a provider that was deleted here: tried for a day, then given up."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        GONE = "gone"
        GIVEN_UP = "given_up", "given up"

    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="removals")
    name = models.CharField(max_length=300)
    engine = models.CharField(max_length=30, blank=True)
    ticket = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    detail = models.TextField(blank=True)
    asked_at = models.DateTimeField(db_default=Now())
    not_before = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RemovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["door", "name"], name="removal_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "gone", "given_up"]), name="removal_state"
            ),
        ]
        indexes = [models.Index(fields=["state", "not_before"], name="removal_due")]

    def __str__(self) -> str:
        return self.name
