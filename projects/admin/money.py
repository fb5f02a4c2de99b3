"""Budgets, whose limit an operator sets, and the lines of spend, which nobody edits."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from projects.admin.base import Listed, ReadOnly
from projects.admin.filters import OwnTeamFilter, TaskFilter
from projects.models import Budget, Spend


@admin.register(Budget)
class BudgetAdmin(Listed[Budget]):
    """Limits. What is reserved and spent is written by the ledger alone."""

    list_display = ("__str__", "scope", "period", "starts_on", "limit_usd", "reserved", "spent", "left")
    list_filter = ("scope", "period")
    list_select_related = ("team", "project", "member__user", "member__team")
    search_fields = ("team__name", "project__name", "member__user__username")
    autocomplete_fields = ("team", "project", "member")
    readonly_fields = ("reserved", "spent", "left")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        """Return the budgets with their owners."""
        return super().get_queryset(request).select_related("team", "project", "member__user", "member__team")

    def has_delete_permission(self, request: HttpRequest, obj: Budget | None = None) -> bool:
        """Say no: attempts settle on the budgets that they reserved on. A limit of 0 closes one."""
        return False

    @admin.display(description="left")
    def left(self, budget: Budget) -> Decimal:
        """Return what can still be reserved."""
        return budget.left if budget.limit_usd is not None else Decimal(0)


@admin.register(Spend)
class SpendAdmin(ReadOnly, Listed[Spend]):
    """The ledger, the newest line first."""

    list_display = ("id", "at", "kind", "usd", "team", "project", "task", "model", "by", "reason")
    list_filter = ("kind", OwnTeamFilter, TaskFilter)
    list_select_related = ("team", "project", "by")
    search_fields = ("=attempt__id", "project__name", "team__name")
    date_hierarchy = None
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Spend]:
        """Return the lines with what a page of one names."""
        return (
            super()
            .get_queryset(request)
            .select_related(
                "team", "project", "by", "attempt__step", "receipt", "member__user", "member__team"
            )
        )
