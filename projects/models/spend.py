"""Money: budgets, append-only spend lines, reservation, and `settle`, the only writer of what ends a hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

from projects.models.attempt import Attempt, Receipt
from projects.models.project import Project
from projects.models.team import Member, Team

NOTHING = Decimal(0)


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
        DAY = "day"
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

    @property
    def left(self) -> Decimal:
        """Return what can still be reserved."""
        return self.limit_usd - self.reserved - self.spent


class Spend(models.Model):
    """One line of money about an attempt; append-only."""

    class Kind(models.TextChoices):
        """What happened to the money."""

        RESERVE = "reserve"
        RELEASE = "release"
        CHARGE = "charge"
        ADJUST = "adjust"

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="spend")
    kind = models.CharField(max_length=8, choices=Kind)
    usd = models.DecimalField(max_digits=12, decimal_places=6)
    receipt = models.ForeignKey(Receipt, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="spend")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="spend")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="spend")
    task = models.CharField(max_length=60)
    model = models.CharField(max_length=80, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "spend"
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "kind"], condition=~Q(kind="adjust"), name="spend_kind_once"
            ),
            models.UniqueConstraint(
                fields=["attempt", "receipt"], condition=Q(kind="adjust"), name="spend_adjust_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ${self.usd} for attempt {self.attempt_id}"


def reserve(attempt: Attempt, usd: Decimal, budgets: Iterable[Budget]) -> None:
    """Hold money for an attempt on every budget, or raise Overspent and hold nothing. Free work holds nothing."""
    if usd <= 0:
        return
    with transaction.atomic():
        held = sorted(
            budgets, key=lambda budget: (list(Budget.Scope).index(Budget.Scope(budget.scope)), budget.pk)
        )
        for budget in held:
            fits = Budget.objects.filter(pk=budget.pk, limit_usd__gte=F("reserved") + F("spent") + usd)
            if fits.update(reserved=F("reserved") + usd) != 1:
                budget.refresh_from_db()
                raise Overspent(budget)
        attempt.budget_ids = [budget.pk for budget in held]
        attempt.quote_usd = usd
        attempt.save(update_fields=["budget_ids", "quote_usd"])
        _line(attempt, Spend.Kind.RESERVE, usd)


def settle(attempt: Attempt, usd: Decimal, receipt: Receipt | None, reason: str = "") -> None:
    """Book what an attempt really cost.

    While its hold stands, all of it is released and `usd` is charged (0 too). Afterwards the difference is an
    adjustment, once per receipt. An attempt that held nothing costs nothing and has no lines.
    """
    with transaction.atomic():
        attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
        lines = {line.kind: line for line in attempt.spend.exclude(kind=Spend.Kind.ADJUST)}
        if Spend.Kind.RESERVE not in lines:
            return
        if Spend.Kind.CHARGE not in lines:
            _release_and_charge(attempt, lines[Spend.Kind.RESERVE].usd, usd, receipt, reason)
        elif (
            receipt is not None and not attempt.spend.filter(kind=Spend.Kind.ADJUST, receipt=receipt).exists()
        ):
            _adjust(attempt, usd, receipt, reason)
        Attempt.objects.filter(pk=attempt.pk).update(cost_usd=usd)


def _release_and_charge(
    attempt: Attempt, held: Decimal, usd: Decimal, receipt: Receipt | None, reason: str
) -> None:
    _line(attempt, Spend.Kind.RELEASE, held, receipt, reason)
    _line(attempt, Spend.Kind.CHARGE, usd, receipt, reason)
    Budget.objects.filter(pk__in=attempt.budget_ids).update(
        reserved=F("reserved") - held, spent=F("spent") + usd
    )


def _adjust(attempt: Attempt, usd: Decimal, receipt: Receipt, reason: str) -> None:
    difference = usd - attempt.cost_usd
    _line(attempt, Spend.Kind.ADJUST, difference, receipt, reason)
    Budget.objects.filter(pk__in=attempt.budget_ids).update(spent=F("spent") + difference)


def _line(
    attempt: Attempt, kind: Spend.Kind, usd: Decimal, receipt: Receipt | None = None, reason: str = ""
) -> None:
    step = attempt.step
    team = step.project.team
    Spend.objects.create(
        attempt=attempt,
        kind=kind,
        usd=usd,
        receipt=receipt,
        team=team,
        project=step.project,
        member=team.memberships.filter(user=step.order.by).first(),
        task=step.task,
        model=attempt.model,
        by=step.order.by,
        reason=reason,
    )
