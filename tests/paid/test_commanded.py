"""What `manage.py render` does when the provider asks to wait, and what it says of a step that has not ended."""

from __future__ import annotations

import pytest

from projects import progress
from projects.management import results
from projects.models import Attempt, Step
from projects.runner import once
from projects.states import AttemptState, Status
from tests import factories, paying
from tests.emulator import Emulator
from tests.paid.conftest import asked, do, told


@pytest.mark.rows
@pytest.mark.django_db(transaction=True)
async def test_a_command_waits_out_a_rate_limit_and_goes_on(emulator: Emulator) -> None:
    emulator.fault(429, retry_after=1)
    step = await asked()

    await once.run(step.order, "render", progress.Book())

    ended = await do(told, step)
    assert (ended.step.status, ended.states) == (
        Status.SUCCEEDED,
        [AttemptState.REFUSED, AttemptState.STORED],
    )


@pytest.mark.django_db
def test_what_is_unconfirmed_is_told_with_the_money_that_is_held_and_where_it_is_decided() -> None:
    attempt = paying.hold(factories.make_project(), "0.60")
    Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.UNCONFIRMED)
    Step.objects.filter(pk=attempt.step_id).update(status=Status.UNCONFIRMED, claim=None)

    said = results.why(Step.objects.get(pk=attempt.step_id))

    assert said.startswith("We cannot tell whether this was started.")
    assert said.endswith(f"$0.60 is held until then: /steps/{attempt.step_id}/")


@pytest.mark.django_db
def test_what_waits_for_somebody_is_told_with_what_it_waits_for() -> None:
    step = factories.make_step(factories.make_asset(factories.make_project()))
    Step.objects.filter(pk=step.pk).update(waits_for="producer")

    said = results.why(Step.objects.get(pk=step.pk))

    assert said == (
        f"It waits for a producer to confirm its price. A running studio goes on with it: /steps/{step.pk}/"
    )
