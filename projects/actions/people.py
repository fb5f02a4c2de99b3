"""Who can be recognised in the pictures: the answers, the confirmations that are kept, and what a send needs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction

from projects import policies
from projects.actions.refusal import Refused
from projects.engines.base import Input, Verdict
from projects.failures import Code
from projects.models import Asset, Consent, Project, Step
from projects.models.asset import strictest
from projects.models.project import People
from projects.policies import Ability


class Need(StrEnum):
    """What stands between some pictures and a provider; the last two are confirmations, named like their kind."""

    OTHER = "other"
    ANSWER = "answer"
    ADULTS = Consent.Kind.ADULTS
    RIGHTS = Consent.Kind.RIGHTS


SENTENCES = {
    Need.OTHER: "The provider takes no pictures of minors in the EEA, Switzerland and the UK. Choose another picture, "
    "or make a draft.",
    Need.ANSWER: "Say first who can be recognised in the picture: the provider takes none of minors in the EEA, "
    "Switzerland and the UK.",
    Need.ADULTS: "Confirm once for this project that everybody who can be recognised is an adult and agreed.",
    Need.RIGHTS: "Confirm once for this project that you may use these pictures, also for the minors in them.",
}
CODES = {Need.OTHER: Code.REGION_LIMITED, Need.ANSWER: Code.REGION_LIMITED}
SETTLED = frozenset({People.NONE, People.ADULTS, People.MINORS})
WITHOUT_MINORS = frozenset({People.NONE, People.ADULTS})


def need(said: Iterable[str], confirmed: Iterable[str], *, is_limited: bool) -> Need | None:
    """Return what is still needed before pictures with these answers may be sent, the gravest first."""
    found = set(said)
    if is_limited and People.MINORS in found:
        return Need.OTHER
    if is_limited and People.UNSURE in found:
        return Need.ANSWER
    wanted = {People.MINORS: Need.RIGHTS, People.ADULTS: Need.ADULTS}
    return next((one for who, one in wanted.items() if who in found and one not in set(confirmed)), None)


def refusal(inputs: Iterable[Input], confirmed: Iterable[str], *, is_limited: bool) -> Verdict | None:
    """Return why these inputs may not be sent to a provider."""
    said = [str(entry.facts["people"]) for entry in inputs if "people" in entry.facts]
    found = need(said, confirmed, is_limited=is_limited)
    return Verdict.no(SENTENCES[found], CODES.get(found, Code.PEOPLE_POLICY)) if found else None


def confirmed(project: Project) -> frozenset[str]:
    """Return what was confirmed for the whole project."""
    return frozenset(project.consents.filter(asset=None).values_list("kind", flat=True))


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
    if kind not in confirmed(project):
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
