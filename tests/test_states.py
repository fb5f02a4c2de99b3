"""The tables of moves, and the writers that keep them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from projects import states
from projects.models import Attempt, Step
from projects.states import ATTEMPT_MOVES, MOVES, AttemptState, Status
from tests import factories

pytestmark = pytest.mark.rows
LEASE = timedelta(seconds=30)
SHORT = timedelta(seconds=-1)


def test_every_status_has_its_row_and_every_end_is_reached() -> None:
    reached = {target for targets in MOVES.values() for target in targets}

    assert set(MOVES) == set(Status)
    assert set(ATTEMPT_MOVES) == set(AttemptState)
    assert reached >= states.ENDED


@given(st.lists(st.sampled_from(Status), max_size=12))
def test_a_succeeded_step_stays_whatever_is_tried(wanted: list[Status]) -> None:
    now = Status.SUCCEEDED

    for target in wanted:
        now = target if states.may_move(now, target) else now

    assert now is Status.SUCCEEDED


@pytest.mark.django_db
@pytest.mark.parametrize("source", Status)
@pytest.mark.parametrize("target", Status)
def test_the_writer_makes_exactly_the_moves_of_the_table(source: Status, target: Status) -> None:
    step = factories.make_step(factories.make_asset(factories.make_project()), source)
    fields = {"code": "studio_fault"} if target == Status.FAILED else {}
    if target == Status.SUCCEEDED:
        fields = {"output": factories.make_asset(step.project, name="other.jpg")}
    if target == Status.RUNNING:
        fields = {"claim": "7f7a7f6e-8d6e-4c34-9a7c-3f4a2f0a7b11", "lease_until": step.created_at}

    if not states.may_move(source, target):
        with pytest.raises(ValueError, match="never goes from"):
            Step.objects.move(step.pk, source, target, **fields)
        return

    assert Step.objects.move(step.pk, source, target, **fields)
    assert Step.objects.get(pk=step.pk).status == target


@pytest.mark.django_db
def test_of_two_runners_one_gets_the_step() -> None:
    step = factories.make_step(factories.make_asset(factories.make_project()))

    first = Step.objects.claim(step.pk, "one", LEASE)
    second = Step.objects.claim(step.pk, "two", LEASE)

    assert first is not None
    assert second is None
    assert Step.objects.get(pk=step.pk).owner == "one"


@pytest.mark.django_db
def test_a_lease_that_ran_out_is_taken_over_and_the_first_holder_can_write_nothing() -> None:
    step = factories.make_step(factories.make_asset(factories.make_project()))
    first = Step.objects.claim(step.pk, "one", SHORT)

    second = Step.objects.claim(step.pk, "two", LEASE)

    assert first
    assert second
    assert not Step.objects.end(step.pk, first, Status.FAILED, code="studio_fault")
    assert not Step.objects.renew({step.pk: first}, LEASE)
    assert Step.objects.end(step.pk, second, Status.QUEUED)
    assert Step.objects.get(pk=step.pk).recoveries == 1


@pytest.mark.django_db
def test_a_clean_hand_back_counts_as_no_recovery() -> None:
    step = factories.make_step(factories.make_asset(factories.make_project()))
    claim = Step.objects.claim(step.pk, "one", LEASE)

    assert claim
    assert Step.objects.end(step.pk, claim, Status.QUEUED)
    Step.objects.claim(step.pk, "two", LEASE)

    assert Step.objects.get(pk=step.pk).recoveries == 0


@pytest.mark.django_db
def test_only_a_former_servers_steps_are_taken_back_at_once() -> None:
    project = factories.make_project()
    mine, theirs = (factories.make_step(factories.make_asset(project, name=f"{n}.jpg")) for n in "ab")
    Step.objects.claim(mine.pk, "former", LEASE)
    Step.objects.claim(theirs.pk, "render", LEASE)

    taken = Step.objects.take_back("former")

    assert taken == 1
    assert list(Step.objects.due()) == [mine]


@pytest.mark.django_db
def test_what_waits_is_not_due() -> None:
    project = factories.make_project()
    waiting = factories.make_step(factories.make_asset(project), waits_for="budget")
    later = factories.make_step(
        factories.make_asset(project, name="b.jpg"), not_before=waiting.created_at + timedelta(hours=1)
    )

    assert not Step.objects.due().filter(pk__in=[waiting.pk, later.pk]).exists()


@pytest.mark.django_db
def test_the_database_itself_refuses_a_success_without_a_file_and_a_failure_without_a_cause() -> None:
    step = factories.make_step(factories.make_asset(factories.make_project()))

    for status in (Status.SUCCEEDED, Status.FAILED, Status.RUNNING):
        with pytest.raises(IntegrityError), transaction.atomic():
            Step.objects.filter(pk=step.pk).update(status=status)


@pytest.mark.django_db
def test_a_step_has_one_open_attempt_at_most() -> None:
    step = factories.make_step(factories.make_asset(factories.make_project()))

    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(step=step, number=2)
    first = step.attempts.get()
    Attempt.objects.move(first.pk, AttemptState.PLANNED, AttemptState.CANCELLED)

    assert Attempt.objects.create(step=step, number=2).state == AttemptState.PLANNED


@pytest.mark.django_db
def test_an_attempt_moves_only_forward() -> None:
    attempt = factories.make_step(factories.make_asset(factories.make_project())).attempts.get()

    with pytest.raises(ValueError, match="never goes from"):
        Attempt.objects.move(attempt.pk, AttemptState.PLANNED, AttemptState.STORED)
    assert Attempt.objects.move(attempt.pk, AttemptState.PLANNED, AttemptState.ACCEPTED)
    assert not Attempt.objects.move(attempt.pk, AttemptState.PLANNED, AttemptState.ACCEPTED)
