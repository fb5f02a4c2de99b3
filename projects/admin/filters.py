"""Filters by team, task and engine. Tasks and engines come from the catalogue: a new file is a new entry."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from projects import catalogue
from projects.actions import choice
from projects.failures import FAILURES
from projects.models import Spend, Team, spend
from projects.states import Bill

MOST_TEAMS = 100


class TeamFilter(SimpleListFilter):
    """The teams by name, at most 100 of them; the search box finds the others."""

    title = "team"
    parameter_name = "team"
    path = "project__team"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return the teams."""
        return [
            (str(pk), name)
            for pk, name in Team.objects.order_by("name").values_list("pk", "name")[:MOST_TEAMS]
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the chosen team."""
        chosen = self.value()
        return queryset.filter(**{self.path: chosen}) if chosen and chosen.isdecimal() else queryset


class OwnTeamFilter(TeamFilter):
    """The same for rows that name their team themselves."""

    path = "team"


class TaskFilter(SimpleListFilter):
    """Every task of the catalogue."""

    title = "task"
    parameter_name = "task"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return the tasks by title."""
        return [(task.slug, task.title) for task in catalogue.all_tasks().values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the chosen task."""
        return queryset.filter(task=self.value()) if self.value() else queryset


class EngineFilter(SimpleListFilter):
    """Every engine that serves a task."""

    title = "engine"
    parameter_name = "engine"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return the engines by label."""
        found = {
            engine.key: engine.label
            for task in catalogue.all_tasks().values()
            for engine in choice.engines_for(task)
        }
        return list(found.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the chosen engine."""
        return queryset.filter(engine=self.value()) if self.value() else queryset


class CountFilter(SimpleListFilter):
    """Attempts whose provider's count cannot be: the quote is booked, and the bill is to be looked at."""

    title = "provider's count"
    parameter_name = "count"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return the one question."""
        return [("absurd", "cannot be")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the attempts that were booked at their quote for it."""
        doubted = Spend.objects.filter(attempt=OuterRef("pk"), reason=spend.CANNOT_BE)
        return queryset.filter(Exists(doubted), bill=Bill.UNKNOWN) if self.value() else queryset


class FailureFilter(SimpleListFilter):
    """Every cause that a step can fail with."""

    title = "failure"
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return the causes."""
        return [(code, code.replace("_", " ")) for code in FAILURES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows with the chosen cause."""
        return queryset.filter(code=self.value()) if self.value() else queryset
