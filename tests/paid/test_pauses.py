"""A provider that asks to wait: nothing more goes through its door, what lies there is fetched, people see when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from projects import actions
from projects.failures import Code
from projects.models import Door, Project, Rest, Step, sealed
from projects.runner.limits import limits
from projects.states import AttemptState, Status
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import asked, check_money, clip, cut_off, do, run, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S, _C = AttemptState, Status, Code
HOUR = timedelta(hours=1)
OTHER_KEY = "another-key-0123454321"


async def two(project: Project | None = None) -> tuple[Step, Step]:
    """Return two queued clips that go through one door."""
    project = project or await do(factories.make_project)
    return await do(clip, project), await do(clip, project)


def creates(emulator: Emulator) -> int:
    """Return how many requests to make something have arrived."""
    return len(emulator.ledger.requests("create"))


async def wake(*steps: Step) -> None:
    """Let the time pass that a door and its steps wait for."""
    past = timezone.now() - timedelta(seconds=1)
    await Door.objects.filter(paused_until__isnull=False).aupdate(paused_until=past)
    await Rest.objects.aupdate(until=past)
    await Step.objects.filter(pk__in=[step.pk for step in steps], not_before__isnull=False).aupdate(
        not_before=past
    )


async def rested() -> datetime:
    """Return until when the only door rests, or Omni behind it."""
    door = await Door.objects.aget()
    until = await do(door.rests_until_for, "gemini-omni-1.2-flash")
    assert until is not None
    return until


ASKS_TO_WAIT: dict[str, tuple[str | int, dict[str, Any]]] = {
    "a rate limit with a header": (429, {"retry_after": 60}),
    "a rate limit with RetryInfo": (429, {"retry_info": 60}),
    "a quota of the day": ("daily_quota", {}),
    "credits that are used up": (402, {}),
}


@pytest.mark.parametrize("name", ASKS_TO_WAIT)
async def test_a_door_that_asks_to_wait_holds_back_its_other_steps(emulator: Emulator, name: str) -> None:
    fault, options = ASKS_TO_WAIT[name]
    emulator.fault(fault, **options)
    first, second = await two()

    waiting, held = await run(first), await run(second)

    assert (waiting.step.status, held.step.status, creates(emulator)) == (_S.QUEUED, _S.QUEUED, 1)
    assert await rested() > timezone.now() + timedelta(seconds=50)
    await wake(first, second)
    ended = [await run(first), await run(second)]
    assert [came.step.status for came in ended] == [_S.SUCCEEDED] * 2
    await check_money(emulator)


async def test_a_rate_limit_without_a_hint_holds_back_nobody_else(emulator: Emulator) -> None:
    emulator.fault(429)
    first, second = await two()

    await run(first)

    assert (await run(second)).step.status == _S.SUCCEEDED
    assert (await Door.objects.aget()).paused_until is None


async def test_a_step_on_its_way_is_not_sent_when_its_door_falls_asleep(emulator: Emulator) -> None:
    step = await asked()
    await Door.objects.aupdate(paused_until=timezone.now() + HOUR)
    claim = await do(Step.objects.claim, step.pk, "gone", timedelta(seconds=-5))
    assert claim is None
    await Door.objects.aupdate(paused_until=None)
    await do(Step.objects.claim, step.pk, "gone", timedelta(seconds=-5))
    await Door.objects.aupdate(paused_until=timezone.now() + HOUR)

    came = await run(step)

    assert (came.step.status, came.states, creates(emulator)) == (_S.QUEUED, [_A.PLANNED], 0)
    assert came.held
    await wake(step)
    assert (await run(step)).step.status == _S.SUCCEEDED
    await check_money(emulator)


async def test_what_lies_at_the_provider_is_fetched_while_its_door_rests(emulator: Emulator) -> None:
    step, look = await asked(), emulator.fault("held", kind="poll", after=False)
    await cut_off(step, look)
    handed_back = await database_sync_to_async(told)(step)
    assert (handed_back.step.status, handed_back.states) == (_S.QUEUED, [_A.ACCEPTED])
    await Door.objects.aupdate(paused_until=timezone.now() + HOUR)

    came = await run(step)

    assert (came.step.status, creates(emulator)) == (_S.SUCCEEDED, 1), came.step.detail
    await check_money(emulator)


async def test_what_is_due_is_asked_in_one_statement_whatever_rests(emulator: Emulator) -> None:
    first, second = await two()
    free = await do(lambda: factories.make_step(factories.make_asset(second.project, name="free.jpg")))
    await Door.objects.aupdate(paused_until=timezone.now() + HOUR)

    def due() -> tuple[list[int], int]:
        with CaptureQueriesContext(connection) as seen:
            return list(Step.objects.due().values_list("pk", flat=True)), len(seen)

    assert await do(due) == ([free.pk], 1)
    await Door.objects.aupdate(paused_until=None)
    assert sorted((await do(due))[0]) == [first.pk, second.pk, free.pk]


async def test_what_is_asked_of_a_door_that_rests_waits_for_it(emulator: Emulator, team_door: Door) -> None:
    """Not: goes through the studio's own door, for which somebody else pays."""
    await Door.objects.filter(pk=team_door.pk).aupdate(paused_until=timezone.now() + HOUR)
    project = await Project.objects.aget()

    step = await do(clip, project)

    assert step.door_id == team_door.pk
    assert (await run(step)).step.status == _S.QUEUED
    assert creates(emulator) == 0


