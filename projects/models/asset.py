"""Assets: immutable files with their facts and their origin."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from projects.models.project import People, Project

STRICTER = (People.NONE, People.ADULTS, People.UNSURE, People.MINORS)
"""The answers about people, each stricter than the one before."""


def strictest(said: Iterable[str]) -> People:
    """Return the strictest of some answers; nobody where there are none."""
    return max(map(People, said), key=STRICTER.index, default=People.NONE)


class AssetQuerySet(models.QuerySet["Asset"]):
    """Assets as pages ask for them."""

    def live(self) -> Self:
        """Leave out what was deleted."""
        return self.filter(deleted_at=None)

    def kept(self) -> Self:
        """Leave out what was deleted for good; what is in the trash stays."""
        return self.filter(purged_at=None)

    def uploads(self) -> Self:
        """Leave out what a step made."""
        return self.filter(made_by=None)


class Asset(models.Model):
    """One file of a project. `sha256` names its clean bytes, `original_sha` the bytes that were received."""

    class Kind(models.TextChoices):
        """What the file is."""

        IMAGE = "image"
        VIDEO = "video"
        AUDIO = "audio"
        CAPTIONS = "captions"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="assets")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=200)
    extension = models.CharField(max_length=8)
    mime = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    original_sha = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - unique only where set
    bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    seconds = models.DecimalField(max_digits=10, decimal_places=3, default=0)
    facts = models.JSONField(default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True)
    is_draft = models.BooleanField(default=False)
    people = models.CharField(max_length=8, choices=People, blank=True)
    made_by = models.ForeignKey("Step", null=True, blank=True, on_delete=models.PROTECT, related_name="made")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AssetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "original_sha"], name="asset_original_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["image", "video", "audio", "captions"]), name="asset_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(original_sha=None) | models.Q(made_by=None), name="asset_uploaded_or_made"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-created_at", "-id"], name="asset_project_recent"),
            models.Index(fields=["project", "kind", "-created_at", "-id"], name="asset_project_kind"),
            models.Index(fields=["sha256"], name="asset_sha"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the asset's page."""
        return reverse("projects:asset", args=[self.pk])

    @property
    def who(self) -> People:
        """Return who can be recognised in it: its own answer, else its project's; not sure where nobody said."""
        if self.kind not in {self.Kind.IMAGE, self.Kind.VIDEO}:
            return People.NONE
        return People(self.people or self.project.people or People.UNSURE)

    @staticmethod
    def fields_of(facts: dict[str, Any], pictures: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of a row that come from what was seen in the file."""
        return {
            "kind": facts["kind"],
            "mime": facts["mime"],
            "width": facts["width"],
            "height": facts["height"],
            "seconds": round(float(Fraction(facts["seconds"])), 3),
            "facts": {**facts, "pictures": pictures},
        }

    @property
    def pictures(self) -> dict[str, Any]:
        """Return the derived pictures by name: file, width, height."""
        pictures: dict[str, Any] = self.facts.get("pictures", {})
        return pictures
