"""Who can be recognised in the pictures: the answers, and the confirmations that are kept."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from projects import policies
from projects.actions.refusal import Refused
from projects.models import Asset, Consent, Project, Step
from projects.models.asset import strictest
from projects.models.project import People
from projects.policies import Ability, Need

SETTLED = frozenset({People.NONE, People.ADULTS, People.MINORS})
WITHOUT_MINORS = frozenset({People.NONE, People.ADULTS})


@transaction.atomic
def answer(user: User, asset: Asset, who: str) -> None:
    """Say who can be recognised in a file; what was made from it follows. That there are no minors is kept with a name.

    A result has the answer of what it was made from; only where nobody knew is it asked of itself.
    """
    policies.require(user, asset.project, Ability.MAKE)
    if who not in People.values:
        raise Refused(f"“{who}” is no answer. Say {', '.join(People.values)}.")
    if asset.who == who and asset.people:
        return
    if asset.made_by_id and asset.who in SETTLED:
        raise Refused("This was made from other pictures and has their answer. Change it there.")
    asset.people = who
    asset.save(update_fields=["people"])
    if who in WITHOUT_MINORS:
        Consent.objects.create(project=asset.project, by=user, kind=Consent.Kind.MINORS_NONE, asset=asset)
    _spread(asset.project, {asset.pk})


@transaction.atomic
def confirm(user: User, project: Project, kind: str) -> None:
    """Keep who confirmed it for the whole project, and when. It is asked once."""
    policies.require(user, project, Ability.MAKE)
    if kind not in {Need.ADULTS, Need.RIGHTS}:
        raise Refused("This is nothing that can be confirmed. Open the page again.")
    if kind not in policies.confirmed(project):
        Consent.objects.create(project=project, by=user, kind=kind)


def project_answered(user: User, project: Project) -> None:
    """Keep that a project's pictures show no minors, and let what was made from them follow."""
    if project.people in WITHOUT_MINORS:
        Consent.objects.create(project=project, by=user, kind=Consent.Kind.MINORS_NONE)
    own = Asset.objects.filter(project=project, people="")
    _spread(project, set(own.values_list("pk", flat=True)))


def _spread(project: Project, changed: set[int]) -> None:
    """Give what was made from changed files the strictest answer of its inputs, which are always older than it."""
    made = Asset.objects.filter(project=project, made_by__isnull=False).order_by("pk")
    known: dict[int, People] = {}
    for asset in made.select_related("made_by__order"):
        inputs = _inputs(asset.made_by)
        if not inputs & changed:
            continue
        known = known or {
            one.pk: one.who for one in Asset.objects.filter(project=project).select_related("project")
        }
        asset.people = known[asset.pk] = strictest(known[pk] for pk in inputs & known.keys())
        asset.save(update_fields=["people"])
        changed = changed | {asset.pk}


def _inputs(step: Step | None) -> set[int]:
    """Return what a step was made from: the order's files, and the result of the stage before."""
    if step is None:
        return set()
    source = [step.source_id] if step.source_id else []
    return {*source, *(pk for pks in step.order.inputs.values() for pk in pks)}
