"""Money: append-only spend lines, reservation, and `settle`, the only writer of what ends a hold."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Round

from projects.models.attempt import Attempt, Receipt
from projects.models.budget import Budget, Overspent
from projects.models.project import Project
from projects.models.team import Member, Team
from projects.states import Bill

NOTHING = Decimal(0)
CANNOT_BE = "the quote, as the provider's count cannot be"
"""The reason of a line whose count is not believed; the operator's list asks for it."""


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


HELD = ("attempt_id", "team_id", "project_id", "member_id", "task", "model", "by_id")
"""What every later line of an attempt has of its hold."""


def reserve(attempt: Attempt, usd: Decimal, budgets: Iterable[Budget]) -> None:
    """Hold money for an attempt on every budget, or raise Overspent and hold nothing. Free work holds nothing."""
    if usd <= 0:
        return
    with transaction.atomic():
        held = sorted(
            budgets, key=lambda budget: (list(Budget.Scope).index(Budget.Scope(budget.scope)), budget.pk)
        )
        for budget in held:
            fits = Budget.objects.filter(pk=budget.pk, limit_usd__gte=_usd(F("reserved") + F("spent") + usd))
            if fits.update(reserved=_usd(F("reserved") + usd)) != 1:
                budget.refresh_from_db()
                raise Overspent(budget)
        attempt.budget_ids = [budget.pk for budget in held]
        attempt.quote_usd = usd
        attempt.save(update_fields=["budget_ids", "quote_usd"])
        _line(attempt, Spend.Kind.RESERVE, usd)


def carry_over(old: Attempt, new: Attempt, refusal: Receipt) -> None:
    """Settle a refused attempt at nothing and hold the same for the next one: the budgets do not move in between."""
    # Not as the attempt was read: a limit that was set while it ran counts it too.
    holds = old.spend.filter(kind=Spend.Kind.RESERVE).annotate(budgets=F("attempt__budget_ids"))
    held = holds.first()
    if held is None:
        return
    _line(old, Spend.Kind.RELEASE, held.usd, refusal, "refused")
    _line(old, Spend.Kind.CHARGE, NOTHING, refusal, "refused")
    new.budget_ids, new.quote_usd = held.budgets, held.usd
    new.save(update_fields=["budget_ids", "quote_usd"])
    _line(new, Spend.Kind.RESERVE, held.usd)


def settle(
    attempt: Attempt, usd: Decimal, receipt: Receipt | None, reason: str = "", bill: Bill | None = None
) -> None:
    """Book what an attempt really cost, and what is known of its bill by now.

    While its hold stands, all of it is released and `usd` is charged (0 too). Afterwards the difference is an
    adjustment, once per receipt. An attempt that held nothing costs nothing and has no lines.
    """
    cost = {"cost_usd": usd} if attempt.quote_usd else {}
    fields: dict[str, Any] = {"bill": bill, **cost} if bill else cost
    if not fields:
        return
    with transaction.atomic(savepoint=False):
        # This holds the row: whoever settles it at the same moment waits here, and then sees our lines.
        Attempt.objects.filter(pk=attempt.pk).update(**fields)
        if cost:
            lines = list(attempt.spend.annotate(budgets=F("attempt__budget_ids")).order_by("pk"))
            _balance(lines, usd, {"receipt": receipt, "reason": reason})


def _balance(lines: list[Any], usd: Decimal, said: dict[str, Any]) -> None:
    """Write what is missing between the lines of an attempt, its hold first, and what it cost."""
    held = lines[0]
    charged = [line for line in lines if line.kind in (Spend.Kind.CHARGE, Spend.Kind.ADJUST)]
    if not charged:
        charge = _after(held, Spend.Kind.CHARGE, usd, **said)
        Spend.objects.bulk_create([_after(held, Spend.Kind.RELEASE, held.usd, **said), charge])
        _move(held.budgets, reserved=_usd(F("reserved") - held.usd), spent=_usd(F("spent") + usd))
    elif said["receipt"] and said["receipt"].pk not in {line.receipt_id for line in charged[1:]}:
        difference = usd - sum(line.usd for line in charged)
        _after(held, Spend.Kind.ADJUST, difference, **said).save()
        _move(held.budgets, spent=_usd(F("spent") + difference))


def _move(budgets: Iterable[int], **sums: Round) -> None:
    """Change budgets one after the other, in the order of their hold: whoever holds meanwhile waits at the first."""
    for pk in budgets:
        Budget.objects.filter(pk=pk).update(**sums)


def _after(held: Spend, kind: Spend.Kind, usd: Decimal, **said: Any) -> Spend:
    """Return a line that follows a hold: of the same attempt, person and place, which need not be read again."""
    return Spend(**{name: getattr(held, name) for name in HELD}, kind=kind, usd=usd, **said)


def _usd(sum_: CombinedExpression) -> Round:
    """Return a sum to the sixth place: SQLite counts in binary, where 3 times 0.31 less 3 times 0.31 is below 0."""
    return Round(sum_, precision=6)


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