@pytest.fixture
async def team_door(emulator: Emulator) -> Door:
    """Return the door of a team of its own, beside the studio's."""
    project = await do(factories.make_project)
    return await Door.objects.acreate(
        team=project.team, kind="developer", secret=sealed.seal(emulator.key), last4=emulator.key[-4:]
    )


# What people see.


async def page_of(step: Step) -> str:
    """Return a step's workspace."""
    client = Client(SERVER_NAME="localhost")
    person = (await database_sync_to_async(told)(step)).step.order.by
    await do(client.force_login, person)
    answer = await do(client.get, step.get_absolute_url())
    return str(answer.content.decode())


async def test_the_card_names_until_when_it_waits(emulator: Emulator) -> None:
    emulator.fault("daily_quota")
    first, second = await two()
    waiting = (await run(first)).step

    assert waiting.not_before is not None
    own, other = timezone.localtime(waiting.not_before), timezone.localtime(await rested())
    for step, words, at in (
        (first, "It waits for the provider&#x27;s quota", own),
        (second, "It waits until the provider takes more", other),
    ):
        page = " ".join((await page_of(step)).split())
        assert f'{words}. It goes on by itself at <time datetime="{at.isoformat()}">{at:%H:%M}</time>' in page


async def test_a_step_that_waits_for_nothing_names_no_time(emulator: Emulator) -> None:
    assert "It goes on by itself" not in await page_of(await asked())


async def test_the_page_of_the_keys_says_that_one_rests(emulator: Emulator, team_door: Door) -> None:
    emulator.fault(429, retry_after=100)
    step = await do(clip, await Project.objects.aget())
    await run(step)
    until = timezone.localtime((await Door.objects.aget(pk=team_door.pk)).paused_until)
    client = Client(SERVER_NAME="localhost")
    await do(client.force_login, (await database_sync_to_async(told)(step)).step.order.by)

    page = (await do(client.get, reverse("projects:team-doors", args=[team_door.team_id]))).content.decode()

    assert "Nothing is sent until <time" in page
    assert f">{until:%H:%M}</time>" in page


# A key that is refused.


async def keyed(emulator: Emulator, door: Door) -> tuple[Step, Step]:
    """Return a step that failed because its team's key was withdrawn, and the next one, which waits in line."""
    emulator.allow(OTHER_KEY, "other")
    first, second = await two(await Project.objects.aget())
    await Door.objects.filter(pk=door.pk).aupdate(state=Door.State.WORKS)
    emulator.fault(401, reason="API_KEY_INVALID")
    await run(first)
    return first, second


async def test_a_refused_key_closes_its_door_and_what_waits_in_line_is_kept(
    emulator: Emulator, team_door: Door
) -> None:
    first, second = await keyed(emulator, team_door)

    waiting = await run(second)

    failed = await database_sync_to_async(told)(first)
    door = await Door.objects.aget(pk=team_door.pk)
    assert (failed.step.status, failed.step.code) == (_S.FAILED, _C.CREDENTIALS_REJECTED)
    assert (waiting.step.status, waiting.states, creates(emulator)) == (_S.QUEUED, [_A.PLANNED], 1)
    assert (door.state, door.sentence) == (
        Door.State.REFUSED,
        "The provider refused the key. Test it, or add another.",
    )
    page = await page_of(second)
    assert "It waits for a key" in page
    assert "It goes on by itself" not in page


@pytest.mark.parametrize("remedy", ["it is tested", "it is saved again", "another one is saved"])
async def test_what_waits_for_a_key_goes_on_with_it(emulator: Emulator, team_door: Door, remedy: str) -> None:
    _, second = await keyed(emulator, team_door)
    owner, team = await do(lambda: (second.order.by, second.project.team))

    if remedy == "it is tested":
        await do(actions.doors.test, owner, await Door.objects.select_related("team").aget(pk=team_door.pk))
    else:
        key = OTHER_KEY if remedy == "another one is saved" else emulator.key
        await do(actions.doors.save, owner, team, "developer", key)
    came = await run(second)

    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED]), came.step.detail
    assert came.attempts[0].door_id == came.step.door_id
    assert (came.step.door_id == team_door.pk) == (remedy != "another one is saved")
    await check_money(emulator)


async def test_what_lies_behind_a_refused_key_is_not_taken_to_another(
    emulator: Emulator, team_door: Door
) -> None:
    emulator.allow(OTHER_KEY, "other")
    step, look = (
        await do(clip, await Project.objects.aget()),
        emulator.fault("held", kind="poll", after=False),
    )
    await cut_off(step, look)
    await Door.objects.filter(pk=team_door.pk).aupdate(state=Door.State.REFUSED)
    owner, team = await do(lambda: (step.order.by, step.project.team))

    await do(actions.doors.save, owner, team, "developer", OTHER_KEY)
    came = await run(step)

    assert (came.step.door_id, came.step.status, creates(emulator)) == (team_door.pk, _S.SUCCEEDED, 1)


async def test_a_refused_key_of_the_studio_itself_rests(emulator: Emulator) -> None:
    """Nobody can test it on a page: it is tried again after a while, or once the operator has set another."""
    first, second = await two()
    emulator.fault(401, reason="API_KEY_INVALID")

    await run(first)

    assert (await run(second)).step.status == _S.QUEUED
    assert await rested() > timezone.now() + timedelta(seconds=0.9 * limits().quota_wait)
    await wake(second)
    assert (await run(second)).step.status == _S.SUCCEEDED
