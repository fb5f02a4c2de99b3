"""Limits that hold: a door is the project that was set, and a budget is one that is read."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects import actions, catalogue
from projects.catalogue.base import Given, Invalid
from projects.engines import draft, models
from projects.engines.base import Input, Request
from projects.models import Attempt, Budget, Door, Member, Project, Receipt, ledger
from projects.models.budget import budgets_of
from projects.models.spend import carry_over, reserve, settle
from projects.runner import adopt, looks
from projects.states import AttemptState
from tests import factories, paying

pytestmark = [pytest.mark.django_db, pytest.mark.rows]
PICTURE = {"kind": "image", "width": 96, "height": 72}


@pytest.fixture
def vertex(settings: Any) -> Any:
    """Open a studio's Vertex door by the environment."""
    settings.GOOGLE_GENAI_USE_VERTEXAI = True
    settings.GOOGLE_CLOUD_PROJECT, settings.GOOGLE_CLOUD_LOCATION = "acme-old-prod", "global"
    return settings


@pytest.mark.parametrize("name", ["GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION"])
def test_changed_settings_of_vertex_open_another_door(vertex: Any, name: str) -> None:
    old = Door.objects.of_studio().get()
    setattr(vertex, name, "acme-new-prod" if name.endswith("PROJECT") else "europe-west4")

    now = Door.objects.of_studio().get()

    assert now.pk != old.pk
    assert (now.project, now.location) == (vertex.GOOGLE_CLOUD_PROJECT, vertex.GOOGLE_CLOUD_LOCATION)
    assert now.plain().project == vertex.GOOGLE_CLOUD_PROJECT
    assert Door.objects.get(pk=old.pk).plain().project == "acme-old-prod"
    assert Door.objects.of_studio().get() == now


def test_settings_of_vertex_do_not_move_a_key_to_another_door(vertex: Any) -> None:
    vertex.GOOGLE_GENAI_USE_VERTEXAI, vertex.GEMINI_API_KEY = False, "emulated-key-0123456789"
    door = Door.objects.of_studio().get()
    vertex.GOOGLE_CLOUD_PROJECT, vertex.GOOGLE_CLOUD_LOCATION = "acme-new-prod", "europe-west4"

    assert Door.objects.of_studio().get() == door


@pytest.mark.parametrize(
    ("scope", "period", "starts_on", "words"),
    [
        ("team", "none", date(2026, 1, 1), "A team's budget is for a month. Set the period to month."),
        ("team", "month", date(2026, 1, 15), "A month begins on its first day. Set 2026-01-01."),
        ("project", "month", date(2026, 1, 1), "A project's budget is for good. Set the period to none."),
        ("member", "month", date(2026, 1, 1), "A member's budget is for good. Set the period to none."),
        ("member", "day", date(2026, 1, 1), "is not a valid choice"),
    ],
)
def test_a_budget_that_nothing_reads_is_refused(scope: str, period: str, starts_on: date, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        budget(scope, period, starts_on).full_clean()

    assert words in str(refused.value)


@pytest.mark.parametrize(("scope", "period"), [("team", "month"), ("project", "none"), ("member", "none")])
def test_a_budget_that_is_taken_is_held_on(scope: str, period: str) -> None:
    kept = budget(scope, period, timezone.now().date().replace(day=1))
    kept.full_clean()
    kept.save()
    project = Project.objects.get()

    assert kept in budgets_of(project, project.created_by)


def budget(scope: str, period: str, starts_on: date) -> Budget:
    """Return an unsaved budget of the only team, project or member."""
    project = factories.make_project()
    owners = {"team": project.team, "project": project, "member": Member.objects.get(team=project.team)}
    return Budget(**{scope: owners[scope]}, scope=scope, period=period, starts_on=starts_on, limit_usd=1)


def test_money_that_is_carried_over_stays_on_the_limit_that_was_set_meanwhile() -> None:
    project = factories.make_project()
    attempt = paying.hold(project, "0.31")
    limit = ledger.begin_project(project, Decimal(20))
    Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.REFUSED)
    again = Attempt.objects.create(step=attempt.step, number=2)

    carry_over(
        attempt, again, Receipt.objects.create(attempt=attempt, kind="refusal", dedupe_key="refusal:1")
    )
    settle(again, Decimal("0.29"), None)

    limit.refresh_from_db()
    assert (limit.reserved, limit.spent) == (Decimal(0), Decimal("0.29"))


class Between:
    """Does something once, right after a statement that begins with these words."""

    def __init__(self, words: str, act: Any) -> None:
        self.words, self.act = words, act

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        """Run a statement, as a wrapper of Django's."""
        answer = execute(sql, *rest)
        if sql.startswith(self.words) and self.act:
            act, self.act = self.act, None
            act()
        return answer


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.parametrize("what", ["settle", "reserve"])
def test_no_money_moves_in_a_project_while_its_limit_is_begun(what: str) -> None:
    project = factories.make_project()
    attempt = paying.hold(project, "0.31")
    other = paying.work_free(project)
    moves = {
        "settle": lambda: settle(attempt, Decimal("0.29"), None),
        "reserve": lambda: reserve(other, Decimal("0.17"), budgets_of(project, project.created_by)),
    }

    with connection.execute_wrapper(Between('INSERT INTO "projects_budget"', lambda: elsewhere(moves[what]))):
        limit = ledger.begin_project(project, Decimal(20))
    with transaction.atomic():
        moves[what]()

    limit.refresh_from_db()
    expected = {"settle": (Decimal(0), Decimal("0.29")), "reserve": (Decimal("0.48"), Decimal(0))}
    assert (limit.reserved, limit.spent) == expected[what]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.parametrize("first", ["hold", "removal"])
