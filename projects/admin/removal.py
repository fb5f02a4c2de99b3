"""What is still to be deleted at providers, and what could not be."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from projects.admin.base import Listed, ReadOnly
from projects.models import Removal


@admin.register(Removal)
class RemovalAdmin(ReadOnly, Listed[Removal]):
    """Each thing that was deleted for good here; what was given up has to be deleted at the provider by hand."""

    list_display = ("name", "door", "engine", "state", "tries", "asked_at", "ended_at")
    list_filter = ("state", "engine")
    list_select_related = ("door__team",)
    search_fields = ("name",)
    ordering = ("-id",)
    actions = ("try_again",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Return whether a person may try again here."""
        return request.user.has_perm("projects.change_removal")

    @admin.action(description="Try again for a day", permissions=["operate"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Removal]) -> None:
        """Let what was given up be tried again."""
        again = queryset.filter(state=Removal.State.GIVEN_UP)
        now = timezone.now()
        count = again.update(
            state=Removal.State.WAITING, asked_at=now, not_before=now, tries=0, ended_at=None
        )
        self.message_user(request, f"{count} of the chosen are tried again.")
