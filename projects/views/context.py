"""What every page shows around its content."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from projects import policies
from projects.actions.stages import PICK
from projects.models.asked import Asked
from projects.states import Status

THEMES = ("system", "light", "dark")
THEME_COOKIE = "studio_theme"
TO_DECIDE = Q(status=Status.UNCONFIRMED) | Q(status=Status.QUEUED, waits_for=PICK)
"""What goes on only once somebody who may make things decides: reviewers are not asked."""


def theme_of(request: HttpRequest) -> str:
    """Return the theme that a person chose, or `system`."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "system"


def moving(request: HttpRequest) -> Counter[str]:
    """Return how many steps of a person's teams are queued or running, wait for a pick, and are unconfirmed."""
    rows = _under_way(request.user.pk) if request.user.is_authenticated else []
    found: Counter[str] = Counter()
    for status, waits_for, count in rows:
        what = "to_check" if status == Status.UNCONFIRMED else "to_pick" if waits_for == PICK else "under_way"
        found[what] += count
    return found


@Asked
def _under_way(pk: int) -> QuerySet[Any, Any]:
    open_ = (Status.QUEUED, Status.RUNNING, Status.UNCONFIRMED)
    person = User(pk=pk)
    others = TO_DECIDE & ~Q(project__team__in=policies.makers_teams(person))
    rows = policies.steps(person).live().filter(status__in=open_).exclude(others)
    return rows.values_list("status", "waits_for").annotate(count=Count("pk"))


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the theme, and the count of what runs: asked of the database only by a template that shows it."""
    found = cache(lambda: moving(request))
    return {
        "theme": theme_of(request),
        "themes": THEMES,
        "under_way": SimpleLazyObject(lambda: found()["under_way"]),
        "to_pick": SimpleLazyObject(lambda: found()["to_pick"]),
        "to_check": SimpleLazyObject(lambda: found()["to_check"]),
    }
