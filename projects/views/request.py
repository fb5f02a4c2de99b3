"""A request as our views see it, and what most of them do first."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import F
from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from projects import policies
from projects.models import Project, Step
from projects.models.approval import with_approval
from projects.policies import Abilities


class Request(HttpRequest):
    """A signed-in person's request; `htmx` says whether a part of a page is asked for."""

    htmx: HtmxDetails
    user: User


def wants_part(request: Request) -> bool:
    """Return whether the answer is swapped into a page that is already there."""
    return bool(request.htmx) and not request.htmx.boosted


def project_of(request: Request, pk: int) -> Project:
    """Return a project of the person's teams. Raises Http404 for any other."""
    return get_object_or_404(policies.projects(request.user).select_related("team"), pk=pk)


def project_and_abilities(request: Request, pk: int) -> tuple[Project, Abilities]:
    """Return a project of the person's teams, and what the person may do there. Raises Http404 for any other."""
    rows = policies.projects(request.user).select_related("team").annotate(role=F("team__memberships__role"))
    project = get_object_or_404(rows, pk=pk)
    return project, policies.ABILITIES[project.role]  # type: ignore[attr-defined] # annotated here


def step_of(request: Request, pk: int) -> Step:
    """Return a step of the person's teams with all that its page names. Raises Http404 for any other."""
    rows = policies.steps(request.user).select_related(
        "project__team", "order__by", "source", "output", "parent", "door"
    )
    return get_object_or_404(with_approval(rows), pk=pk)


def cursor_of(request: Request, name: str = "after") -> int:
    """Return the number that a page goes on after, 0 at its start. Raises Http404 for anything else."""
    number = number_of(request.GET.get(name, "0"))
    if number is None:
        raise Http404
    return number


def number_of(text: str) -> int | None:
    """Return the whole number that a field holds, nothing for what no key of a row can be."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def typed(data: QueryDict, name: str, most: int) -> str:
    """Return what was typed into a field outside of any form, cut, without the sign that PostgreSQL refuses."""
    return data.get(name, "").replace("\0", "")[:most]
