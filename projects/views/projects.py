"""A project's own pages: new, its brief, its cover, put away and brought back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from projects import actions, policies
from projects.forms import NewProjectForm, ProjectForm
from projects.models import Project
from projects.policies import Ability
from projects.views import files
from projects.views.request import Request, project_of, wants_part

NO_TEAM = "Projects are made by editors, producers and owners. Ask an owner of your team for that role."


@login_required
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Show the form of a new project, or make it and go to its board."""
    if not policies.makers_teams(request.user).exists():
        raise PermissionDenied(NO_TEAM)
    form = NewProjectForm(request.user, request.POST or None)
    if form.is_valid():
        project = actions.projects.create(request.user, **form.cleaned_data)
        return _go(request, project.get_absolute_url())
    return _form(request, {"form": form, "heading": "New project"})


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    """Show a project's brief to be changed, or change it."""
    project = project_of(request, pk)
    policies.require(request.user, project, Ability.MAKE)
    form = ProjectForm(request.POST or None, instance=project)
    if form.is_valid():
        actions.projects.change(request.user, project, **form.cleaned_data)
        messages.success(request, "The brief is saved.")
        return redirect(project)
    can_delete = Ability.MANAGE in policies.abilities(request.user, project.team_id)
    around = {"project": project, "tab": "brief", "can_make": True, "can_delete": can_delete}
    around["consents"] = project.consents.filter(asset=None).select_related("by").order_by("at")
    return _form(request, {"form": form, "heading": "Brief", **around})


@login_required
@require_POST
def delete(request: Request, pk: int) -> HttpResponse:
    """Put a project away, and offer to undo it."""
    project = project_of(request, pk)
    actions.projects.delete(request.user, project)
    undo = reverse("projects:project-restore", args=[project.pk])
    messages.success(request, f"“{project.name}” is in the trash.", extra_tags=undo)
    return redirect("projects:home")


@login_required
@require_POST
def restore(request: Request, pk: int) -> HttpResponse:
    """Bring a project back."""
    mine = Project.objects.filter(team__in=policies.teams(request.user), purged_at=None)
    project = get_object_or_404(mine, pk=pk)
    actions.projects.restore(request.user, project)
    return _go(request, project.get_absolute_url())


@login_required
@require_safe
def cover(request: Request, pk: int) -> HttpResponseBase:
    """Send the one picture that stands for a project on home."""
    try:
        return files.picture(request, actions.covers.of(project_of(request, pk)))
    except actions.covers.NoPicture as error:
        raise Http404 from error


def _go(request: Request, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if wants_part(request) else redirect(address)


def _form(request: Request, context: dict[str, object]) -> HttpResponse:
    part = wants_part(request)
    template = f"projects/project_form.html{'#form' if part else ''}"
    return render(
        request, template, {**context, "part": part}, status=422 if request.method == "POST" else 200
    )
