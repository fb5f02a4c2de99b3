"""Verbs that a plain link can lead to: they are asked about first, and done by a press."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import wraps
from typing import TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from projects import policies
from projects.models import Asset, Step
from projects.policies import Ability
from projects.views.request import Request

Row = TypeVar("Row", Asset, Step)
View = Callable[[Request, int], HttpResponse]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, what a yes means, and the verb on the button, with the price that a press agrees to."""

    title: str
    what: str
    verb: str
    usd: Decimal | None = None


def asks(
    find: Callable[[Request, int], Row], question: Question | Callable[[Row], Question], ability: Ability
) -> Callable[[Callable[[Request, Row], HttpResponse]], View]:
    """Return a decorator for what is done with a row: a GET asks whoever may do it, a POST does it."""

    def wrap(act: Callable[[Request, Row], HttpResponse]) -> View:
        @login_required
        @require_http_methods(["GET", "POST"])
        @wraps(act)
        def view(request: Request, pk: int) -> HttpResponse:
            row = find(request, pk)
            if request.method == "POST":
                return act(request, row)
            policies.require(request.user, row.project, ability)
            asked = question if isinstance(question, Question) else question(row)
            return render(
                request, "projects/confirm.html", {"row": row, "asked": asked, "project": row.project}
            )

        return view

    return wrap
