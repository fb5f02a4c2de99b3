"""The usual time: measured on the last runs of the same kind, and a word on the card of what takes three times that."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from channels.db import database_sync_to_async as do
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects import engines
from projects.actions.choice import Offer
from projects.engines import models
from projects.engines.base import Door, Ended, Files, Input, Progress, Request, Ticket
from projects.models import Asset, Attempt, Project, Step
from projects.models import Door as DoorRow
from projects.progress import Book
from projects.runner import paid
from projects.runner.hold import Hold
from projects.states import AttemptState, Phase
from projects.wish import Change, Wish
from tests import factories, paying
from tests.desk import clip_of, form_url, page, scene

GEMINI, VERTEX = (Door(1, kind, "", location="global") for kind in ("developer", "vertex"))


def offer(key: str, ability: str, door: Door | None = None, clip: float | None = None, **wish: Any) -> Offer:
    """Return what an engine says to a request."""
    inputs = () if clip is None else (Input("clip", "video", None, {"seconds": clip}),)
    table = (one for one in models.shipped() if door and (one.engine, one.door) == (key, door.kind))
    model = next((one for one in table if one.is_offered), None)
    asked = Request(Wish(**wish), "some-task", ability, inputs, model, door)
    return Offer(engines.get(key), asked, engines.get(key).can(asked))


def ran(project: Project, made: Offer, *took: float, length: float = 0) -> None:
    """Leave the rows of runs of this kind: what each took, and the length of the clips that came of them.

    A paid one was started long before it was sent: it had waited.
    """
    now, door, model = timezone.now(), made.request.door, made.request.model
    known = DoorRow.objects.get_or_create(team=project.team, kind=door.kind)[0] if door else None
    for seconds in took:
        attempt = paying.work_free(project)
        begun = now - timedelta(seconds=seconds)
        kind = {"ability": made.request.ability, "wish": made.request.wish.to_json()}
        Step.objects.filter(pk=attempt.step_id).update(
            started_at=begun - timedelta(hours=1) if door else begun, **kind
        )
        Asset.objects.filter(made_by=attempt.step_id).update(seconds=length)
        Attempt.objects.filter(pk=attempt.pk).update(
            model=model.id if model else made.engine.key,
            door=known,
            sent_at=begun if door else None,
            ended_at=now,
        )


@pytest.fixture
def project(db: None) -> Project:
    """Return a project."""
    return factories.make_project()


still = {"format": "1:1", "size": "1K"}


@pytest.mark.rows
def test_few_runs_say_nothing_and_then_their_median_does(project: Project) -> None:
    before = offer("nano-banana", "image.generate", GEMINI, **still)
    said = before.verdict.quote.seconds_usual
    ran(project, before, 40, 41, 42, 43)
    few = offer("nano-banana", "image.generate", GEMINI, **still)
    assert few.seconds_usual == said

    cache.clear()
    ran(project, before, 600)

    assert few.seconds_usual == pytest.approx(42)
    assert few.kept("A still")["seconds"] == few.seconds_usual


@pytest.mark.rows
def test_only_the_last_20_count(project: Project) -> None:
    made = offer("nano-banana", "image.generate", GEMINI, **still)
    ran(project, made, *[500] * 11)
    ran(project, made, *[50] * 20)

    assert made.seconds_usual == pytest.approx(50)


@pytest.mark.rows
def test_another_size_ability_door_or_model_is_another_kind(project: Project) -> None:
    ran(project, offer("nano-banana", "image.generate", GEMINI, **still), *[300] * 5)
    others = [
        offer("nano-banana", "image.generate", GEMINI, **{**still, "size": "2K"}),
        offer("nano-banana", "image.edit", GEMINI, **still),
        offer("nano-banana", "image.generate", VERTEX, **still),
        offer("omni", "video.text", GEMINI, format="16:9", size="720p", seconds=5),
        offer("draft", "image.generate", **still),
    ]

    assert [one.seconds_usual for one in others] == [one.verdict.quote.seconds_usual for one in others]


@pytest.mark.rows
def test_a_clip_of_another_length_is_scaled_as_its_engine_scales(project: Project) -> None:
    clip = {"format": "16:9", "size": "720p"}
    short, long = (offer("omni", "video.text", GEMINI, seconds=seconds, **clip) for seconds in (4, 12))
    ran(project, short, *[60] * 5, length=4)
    assert long.seconds_usual == pytest.approx(180)

    short, long = (offer("draft", "video.text", seconds=seconds, **clip) for seconds in (5, 10))
    ran(project, short, *[20] * 5, length=5)  # its engine says 10 s, and 16 s for the longer one
    assert long.seconds_usual == pytest.approx(32)


@pytest.mark.rows
def test_a_run_whose_clip_has_no_length_says_nothing_of_clips(project: Project) -> None:
    made = offer("omni", "video.text", GEMINI, format="16:9", size="720p", seconds=5)
    ran(project, made, *[60] * 9)

    assert made.seconds_usual == made.verdict.quote.seconds_usual


@pytest.mark.rows
def test_asking_costs_one_question_and_then_none(project: Project) -> None:
    made = offer("draft", "video.text", format="16:9", seconds=5)

    with CaptureQueriesContext(connection) as asked:
        assert made.seconds_usual == made.seconds_usual == made.kept("A clip")["seconds"]

    assert len(asked) == 1


@pytest.mark.django_db
def test_the_form_and_the_card_show_what_was_measured() -> None:
    client, photo = scene()
    form = form_url(photo.project, query=f"?from=asset:{photo.pk}")
    before = usually(page(client, form))
    done, now = [factories.make_order(photo).steps.get() for _ in range(5)], timezone.now()
    for step in done:
        Step.objects.filter(pk=step.pk).update(started_at=now - timedelta(seconds=77))
        clip_of(photo.project, made_by=step, seconds=step.wish["seconds"])
        Step.objects.filter(pk=step.pk).update(output=step.made.get())
        step.attempts.update(state=AttemptState.STORED, ended_at=now)
    cache.clear()

    assert before < usually(page(client, form)) == 77
    assert factories.make_order(photo).steps.get().seconds_usual == pytest.approx(77)


def usually(html: str) -> int:
    """Return the seconds that a form names."""
    return int(re.findall(r"Usually about (\d+) s", html)[0])


def test_what_goes_on_is_as_long_as_both() -> None:
    more = {"clip": 6.0, "seconds": 4, "size": "720p"}
    omni = offer("omni", "video.extend_upload", GEMINI, **more).verdict.quote
    draft = offer("draft", "video.extend", change=Change("extend"), **more).verdict.quote

    assert [quote.clip_seconds for quote in (omni, draft)] == [10, 10]
    assert [quote.seconds_usual for quote in (omni, draft)] == [90, 16]


@pytest.mark.django_db
def test_what_comes_without_a_count_is_charged_by_what_is_made() -> None:
    """An edit makes its clip anew, an extension adds to it, and a picture has one price."""
    clip = {"format": "16:9", "size": "720p"}
    asked = {
        "a clip": offer("omni", "video.text", GEMINI, seconds=5, **clip),
        "an edit": offer("omni", "video.edit_upload", GEMINI, clip=6.5, seconds=3, size="720p"),
        "an extension": offer("omni", "video.extend_upload", GEMINI, clip=6.0, seconds=4, size="720p"),
        "a Veo clip": offer("veo", "video.text", VERTEX, seconds=8, **clip),
        "a picture": offer("nano-banana", "image.generate", GEMINI, **still),
    }

    measured = {name: Decimal(made.kept("")["prices"]["measured"]) for name, made in asked.items()}

    second = {name: made.request.model.video_second.get("720p") for name, made in asked.items()}
    assert measured == {
        "a clip": 5 * second["a clip"],
        "an edit": Decimal("6.5") * second["an edit"],
        "an extension": 4 * second["an extension"],
        "a Veo clip": 8 * second["a Veo clip"],
        "a picture": asked["a picture"].request.model.image["1K"],
    }
    assert all(0 < measured[name] <= made.usd for name, made in asked.items())


class Slow:
    """An engine whose work is seen at once, and then ends."""

    def __init__(self, book: Book, note: str = "") -> None:
        self.book, self.note, self.seen = book, note, list[str]()

    async def follow(self, ticket: Ticket, request: Request, files: Files) -> AsyncIterator[Progress | Ended]:
        """Say that it goes on, and keep what the row then says."""
        yield Progress(Phase.GENERATING, note=self.note)
        await self.book.flush()
        self.seen = [step.note async for step in Step.objects.order_by("pk")]
        yield Ended("failed")


def running(age: float, **fields: Any) -> tuple[Step, Attempt]:
    """Return a step that usually takes 45 s, and its accepted attempt that was sent so long ago."""
    step = factories.make_step(factories.make_asset(factories.make_project()), seconds_usual=45)
    Step.objects.claim(step.pk, "here", timedelta(minutes=1))
    sent_at = timezone.now() - timedelta(seconds=age)
    step.attempts.update(state=AttemptState.ACCEPTED, sent_at=sent_at, quote_usd="0.60", ticket={"id": "one"})
    return Step.objects.whole().get(pk=step.pk), step.attempts.get()


async def told(age: float, note: str = "", *, cancels: bool = False) -> str:
    """Return what the card says of work of that age."""
    step, attempt = await do(running)(age)
    book = Book()
    engine, hold = Slow(book, note), Hold(step, step.claim, is_paid=True)
    hold.cancel_asked = cancels
    asked = Request(Wish(), step.task, step.ability)
    run = paid.Run(step, step.claim, attempt, engine, asked, Files(Path(), 0), hold, book)
    assert await paid._followed(run) == Ended("failed", ticket={"id": "one"})
    return engine.seen[-1]


SAID = {
    (130, "", False): "",
    (140, "", False): "This takes longer than usual: 2 min, usually 45 s. It goes on.",
    (47 * 60 + 30, "", False): "This takes longer than usual: 47 min, usually 45 s. It goes on.",
    (140, "The provider is slow.", False): "The provider is slow.",
    (140, "", True): "Cancelling. It may still cost up to $0.60.",
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.rows
async def test_what_takes_three_times_as_long_as_usual_says_so_on_its_card() -> None:
    assert {case: await told(*case[:2], cancels=case[2]) for case in SAID} == SAID
