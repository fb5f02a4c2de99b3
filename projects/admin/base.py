"""What the operator's pages share: lists that stay quick when tables grow, and rows that nobody edits."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.functional import cached_property

MOST_COUNTED = 10_000
Row = TypeVar("Row", bound=Model)


class ShortCount(Paginator[Any]):
    """Counts at most 10,000 rows, so that a list costs the same when it holds millions; search finds the rest."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, or the most that is counted."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # an admin's list is a queryset
        return rows[:MOST_COUNTED].count()


class Listed(admin.ModelAdmin[Row]):
    """A list that is paged by 50, and never counts the whole table."""

    list_per_page = 50
    show_full_result_count = False
    paginator = ShortCount


def counted(rows: QuerySet[Any], owner: str) -> Coalesce:
    """Return the number of these rows that belong to each row of a list, asked only for the rows of one page."""
    own = rows.filter(**{owner: OuterRef("pk")}).order_by().values(owner).annotate(count=Count("pk"))
    return Coalesce(Subquery(own.values("count")), 0)


class ReadOnly:
    """Rows that are made and changed elsewhere: shown, never added, edited or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False
