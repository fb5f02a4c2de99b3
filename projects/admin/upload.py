"""Uploads under way: how far each is; the hourly sweep removes those that stopped a day ago."""

from __future__ import annotations

from django.contrib import admin
from django.template.defaultfilters import filesizeformat

from projects.admin.base import Listed, ReadOnly
from projects.admin.filters import TeamFilter
from projects.models import Upload


@admin.register(Upload)
class UploadAdmin(ReadOnly, Listed[Upload]):
    """Files that are arriving."""

    list_display = ("name", "project", "by", "arrived", "created_at")
    list_filter = (TeamFilter,)
    list_select_related = ("project", "by")
    search_fields = ("name", "project__name", "by__username")
    ordering = ("-id",)

    def arrived(self, upload: Upload) -> str:
        """Return how much of the file is here."""
        return f"{filesizeformat(upload.offset)} of {filesizeformat(upload.size)}"
