"""Uploads under way: how many bytes of a file have arrived."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models

from projects.models.project import Project


class Upload(models.Model):
    """A file that arrives in slices; gone when it is an asset, or after a day."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(offset__lte=models.F("size")), name="upload_within_size"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.offset} of {self.size} bytes"
