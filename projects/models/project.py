"""Projects: one campaign or brief each."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from projects.models.team import COUNTRY, Team


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects as pages ask for them."""

    def live(self) -> Self:
        """Leave out what was deleted."""
        return self.filter(deleted_at=None)


class People(models.TextChoices):
    """Who can be recognised in a picture, as far as a person said."""

    NONE = "none", "Nobody"
    ADULTS = "adults", "Adults"
    MINORS = "minors", "Minors too"
    UNSURE = "unsure", "Not sure"


class Project(models.Model):
    """A brief with its assets, steps, budget and region."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(max_length=80)
    brief = models.TextField(blank=True, max_length=4000)
    country = models.CharField(max_length=2, blank=True, validators=[COUNTRY])
    us_state = models.CharField(max_length=2, blank=True, validators=[COUNTRY])
    people = models.CharField(max_length=8, choices=People, blank=True)
    due = models.DateField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["team", "-created_at", "-id"], name="project_team_recent")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the board."""
        return reverse("projects:board", args=[self.pk])
