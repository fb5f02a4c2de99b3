"""Projects, deleted ones too."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from projects.admin.base import Listed
from projects.admin.filters import OwnTeamFilter
from projects.models import Project


@admin.register(Project)
class ProjectAdmin(Listed[Project]):
    """Projects; they begin on the page, and their files belong to their team for good."""

    list_display = ("name", "team", "country", "people", "due", "created_by", "created_at", "deleted_at")
    list_filter = (OwnTeamFilter, "country")
    list_select_related = ("team", "created_by")
    search_fields = ("=id", "name", "team__name")
    readonly_fields = ("team", "people", "created_by", "created_at", "deleted_at")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        """Return the projects with team and founder."""
        return super().get_queryset(request).select_related("team", "created_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        """Say no: an owner puts a project away on its page, and it can be restored."""
        return False
