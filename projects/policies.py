"""Who may see and do what, and what a provider may be sent.

Every query of a page starts here; a stranger's question has no answer, so it is a 404.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone

from projects import regions
from projects.engines.base import Verdict
from projects.failures import Code
from projects.models import Asset, Consent, Member, Project, Role, Step, Team, Upload
from projects.models.asset import AssetQuerySet
from projects.models.project import People, ProjectQuerySet
from projects.models.step import StepQuerySet

Anyone = User | AnonymousUser
Abilities = frozenset["Ability"]


class Ability(StrEnum):
    """What a member may do in a project."""

    SEE = "see"
    MAKE = "make"
    MONEY = "money"
    APPROVE = "approve"
    BUDGET = "budget"
    MANAGE = "manage"


_EDITOR = frozenset({Ability.SEE, Ability.MAKE, Ability.MONEY})
_PRODUCER = _EDITOR | {Ability.APPROVE, Ability.BUDGET}
ABILITIES: dict[str, frozenset[Ability]] = {
    Role.OWNER: frozenset(Ability),
    Role.PRODUCER: _PRODUCER,
    Role.EDITOR: _EDITOR,
    Role.REVIEWER: frozenset({Ability.SEE, Ability.APPROVE}),
}
REFUSALS: dict[Ability, str] = {
    Ability.SEE: "This belongs to another team.",
    Ability.MAKE: "Reviewers look and approve. Ask an editor of the team to make this.",
    Ability.MONEY: "Prices are for owners, producers and editors. Ask an owner of the team for that role.",
    Ability.APPROVE: "Approval is for owners, producers and reviewers.",
    Ability.BUDGET: "Budgets are set by owners and producers.",
    Ability.MANAGE: "Only an owner of the team can do this.",
}


def _id(user: Anyone) -> int:
    """Return the person's key, or 0 for nobody: a lookup by None would match rows without a person."""
    return user.pk or 0


def teams(user: Anyone) -> QuerySet[Team]:
    """Return the teams that a person belongs to."""
    return Team.objects.filter(memberships__user_id=_id(user))


def projects(user: Anyone) -> ProjectQuerySet:
    """Return the live projects of a person's teams."""
    return Project.objects.live().filter(team__memberships__user_id=_id(user))


def assets(user: Anyone) -> AssetQuerySet:
    """Return the assets of a person's projects, deleted ones too, so that a delete can be undone."""
    return Asset.objects.kept().filter(project__in=projects(user))


def steps(user: Anyone) -> StepQuerySet:
    """Return the steps of a person's projects, deleted ones too, so that a delete can be undone."""
    return Step.objects.kept().filter(project__in=projects(user))


def uploads(user: Anyone) -> QuerySet[Upload]:
    """Return a person's own uploads under way."""
    return Upload.objects.filter(by_id=_id(user), project__in=projects(user))


def abilities(user: Anyone, team_id: int) -> frozenset[Ability]:
    """Return what a person may do in a team's projects; nothing for a stranger."""
    role = Member.objects.filter(user_id=_id(user), team_id=team_id).values_list("role", flat=True).first()
    return ABILITIES.get(role or "", frozenset())


def flags(able: Abilities) -> dict[str, bool]:
    """Return what the parts of a version ask for, whoever renders them: a page or a socket."""
    return {
        "can_make": Ability.MAKE in able,
        "can_approve": Ability.APPROVE in able,
        "can_see_money": Ability.MONEY in able,
        "can_manage": Ability.MANAGE in able,
    }


def require(user: Anyone, project: Project, ability: Ability) -> None:
    """Raise PermissionDenied, with its sentence, unless the person may do this in the project.

    An operator may act in every team: Django admin lists the steps of all, pages still show only their own.
    """
    if not user.is_superuser and ability not in abilities(user, project.team_id):
        raise PermissionDenied(REFUSALS[ability])


def makers_teams(user: Anyone) -> QuerySet[Team]:
    """Return the teams in which a person may make something, the first joined first."""
    return teams_where(user, Ability.MAKE)


def teams_where(user: Anyone, ability: Ability) -> QuerySet[Team]:
    """Return the teams in which a person may do this, the first joined first."""
    roles = [role for role, able in ABILITIES.items() if ability in able]
    mine = Member.objects.filter(user=_id(user), role__in=roles)
    return Team.objects.filter(memberships__in=mine).order_by("memberships__pk")


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
UPLOADED = frozenset({"video.edit_upload", "video.extend_upload"})
"""Abilities that feed a clip back to the provider as a file."""
BY_FILE = {"veo": frozenset({"video.extend"})}
"""What an engine that keeps no conversation does by sending the clip again, also one that was made here."""
NOT_HERE = "The provider does not change uploaded clips in the EEA, Switzerland and the UK."
INSTEAD = "Change a still and animate it, or use the draft engine."


def need(said: Iterable[str], confirmed: Iterable[str], *, is_limited: bool) -> Need | None:
    """Return what is still needed before pictures with these answers may be sent, the gravest first."""
    found = set(said)
    if is_limited and People.MINORS in found:
        return Need.OTHER
    if is_limited and People.UNSURE in found:
        return Need.ANSWER
    wanted = {People.MINORS: Need.RIGHTS, People.ADULTS: Need.ADULTS}
    return next((one for who, one in wanted.items() if who in found and one not in set(confirmed)), None)


def refusal(
    engine: str, ability: str, said: Iterable[str], confirmed: Iterable[str], *, is_limited: bool
) -> Verdict | None:
    """Return why a paid engine may not have this: the region forbids it, or who is in the pictures does."""
    if is_limited and feeds_back(engine, ability):
        return Verdict.no(f"{NOT_HERE} {INSTEAD}", Code.REGION_LIMITED, is_final=True)
    found = need(said, confirmed, is_limited=is_limited)
    return Verdict.no(SENTENCES[found], CODES.get(found, Code.INPUT_REJECTED)) if found else None


def feeds_back(engine: str, ability: str) -> bool:
    """Return whether a clip goes to the provider as a file, to be changed there."""
    return ability in UPLOADED | BY_FILE.get(engine, frozenset())


def closed(label: str, country: str, at: datetime) -> Verdict:
    """Return the refusal of a model's ability that the provider has refused in this country, with the day.

    It names no way on: those that are there stand as buttons beside it.
    """
    day, where = timezone.localtime(at), "in this country" if country else "here"
    refused = f"The provider refused this for {label} {where} on {day.day} {day:%B %Y}."
    return Verdict.no(refused, Code.REGION_LIMITED, is_final=True)


def country(project: Project, user_id: int) -> str:
    """Return the country whose rules hold: the stricter of a project's and a member's own; "" where none is known.

    The project's where both are equally strict.
    """
    if regions.is_limited(project.country):
        return project.country
    rows = Member.objects.filter(team=project.team_id, user=user_id).values_list("country", flat=True)
    own = rows.first() or ""
    return own if regions.is_limited(own) else project.country or own


def is_limited(project: Project, user_id: int) -> bool:
    """Return whether the stricter of a project's and a member's own country is a limited one."""
    return regions.is_limited(country(project, user_id))


def confirmed(project: Project) -> frozenset[str]:
    """Return what was confirmed for the whole project about the people in its pictures."""
    return frozenset(project.consents.filter(asset=None).values_list("kind", flat=True))
