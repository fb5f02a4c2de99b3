"""What rests after a refusal, and for how long: one model behind a door, or one step."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from projects import actions
from projects.engines import answers
from projects.failures import Code
from projects.models import Attempt, Door, Member, Project, Step, sealed
from projects.runner.limits import limits
from projects.states import AttemptState, Status
from projects.templatetags.waits import waits, waits_until
from tests import factories
from tests.emulator import Emulator
from tests.emulator.refusals import QUOTA
from tests.paid import stills, test_remembered
from tests.paid.conftest import asked, clip, do, run
from tests.paid.test_put_off import again

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S, _C = AttemptState, Status, Code
HOUR = timedelta(hours=1)
PER_MODEL = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}
OF_ALL = {"quotaId": "GenerateRequestsPerMinutePerProject"}
OMNI = "gemini-omni-1.2-flash"
BY_DIMENSION = {"quotaId": "VideoRequests", "quotaDimensions": {"model": OMNI}}


def quota(*violations: dict[str, Any]) -> dict[str, Any]:
    """Return the details of a 429 that names these quotas."""
    return {"details": [{"@type": QUOTA, "violations": list(violations)}]}


# One model behind a door.


async def test_a_quota_of_one_model_does_not_stop_what_another_one_makes(emulator: Emulator) -> None:
    emulator.fault("daily_quota")
    project = await do(factories.make_project)
    picture = await do(
        lambda: stills.edit(factories.make_asset(project, data=factories.photo_bytes(180, 320)))
    )
    first, second = await do(clip, project), await do(clip, project)
    await run(first)

    held = await run(second)

    assert (held.step.status, held.states) == (_S.QUEUED, [_A.PLANNED])
    assert await do(lambda: list(Step.objects.due())) == [picture]
    until = await do(waits_until, held.step)
    assert until is not None
    assert until > timezone.now() + timedelta(seconds=0.9 * limits().quota_wait)
    assert await do(waits, held.step) == "It waits until the provider takes more"


@pytest.mark.parametrize(
    ("violations", "is_its_own"),
    [
        ([PER_MODEL], True),
        ([BY_DIMENSION], True),
        ([OF_ALL], False),
        ([PER_MODEL, OF_ALL], False),
        ([{"quotaId": 4, "quotaDimensions": 5}], False),
        ([], False),
    ],
)
def test_only_a_quota_that_names_a_model_is_its_own(violations: list[Any], is_its_own: bool) -> None:
    error = {"code": 429, "message": "You exceeded your current quota.", **quota(*violations)}

    assert answers.refusal(answers.Said(429, error, {})).per_model is is_its_own


async def test_a_longer_rest_of_a_model_stays_and_a_key_that_works_ends_it(emulator: Emulator) -> None:
    door = await do(team_door, await do(factories.make_project), emulator.key)
    await do(Door.objects.rest, door.pk, 3600, OMNI)
    until = await do(door.rests_until_for, OMNI)

    await do(Door.objects.rest, door.pk, 60, OMNI)

    assert await do(door.rests_until_for, OMNI) == until
    assert await do(door.rests_until_for, "another") is None
    await do(lambda: actions.doors.test(Member.objects.get(team=door.team).user, door))
    assert await do(door.rests_until_for, OMNI) is None


def team_door(project: Project, key: str) -> Door:
    """Return a team's own door."""
    secret = sealed.seal(key)
    return Door.objects.create(team=project.team, kind="developer", secret=secret, last4=key[-4:])


# One step.


async def rested(step: Step) -> None:
    """Let a step come back only an hour after it was put off."""
    hour_ago = timezone.now() - HOUR
    await Step.objects.filter(pk=step.pk).aupdate(started_at=hour_ago - HOUR, changed_at=hour_ago)
    await Attempt.objects.filter(step=step, ended_at__isnull=False).aupdate(
        sent_at=hour_ago - HOUR, ended_at=hour_ago
    )


@pytest.mark.parametrize("fault", ["daily_quota", 429])
async def test_a_step_that_rested_for_long_is_put_off_again_as_any_other(
    emulator: Emulator, fault: str | int
) -> None:
    emulator.fault(fault)
    emulator.fault(429)
    await run(step := await asked())
    await rested(step)

    came = await again(step, 1)

    assert (came.step.status, came.step.waits_for) == (_S.QUEUED, "rate"), came.step.detail
    assert came.step.not_before is not None
    pause = came.step.not_before - came.step.changed_at
    assert pause.total_seconds() <= 1.3 * limits().shortest_pause


async def test_what_came_before_the_first_refusal_is_no_wait(emulator: Emulator) -> None:
    emulator.fault(429)
    step = await asked()
    claim = await do(Step.objects.claim, step.pk, "here", timedelta(seconds=-5))
    await Step.objects.filter(claim=claim).aupdate(started_at=timezone.now() - HOUR)

    came = await run(step)

    assert (came.step.status, came.states) == (_S.QUEUED, [_A.REFUSED, _A.PLANNED])


async def test_a_step_whose_upload_was_lost_says_so(emulator: Emulator, tmp_path: Path) -> None:
    step = await do(lambda: test_remembered.edit(test_remembered.clip(tmp_path)))
    emulator.fault("gone", kind="create")

    came = await run(step)

    lost = "A file that was sent to the provider is not ready there"
    assert (came.step.status, came.states) == (_S.QUEUED, [_A.REFUSED, _A.PLANNED]), came.step.detail
    assert came.step.note == f"{lost}. It is sent again by itself."
    assert (await do(waits, came.step)).startswith(lost)