def test_a_limit_that_is_removed_beside_a_hold_stops_neither(first: str) -> None:
    project = factories.make_project()
    ledger.begin_project(project, Decimal(20))
    attempt, owner = paying.work_free(project), project.created_by

    with ThreadPoolExecutor(1) as people:
        if first == "hold":
            with transaction.atomic():
                budgets = budgets_of(project, owner)
                other = beside(people, lambda: actions.budgets.set_project(owner, project, None))
                reserve(attempt, Decimal("0.17"), budgets)
        else:
            with transaction.atomic():
                actions.budgets.set_project(owner, project, None)
                other = beside(people, lambda: reserve(attempt, Decimal("0.17"), budgets_of(project, owner)))
        other.result()

    [month] = Budget.objects.all()
    assert (month.scope, month.reserved) == ("team", Decimal("0.17"))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_hold_and_a_settlement_take_the_budgets_in_one_order() -> None:
    project = factories.make_project()
    Budget.objects.create(scope="project", project=project, limit_usd=20)  # older than the row of this month
    owner = project.created_by
    done, next_ = paying.work_free(project), paying.work_free(project)
    with transaction.atomic():
        reserve(done, Decimal("0.31"), budgets_of(project, owner))

    with ThreadPoolExecutor(1) as people, transaction.atomic():
        budgets = budgets_of(project, owner)
        other = beside(people, lambda: settle(done, Decimal("0.29"), None))
        reserve(next_, Decimal("0.17"), budgets)
    other.result()

    assert {(row.reserved, row.spent) for row in Budget.objects.all()} == {(Decimal("0.17"), Decimal("0.29"))}


def beside(people: ThreadPoolExecutor, move: Any) -> Future[None]:
    """Return a move that somebody else makes now, in a thread: it is done, or it waits for us."""

    def made() -> None:
        try:
            with transaction.atomic():
                move()
        finally:
            connection.close()

    other = people.submit(made)
    wait([other], timeout=0.2)
    return other


def elsewhere(move: Any) -> None:
    """Try a move of money in another connection, which does not wait for long."""
    here, there = connections["default"], connections["default"].copy()
    connections["default"] = there
    try:
        with there.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        with transaction.atomic():
            move()
    except OperationalError:
        pass
    finally:
        there.close()
        connections["default"] = here


def test_no_late_work_is_read_that_the_provider_has_forgotten() -> None:
    project = factories.make_project()
    door = Door.objects.create(kind="developer", last4="1234", keeps_days=2)
    kept, forgotten, never = (late(project, door, days) for days in (1, 3, None))

    assert list(looks._kept()) == [kept]
    assert looks._due() == [kept]
    with CaptureQueriesContext(connection) as asked:
        assert looks._due() == []

    assert len(asked) == 2
    assert {one.pk for one in adopt.late()} == {kept.pk, forgotten.pk, never.pk}


def test_a_receipt_that_names_the_work_of_another_attempt_is_not_looked_at_again() -> None:
    project = factories.make_project()
    door = Door.objects.create(kind="developer", last4="1234")
    first, other, empty, heard = (paying.pay(project, state=AttemptState.WRITTEN_OFF) for _ in range(4))
    told = {first: "v1_first", other: "v1_first", empty: "", heard: "v1_heard"}
    for attempt, name in told.items():
        ticket_id = name if attempt == first else None
        Attempt.objects.filter(pk=attempt.pk).update(door=door, ticket_id=ticket_id)
        ticket = {"id": name, "api_version": "v1beta"} if name else None
        Receipt.objects.create(
            attempt=attempt, kind="ticket", dedupe_key=f"ticket:{attempt.pk}", body={"ticket": ticket}
        )

    assert set(adopt.news(Receipt.Kind.TICKET).values_list("attempt", flat=True)) == {first.pk, heard.pk}
    adopt.sweep()

    states = list(Attempt.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["accepted", "written_off", "written_off", "accepted"]


def late(project: Project, door: Door, days: int | None) -> Attempt:
    """Return accepted work that was given up, sent so many days ago."""
    attempt = paying.pay(project, "0.31", "0.31", AttemptState.FAILED, code="timed_out")
    sent_at = timezone.now() - timedelta(days=days) if days else None
    changed = {"door": door if days else None, "sent_at": sent_at, "ticket_id": f"v1_{attempt.pk}"}
    Attempt.objects.filter(pk=attempt.pk).update(**changed)
    return Attempt.objects.get(pk=attempt.pk)


def test_pictures_of_a_clip_go_up_to_what_a_model_takes() -> None:
    task = catalogue.get("clip-from-references")
    most = max(model.references for model in models.shipped() if "video.refs" in model.abilities)

    plan = task.build(given(task, most))

    assert most == 10
    assert task.slot("product").most == most
    assert len(plan.stages[0].wish.roles) == most
    with pytest.raises(Invalid, match=f"{most} pictures are the most. Remove 1."):
        task.build(given(task, most + 1))


def test_a_draft_takes_as_many_pictures_as_the_dearest_model() -> None:
    task = catalogue.get("clip-from-references")
    stage = task.build(given(task, 10)).stages[0]
    pictures = tuple(Input("product", "image", None, PICTURE) for _ in range(10))

    verdict = draft.Draft().can(
        Request(wish=stage.wish, task=task.slug, ability=stage.ability, inputs=pictures)
    )

    assert verdict.quote


def given(task: Any, pictures: int) -> Given:
    """Return a form that is filled with its defaults and so many pictures of a product."""
    controls = {control.name: control.default for control in task.controls}
    return Given(controls, {"product": (PICTURE,) * pictures})
