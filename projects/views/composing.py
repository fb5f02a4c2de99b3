"""“Change one thing”: one sentence that continues a version, priced, and the ways out of a long or lost chain."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from projects import actions, catalogue, policies
from projects.actions import Refused
from projects.forms import TaskForm
from projects.models import Asset, Step
from projects.policies import Ability
from projects.views import picking
from projects.views.request import Request, step_of, typed
from projects.views.unconfirmed import amount

EDITS = {Asset.Kind.IMAGE: "edit-image", Asset.Kind.VIDEO: "edit-clip"}
"""The task that changes one thing of a result."""

MOST_WORDS = 8000
"""Characters of a prompt, as on a task's form."""

ANEW = "edit-video"
"""The task whose edit begins a new chain: the clip is sent along."""


def of_step(user: User, step: Step, *, anew: bool = False) -> dict[str, Any] | None:
    """Return what the composer shows: the edit's task, its ways with their prices, and how the chain stands.

    anew: the edit begins a new chain from this version.
    """
    if actions.chains.is_lost(step):
        ways = {**_fold(user, step), "begin": _beginning(user, step, step.source)}
        return {**ways, "key": uuid4(), "lost": True}
    anew = anew and step.output is not None and step.output.kind == Asset.Kind.VIDEO
    slug = EDITS.get(Asset.Kind(step.output.kind)) if step.output else None
    found = _edit(user, step, step.output, ANEW if anew else slug)
    if found is None or anew:
        return found and {**found, "anew": True}
    standing = actions.chains.of_step(step)
    needs_fold = standing is not None and (standing.is_long or not standing.is_alive)
    refused = next((way.why_not for way in found["ways"] if way.engine.paid and way.why_not), "")
    fold = _fold(user, step) if needs_fold or (standing and refused) else {"fold": None}
    return {
        **found,
        **fold,
        "standing": standing,
        "noted": refused if fold["fold"] and not needs_fold else "",
        "begin": _beginning(user, step, step.output) if needs_fold or refused else None,
    }


def _fold(user: User, step: Step) -> dict[str, Any]:
    """Return what folding all changes in comes to, and what it would not carry."""
    found = actions.chains.price_of_fold(user, step)
    return {"fold": found, "lacks": actions.chains.left_out(step) if found else ""}


def _edit(user: User, step: Step, asset: Asset | None, slug: str | None) -> dict[str, Any] | None:
    """Return the task that edits a version's file, and its ways with their prices."""
    task = catalogue.all_tasks().get(slug or "")
    if task is None or asset is None:
        return None
    role = task.slots[0].role
    data = QueryDict(mutable=True)
    data.update({role: str(asset.pk), "change": "something"})
    form = TaskForm(task, step.project, user, data)
    ways = form.ways if form.is_valid() else []
    kinds = task.control("kind").options
    return {"task": task, "role": role, "kinds": kinds, "form": form, "ways": ways, "key": uuid4()}


def _beginning(user: User, step: Step, asset: Asset | None) -> Decimal | None:
    """Return what an edit that begins a new chain with a clip costs; nothing where it cannot be bought."""
    found = _edit(user, step, asset, ANEW) if asset and asset.kind == Asset.Kind.VIDEO else None
    paid = (way.found for way in (found["ways"] if found else []) if way.engine.paid and not way.why_not)
    return next((offer.total for offer in paid if offer), None)


@login_required
@require_safe
def composer(request: Request, pk: int) -> HttpResponse:
    """Show the composer of a version alone, for a page whose version has just ended."""
    step = step_of(request, pk)
    can_make = Ability.MAKE in policies.abilities(request.user, step.project.team_id)
    found = of_step(request.user, step) if can_make else None
    context = {"step": step, "composer": found, "can_make": can_make}
    context["picks"] = picking.of_step(request.user, step) if can_make else {}
    return render(request, "projects/parts/composer.html", context)


@login_required
@require_POST
def fold(request: Request, pk: int) -> HttpResponse:
    """Order a version again from its anchor, with all its changes in one prompt."""
    step = step_of(request, pk)
    try:
        key = UUID(request.POST.get("request_key", ""))
    except ValueError:
        key = uuid4()
    try:
        words = typed(request.POST, "prompt", MOST_WORDS)
        shown = request.POST.get("model", "")
        order = actions.chains.fold(request.user, step, amount(request), key, words, shown)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect(step)
    return redirect(order.steps.earliest("pk"))
