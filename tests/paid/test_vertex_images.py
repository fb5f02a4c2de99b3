"""Pictures on Vertex: one generateContent, its conversation kept by us, and every way in which it ends."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as now
from django.utils import timezone

from projects.engines import base, models, nano_banana, prices, vertex_images
from projects.engines.base import Ended, Files, Request
from projects.engines.errors import Broken
from projects.failures import Code
from projects.models import Budget, Step
from projects.runner import ledger, requests, spool
from projects.runner.limits import limits
from projects.states import AttemptState, Bill, Status
from projects.wish import Wish
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import do, run
from tests.paid.stills import GENERATE, bodies, concept, edit, edited

rows = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
DOOR = base.Door(pk=1, kind="vertex", secret="", project="p", location="global")
_A, _S = AttemptState, Status


class TestPictures:
    """What is sent, and what comes of it."""

    pytestmark = rows

    async def test_words_become_a_picture_that_is_charged_by_its_tokens(self, vertex: Emulator) -> None:
        ended = await run(await do(concept, ratio="21:9"))

        attempt = ended.attempts[0]
        assert (ended.step.status, ended.step.sentence) == (_S.SUCCEEDED, "")
        assert ended.step.output is not None
        assert (ended.step.output.width, ended.step.output.height) == (1584, 672)
        assert ended.states == [_A.STORED]
        [create] = vertex.ledger.creates(label=str(attempt.uuid))
        assert (create.door, create.id) == ("vertex:generate", (attempt.ticket or {})["id"])
        [sent] = bodies(vertex)
        form = {"imageSize": "1K", "aspectRatio": "21:9"}
        assert sent["generationConfig"] == {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": form}
        budget = await Budget.objects.aget()
        usd = Decimal(1120 * 30 + 180 * Decimal("7.5")) / 1_000_000
        assert usd < attempt.cost_usd < usd + Decimal("0.01")
        assert (attempt.bill, budget.reserved, budget.spent) == (Bill.BILLED, Decimal(0), attempt.cost_usd)

    async def test_facts_are_looked_up_and_their_source_is_shown_and_billed(self, vertex: Emulator) -> None:
        ended = await run(await do(concept, grounding="pictures"))

        attempt = ended.attempts[0]
        assert (ended.step.status, ended.step.sentence) == (_S.SUCCEEDED, "")
        [tool] = bodies(vertex)[0]["tools"]
        assert set(tool["googleSearch"]["search_types"]) == {"web_search", "image_search"}
        assert [note.rpartition(" ")[2].partition("?")[0] for note in ended.step.notes[-3:]] == [
            "https://weather.example/oslo",
            "https://pictures.example/oslo",
            "https://www.google.com/search",
        ]
        assert attempt.usage["grounding_calls"] == 2
        assert attempt.cost_usd > Decimal(attempt.prices["grounding_call"]) + Decimal("0.0336")

    async def test_the_developer_door_shows_its_sources_alike(self, emulator: Emulator, client: Any) -> None:
        ended = await run(await do(concept, grounding="pictures"))

        [sent] = emulator.ledger.posts("/interactions")
        assert sent.body["tools"] == [
            {"type": "google_search", "search_types": ["web_search", "image_search"]}
        ]
        await do(client.force_login, ended.step.order.by)
        page = await do(client.get, f"/steps/{ended.step.pk}/")
        assert b'Looked up on the web: <a class="link" href="https://weather.example/oslo"' in page.content
        assert b'<a class="link" href="https://www.google.com/search?q=' in page.content


ENDS: dict[str, tuple[str | int, dict[str, Any], Status, str, str]] = {
    "a blocked prompt": ("prompt_blocked", {}, _S.FAILED, Code.SAFETY_BLOCKED, _A.FAILED),
    "a prompt blocked for another reason": (
        "prompt_blocked",
        {"block": "JAILBREAK"},
        _S.FAILED,
        Code.SAFETY_BLOCKED,
        _A.FAILED,
    ),
    "a withheld picture": ("image_safety", {}, _S.FAILED, Code.SAFETY_BLOCKED, _A.FAILED),
    "a recitation": (
        "image_safety",
        {"finish": "IMAGE_RECITATION"},
        _S.FAILED,
        Code.SAFETY_BLOCKED,
        _A.FAILED,
    ),
    "prohibited": ("failed", {}, _S.FAILED, Code.SAFETY_BLOCKED, _A.FAILED),
    "words in its place": ("blocked", {}, _S.FAILED, Code.SAFETY_BLOCKED, _A.FAILED),
    "no picture": ("empty", {}, _S.FAILED, Code.EMPTY_RESULT, _A.FAILED),
    "a limit": ("incomplete", {}, _S.FAILED, Code.EMPTY_RESULT, _A.FAILED),
    "an unknown reason": ("odd_status", {}, _S.FAILED, Code.EMPTY_RESULT, _A.FAILED),
    "no signature": (
        "empty",
        {"finish": "MISSING_THOUGHT_SIGNATURE"},
        _S.FAILED,
        Code.CHAIN_EXPIRED,
        _A.FAILED,
    ),
    "tokens without a picture": ("tokens_only", {}, _S.FAILED, Code.EMPTY_RESULT, _A.FAILED),
    "400": (400, {}, _S.FAILED, Code.INPUT_REJECTED, _A.REFUSED),
    "500": (500, {}, _S.FAILED, Code.PROVIDER_DOWN, _A.REFUSED),
    "a model that has gone": ("retired", {}, _S.FAILED, Code.MODEL_UNAVAILABLE, _A.REFUSED),
    "a gateway's page": ("gateway", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "a lost answer": ("lost", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "half an answer": ("cut", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "no JSON": ("not_json", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "an empty object": ("empty_object", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
}


class TestEnds:
    """How it ends when it does not go well; always after one POST."""

    pytestmark = rows

    @pytest.mark.parametrize("name", ENDS)
    async def test_each_fault_ends_where_it_should_after_one_post(self, vertex: Emulator, name: str) -> None:
        fault, options, status, code, state = ENDS[name]
        vertex.fault(fault, times=None, **options)

        came = await edited()

        assert (came.step.status, came.step.code) == (status, code), came.step.detail
        assert came.states == [state]
        assert len(vertex.ledger.posts(GENERATE)) == 1
        assert came.held == (status == _S.UNCONFIRMED)


class TestDeath:
    """Whoever takes over goes on by what is on disk, and never sends again."""

    pytestmark = rows

    async def test_an_answer_on_disk_is_adopted_with_its_turn(self, vertex: Emulator) -> None:
        step = await do(edit)
        answer = await do(cut_off, step)
        kept = spool.folder((await step.attempts.aget()).uuid)
        ended = await nano_banana.NanoBanana().start(answer, Files(kept, 0, kept))
        assert isinstance(ended, Ended)
        await do(spool.keep, (await step.attempts.aget()).uuid, ended)

        came = await run(step)
        more = await edited(came.step.output, "the same at night")

        assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
        assert (came.attempts[0].bill, kept.exists()) == (Bill.BILLED, False)
        assert len(vertex.ledger.creates(label=str(came.attempts[0].uuid))) == 1
        assert (more.step.status, len(bodies(vertex)[-1]["contents"])) == (_S.SUCCEEDED, 3)

    async def test_without_an_answer_it_is_asked_about_and_not_sent_again(self, vertex: Emulator) -> None:
        step = await do(edit)
        await do(cut_off, step)

        came = await run(step)

        assert (came.step.status, came.states, came.held) == (_S.UNCONFIRMED, [_A.UNCONFIRMED], True)
        assert vertex.ledger.posts(GENERATE) == []

    async def test_bytes_without_their_answer_are_the_result_and_begin_anew(self, vertex: Emulator) -> None:
        step = await do(edit)
        await do(cut_off, step)
        path = spool.folder((await step.attempts.aget()).uuid) / "0.image"
        path.parent.mkdir(parents=True)
        path.write_bytes(factories.photo_bytes(640, 480, kind="PNG"))

        came = await run(step)
        more = await edited(came.step.output, "the same at night")

        assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
        assert came.attempts[0].cost_usd == Decimal(came.attempts[0].prices["measured"])
        assert (more.step.status, len(bodies(vertex)[-1]["contents"])) == (_S.SUCCEEDED, 1)

    async def test_vertex_keeps_nothing_to_look_at_to_stop_or_to_delete(self, vertex: Emulator) -> None:
        engine, ticket = nano_banana.NanoBanana(), {"id": "x", "model": "gemini-nano-banana-2.1"}
        request = await do(lambda: requests.of_step(step := edit(), step.attempts.get()))
        assert request.door is not None

        await engine.cancel(ticket, request.door)
        await engine.forget(ticket, request.door)
        with pytest.raises(Broken):
            engine.follow(ticket, request, Files(Path(now.WORK_DIR), 0))

        assert vertex.ledger.requests() == []


def cut_off(step: Step) -> Any:
    """Leave a step as a process does that dies while it sends; return what it was to send."""
    claim = Step.objects.claim(step.pk, "gone", limits().lease_time)
    attempt = step.attempts.get()
    step = Step.objects.get(pk=step.pk)
    request = requests.of_step(step, attempt)
    assert claim is not None
    ledger.sending(step, claim, attempt, request)
    Step.objects.filter(pk=step.pk).update(lease_until=timezone.now() - limits().lease_time)
    return request


@pytest.mark.parametrize(
    ("model", "asked", "level"),
    [
        ("gemini-nano-banana-2.1", "high", "HIGH"),
        ("gemini-nano-banana-2.1", "endless", None),
        ("gemini-nano-banana-2.1", None, None),
        ("gemini-3-pro-image", "high", None),
    ],
)
def test_a_level_of_thinking_is_sent_where_the_model_has_it(
    model: str, asked: str | None, level: str | None
) -> None:
    wish = Wish(extra={"thinking": asked} if asked else {})
    row = models.find(models.shipped(), model, "vertex")
    request = Request(wish, "edit-image", "image.edit", model=row, door=DOOR, prompt="dusk")

    config = vertex_images.asked_of(request, {"role": "user", "parts": [{"text": "dusk"}]}, [])["config"]

    assert (config.thinking_config and config.thinking_config.thinking_level) == level
    assert (config.automatic_continuation, config.automatic_function_calling.disable) == (False, True)


def said(*parts: dict[str, Any]) -> dict[str, Any]:
    """Return an answer that ended well with these parts."""
    content = {"role": "model", "parts": list(parts)}
    return {"responseId": "r", "candidates": [{"finishReason": "STOP", "content": content}]}


SHOWN = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}, "thoughtSignature": "c2ln"}


def test_a_draft_that_was_only_thought_of_is_no_result() -> None:
    thought = {"inlineData": {"mimeType": "image/png", "data": "BBBB"}, "thought": True}

    answer = vertex_images.read(said({"text": "hm", "thought": True}, thought, {"text": "Here."}, SHOWN))

    assert [part["data"] for part in answer.media] == ["AAAA"]
    assert (answer.words, answer.status) == ("Here.", "completed")


@pytest.mark.parametrize(
    ("usage", "searches", "usd"),
    [
        (
            {
                "promptTokenCount": 100,
                "candidatesTokenCount": 1144,
                "thoughtsTokenCount": 200,
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
            },
            [],
            "0.035430",
        ),
        ({"promptTokenCount": 100, "toolUsePromptTokenCount": 100}, ["a", "b"], "0.028300"),
        ({}, ["a"], None),
        (None, [], None),
        ("odd", [], None),
    ],
)
def test_the_count_is_booked_as_an_interactions_is(usage: Any, searches: list[str], usd: str | None) -> None:
    price = {"input_million": "1.5", "text_million": "7.5", "image_million": "30", "video_million": "0"}
    counted = vertex_images.usage_of(usage, {"webSearchQueries": searches})

    booked = prices.by_usage({**price, "grounding_call": "0.014"}, counted)

    assert booked == (None if usd is None else Decimal(usd))


def test_the_oldest_pictures_are_left_out_where_a_model_takes_fewer() -> None:
    ours = {"role": "user", "parts": [{"inlineData": {"data": "1"}}, {"text": "a"}]}
    theirs = [{"role": "model", "parts": [{"inlineData": {"data": data}}]} for data in "23"]

    kept = vertex_images.fitting([ours, theirs[0], {"role": "user", "parts": [{"text": "b"}]}, theirs[1]], 1)

    assert kept == [
        {"role": "user", "parts": [{"text": "a"}]},
        {"role": "user", "parts": [{"text": "b"}]},
        theirs[1],
    ]
    assert vertex_images.fitting([ours, theirs[0]], 2) == [ours, theirs[0]]
    assert vertex_images.fitting([theirs[0]], 0) == [theirs[0]]
