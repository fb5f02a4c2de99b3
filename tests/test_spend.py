"""Money: what is reserved, charged, released and adjusted, and that nobody can overspend."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from projects.models import Attempt, Budget, Receipt, Spend
from projects.models.budget import Overspent
from projects.models.spend import reserve, settle
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.rows]


def make_attempt(limit: str = "1.00") -> tuple[Attempt, Budget]:
    """Return an attempt, and its team's budget with this limit."""
    step = factories.make_step(factories.make_asset(factories.make_project()))
    budget = Budget.objects.create(scope="team", team=step.project.team, limit_usd=Decimal(limit))
    return step.attempts.get(), budget


def receipt_of(attempt: Attempt, key: str) -> Receipt:
    """Return a fact from outside with this key."""
    return Receipt.objects.create(attempt=attempt, kind="end", dedupe_key=key)


def test_free_work_holds_nothing() -> None:
    attempt, budget = make_attempt()

    reserve(attempt, Decimal(0), [budget])
    settle(attempt, Decimal(0), None)

    assert not Spend.objects.exists()


def test_a_charge_releases_the_hold() -> None:
    attempt, budget = make_attempt()
    reserve(attempt, Decimal("0.60"), [budget])

    settle(attempt, Decimal("0.45"), receipt_of(attempt, "end:1"))

    budget.refresh_from_db()
    assert (budget.reserved, budget.spent) == (Decimal(0), Decimal("0.45"))
    assert sorted(Spend.objects.values_list("kind", flat=True)) == ["charge", "release", "reserve"]


def test_a_charge_reads_nobody_again(django_assert_num_queries: Callable[[int], Any]) -> None:
    attempt, budget = make_attempt()
    reserve(attempt, Decimal("0.60"), [budget])

    with django_assert_num_queries(4):
        settle(attempt, Decimal("0.45"), None)

    held, charged = Spend.objects.get(kind="reserve"), Spend.objects.get(kind="charge")
    assert (charged.team, charged.project, charged.by, charged.task, charged.model) == (
        *(held.team, held.project, held.by, held.task, held.model),
    )


def test_three_holds_of_31_cents_end_at_nothing() -> None:
    attempt, budget = make_attempt()
    project = attempt.step.project
    held = [
        attempt,
        *(factories.make_step(factories.make_asset(project, name=f"{n}.jpg")).attempts.get() for n in "ab"),
    ]
    for one in held:
        reserve(one, Decimal("0.31"), [budget])

    for one in held:
        settle(one, Decimal("0.28"), None)

    budget.refresh_from_db()
    assert (budget.reserved, budget.spent) == (Decimal(0), Decimal("0.84"))


def test_the_same_receipt_adjusts_once() -> None:
    attempt, budget = make_attempt()
    reserve(attempt, Decimal("0.60"), [budget])
    settle(attempt, Decimal(0), None)
    late = receipt_of(attempt, "end:late")

    settle(attempt, Decimal("0.60"), late)
    settle(attempt, Decimal("0.60"), late)

    budget.refresh_from_db()
    attempt.refresh_from_db()
    assert budget.spent == Decimal("0.60")
    assert attempt.cost_usd == Decimal("0.60")
    assert Spend.objects.filter(kind="adjust").count() == 1


def test_a_budget_that_does_not_cover_it_holds_nothing_anywhere() -> None:
    attempt, team_budget = make_attempt("5.00")
    small = Budget.objects.create(scope="project", project=attempt.step.project, limit_usd=Decimal("0.10"))

    with pytest.raises(Overspent, match=r"0\.10 left"):
        reserve(attempt, Decimal("0.60"), [small, team_budget])

    team_budget.refresh_from_db()
    assert team_budget.reserved == 0
    assert not Spend.objects.exists()


def test_the_database_refuses_a_second_charge_and_negative_money() -> None:
    attempt, budget = make_attempt()
    reserve(attempt, Decimal("0.60"), [budget])
    line = Spend.objects.get()

    line.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Budget.objects.update(reserved=Decimal("-0.01"))
