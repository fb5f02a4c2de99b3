"""Answers of a provider that are damaged, lack what they count, or end in an odd way (F16, F17, F24)."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from projects.engines import interactions, models, nano_banana, omni, openrouter, results, vertex_images
from projects.engines.base import Door, Ended, Files, Json, Progress, Request, Ticket
from projects.engines.errors import Damaged, Doubt
from projects.engines.interactions import Answer
from projects.failures import EMPTY_BY_STATUS, FAILURES, Code
from projects.models import Step
from projects.runner import paid, save, spool
from projects.states import AttemptState, Bill, Phase, Status
from projects.wish import Wish
from tests import factories
from tests.emulator import Emulator, media
from tests.emulator.outcomes import OUTCOMES, PAGE
from tests.paid.conftest import asked, run

CLIP = {"tokens": 17_376, "modality": "video"}
COUNTED: Json = {"total_output_tokens": 17_376, "output_tokens_by_modality": [CLIP]}
TICKET: Ticket = {"id": "v1_a", "api_version": "v1beta", "model": "m"}
STILL_FOR_CLIP = "The provider sent a picture in place of a clip."
CLIP_FOR_STILL = "The provider sent a clip in place of a picture."
TABLE = b"name,state\nresult,gone\n"


class TestLookedAtAgain:
    """F16: what was counted and is not there, or is no base64, is had by another look, and never made again."""

    def test_what_was_counted_and_is_not_shown_is_done_and_still_to_be_had(self, files: Files) -> None:
        ended = interactions.ended(Answer("v1_a", "completed", COUNTED), TICKET, files)

        assert (ended.status, ended.media, ended.usage) == ("done", (), COUNTED)

    @pytest.mark.parametrize("ticket", [None, {"id": "a", "model": "m"}])
    def test_where_nothing_is_kept_it_ends_at_once(self, ticket: Ticket | None, files: Files) -> None:
        ended = interactions.ended(Answer("v1_a", "completed", COUNTED), ticket, files)

        assert (ended.status, ended.code) == ("failed", Code.OUTPUT_CORRUPT)

    async def test_a_clip_that_is_shown_later_is_had_by_another_look(
        self, emulator: Emulator, files: Files
    ) -> None:
        emulator.fault("tokens_only")
        request = clip_of(emulator)
        ended = await last(omni.Omni(), request, files)

        with pytest.raises(Damaged) as caught:
            await omni.Omni().fetch(ended, request, files)
        [one] = emulator.world.interactions.values()
        one.outcome = OUTCOMES[""]
        output = await omni.Omni().fetch(ended, request, files)

        assert caught.value.detail == "A result was counted that the answer does not show."
        assert one.made
        assert output.files[0].path.read_bytes() == one.made.data
        assert len(emulator.ledger.creates()) == 1

    async def test_a_picture_that_is_no_base64_is_kept_raw_and_had_by_another_look(
        self, emulator: Emulator, files: Files
    ) -> None:
        emulator.fault("no_base64")
        engine, request = nano_banana.NanoBanana(), still_of(emulator)
        ended = await engine.start(request, files)
        assert isinstance(ended, Ended)
        raw = Path(ended.media[0]["path"]).read_bytes()

        with pytest.raises(Damaged) as caught:
            await save.checked(await engine.fetch(ended, request, files), files.folder)
        [one] = emulator.world.interactions.values()
        one.outcome = OUTCOMES[""]
        [part] = await interactions.again(door_of(emulator), ended.ticket or {}, files)

        assert one.file
        assert raw == b"?" + base64.b64encode(one.file.data)
        assert caught.value.path
        assert caught.value.path.read_bytes() == raw
        assert Path(part["path"]).read_bytes() == one.file.data
        assert len(emulator.ledger.creates()) == 1

    @pytest.mark.django_db(transaction=True)
    async def test_it_waits_between_looks_and_is_charged_once(self, studio: Emulator) -> None:
        studio.fault("tokens_only")
        step = await asked()

        first = await run(step)
        [one] = studio.world.interactions.values()
        one.outcome = OUTCOMES[""]
        await Step.objects.filter(pk=step.pk).aupdate(not_before=None)
        came = await run(step)

        assert (first.step.status, first.step.waits_for) == (Status.QUEUED, "result")
        assert (first.states, first.attempts[0].bill) == ([AttemptState.FINISHED], Bill.BILLED)
        assert (came.step.status, came.states) == (Status.SUCCEEDED, [AttemptState.STORED])
        assert came.spend == first.spend
        assert [kind for _, kind, _ in came.spend].count("charge") == 1
        assert len(studio.ledger.creates()) == 1

    def test_an_empty_address_beside_the_bytes_is_passed_over(self, files: Files) -> None:
        part = {"type": "image", "uri": "", "data": base64.b64encode(b"bytes").decode()}

        [kept] = interactions.ended(Answer("v1_a", "completed", media=(part,)), TICKET, files).media

        assert Path(kept["path"]).read_bytes() == b"bytes"

    @pytest.mark.parametrize("body", [b"[]", b'{"id": "v1_'])
    async def test_a_look_that_tells_no_object_is_waited_out(
        self, emulator: Emulator, files: Files, body: bytes
    ) -> None:
        emulator.fault("not_json", kind="poll", body=body, times=1)

        first = await anext(followed(omni.Omni(), clip_of(emulator), files))

        assert first == Progress(Phase.GENERATING)
        assert len(emulator.ledger.requests("poll")) == 1


class TestOtherKind:
    """F16 and F17: what a result is, its bytes say."""

    @pytest.mark.parametrize(
        ("said", "wanted", "notes"),
        [
            ("video", "video", [STILL_FOR_CLIP]),
            ("image", "video", [STILL_FOR_CLIP]),
            ("video", "image", []),
            ("image", "image", []),
        ],
    )
    async def test_a_picture_is_named_once_where_a_clip_was_asked_for(
        self, said: str, wanted: str, notes: list[str], files: Files
    ) -> None:
        result = await opened(factories.photo_bytes(320, 180), said, wanted, files)

        assert [note for note in result.output.notes if "in place of" in note] == notes
        assert result.facts["facts"]["kind"] == "image"

    async def test_a_clip_is_named_where_a_picture_was_asked_for(self, files: Files) -> None:
        made = media.clip(media.plain("A ball."), (320, 180), 1, "A ball.")

        result = await opened(made.data, "image", "image", files)

        assert result.output.notes == (CLIP_FOR_STILL,)

    async def test_a_file_has_the_ending_of_what_it_is(self, files: Files) -> None:
        result = await opened(factories.photo_bytes(320, 180), "video", "video", files)

        with ExitStack() as held:
            fields = save.placed(1, result, held)

        assert (fields["kind"], fields["extension"]) == ("image", "jpg")

    @pytest.mark.parametrize("data", [b"", PAGE, TABLE, b"WEBVTT\n\n"], ids=["none", "page", "table", "text"])
    async def test_what_is_neither_is_damaged(self, data: bytes, files: Files) -> None:
        with pytest.raises(Damaged) as caught:
            await opened(data, "video", "video", files)

        assert caught.value.path
        assert caught.value.path.read_bytes() == data


class TestOddEnds:
    """F24: an end without a result says what to do about it."""

    @pytest.mark.parametrize("status", EMPTY_BY_STATUS)
    def test_each_has_its_own_sentence_which_outlives_the_process(self, status: str, files: Files) -> None:
        ended = interactions.ended(Answer("v1_a", status, {"total_output_tokens": 24}), TICKET, files)

        why = paid._why(spool.revived(asdict(ended)))

        assert (ended.status, why.code) == ("failed", Code.EMPTY_RESULT)
        assert why.sentence == EMPTY_BY_STATUS[status] != FAILURES[why.code].why
        assert status in why.detail
        assert len(set(EMPTY_BY_STATUS.values())) == len(EMPTY_BY_STATUS)

    def test_an_answer_of_before_has_the_sentence_of_its_code(self) -> None:
        kept = asdict(Ended("failed", code=Code.EMPTY_RESULT))
        del kept["sentence"]

        assert paid._why(spool.revived(kept)).sentence == FAILURES[Code.EMPTY_RESULT].why

    def test_a_cause_that_is_named_goes_before_the_status(self, files: Files) -> None:
        error = {"code": "content_filtered", "message": "No."}

        ended = interactions.ended(Answer("v1_a", "incomplete", errors=(error,)), TICKET, files)

        assert paid._why(ended).sentence == FAILURES[Code.SAFETY_BLOCKED].why

    def test_a_conversation_that_cannot_go_on_says_so_not_how_the_answer_ended(self, files: Files) -> None:
        body = {"candidates": [{"finishReason": "MISSING_THOUGHT_SIGNATURE"}], "responseId": "a"}

        why = paid._why(vertex_images._ended(body, {"model": "m"}, files))

        assert (why.code, why.sentence) == (Code.CHAIN_EXPIRED, FAILURES[Code.CHAIN_EXPIRED].why)


class TestDoubt:
    """An answer of 200 that says too little keeps its status."""

    def test_a_completion_without_a_choice_says_so(self) -> None:
        with pytest.raises(Doubt) as caught:
            openrouter.said({})

        assert caught.value.status == 200

    async def test_a_create_says_so(self, emulator: Emulator, files: Files) -> None:
        emulator.fault("no_id")

        with pytest.raises(Doubt) as caught:
            await omni.Omni().start(clip_of(emulator), files)

        assert caught.value.status == 200

    @pytest.mark.django_db(transaction=True)
    async def test_the_attempt_s_row_keeps_it(self, studio: Emulator) -> None:
        studio.fault("no_id")

        came = await run(await asked())

        assert (came.states, came.attempts[0].http_status) == ([AttemptState.UNCONFIRMED], 200)


@pytest.fixture
def studio(emulator: Emulator, settings: Any) -> Emulator:
    """Return the provider, with the studio's key leading to it."""
    settings.GEMINI_API_KEY, settings.GEMINI_BASE_URL = emulator.key, emulator.url
    return emulator


