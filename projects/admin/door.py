"""Doors: every way to a provider, and what its last test said. The key itself is shown nowhere."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from projects.admin.base import Listed, ReadOnly
from projects.admin.filters import OwnTeamFilter
from projects.models import Door


@admin.register(Door)
class DoorAdmin(ReadOnly, Listed[Door]):
    """The keys of teams, which their owners save on the team's page, and the studio's own of the environment."""

    list_display = (
        "__str__",
        "whose",
        "state",
        "sentence",
        "tested_at",
        "paused_until",
        "project",
        "location",
    )
    list_filter = ("kind", "state", OwnTeamFilter)
    list_select_related = ("team",)
    search_fields = ("team__name", "last4", "project")
    ordering = ("-id",)
    fields = (
        ("kind", "last4", "whose"),
        ("state", "sentence", "tested_at", "paused_until"),
        "abilities",
        ("project", "location", "bucket"),
        "keeps_days",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Door]:
        """Return the doors with their teams, without their keys."""
        return super().get_queryset(request).select_related("team").defer("secret")

    @admin.display(description="team", ordering="team__name")
    def whose(self, door: Door) -> str:
        """Return the team that pays for what goes through it."""
        return door.team.name if door.team else "the studio's own"
