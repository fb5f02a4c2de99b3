"""Notes of running steps: what a row says already is written no second time, and a lost claim writes nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from channels.db import database_sync_to_async as do

from projects.models import Project, Step
from projects.progress import Book
from projects.states import Phase
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]


def running(project: Project | None = None) -> tuple[Step, UUID]:
    """Return a step that is claimed for a minute, and its claim."""
    step = factories.make_step(factories.make_asset(project or factories.make_project()))
    claim = Step.objects.claim(step.pk, "here", timedelta(minutes=1))
    assert claim
    return Step.objects.whole().get(pk=step.pk), claim


async def version(step: Step) -> int:
    """Return how often the row was written."""
    return (await Step.objects.aget(pk=step.pk)).version


async def test_only_news_is_written() -> None:
    step, claim = await do(running)()
    book, before = Book(), await version(step)

    for _ in range(3):
        await book.report(step, claim, Phase.GENERATING, None, "")
        await book.flush()
    assert await version(step) == before + 1

    await book.report(step, claim, Phase.GENERATING, None, "slow")
    assert await version(step) == before + 1
    await book.flush()
    assert await version(step) == before + 2


async def test_what_is_over_before_the_flush_is_never_written() -> None:
    step, claim = await do(running)()
    book, before = Book(), await version(step)

    book.note(step, claim, Phase.FINISHING)
    book.forget(step)
    await book.flush()
    assert await version(step) == before

    book.note(step, claim, Phase.FINISHING)
    await book.flush()
    assert await version(step) == before + 1


async def test_a_phase_that_a_line_wrote_along_is_not_written_again() -> None:
    step, claim = await do(running)()
    book, before = Book(), await version(step)

    await book.written(step, Phase.GENERATING)
    await book.report(step, claim, Phase.GENERATING, None, "")
    await book.flush()

    assert await version(step) == before


async def test_steps_that_say_the_same_are_written_together_but_for_a_lost_claim() -> None:
    project = await do(factories.make_project)()
    (one, held), (other, _) = await do(running)(project), await do(running)(project)
    book, before = Book(), await version(other)

    await book.report(one, held, Phase.FINISHING, None, "")
    await book.report(other, uuid4(), Phase.FINISHING, None, "")

    assert (await Step.objects.aget(pk=one.pk)).phase == Phase.FINISHING
    assert await version(other) == before
