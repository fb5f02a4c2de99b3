"""Who approved exactly which version, and who withdrew it."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import FilteredRelation, Q

from projects.models.step import Step, StepQuerySet


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Approvals as pages and sums ask for them."""

    def standing(self) -> Self:
        """Leave out what was withdrawn."""
        return self.filter(withdrawn_at=None)


def with_approval(steps: StepQuerySet) -> StepQuerySet:
    """Read along, in the same question, the approval that stands and whose it is: `standing` of a step that has one."""
    standing = FilteredRelation("approvals", condition=Q(approvals__withdrawn_at=None))
    named = steps.annotate(standing=standing)
    return named.select_related("standing__by")  # type: ignore[misc] # the line above named it


class Approval(models.Model):
    """One decision on one step's result. A step has at most one that stands; what was withdrawn stays on record."""

    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="approvals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step"], condition=Q(withdrawn_at=None), name="approval_stands_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="approval_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step}, approved by {self.by}"
