"""The workspace of one step: watch, compare, stop, start again, approve and put away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from projects import actions, policies
from projects.models import Step
from projects.policies import Ability
from projects.templatetags.bills import is_paid, price_again
from projects.views import comparing, composing, picking, refs, versions
from projects.views.asking import Question, asks
from projects.views.request import Request, step_of, wants_part
from projects.views.unconfirmed import amount


@login_required
@require_safe
def workspace(request: Request, pk: int) -> HttpResponse:
    """Show a version: the result, how far it is, or why there is none."""
    step = step_of(request, pk)
    return render(request, "projects/step.html", _shell(request, step))


@login_required
@require_safe
def compare(request: Request, pk: int) -> HttpResponse:
    """Show a version beside another one, or beside what it was made from."""
    step = step_of(request, pk)
    other = refs.asset_of(request.user, request.GET.get("with", "")) or comparing.beside(step)
    if step.output is None or other is None or other.purged_at or other.project_id != step.project_id:
        raise Http404
    shell = _shell(request, step)
    pair = comparing.pair(step, other, shell["tree"], request.GET)
    return render(request, "projects/compare.html", {**shell, "pair": pair})


def _cancelling(step: Step) -> Question:
    until = (
        "What the provider has made until then may still be billed."
        if is_paid(step)
        else "Nothing is billed."
    )
    return Question("Cancel this step?", f"{until} It can be started again.", "Cancel it")


@asks(step_of, _cancelling, Ability.MAKE)
def cancel(request: Request, step: Step) -> HttpResponse:
    """Stop a step."""
    actions.steps.cancel(request.user, step)
    return redirect(step)


def _retrying(step: Step) -> Question:
    what = "The same request once more, with nothing changed."
    return Question("Start this step again?", what, "Start again", price_again(step))


@asks(step_of, _retrying, Ability.MAKE)
def retry(request: Request, step: Step) -> HttpResponse:
    """Start a failed or cancelled step again, with the same settings."""
    try:
        actions.steps.retry(request.user, step, amount(request))
    except actions.Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect(step)


DELETING = Question("Delete this version?", "What was made from it stays. It can be restored.", "Delete")


@asks(step_of, DELETING, Ability.MAKE)
def delete(request: Request, step: Step) -> HttpResponse:
    """Take a version out of the tree, and offer to undo it."""
    actions.steps.delete(request.user, step)
    undo = reverse("projects:step-restore", args=[step.pk])
    messages.success(request, f"“{step.name}” is deleted.", extra_tags=undo)
    return redirect(_beside(step))


RESTORING = Question("Restore this version?", "It comes back to its place in the tree.", "Restore")


@asks(step_of, RESTORING, Ability.MAKE)
def restore(request: Request, step: Step) -> HttpResponse:
    """Bring a deleted version back."""
    actions.steps.restore(request.user, step)
    if wants_part(request):
        return render(
            request, "projects/parts/restored.html", {"name": step.name, "url": step.get_absolute_url()}
        )
    return redirect(step)


APPROVING = Question(
    "Approve this version?",
    "You decide on exactly this version. A newer one is not approved by it.",
    "Approve",
)


@asks(step_of, APPROVING, Ability.APPROVE)
def approve(request: Request, step: Step) -> HttpResponse:
    """Approve exactly this version."""
    try:
        actions.approvals.approve(request.user, step)
    except actions.Refused as refusal:
        if wants_part(request):
            said = {"sentence": refusal.sentence, "tone": "bad"}
            return render(request, "components/toast.html", said, status=refusal.status)
        messages.error(request, refusal.sentence)
    return _decided(request, step)


WITHDRAWING = Question(
    "Withdraw the approval?", "The version stays as it is, and can be approved again.", "Withdraw"
)


@asks(step_of, WITHDRAWING, Ability.APPROVE)
def withdraw(request: Request, step: Step) -> HttpResponse:
    """Take the approval of a version back."""
    actions.approvals.withdraw(request.user, step)
    return _decided(request, step)


def _decided(request: Request, step: Step) -> HttpResponse:
    """Return what a decision changed on an open page, so that a clip plays on; else lead back to it."""
    if not wants_part(request):
        return redirect(step)
    able = policies.flags(policies.abilities(request.user, step.project.team_id))
    now = {"step": step_of(request, step.pk), "oob": True}
    return render(request, "projects/parts/decided.html", {**able, **now})


def _shell(request: Request, step: Step) -> dict[str, Any]:
    """Return what the three columns around a version show."""
    tree = versions.of_step(step)
    able = policies.abilities(request.user, step.project.team_id)
    can_make = Ability.MAKE in able
    return {
        "step": step,
        "tree": tree,
        "number": tree.numbers[step.pk],
        "takes": tree.takes(step),
        **policies.flags(able),
        "composer": composing.of_step(request.user, step, anew="anew" in request.GET) if can_make else None,
        "picks": picking.of_step(request.user, step) if can_make else {},
        "project": step.project,
        "crumb": step.name,
        "tab": "board",
        "live": [f"/ws/project/{step.project_id}/"],
    }


def _beside(step: Step) -> str:
    """Return where a person goes on once a version is gone: what it was made from, else the board."""
    if step.parent is not None and step.parent.deleted_at is None:
        return step.parent.get_absolute_url()
    return step.project.get_absolute_url()
