"""Orders, and the starts that they led to with the facts that came back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from projects.admin.base import Listed, ReadOnly
from projects.admin.filters import CountFilter, TaskFilter, TeamFilter
from projects.models import Attempt, Order, Receipt, Spend, Step


class StepInline(ReadOnly, admin.TabularInline[Step, Order]):
    """The steps of an order."""

    model = Step
    fk_name = "order"
    fields = ("stage", "take", "name", "status", "engine", "code")
    readonly_fields = fields
    show_change_link = True


@admin.register(Order)
class OrderAdmin(ReadOnly, Listed[Order]):
    """What people asked for, the newest first."""

    list_display = ("id", "task", "project", "by", "origin", "takes", "quote_usd", "created_at")
    list_filter = (TeamFilter, TaskFilter, "origin")
    list_select_related = ("project", "by")
    search_fields = ("=id", "project__name", "by__username")
    ordering = ("-id",)
    inlines = (StepInline,)


class ReceiptInline(ReadOnly, admin.TabularInline[Receipt, Attempt]):
    """The facts from outside about a start; append-only."""

    model = Receipt
    fields = ("at", "kind", "by", "body")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receipt]:
        """Return the receipts with who decided."""
        return super().get_queryset(request).select_related("by").order_by("at")


class SpendInline(ReadOnly, admin.TabularInline[Spend, Attempt]):
    """The money of a start; append-only."""

    model = Spend
    fields = ("at", "kind", "usd", "by", "reason")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Spend]:
        """Return the lines with who caused them."""
        return super().get_queryset(request).select_related("by").order_by("at")


@admin.register(Attempt)
class AttemptAdmin(ReadOnly, Listed[Attempt]):
    """Every start of a step at an engine."""

    list_display = (
        "id",
        "step",
        "number",
        "state",
        "model",
        "bill",
        "quote_usd",
        "cost_usd",
        "code",
        "created_at",
    )
    list_filter = ("state", "bill", CountFilter)
    list_select_related = ("step",)
    search_fields = ("=id", "=uuid", "=step__id", "=ticket_id")
    search_help_text = "The number or uuid of an attempt, the number of its step, or a ticket"
    ordering = ("-id",)
    inlines = (ReceiptInline, SpendInline)


@admin.register(Receipt)
class ReceiptAdmin(ReadOnly, Listed[Receipt]):
    """Facts from outside, also those that found no attempt."""

    list_display = ("dedupe_key", "kind", "attempt", "by", "at")
    list_filter = ("kind",)
    list_select_related = ("attempt", "by")
    search_fields = ("dedupe_key",)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the receipts with what a page of one names."""
        return super().get_queryset(request).select_related("attempt", "by")
