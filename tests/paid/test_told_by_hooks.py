"""What a hook names is looked at before an unanswered call is given it: a wrong id shuts the right one out no more."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from projects.actions import unconfirmed
from projects.models import Attempt, Receipt, Step
from projects.runner import looks
from projects.states import AttemptState, Status
from tests.emulator import Emulator
from tests.paid.conftest import do, run, told
from tests.paid.test_hooks import REGISTERED, SECRET, Post, lost, post

__all__ = ["post"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A = AttemptState


async def state(step: Step) -> tuple[str, str | None]:
    """Return how the step's only attempt stands, once the runner has looked, and which work it has."""
    await looks.late()
    [attempt] = (await do(told, step)).attempts
    return attempt.state, attempt.ticket_id


async def test_an_id_is_taken_only_where_a_look_shows_it_and_the_right_one_is_found_among_all(
    post: Post,
) -> None:
    (came, interaction), (_, foreign) = await lost(post.emulator), await lost(post.emulator)
    mine = {"attempt": str(came.attempts[0].uuid)}
    wrong: list[dict[str, Any]] = [
        {"type": "video.generated", "data": {"id": "operations/abc123"}},
        {"data": {"id": "operations/abc124"}},
        {"data": {"id": "v1_nobody_knows"}},
        {"data": {"id": foreign}},
    ]

    for changes in wrong:
        assert await post.hook(interaction, changes=changes) == 202
    registered = {"data": {"id": "v1_nobody"}, "user_metadata": mine}
    assert await post.hook(interaction, REGISTERED, secret=SECRET, changes=registered) == 202
    assert await state(came.step) == (_A.UNCONFIRMED, None)
    assert await Receipt.objects.filter(kind=Receipt.Kind.HOOK).acount() == len(wrong)

    assert await post.hook(interaction) == 202
    assert await post.hook(interaction, changes=wrong[-1]) == 202

    assert await state(came.step) == (_A.ACCEPTED, interaction)


async def test_work_that_cannot_be_looked_at_now_is_looked_at_by_the_next_sweep(post: Post) -> None:
    came, interaction = await lost(post.emulator)
    post.emulator.fault(503, kind="poll")
    post.emulator.fault("reset", kind="poll")

    assert await post.hook(interaction) == 202

    assert [await state(came.step) for _ in range(2)] == [(_A.UNCONFIRMED, None)] * 2
    assert await state(came.step) == (_A.ACCEPTED, interaction)


async def test_a_person_who_checks_again_has_it_looked_at(post: Post) -> None:
    came, interaction = await lost(post.emulator)
    check = unconfirmed.check_again, came.step.order.by, came.step
    await post.hook(interaction, changes={"data": {"id": "v1_nobody"}})
    assert await do(*check) == unconfirmed.NOTHING_CAME

    await post.hook(interaction)

    assert "was found" in await do(*check)
    assert (await do(told, came.step)).attempts[0].ticket_id == interaction


async def test_a_hook_that_came_before_the_answer_was_lost_is_looked_at_at_once(post: Post) -> None:
    came, interaction = await lost(post.emulator)
    await do(as_while_it_is_sent, came.step)
    assert await post.hook(interaction) == 202
    assert await state(came.step) == (_A.SENDING, None)
    runner = asyncio.create_task(looks.as_told())

    await run(came.step)

    for _ in range(200):
        if (await do(told, came.step)).states == [_A.ACCEPTED]:
            break
        await asyncio.sleep(0.02)
    runner.cancel()
    await asyncio.wait({runner})
    assert (await do(told, came.step)).attempts[0].ticket_id == interaction


def as_while_it_is_sent(step: Step) -> None:
    """Put the rows back to where they stood while the answer was awaited, by a process that has died since."""
    Attempt.objects.filter(step=step).update(state=_A.SENDING)
    Step.objects.filter(pk=step.pk).update(status=Status.RUNNING, claim=uuid4(), lease_until=timezone.now())


def test_a_signed_body_that_nests_too_deep_is_refused(emulator: Emulator, settings: Any) -> None:
    settings.WEBHOOK_SECRET = SECRET
    body, at = "[" * 30_000, timezone.now()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(time.time())),
        "webhook-signature": Webhook(SECRET).sign("msg_1", at, body),
    }

    assert Post(emulator, None).deliver(REGISTERED, (headers, body.encode())) == 400  # type: ignore[arg-type]
