"""What a provider has refused for where somebody is: one model's ability is closed in that country for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models.functions import Now

from projects.models.door import Door
from projects.models.step import Step

CLOSED_FOR = timedelta(days=7)
"""After so long it is tried again; an operator opens it sooner by deleting the row."""


class ClosureQuerySet(models.QuerySet["Closure"]):
    """Closures as forms and runners ask for them."""

    def current(self) -> Self:
        """Leave out what has lapsed."""
        return self.filter(closed_at__gt=Now() - CLOSED_FOR)

    def close(self, step: Step, country: str) -> None:
        """Close for this country what a step was sent for; once more, and the time begins anew."""
        if step.door is not None:
            self.update_or_create(
                model=step.model,
                door=step.door.kind,
                ability=step.ability,
                country=country,
                defaults={"step": step, "closed_at": Now()},
            )


class Closure(models.Model):
    """One model's ability behind one kind of door, in one country. `country`: "" where none is known."""

    model = models.CharField(max_length=80)
    door = models.CharField(max_length=10, choices=Door.Kind)
    ability = models.CharField(max_length=30)
    country = models.CharField(max_length=2, blank=True)
    closed_at = models.DateTimeField()
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")

    objects = ClosureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "door", "ability", "country"], name="closure_once")
        ]

    def __str__(self) -> str:
        return f"{self.model}, {self.ability}, {self.country or 'no country'}"
