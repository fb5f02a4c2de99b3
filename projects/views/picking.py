"""The pick between two stages: what there is to choose from, and at what price the plan goes on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from projects import actions, policies
from projects.actions import Refused
from projects.models import Step
from projects.policies import Ability
from projects.views.request import Request, number_of, step_of
from projects.views.unconfirmed import amount


def of_step(user: User, step: Step) -> dict[str, Any]:
    """Return what waits for a pick beside this step: its results, and the price of going on or why that is off.

    Empty where nothing waits for this step, or it cannot be picked itself.
    """
    waiting = actions.stages.waiting(step)
    candidates = actions.stages.candidates(waiting) if waiting else []
    shown = next((one for one in candidates if step in (one, waiting)), None)
    if waiting is None or shown is None or shown.output is None:
        return {}
    found: dict[str, Any] = {"waiting": waiting, "candidates": candidates}
    try:
        offer = actions.stages.offered(user, waiting, shown.output)
    except Refused as refusal:
        return {**found, "why_not": refusal.sentence}
    return {**found, "usd": offer.usd, "model": offer.model, "notes": offer.verdict.notes}


@login_required
@require_safe
def picks(request: Request, pk: int) -> HttpResponse:
    """Show the results to pick from alone, for a page whose stage has just ended."""
    step = step_of(request, pk)
    can_make = Ability.MAKE in policies.abilities(request.user, step.project.team_id)
    found = of_step(request.user, step) if can_make else {}
    return render(request, "projects/parts/picks.html", {"step": step, "picks": found, "can_make": can_make})


@login_required
@require_POST
def pick(request: Request, pk: int) -> HttpResponse:
    """Let the plan go on from the take, or the edit of one, that was picked."""
    step = step_of(request, pk)
    take = policies.steps(request.user).filter(pk=number_of(request.POST.get("take", "")) or 0).first()
    try:
        actions.stages.pick(request.user, step, take, amount(request), request.POST.get("model", ""))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect(step)
