"""The pages that set a budget: of a team for each month, of a project for its whole life."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from projects import actions, policies
from projects.forms import BudgetForm
from projects.models import Budget, Project
from projects.models.budget import months
from projects.policies import Ability
from projects.templatetags.money import usd
from projects.views.request import Request, project_of

OF_TEAM = "For each month from this one on (UTC). 0 stops paid work; drafts stay free."
OF_PROJECT = (
    "For the project's whole life, all that it has cost counts. Left empty, only the team's limit holds."
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A budget to be set: what it is called, as it stands, and the action that sets it."""

    heading: str
    hint: str
    back: str
    budget: Budget | None
    set: Callable[[Decimal | None], Budget | None]
    project: Project | None = None


@login_required
@require_http_methods(["GET", "POST"])
def of_project(request: Request, pk: int) -> HttpResponse:
    """Show a project's limit to be changed, or change it."""
    project = project_of(request, pk)
    policies.require(request.user, project, Ability.BUDGET)
    back = reverse("projects:project-spend", args=[pk])
    setting = Setting(
        f"Budget of {project.name}",
        OF_PROJECT,
        back,
        Budget.objects.filter(scope=Budget.Scope.PROJECT, project=project).first(),
        lambda amount: actions.budgets.set_project(request.user, project, amount),
        project,
    )
    return _page(request, setting)


@login_required
@require_http_methods(["GET", "POST"])
def of_team(request: Request, pk: int) -> HttpResponse:
    """Show a team's monthly limit to be changed, or change it."""
    team = get_object_or_404(policies.teams(request.user), pk=pk)
    if Ability.BUDGET not in policies.abilities(request.user, pk):
        raise PermissionDenied(policies.REFUSALS[Ability.BUDGET])

    def set_(amount: Decimal | None) -> Budget:
        return actions.budgets.set_team(request.user, team, amount or Decimal(0))

    [budget] = months([team], timezone.now().date())
    return _page(
        request, Setting(f"Monthly budget of {team.name}", OF_TEAM, reverse("projects:spend"), budget, set_)
    )


def _page(request: Request, setting: Setting) -> HttpResponse:
    initial = {"usd": f"{setting.budget.limit_usd:.2f}"} if setting.budget else None
    data = request.POST if request.method == "POST" else None
    form = BudgetForm(data, initial=initial, may_be_empty=setting.project is not None, hint=setting.hint)
    if form.is_valid():
        messages.success(request, _said(setting.set(form.cleaned_data["usd"])))
        return redirect(setting.back)
    context = {"form": form, "setting": setting, "project": setting.project, "tab": "spend", "can_make": True}
    return render(request, "projects/budget.html", context, status=422 if request.method == "POST" else 200)


def _said(budget: Budget | None) -> str:
    if budget is None:
        return "The project has no limit of its own any more."
    if budget.left <= 0:
        return f"The budget is {usd(budget.limit_usd)}, which is used up: nothing paid can start."
    return f"The budget is {usd(budget.limit_usd)}; {usd(budget.left)} of it is left."
