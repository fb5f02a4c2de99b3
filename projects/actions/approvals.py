"""Approve one exact version, or take the approval back."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from projects import policies, progress
from projects.actions.refusal import Refused
from projects.models import Approval, Step
from projects.policies import Ability
from projects.states import Status

NOT_FINISHED = "Only a finished version can be approved. Wait for its result, or restore it first."


@transaction.atomic
def approve(user: User, step: Step) -> None:
    """Keep who approved a finished version, and when; one that is approved already keeps its first approval."""
    policies.require(user, step.project, Ability.APPROVE)
    finished = Step.objects.live().filter(pk=step.pk, status=Status.SUCCEEDED)
    if finished.write() != 1:  # this holds the row too: of two people at once, one makes the approval
        raise Refused(NOT_FINISHED, status=409)
    Approval.objects.get_or_create(step=step, withdrawn_at=None, defaults={"by": user})
    progress.step_changed(step)


@transaction.atomic
def withdraw(user: User, step: Step) -> None:
    """Take the approval of a version back; who did it, and when, stays on record."""
    policies.require(user, step.project, Ability.APPROVE)
    standing = Approval.objects.standing().filter(step=step)
    if standing.update(withdrawn_by=user, withdrawn_at=Now()):
        Step.objects.filter(pk=step.pk).write()
        progress.step_changed(step)
