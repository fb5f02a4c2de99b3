"""A request as our views see it, and what most of them do first."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from projects import policies
from projects.models import Project


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


def cursor_of(request: Request, name: str = "after") -> int:
    """Return the number that a page goes on after, 0 at its start. Raises Http404 for anything else."""
    text = request.GET.get(name, "0")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)
