"""The tables of the spend page: one set of sums, read by project, person, model, task, day and cause of waste."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from projects import catalogue
from projects.models.ledger import Cell, Scope, Total, totals
from projects.templatetags.money import reason

LONGEST = 10
MOST_DAYS = 92
Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its words, where they lead, and its sums."""

    label: str
    total: Total
    href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The entries by one thing that they have in common, the dearest first."""

    name: str
    rows: list[Row]


def tables(cells: list[Cell], names: dict[str, str], *, of_one_project: bool) -> list[Table]:
    """Return the sums by project (unless it is one alone), person, model and task. `names` are those of models."""
    people = User.objects.in_bulk({cell.person for cell in cells})
    tasks = catalogue.all_tasks()
    found = [
        Table("person", _rows(cells, lambda cell: cell.person, lambda key: (_person(people.get(key)), ""))),
        Table("model", _rows(cells, lambda cell: cell.model, lambda key: (names.get(key, key), ""))),
        Table(
            "task",
            _rows(cells, lambda cell: cell.task, lambda key: (tasks[key].title if key in tasks else key, "")),
        ),
    ]
    if of_one_project:
        return found
    projects = {cell.project: cell for cell in cells}
    by_project = _rows(cells, lambda cell: cell.project, lambda key: _project(projects[key]))
    return [Table("project", by_project), *found]


def _person(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else "Somebody who has left"


def _project(cell: Cell) -> Link:
    if cell.put_away:
        return f"{cell.project_name} (put away)", ""
    return cell.project_name, reverse("projects:project-spend", args=[cell.project])


def _rows(cells: list[Cell], key: Callable[[Cell], Any], said: Callable[[Any], Link]) -> list[Row]:
    """Return a line for each of the dearest, and one for all the others together."""
    found = totals(cells, key)
    kept = {total.key for total in found[: LONGEST if len(found) > LONGEST + 1 else LONGEST + 1]}
    rows = []
    for total in found:
        if total.key in kept:
            label, href = said(total.key)
            rows.append(Row(label, total, href))
    if len(found) > len(kept):
        others = totals([cell for cell in cells if key(cell) not in kept], lambda _: None)
        rows.append(Row(f"{len(found) - len(kept)} others", others[0]))
    return rows


def days(cells: list[Cell], scope: Scope) -> list[Total]:
    """Return every day of the period (UTC), the oldest first, those without money too; at most three months of it."""
    if not cells:
        return []
    sums = {total.key: total for total in totals(cells, lambda cell: cell.day)}
    last = (
        (scope.until - timedelta(seconds=1)).date() if scope.until else timezone.now().astimezone(UTC).date()
    )
    first = max(scope.since.date() if scope.since else min(sums), last - timedelta(days=MOST_DAYS - 1))
    spanned = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [sums.get(day, Total(day)) for day in spanned]


def reasons(cells: list[Cell]) -> list[Total]:
    """Return what was paid without a result, by why."""
    return totals([cell for cell in cells if cell.waste], lambda cell: reason(cell.state, cell.code))


def by_day(found: list[Total]) -> Table:
    """Return the days that cost something, the newest first."""
    return Table("day", [Row(_said(total.key), total) for total in reversed(found) if total.count])


def _said(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
