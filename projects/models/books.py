"""Whether the books are right: no ended attempt holds money, and budgets are what their lines come to.

It only looks. Source: reference/reliability.md section 2.1.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Sum

from projects.models.attempt import Attempt
from projects.models.budget import Budget
from projects.models.spend import NOTHING, Spend
from projects.states import AttemptState

MAY_HOLD = (AttemptState.PLANNED, AttemptState.SENDING, AttemptState.ACCEPTED, AttemptState.UNCONFIRMED)
"""Under way or in doubt. From `finished` on the money is booked in the same transaction as the state."""
MICRO = Decimal("0.000001")
RESERVED = {Spend.Kind.RESERVE: 1, Spend.Kind.RELEASE: -1}
SPENT = {Spend.Kind.CHARGE: 1, Spend.Kind.ADJUST: 1}

Sums = Counter[Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is off: an attempt that holds money in vain, or a budget that says too much or too little."""

    row: str
    pk: int
    reserved: Decimal
    spent: Decimal = NOTHING

    def __str__(self) -> str:
        if self.row == "attempt":
            return f"attempt {self.pk} has ended and still holds ${self.reserved:.2f}"
        sums = {"reserved": self.reserved, "spent": self.spent}
        said = [_amount(usd, what) for what, usd in sums.items() if usd]
        return f"budget {self.pk} has {' and '.join(said)} by its lines"


def _amount(usd: Decimal, what: str) -> str:
    return f"${abs(usd):f} too {'much' if usd > 0 else 'little'} {what}"


def faults() -> list[Fault]:
    """Return what is off. What is found is looked at twice, as money may move between two questions."""
    found = _faults()
    again = _faults() if found else []
    return [fault for fault in again if fault in found]


def _faults() -> list[Fault]:
    return [*_held_in_vain(), *_unbalanced()]


def _held_in_vain() -> list[Fault]:
    lines = Spend.objects.filter(attempt=OuterRef("pk"))
    held = Exists(lines.filter(kind=Spend.Kind.RESERVE))
    ended = Exists(lines.filter(kind__in=(Spend.Kind.RELEASE, Spend.Kind.CHARGE)))
    rows = Attempt.objects.filter(held, ~ended).exclude(state__in=MAY_HOLD).order_by("pk")
    return [Fault("attempt", pk, usd) for pk, usd in rows.values_list("pk", "quote_usd")]


def _unbalanced() -> list[Fault]:
    """Return the budgets whose sums are not those of their lines.

    A project's limit that was set late counts the whole project, and its older attempts do not name it; one that an
    operator made in the admin counts what names it alone.
    """
    sums = _sums()
    found = []
    for budget in Budget.objects.order_by("pk"):
        own = _off(budget, sums, ("budget", budget.pk))
        whole = _off(budget, sums, ("project", budget.project_id)) if budget.project_id else own
        if any(own) and any(whole):
            found.append(Fault("budget", budget.pk, *whole))
    return found


def _sums() -> tuple[Sums, Sums]:
    """Return what is reserved and what is spent by the lines, for each budget that they name and for each project."""
    reserved, spent = Sums(), Sums()
    lines = Spend.objects.order_by().values_list("attempt__budget_ids", "project", "kind")
    for budgets, project, kind, usd in lines.annotate(usd=Sum("usd")):
        for key in (("project", project), *(("budget", pk) for pk in budgets)):
            reserved[key] += RESERVED.get(kind, 0) * usd
            spent[key] += SPENT.get(kind, 0) * usd
    return reserved, spent


def _off(budget: Budget, sums: tuple[Sums, Sums], key: tuple[str, int]) -> tuple[Decimal, Decimal]:
    reserved, spent = (Decimal(one[key]).quantize(MICRO) for one in sums)
    return budget.reserved - reserved, budget.spent - spent
