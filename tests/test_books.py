"""The nightly look at the books: what still holds money after its end, and budgets that their lines do not bear out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from projects import actions
from projects.management import health
from projects.models import Attempt, Budget, Project, Receipt, Spend, books, ledger
from projects.models.budget import budgets_of
from projects.models.spend import carry_over, reserve, settle
from projects.runner import sweep
from projects.states import AttemptState
from tests import factories, paying

pytestmark = [pytest.mark.django_db, pytest.mark.rows]
ANSWERED = [Decimal("0.31"), Decimal(0), Decimal("0.45")]


def busy(project: Project) -> list[Attempt]:
    """Leave money of every kind on three budgets of a project; return what is under way."""
    paying.pay(project, "0.31", "0.17")
    paying.hold(project, "0.31")
    ledger.begin_project(project, Decimal(20))
    owner = project.created_by
    Budget.objects.create(scope="member", member=project.team.memberships.get(user=owner), limit_usd=20)
    ends, under_way = [], []
    for usd in ANSWERED:
        ends.append(paying.work_free(project))
        reserve(ends[-1], Decimal("0.31"), budgets_of(project, owner))
        settle(ends[-1], usd, None)
        under_way.append(paying.work_free(project))
        reserve(under_way[-1], Decimal("0.31"), budgets_of(project, owner))
        Attempt.objects.filter(pk=under_way[-1].pk).update(state=AttemptState.UNCONFIRMED)
    late = Receipt.objects.create(attempt=ends[0], kind="end", dedupe_key=f"end:{ends[0].pk}")
    settle(ends[0], Decimal("0.29"), late)
    return under_way


def doctor() -> list[str]:
    """Return what the doctor says of the books."""
    return health.PARTS["books"]()


def test_books_that_are_right_are_right() -> None:
    first, other = factories.make_project(), factories.make_project()
    busy(first)
    [open_, *_] = busy(other)
    new = Attempt.objects.create(step=open_.step, number=2)
    carry_over(open_, new, Receipt.objects.create(attempt=open_, kind="refusal", dedupe_key="refusal:1"))
    Attempt.objects.filter(pk=open_.pk).update(state=AttemptState.REFUSED)
    actions.budgets.set_project(first.created_by, first, None)

    with CaptureQueriesContext(connection) as asked:
        assert books.faults() == []

    assert len(asked) == 3
    assert doctor() == []
    assert Budget.objects.filter(reserved__gt=0, spent__gt=0).count() == 5


def test_a_budget_that_an_operator_made_counts_what_names_it_alone() -> None:
    project = factories.make_project()
    paying.pay(project, "0.31", "0.17")
    Budget.objects.create(scope="project", project=project, limit_usd=20)
    attempt = paying.work_free(project)
    reserve(attempt, Decimal("0.31"), budgets_of(project, project.created_by))
    Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.ACCEPTED)

    assert books.faults() == []


@pytest.mark.parametrize(
    "state", ["stored", "finished", "failed", "cancelled", "refused", "presumed", "written_off"]
)
def test_an_ended_attempt_that_holds_money_is_named(state: str) -> None:
    [attempt, *_] = busy(factories.make_project())
    Attempt.objects.filter(pk=attempt.pk).update(state=state)

    assert [str(fault) for fault in books.faults()] == [
        f"attempt {attempt.pk} has ended and still holds $0.31"
    ]
    (said,) = doctor()
    assert said.startswith(f"Off: attempt {attempt.pk} has ended and still holds $0.31. ")


@pytest.mark.parametrize("field", ["reserved", "spent"])
@pytest.mark.parametrize("scope", ["team", "project", "member"])
def test_a_budget_that_its_lines_do_not_bear_out_is_named(scope: str, field: str) -> None:
    busy(factories.make_project())
    budget = Budget.objects.get(scope=scope)
    Budget.objects.filter(pk=budget.pk).update(**{field: F(field) + Decimal("0.1")})

    assert [str(fault) for fault in books.faults()] == [
        f"budget {budget.pk} has $0.100000 too much {field} by its lines"
    ]
    assert "/admin/projects/spend/" in doctor()[0]


def test_both_sums_of_a_budget_may_be_off() -> None:
    busy(factories.make_project())
    budget = Budget.objects.get(scope="team")
    Budget.objects.filter(pk=budget.pk).update(reserved=F("reserved") + Decimal(1), spent=0)

    [fault] = books.faults()

    assert (
        str(fault)
        == f"budget {budget.pk} has $1.000000 too much reserved and $0.910000 too little spent by its lines"
    )


def test_many_faults_are_one_sentence() -> None:
    attempts = busy(factories.make_project())
    Attempt.objects.filter(pk__in=[one.pk for one in attempts]).update(state=AttemptState.FAILED)

    (said,) = doctor()

    assert all(f"attempt {one.pk} has ended" in said for one in attempts)


def test_once_a_day_what_is_off_is_logged_and_nothing_is_changed(caplog: pytest.LogCaptureFixture) -> None:
    [attempt, *_] = busy(factories.make_project())
    sweep.daily()
    assert caplog.records == []
    Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.FAILED)
    before = list(Budget.objects.values()), Spend.objects.count()

    sweep.daily()
    assert caplog.records == []
    cache.clear()
    sweep.daily()

    [record] = caplog.records
    assert (record.levelname, f"attempt {attempt.pk} has ended" in record.getMessage()) == ("ERROR", True)
    assert (list(Budget.objects.values()), Spend.objects.count()) == before
