"""What people confirmed about those who can be seen in pictures."""

from __future__ import annotations

from django.contrib import admin

from projects.admin.base import Listed, ReadOnly
from projects.admin.filters import TeamFilter
from projects.models import Consent


@admin.register(Consent)
class ConsentAdmin(ReadOnly, Listed[Consent]):
    """Confirmations, the newest first; append-only."""

    list_display = ("kind", "project", "asset", "by", "at")
    list_filter = ("kind", TeamFilter)
    list_select_related = ("project", "asset", "by")
    search_fields = ("=id", "project__name", "asset__name", "by__username")
    ordering = ("-id",)
