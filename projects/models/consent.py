"""What people confirmed about those who can be seen in a picture."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from projects.models.asset import Asset
from projects.models.project import Project


class Consent(models.Model):
    """One confirmation, for a project or for one picture of it; append-only."""

    class Kind(models.TextChoices):
        """What was confirmed."""

        ADULTS = "adults", "Everybody who can be recognised is an adult and agreed"
        MINORS_NONE = "minors_none", "No minor can be seen"
        RIGHTS = "rights", "We may use and change these pictures"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="consents")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    asset = models.ForeignKey(Asset, null=True, blank=True, on_delete=models.PROTECT, related_name="consents")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} for {self.asset or self.project}"
