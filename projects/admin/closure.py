"""What providers have refused for a country. Deleting a row opens it again; it lapses by itself after a week."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from projects.admin.base import Listed, ReadOnly
from projects.models import Closure


@admin.register(Closure)
class ClosureAdmin(ReadOnly, Listed[Closure]):
    """Each model's ability that is closed in a country, with the step that was refused."""

    list_display = ("model", "door", "ability", "country", "closed_at", "step")
    list_filter = ("country", "ability")
    list_select_related = ("step",)
    search_fields = ("model",)
    ordering = ("-closed_at",)

    def has_delete_permission(self, request: HttpRequest, obj: Closure | None = None) -> bool:
        """Return whether a person may open it again."""
        return request.user.has_perm("projects.delete_closure")
