"""How long a provider is waited for: a look that fails, and an address that is asked for anew."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from projects.engines import answers, client, interactions, models, omni, waits
from projects.engines.base import Door, Ended, Files, Json, Request
from projects.engines.errors import Broken
from projects.engines.interactions import Answer
from projects.failures import FAILURES, Code
from projects.wish import Wish
from tests.emulator import Emulator
from tests.emulator.asking import client_of, video

BAD_KEY = "API key not valid. Please pass a valid API key."
FORM = {"type": "video", "resolution": "360p", "duration": "3s", "delivery": "uri"}
CLIP = {"type": "video", "mime_type": "video/mp4", "uri": "https://example.com/files/a"}


def no(status: int, message: str = "No.", /, **more: Any) -> client.Answered:
    """Return how a look is answered with no."""
    body = {"error": {"code": status, "message": message, **more}}
    return client.Answered(httpx2.Response(status, json=body))


def bad_key() -> client.Answered:
    """Return how the provider refuses a key that was replaced: by 400."""
    reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
    return no(400, BAD_KEY, status="INVALID_ARGUMENT", details=[reason])


class TestLooks:
    """What a look that fails says, and when it means that nothing will come."""

    def test_a_key_that_was_replaced_is_named_and_waited_for_however_long(self) -> None:
        watch = waits.Watch()

        notes = {watch.failed(bad_key(), now) for now in (0.0, 700.0, 3000.0)}

        assert notes == {"Waiting for a valid key. The work goes on at the provider."}

    @pytest.mark.parametrize("status", [400, 404])
    def test_an_id_is_given_up_that_was_unknown_for_ten_minutes(self, status: int) -> None:
        watch = waits.Watch()
        watch.failed(no(status), 0.0)
        watch.failed(no(status), 599.0)

        with pytest.raises(Broken) as caught:
            watch.failed(no(status), 601.0)

        assert caught.value.code == Code.TIMED_OUT

    def test_one_unknown_look_after_an_hour_of_other_faults_gives_nothing_up(self) -> None:
        watch = waits.Watch()
        for now in (0.0, 1800.0, 3600.0):
            watch.failed(no(503), now)

        assert watch.failed(no(404), 3601.0) == "The provider is slow to answer."
        assert watch.failed(no(503), 4300.0) == "The provider is slow to answer."
        assert watch.failed(no(404), 4301.0) == "The provider is slow to answer."

    def test_an_end_that_tells_nothing_after_other_faults_is_looked_at_again(self) -> None:
        watch, nothing = waits.Watch(), Answer("v1_a", "completed")
        watch.failed(no(503), 0.0)

        assert [watch.ends(nothing, now) for now in (700.0, 1299.0, 1301.0)] == [False, False, True]

    def test_an_answer_ends_the_trouble(self) -> None:
        watch = waits.Watch()
        watch.failed(no(404), 0.0)
        assert not watch.ends(Answer("v1_a", "in_progress"), 300.0)

        assert watch.failed(no(404), 700.0) == ""

    def test_a_status_that_we_do_not_know_is_waited_for_and_logged_once(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        watch = waits.Watch()

        with caplog.at_level(logging.WARNING, logger="projects.engines.waits"):
            for status in ("queued", "in_progress", "paused_for_review", "paused_for_review"):
                assert not watch.ends(Answer("v1_a", status), 0.0)

        assert [record.args for record in caplog.records] == [("v1_a", "paused_for_review")]

    async def test_a_key_that_was_replaced_while_a_clip_is_made_shows_on_the_card(
        self, emulator: Emulator, files: Files
    ) -> None:
        details = bad_key().body["error"]["details"]
        emulator.fault("status", kind="poll", status=400, message=BAD_KEY, details=details)

        notes = [getattr(event, "note", "") async for event in followed(emulator, files)]

        assert notes[0] == "Waiting for a valid key. The work goes on at the provider."


def followed(emulator: Emulator, files: Files) -> AsyncIterator[Any]:
    """Return the signs of a clip that is being made."""
    with client_of(emulator) as sdk:
        made = sdk.interactions.create(**video(background=True, response_format=FORM))
    return interactions.follow(door_of(emulator), ticket(made.id), files)


class TestAgain:
    """A fresh address for a result that was paid."""

    @pytest.mark.parametrize(
        "faults",
        [
            [no(503), no(500)],
            [TimeoutError(), httpx2.ConnectError("no route")],
            [no(401), bad_key()],
            [no(403, "The caller does not have permission")],
            [no(400, "Request contains an invalid argument.")],
            [answers.lost("The answer is no JSON.")],
            [Answer("v1_a", "completed")],
        ],
        ids=["down", "cut", "key", "forbidden", "passing 400", "no JSON", "nothing told"],
    )
    async def test_what_passes_is_waited_out(self, faults: list[Any], files: Files) -> None:
        ask = Told(*faults, Answer("v1_a", "completed", media=(CLIP,)))

        media = await interactions.again(Door(1, "developer", "k"), ticket("v1_a"), files, ask)

        assert media == (CLIP,)
        assert ask.answers == []

    @pytest.mark.parametrize(
        "error",
        [
            no(400, "Invalid interaction name"),
            no(400, "Interaction v1_a not found."),
            no(403, "You do not have permission to access v1_a or it may not exist."),
            no(404, "Requested entity was not found."),
        ],
        ids=["400 name", "400 id", "403", "404"],
    )
    async def test_nothing_is_left_of_an_id_that_is_unknown(self, error: Exception, files: Files) -> None:
        ask = Told(error)

        assert await interactions.again(Door(1, "developer", "k"), ticket("v1_a"), files, ask) == ()

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (no(503), Code.TIMED_OUT),
            (TimeoutError(), Code.TIMED_OUT),
            (no(401), Code.CREDENTIALS_REJECTED),
            (no(403), Code.CREDENTIALS_REJECTED),
            (bad_key(), Code.CREDENTIALS_REJECTED),
        ],
        ids=["down", "cut", "401", "403", "400 of the key"],
    )
    async def test_what_does_not_pass_in_time_says_why(
        self, error: Exception, code: Code, files: Files
    ) -> None:
        ask = Told(error, error, error)
        asked = interactions.again(Door(1, "developer", "k"), ticket("v1_a"), files, ask, patience=0.3)

        with pytest.raises(Broken) as caught:
            await asked

        assert (caught.value.code, caught.value.sentence) == (code, FAILURES[code].why)
        assert ask.answers == []

    async def test_an_address_is_had_from_a_provider_that_was_down_for_a_moment(
        self, emulator: Emulator, files: Files
    ) -> None:
        *_, last = [event async for event in followed(emulator, files)]
        assert isinstance(last, Ended)
        assert last.ticket
        emulator.fault("status", kind="poll", status=503, times=2)

        [part] = await interactions.again(door_of(emulator), last.ticket, files)

        assert part["uri"] == last.media[0]["uri"]


@pytest.mark.parametrize("status", ["incomplete", "failed", "completed"])
async def test_a_result_that_was_not_finished_comes_with_a_sentence(
    emulator: Emulator, files: Files, status: str
) -> None:
    emulator.fault("partial", status=status)
    *_, last = [event async for event in followed(emulator, files)]
    model = models.find(models.shipped(), "gemini-omni-1.2-flash", "developer")
    request = Request(Wish(), "t", "video.text", model=model, door=door_of(emulator))

    output = await omni.Omni().fetch(last, request, files)

    told = () if status == "completed" else (interactions.UNFINISHED,)
    assert (last.status, output.notes) == ("done", told)


class Told:
    """An engine's way to ask, with what it is answered in turn."""

    def __init__(self, *told: Exception | Answer) -> None:
        self.answers = list(told)

    async def __call__(self, *_: object) -> Answer:
        told = self.answers.pop(0)
        if isinstance(told, Answer):
            return told
        raise told


def door_of(emulator: Emulator) -> Door:
    """Return the way to the emulator."""
    return Door(1, "developer", emulator.key, base_url=emulator.url)


def ticket(id_: str) -> Json:
    """Return what an engine keeps of its work."""
    return {"id": id_, "api_version": "v1beta", "model": "m"}
