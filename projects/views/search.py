"""Search: the projects, files, versions and tasks of a person, by words in their names."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from projects import catalogue, policies
from projects.models import Asset
from projects.templatetags.studio import shown
from projects.views.request import Request, typed, wants_part

MOST_OF_A_KIND = 6
LONGEST_QUERY = 80


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: its picture or icon, its name, where it belongs, its address."""

    name: str
    where: str
    address: str
    icon: str
    asset: Asset | None = None


@login_required
@require_safe
def search(request: Request) -> HttpResponse:
    """Show what the words find; without words the newest projects and the tasks of the latest one."""
    words = typed(request.GET, "q", LONGEST_QUERY).split()
    hits = [*_projects(request, words), *_tasks(request, words)]
    if words:
        hits = [*hits, *_steps(request, words), *_assets(request, words)]
    context = {"hits": hits, "q": " ".join(words), "searched": True}
    template = "projects/parts/hits.html" if wants_part(request) else "projects/search.html"
    return render(request, template, context)


def _named(words: list[str], *fields: str) -> Q:
    """Return the rows that hold every word in at least one of the fields."""
    found = Q()
    for word in words:
        one = Q()
        for field in fields:
            one |= Q(**{f"{field}__icontains": word})
        found &= one
    return found


def _projects(request: Request, words: list[str]) -> list[Hit]:
    rows = policies.projects(request.user).filter(_named(words, "name", "brief")).select_related("team")
    return [
        Hit(project.name, project.team.name, project.get_absolute_url(), "folder")
        for project in rows.order_by("-pk")[:MOST_OF_A_KIND]
    ]


def _tasks(request: Request, words: list[str]) -> list[Hit]:
    """Return the tasks that fit, in the project that was made last."""
    latest = policies.projects(request.user).order_by("-pk").first()
    if latest is None or not policies.makers_teams(request.user).exists():
        return []
    fitting = [
        task
        for task in catalogue.all_tasks().values()
        if all(word.casefold() in f"{task.title} {task.promise}".casefold() for word in words)
    ]
    return [
        Hit(
            task.title,
            f"Task in {latest.name}",
            reverse("projects:make", args=[latest.pk, task.slug]),
            task.icon,
        )
        for task in fitting[:MOST_OF_A_KIND]
    ]


def _steps(request: Request, words: list[str]) -> list[Hit]:
    rows = policies.steps(request.user).live().filter(_named(words, "name", "project__name"))
    found = rows.select_related("project", "output", "source").order_by("-pk")[:MOST_OF_A_KIND]
    return [Hit(step.name, step.project.name, step.get_absolute_url(), "film", shown(step)) for step in found]


def _assets(request: Request, words: list[str]) -> list[Hit]:
    rows = policies.assets(request.user).live().uploads().filter(_named(words, "name", "project__name"))
    found = rows.select_related("project").order_by("-pk")[:MOST_OF_A_KIND]
    return [Hit(asset.name, asset.project.name, asset.get_absolute_url(), "image", asset) for asset in found]
