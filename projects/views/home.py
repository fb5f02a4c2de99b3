"""Home: every project of a person's teams, what waits for them, and what runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from projects import actions, catalogue, policies
from projects.actions.stages import PICK
from projects.models import Asset, Project, Step
from projects.policies import Ability
from projects.states import Status
from projects.views import tiles
from projects.views.context import TO_DECIDE
from projects.views.request import Request, cursor_of, wants_part
from projects.views.tiles import Tile

PAGE = 24
LONGEST_LIST = 8
FEW_PROJECTS, PICTURES = 2, 5
"""Few projects leave room for the newest results: so many pictures in all keep the page at 12 requests."""

MOST_TEAMS = 4
"""So many teams of a person are watched live; a person may have ten sockets."""

WAITS = timedelta(days=14)
UNDER_WAY = (Status.QUEUED, Status.RUNNING)


@login_required
@require_safe
def home(request: Request) -> HttpResponse:
    """Show the page, or of it the overview again, or only the projects that follow the cursor."""
    after = cursor_of(request)
    found = list(_cards(request, after)[: PAGE + 1])
    context: dict[str, Any] = {
        "projects": found[:PAGE],
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
    }
    if wants_part(request) and after:
        return render(request, "projects/home.html#cards", context)
    context |= {
        "latest": _latest(request, len(found)),
        "can_create": policies.makers_teams(request.user).exists(),
    }
    if wants_part(request):
        return render(request, "projects/home.html#overview", context)
    tasks = catalogue.all_tasks().values()
    return render(request, "projects/home.html", {**context, **_rail(request), "tasks": tasks})


@login_required
@require_safe
def running(request: Request) -> HttpResponse:
    """Show the count in the bar again, or home's list of what runs, after a step began or ended."""
    if "list" in request.GET:
        return render(request, "projects/parts/running_list.html", {"steps": _running(request)})
    return render(request, "components/running_count.html")


def _cards(request: Request, after: int) -> QuerySet[Project]:
    """Return projects, the newest first, each with its counts and the picture on its cover."""
    steps = Step.objects.live().filter(project=OuterRef("pk"))
    pictured = actions.covers.pictured().filter(project=OuterRef("pk"))
    cards = policies.projects(request.user).select_related("team").order_by("-pk")
    cards = cards.filter(pk__lt=after) if after else cards
    return cards.annotate(
        clips=_count(steps.filter(output__kind=Asset.Kind.VIDEO)),
        stills=_count(steps.filter(output__kind=Asset.Kind.IMAGE)),
        running=_count(steps.filter(status__in=UNDER_WAY).exclude(waits_for=PICK)),
        failed=_count(steps.filter(status=Status.FAILED)),
        newest=Subquery(pictured.order_by("-pk").values("pk")[:1]),
    )


def _count(rows: QuerySet[Step]) -> Coalesce:
    counted = rows.order_by().values("project").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _running(request: Request) -> list[Step]:
    rows = policies.steps(request.user).live().filter(status__in=UNDER_WAY).exclude(waits_for=PICK)
    return list(rows.select_related("project", "output", "source").order_by("-status", "pk")[:LONGEST_LIST])


def _waiting(request: Request) -> list[Step]:
    """Return what waits for a pick or a decision, and what a person asked for and did not get."""
    failed = Q(status=Status.FAILED, ended_at__gt=timezone.now() - WAITS, order__by=request.user)
    deciding = Q(project__team__in=policies.makers_teams(request.user))
    rows = policies.steps(request.user).live().filter(failed | TO_DECIDE & deciding)
    return list(rows.select_related("project").order_by("-pk")[:LONGEST_LIST])


def _rail(request: Request) -> dict[str, Any]:
    teams = policies.teams(request.user).order_by("pk")
    return {
        "waiting": _waiting(request),
        "steps": _running(request),
        "keyed": policies.teams_where(request.user, Ability.MANAGE)[:MOST_TEAMS],
        "live": [f"/ws/team/{pk}/" for pk in teams.values_list("pk", flat=True)[:MOST_TEAMS]],
    }


def _latest(request: Request, cards: int) -> SafeString:
    """Return the tiles of the newest results while there are few projects."""
    if cards > FEW_PROJECTS:
        return SafeString("")
    done = policies.steps(request.user).live().filter(status=Status.SUCCEEDED).order_by("-ended_at", "-pk")
    rows = done.values_list("pk", "created_at", "version")[: PICTURES - cards]
    return tiles.drawn([Tile("s", *row) for row in rows], can_make=False)
