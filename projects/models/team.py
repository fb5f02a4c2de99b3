"""Teams and who belongs to them, in which role."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

COUNTRY = RegexValidator(r"^[A-Z]{2}$", "Use the two capital letters of the country, such as DE.")


class Team(models.Model):
    """A creative team; it owns projects and files."""

    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Member", related_name="teams")

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do; the table is in `policies`."""

    OWNER = "owner"
    PRODUCER = "producer"
    EDITOR = "editor"
    REVIEWER = "reviewer"


class Member(models.Model):
    """One person in one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    country = models.CharField(max_length=2, blank=True, validators=[COUNTRY])
    us_state = models.CharField(max_length=2, blank=True, validators=[COUNTRY])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="member_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="member_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.role} of {self.team}"
