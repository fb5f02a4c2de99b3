"""Teams and who belongs to them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from projects.admin.base import Listed, counted
from projects.models import Member, Project, Team


class MemberInline(admin.TabularInline[Member, Team]):
    """Who belongs to a team, with their role; a person is added below, not replaced here."""

    model = Member
    extra = 0
    fields = ("user", "role", "country", "us_state")
    readonly_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        """Return the members with their names."""
        return super().get_queryset(request).select_related("user").order_by("user__username")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: that is the other inline's."""
        return False


class NewMemberInline(admin.TabularInline[Member, Team]):
    """An empty row for one more person."""

    model = Member
    extra = 1
    fields = ("user", "role", "country", "us_state")
    autocomplete_fields = ("user",)
    verbose_name = "new member"
    verbose_name_plural = "add members"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        """Return nobody: those who belong already stand above."""
        return super().get_queryset(request).none()


@admin.register(Team)
class TeamAdmin(Listed[Team]):
    """Teams, with how many people and projects each has."""

    list_display = ("name", "people", "campaigns", "created_at")
    search_fields = ("name",)
    ordering = ("name",)
    inlines = (MemberInline, NewMemberInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """Return the teams with their numbers."""
        counts = {
            "people_count": counted(Member.objects.all(), "team"),
            "projects_count": counted(Project.objects.all(), "team"),
        }
        return super().get_queryset(request).annotate(**counts)

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """Say no: a team owns files and receipts."""
        return False

    @admin.display(ordering="people_count")
    def people(self, team: Team) -> int:
        """Return how many people belong to the team."""
        count: int = team.people_count  # type: ignore[attr-defined]  # annotated above
        return count

    @admin.display(description="projects", ordering="projects_count")
    def campaigns(self, team: Team) -> int:
        """Return how many projects the team has."""
        count: int = team.projects_count  # type: ignore[attr-defined]  # annotated above
        return count


@admin.register(Member)
class MemberAdmin(Listed[Member]):
    """One person in one team."""

    list_display = ("user", "team", "role", "country")
    list_filter = ("role",)
    list_select_related = ("user", "team")
    search_fields = ("user__username", "user__email", "team__name")
    autocomplete_fields = ("user", "team")
    ordering = ("team__name", "user__username")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        """Return the members with person and team."""
        return super().get_queryset(request).select_related("user", "team")
