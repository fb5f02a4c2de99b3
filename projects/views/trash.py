"""The trash of a project: restore what was deleted, or delete it for good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from projects import actions, policies
from projects.models import Asset, Project, Step
from projects.policies import Ability
from projects.views.request import Request, project_and_abilities, step_of

MOST_SHOWN = 100
"""So many of a kind, the last deleted first; the others leave by themselves."""
Thing = TypeVar("Thing", Step, Asset)


@dataclass(frozen=True, slots=True)
class Entry:
    """One deleted thing and its picture: `made` versions came of it, and it leaves for good at `leaves`."""

    kind: str
    pk: int
    name: str
    deleted_at: datetime
    made: int
    asset: Asset | None

    @property
    def leaves(self) -> datetime:
        """Return when it is deleted for good."""
        return self.deleted_at + timedelta(days=settings.TRASH_DAYS)

    @property
    def key(self) -> str:
        """Return what tells it from every other entry."""
        return f"{self.kind}-{self.pk}"

    @property
    def restore(self) -> str:
        """Return the address that brings it back."""
        return reverse(f"projects:{self.kind}-restore", args=[self.pk])

    @property
    def purge(self) -> str:
        """Return the address that deletes it for good."""
        return reverse(f"projects:{self.kind}-purge", args=[self.pk])


@login_required
@require_safe
def trash(request: Request, pk: int) -> HttpResponse:
    """Show what was deleted in a project."""
    project, able = project_and_abilities(request, pk)
    context = {
        "project": project,
        "entries": _entries(request.user, project),
        "days": settings.TRASH_DAYS,
        **policies.flags(able),
        "crumb": "Trash",
        "tab": "board",
    }
    return render(request, "projects/trash.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def purge_step(request: Request, pk: int) -> HttpResponse:
    """Delete a version for good; a plain link is asked about first."""
    step = step_of(request, pk)
    made = step.output.used_by.count() if step.output else 0
    return _purge(request, step, actions.trash.purge_step, made)


@login_required
@require_http_methods(["GET", "POST"])
def purge_asset(request: Request, pk: int) -> HttpResponse:
    """Delete an upload for good; a plain link is asked about first."""
    asset = get_object_or_404(policies.assets(request.user).select_related("project__team"), pk=pk)
    return _purge(request, asset, actions.trash.purge_asset, asset.used_by.count())


def _purge(request: Request, thing: Thing, do: Callable[[User, Thing], None], made: int) -> HttpResponse:
    policies.require(request.user, thing.project, Ability.MANAGE)
    if request.method == "GET":
        return render(
            request, "projects/purge.html", {"thing": thing, "made": made, "project": thing.project}
        )
    try:
        do(request.user, thing)
    except actions.Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect(thing)
    messages.success(request, f"“{thing.name}” is deleted for good.")
    return redirect("projects:project-trash", thing.project_id)


def _entries(user: User, project: Project) -> list[Entry]:
    mine = {"project": project, "deleted_at__isnull": False}
    steps = policies.steps(user).filter(**mine).select_related("output__project")
    steps = steps.annotate(made_of=Count("output__used_by"))
    uploads = policies.assets(user).uploads().filter(**mine).select_related("project")
    uploads = uploads.annotate(made_of=Count("used_by"))
    kinds: dict[str, QuerySet[Any, Any]] = {"step": steps, "asset": uploads}
    found = [
        Entry(kind, row.pk, row.name, row.deleted_at, row.made_of, row.output if kind == "step" else row)
        for kind, rows in kinds.items()
        for row in rows.order_by("-deleted_at")[:MOST_SHOWN]
    ]
    return sorted(found, key=lambda entry: entry.deleted_at, reverse=True)
