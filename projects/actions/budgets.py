"""Set what a team may spend in a month, and a project in all."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from projects import policies
from projects.models import Budget, Project, Team, ledger
from projects.models.budget import held_still, months
from projects.policies import Ability


def limits_of(user: User, project: Project) -> list[Budget]:
    """Return what a person's paid work in a project is held on, as it stands; nothing is begun by looking."""
    month = months([project.team], timezone.now().astimezone(UTC).date())
    own = Q(project=project) | Q(member__team=project.team_id, member__user=user)
    lasting = Budget.objects.filter(own, period=Budget.Period.NONE)
    return [*month, *lasting.select_related("project", "member__user")]


def set_team(user: User, team: Team, usd: Decimal) -> Budget:
    """Set a team's limit for this month (UTC) and those after it. Less than is already spent stops paid work."""
    if not user.is_superuser and Ability.BUDGET not in policies.abilities(user, team.pk):
        raise PermissionDenied(policies.REFUSALS[Ability.BUDGET])
    budget, _ = Budget.objects.update_or_create(
        scope=Budget.Scope.TEAM,
        team=team,
        period=Budget.Period.MONTH,
        starts_on=timezone.now().date().replace(day=1),
        defaults={"limit_usd": usd},
    )
    return budget


@transaction.atomic
def set_project(user: User, project: Project, usd: Decimal | None) -> Budget | None:
    """Set a project's limit for its whole life, or take it away; the money it has cost counts in either case.

    It goes only when nobody is about to hold money on it: whoever holds next reads that it is gone.
    """
    policies.require(user, project, Ability.BUDGET)
    rows = Budget.objects.filter(scope=Budget.Scope.PROJECT, project=project, period=Budget.Period.NONE)
    if usd is None:
        held_still(project.team)
        rows.delete()
        return None
    budget = rows.select_for_update().first()
    if budget is None:
        return ledger.begin_project(project, usd)
    budget.limit_usd = usd
    budget.save(update_fields=["limit_usd"])
    return budget
