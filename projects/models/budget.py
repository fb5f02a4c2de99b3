"""Budgets: what a team, a project or a member may spend, and the order in which holds are taken on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from projects.models.project import Project
from projects.models.team import Member, Team


class Overspent(Exception):
    """A budget does not cover a reservation: which one, and what is left of it."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(f"{budget} has ${budget.left:.2f} left.")
        self.budget = budget


class Budget(models.Model):
    """A limit of a team, a project or a member, for good or for one period (UTC)."""

    class Scope(models.TextChoices):
        """Whose budget it is; the order is the order of reservation."""

        TEAM = "team"
        PROJECT = "project"
        MEMBER = "member"

    class Period(models.TextChoices):
        """How often it starts anew."""

        NONE = "none"
        MONTH = "month"

    scope = models.CharField(max_length=8, choices=Scope)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="budgets")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="budgets"
    )
    member = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="budgets"
    )
    period = models.CharField(max_length=5, choices=Period, default=Period.NONE)
    starts_on = models.DateField(default=date(2000, 1, 1))
    limit_usd = models.DecimalField(max_digits=12, decimal_places=6)
    reserved = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    spent = models.DecimalField(max_digits=12, decimal_places=6, default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(limit_usd__gte=0, reserved__gte=0, spent__gte=0), name="budget_money"
            ),
            models.CheckConstraint(
                condition=Q(scope="team", team__isnull=False, project=None, member=None)
                | Q(scope="project", team=None, project__isnull=False, member=None)
                | Q(scope="member", team=None, project=None, member__isnull=False),
                name="budget_one_owner",
            ),
            *(
                models.UniqueConstraint(
                    fields=[owner, "period", "starts_on"],
                    condition=Q(scope=owner),
                    name=f"budget_once_{owner}",
                )
                for owner in ("team", "project", "member")
            ),
        ]

    def __str__(self) -> str:
        return f"The budget of {self.team or self.project or self.member}"

    def clean(self) -> None:
        """Refuse a budget that nothing is held on: a team's is read by the month, the others for good."""
        is_monthly = self.scope == self.Scope.TEAM
        if is_monthly != (self.period == self.Period.MONTH):
            right = (
                "for a month. Set the period to month" if is_monthly else "for good. Set the period to none"
            )
            raise ValidationError({"period": f"A {self.scope}'s budget is {right}."})
        if is_monthly and self.starts_on and self.starts_on.day != 1:
            first = self.starts_on.replace(day=1)
            raise ValidationError({"starts_on": f"A month begins on its first day. Set {first}."})

    @property
    def left(self) -> Decimal:
        """Return what can still be reserved."""
        return self.limit_usd - self.reserved - self.spent


def months(teams: Iterable[Team], day: date) -> list[Budget]:
    """Return each team's budget of the month of a day (UTC).

    A month without a row gets an unsaved one, with the limit of the month before it, else the default.
    """
    first = day.replace(day=1)
    wanted = {team.pk: team for team in teams}
    rows = Budget.objects.filter(
        scope=Budget.Scope.TEAM, period=Budget.Period.MONTH, team__in=wanted, starts_on__lte=first
    )
    last = {row.team_id: row for row in rows.order_by("starts_on")}
    return [_of_month(team, first, last.get(pk)) for pk, team in wanted.items()]


def _of_month(team: Team, first: date, last: Budget | None) -> Budget:
    if last is not None and last.starts_on == first:
        last.team = team
        return last
    limit = last.limit_usd if last else settings.TEAM_BUDGET_USD
    return Budget(
        scope=Budget.Scope.TEAM, team=team, period=Budget.Period.MONTH, starts_on=first, limit_usd=limit
    )


def held_still(team: Team) -> Budget:
    """Return the team's budget of this month, begun when missing: nobody else holds on it until the transaction ends.

    It is the first that every hold takes, so two of them never wait for each other.
    """
    today = timezone.now().astimezone(UTC).date()
    known = {
        "scope": Budget.Scope.TEAM,
        "team": team,
        "period": Budget.Period.MONTH,
        "starts_on": today.replace(day=1),
    }
    rows = Budget.objects.select_for_update(no_key=True)
    if (month := rows.filter(**known).first()) is not None:
        return month
    return rows.get_or_create(**known, defaults={"limit_usd": months([team], today)[0].limit_usd})[0]


def budgets_of(project: Project, user: User) -> list[Budget]:
    """Return every budget that a person's work in a project is held on, in the transaction that holds it.

    Whoever begins a limit of the project meanwhile waits for its end, and counts what was held.
    """
    month = held_still(project.team)
    own = Q(project=project) | Q(member__team=project.team, member__user=user)
    return [month, *Budget.objects.filter(own, period=Budget.Period.NONE)]
