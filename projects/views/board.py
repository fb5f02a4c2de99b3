"""The board of a project: what to make, and everything that is there."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects import actions
from projects.models import Asset, Project, model
from projects.policies import Ability
from projects.views import launch, refs, tiles, wall
from projects.views.request import Request, project_and_abilities, wants_part

PARTS = {"board": "board", "filters": "filters", "make": "make", "more": "tiles"}
"""The parts that can be asked for alone, by the id of the element that takes them."""


@login_required
@require_safe
def board(request: Request, pk: int) -> HttpResponse:
    """Show the board, or the one part of it that changed."""
    project, able = project_and_abilities(request, pk)
    can_make, can_see_money = Ability.MAKE in able, Ability.MONEY in able
    context = {"project": project, "can_make": can_make, "tab": "board", "orders": wall.ORDERS}
    part = PARTS.get(request.htmx.target or "", "board") if wants_part(request) else ""
    if part != "make":
        page = wall.page(project, *(request.GET.get(name, "") for name in ("show", "order", "after")))
        shown = tiles.drawn(page.tiles, can_make=can_make, can_see_money=can_see_money)
        context |= {"wall": page, "tiles": shown}
        context["filters"] = [] if part == "tiles" else _filters(project, page)
    if part in {"", "make"} and can_make:
        context["launcher"] = launch.launcher(project, _start(request, project))
    if part:
        return render(request, f"projects/board.html#{part}", context)
    around: dict[str, Any] = {"live": [f"/ws/project/{project.pk}/"], "banners": model.notes_for(project)}
    if can_see_money:
        around["budgets"] = actions.budgets.limits_of(request.user, project)
    return render(request, "projects/board.html", {**context, **around})


def _start(request: Request, project: Project) -> Asset | None:
    start = refs.asset_of(request.user, request.GET.get("from", ""))
    return start if start and start.project_id == project.pk else None


def _filters(project: Project, shown: wall.Wall) -> list[dict[str, object]]:
    """Return the filters with their counts; an empty one only while it is chosen, none on an empty board."""
    counts = wall.counts(project)
    return [
        {"name": name, "label": entry.label, "count": counts[name], "on": name == shown.show}
        for name, entry in wall.FILTERS.items()
        if counts[name] or (name == shown.show and counts["all"])
    ]
