"""One file of a project: look at it, see what came of it, start something from it, put it away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from projects import actions, policies
from projects.forms import OutlineForm
from projects.models import Asset
from projects.policies import Ability
from projects.views import versions
from projects.views.asking import Question, asks
from projects.views.request import Request, wants_part


@login_required
@require_safe
def asset(request: Request, pk: int) -> HttpResponse:
    """Show an upload with the tasks that can begin with it; a result is shown by its step."""
    found = asset_of(request, pk)
    if found.made_by is not None:
        return redirect(found.made_by)
    able = policies.abilities(request.user, found.project.team_id)
    context = {
        "asset": found,
        "tree": versions.of_asset(found),
        **policies.flags(able),
        "project": found.project,
        "crumb": found.name,
        "tab": "board",
        "live": [f"/ws/project/{found.project_id}/"],
    }
    return render(request, "projects/asset.html", context)


def asset_of(request: Request, pk: int) -> Asset:
    """Return a file of the person's teams. Raises Http404 for any other."""
    return get_object_or_404(policies.assets(request.user).select_related("project__team", "made_by"), pk=pk)


DELETING = Question("Delete this file?", "What was made from it stays. It can be restored.", "Delete")


@asks(asset_of, DELETING, Ability.MAKE)
def delete(request: Request, found: Asset) -> HttpResponse:
    """Take an upload off the board, and offer to undo it."""
    actions.assets.delete(request.user, found)
    undo = reverse("projects:asset-restore", args=[found.pk])
    messages.success(request, f"“{found.name}” is deleted.", extra_tags=undo)
    return redirect(found.project)


RESTORING = Question("Restore this file?", "It comes back to the board.", "Restore")


@asks(asset_of, RESTORING, Ability.MAKE)
def restore(request: Request, found: Asset) -> HttpResponse:
    """Bring a deleted upload back."""
    actions.assets.restore(request.user, found)
    if wants_part(request):
        return render(
            request, "projects/parts/restored.html", {"name": found.name, "url": found.get_absolute_url()}
        )
    return redirect(found)


@login_required
@require_POST
def outline(request: Request, pk: int) -> HttpResponse:
    """Find the product's edge with what the person drew, and show it over the picture with a sentence."""
    found = asset_of(request, pk)
    drawn = OutlineForm(request.POST)
    context: dict[str, Any] = {"asset": found, "helped": False}
    if drawn.is_valid():
        box, strokes = drawn.cleaned_data["box"], drawn.cleaned_data["strokes"]
        context["helped"] = bool(box or strokes)
        try:
            context["outline"] = actions.assets.outline(found, box=box, strokes=strokes)
        except actions.Refused as refusal:
            context["sentence"] = refusal.sentence
    else:
        context["sentence"] = " ".join(
            str(sentence) for errors in drawn.errors.values() for sentence in errors
        )
    return render(request, "projects/parts/outline.html", context)
