"""The board of a project: what to make, and everything that is there."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects import policies
from projects.models import Asset, Project
from projects.policies import Ability
from projects.views import launch, refs, wall
from projects.views.request import Request, project_of, wants_part

PARTS = {"board": "board", "filters": "filters", "make": "make", "more": "tiles"}
"""The parts that can be asked for alone, by the id of the element that takes them."""


@login_required
@require_safe
def board(request: Request, pk: int) -> HttpResponse:
    """Show the board, or the one part of it that changed."""
    project = project_of(request, pk)
    able = policies.abilities(request.user, project.team_id)
    context = {"project": project, "can_make": Ability.MAKE in able, "tab": "board", "orders": wall.ORDERS}
    part = PARTS.get(request.htmx.target or "", "board") if wants_part(request) else ""
    if part != "make":
        tiles = wall.page(project, *(request.GET.get(name, "") for name in ("show", "order", "after")))
        context |= {"wall": tiles, "filters": [] if part == "tiles" else _filters(project, tiles)}
    if part in {"", "make"} and Ability.MAKE in able:
        context["launcher"] = launch.launcher(project, _start(request, project))
    if part:
        return render(request, f"projects/board.html#{part}", context)
    return render(request, "projects/board.html", {**context, "live": f"/ws/project/{project.pk}/"})


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
