"""The ledger: sums that agree with the budgets, what is held, what was for nothing, and limits by month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.test import override_settings
from django.utils import timezone

from projects import actions
from projects.models import Asset, Attempt, Budget, Receipt, Spend, Step, ledger
from projects.models.budget import Overspent, months
from projects.models.ledger import Scope, Total, totals
from projects.models.spend import reserve, settle
from projects.states import AttemptState, Bill
from tests import factories, paying

pytestmark = [pytest.mark.django_db, pytest.mark.rows]
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def whole(scope: Scope) -> Total:
    """Return everything of a scope in one sum."""
    return next(iter(totals(ledger.cells(scope), lambda _: None)), Total())


def test_the_sums_of_the_entries_are_those_of_the_budget_and_of_the_lines() -> None:
    project = factories.make_project()
    paying.pay(project, "0.60", "0.45")
    paying.pay(project, "0.70", "0.70", AttemptState.FAILED, code="safety_blocked")
    paying.hold(project, "0.10")

    total = whole(Scope((project.team_id,)))

    budget = Budget.objects.get()
    charged = sum(Spend.objects.filter(kind="charge").values_list("usd", flat=True))
    assert total.real == budget.spent == charged == Decimal("1.15")
    assert total.held == budget.reserved == ledger.held(Scope((), project.pk)).usd == Decimal("0.10")
    assert (total.count, total.quoted) == (3, Decimal("1.40"))
    assert (total.waste, total.wasted) == (Decimal("0.70"), 1)


def test_a_late_receipt_changes_the_cost_and_adds_no_entry() -> None:
    project = factories.make_project()
    attempt = paying.pay(project, "0.60", "0.60", AttemptState.PRESUMED, bill=Bill.UNKNOWN)
    late = Receipt.objects.create(attempt=attempt, kind="end", dedupe_key="end:late")

    settle(attempt, Decimal("0.20"), late)

    total = whole(Scope((), project.pk))
    assert (total.count, total.real) == (1, Decimal("0.20"))


def test_the_entries_of_another_team_and_of_another_project_stay_out() -> None:
    mine, other = factories.make_project(), factories.make_project()
    paying.pay(mine)
    paying.pay(other, cost="9.00")

    assert whole(Scope((mine.team_id,))).real == Decimal("0.45")
    assert whole(Scope((), mine.pk)).real == Decimal("0.45")
    assert whole(Scope((mine.team_id, other.team_id))).real == Decimal("9.45")


@pytest.mark.parametrize(
    ("period", "expected"),
    [("month", "1"), ("last", "10"), ("days", "111"), ("all", "1111")],
)
def test_an_entry_counts_in_the_period_in_which_its_money_was_reserved(period: str, expected: str) -> None:
    project = factories.make_project()
    moments = {
        "1": datetime(2026, 3, 1, tzinfo=UTC),
        "10": datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC),
        "100": NOW - timedelta(days=89),
        "1000": datetime(2025, 3, 2, tzinfo=UTC),
    }
    for cost, moment in moments.items():
        paying.pay(project, cost="0.45", at=moment)
        Attempt.objects.filter(spend__at=moment).update(cost_usd=cost)

    assert whole(Scope((), project.pk).within(period, NOW)).real == Decimal(expected)


def test_what_nobody_can_vouch_for_is_told_apart_from_what_is_under_way() -> None:
    project = factories.make_project()
    paying.hold(project, "0.10")
    lost = paying.hold(project, "0.60")
    Attempt.objects.filter(pk=lost.pk).update(state=AttemptState.UNCONFIRMED)
    paying.pay(project)

    held = ledger.held(Scope((), project.pk))

    assert (held.usd, held.count) == (Decimal("0.70"), 2)
    assert (held.doubtful, held.doubts) == (Decimal("0.60"), 1)


def test_paid_clips_count_as_finished_seconds_deleted_ones_too() -> None:
    project = factories.make_project()
    _, deleted, emptied = (paying.pay(project, seconds=6) for _ in range(3))
    Step.objects.filter(pk=deleted.step_id).update(deleted_at=timezone.now())
    Asset.objects.filter(made_by=emptied.step_id).update(deleted_at=timezone.now())
    paying.work_free(project)

    assert ledger.clip_seconds(Scope((), project.pk)).finished == 18


def test_free_work_is_no_entry_and_can_be_listed() -> None:
    project = factories.make_project()
    paying.work_free(project)

    assert not ledger.entries(Scope((), project.pk))
    assert [entry.bill for entry in ledger.free(Scope((), project.pk))] == [Bill.FREE]


def test_a_month_takes_the_limit_that_was_set_last_and_before_that_the_default() -> None:
    project = factories.make_project()
    for month, limit in ((2, "80"), (5, "10")):
        Budget.objects.create(
            scope="team", team=project.team, period="month", starts_on=date(2026, month, 1), limit_usd=limit
        )

    with override_settings(TEAM_BUDGET_USD=Decimal(50)):
        days = [date(2026, month, 20) for month in (1, 2, 4, 5, 12)]
        limits = [month.limit_usd for day in days for month in months([project.team], day)]

    assert limits == [50, 80, 80, 10, 10]


def test_the_team_limit_is_set_for_this_month_and_keeps_what_is_counted() -> None:
    project = factories.make_project()
    paying.pay(project, cost="0.45")

    budget = actions.budgets.set_team(project.created_by, project.team, Decimal("0.40"))

    budget.refresh_from_db()
    assert (budget.limit_usd, budget.spent, budget.left) == (
        Decimal("0.4"),
        Decimal("0.45"),
        Decimal("-0.05"),
    )
    with pytest.raises(Overspent):
        reserve(Attempt.objects.create(step=Step.objects.get(), number=2), Decimal("0.01"), [budget])


def test_a_new_project_limit_counts_what_was_spent_and_settles_what_is_open() -> None:
    project = factories.make_project()
    paying.pay(project, cost="0.45")
    open_ = paying.hold(project, "0.60")

    budget = actions.budgets.set_project(project.created_by, project, Decimal(5))
    settle(open_, Decimal("0.50"), None)

    before = (budget.spent, budget.reserved)
    budget.refresh_from_db()
    assert before == (Decimal("0.45"), Decimal("0.60"))
    assert (budget.spent, budget.reserved) == (Decimal("0.95"), 0)


def test_a_project_limit_can_be_changed_taken_away_and_set_again() -> None:
    project = factories.make_project()
    owner = project.created_by
    actions.budgets.set_project(owner, project, Decimal(5))
    paying.pay(project, cost="0.45")

    actions.budgets.set_project(owner, project, Decimal(6))
    assert Budget.objects.get(scope="project").limit_usd == 6
    assert actions.budgets.set_project(owner, project, None) is None
    assert not Budget.objects.filter(scope="project").exists()
    assert actions.budgets.set_project(owner, project, Decimal(7)).spent == Decimal("0.45")


def test_an_editor_sets_no_budget() -> None:
    project = factories.make_project()
    editor = factories.make_member(project.team, "editor")

    with pytest.raises(PermissionDenied):
        actions.budgets.set_team(editor, project.team, Decimal(1000))
    with pytest.raises(PermissionDenied):
        actions.budgets.set_project(editor, project, None)
    assert not Budget.objects.exists()