async def opened(data: bytes, said: str, wanted: str, files: Files) -> save.Checked:
    """Return a result that a provider named so, where that was wanted, once it was opened."""
    kept = files.new("answer")
    kept.write_bytes(data)
    part = {"type": said, "mime_type": {"image": "image/jpeg", "video": "video/mp4"}[said], "path": str(kept)}
    ended = Ended("done", media=(part,))
    output = await results.fetch(Door(1, "developer", "k"), ended, files, wanted)
    return await save.checked(output, files.folder)


async def followed(engine: omni.Omni, request: Request, files: Files) -> AsyncIterator[Any]:
    """Yield what is said of work that was accepted."""
    ticket = await engine.start(request, files)
    assert isinstance(ticket, dict)
    async for event in engine.follow(ticket, request, files):
        yield event


async def last(engine: omni.Omni, request: Request, files: Files) -> Ended:
    """Return how work ended."""
    *_, event = [event async for event in followed(engine, request, files)]
    assert isinstance(event, Ended)
    return event


def door_of(emulator: Emulator) -> Door:
    """Return the way to the emulator."""
    return Door(1, "developer", emulator.key, base_url=emulator.url)


def clip_of(emulator: Emulator) -> Request:
    """Return a clip that Omni is asked for."""
    model = models.find(models.shipped(), "gemini-omni-1.2-flash", "developer")
    wish = Wish(seconds=3, format="16:9", size="360p")
    return Request(wish, "t", "video.text", model=model, door=door_of(emulator), prompt="A ball rolls.")


def still_of(emulator: Emulator) -> Request:
    """Return a picture that Nano Banana is asked for."""
    model = models.find(models.shipped(), "gemini-nano-banana-2.1", "developer")
    wish = Wish(format="1:1", size="1K")
    return Request(wish, "t", "image.generate", model=model, door=door_of(emulator), prompt="A ball.")
