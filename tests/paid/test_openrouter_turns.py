"""Edits of a picture at OpenRouter: the messages that we keep are sent again, and what happens where they are lost."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.utils import timezone

from projects import actions
from projects.engines import openrouter
from projects.failures import Code
from projects.models import Asset, Step
from projects.runner import purge
from projects.states import AttemptState, Bill, Status
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import Told, do, run
from tests.paid.test_openrouter import COMPLETIONS, edit
from tests.paid.test_vertex_turns import turn_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S = AttemptState, Status


async def edited(asset: Asset | None = None, change: str = "a city at sunset") -> Told:
    """Return what the rows say of an edit that has come to rest."""
    return await run(await do(edit, asset, change))


def conversations(router: Emulator) -> list[list[dict[str, Any]]]:
    """Return the messages of each create, in order."""
    return [post.body["messages"] for post in router.ledger.posts(COMPLETIONS)]


async def test_three_edits_send_all_that_was_said_before_and_each_picture_once(router: Emulator) -> None:
    asset = None
    for change in ("a city at sunset", "neon light", "a flying car"):
        ended = await edited(asset, change)
        assert (ended.step.status, ended.step.sentence) == (_S.SUCCEEDED, ""), ended.step.detail
        asset = ended.step.output

    sent = conversations(router)
    assert [[one["role"] for one in said] for said in sent] == [
        ["user", *["assistant", "user"] * count] for count in range(3)
    ]
    assert [len(create.media) for create in router.ledger.creates()] == [1, 2, 3]
    theirs = [one for one in sent[2] if one["role"] == "assistant"]
    assert all(one["reasoning_details"] for one in theirs)
    assert set(ended.attempts[0].ticket or {}) == {"id", "model", "after", "history"}
    assert [part["type"] for part in sent[2][-1]["content"]] == ["text"]


async def test_a_branch_goes_on_from_its_own_version(router: Emulator) -> None:
    first = await edited()
    other = await edited(first.step.output, "a red ground")

    branch = await edited(first.step.output, "a green ground")

    words = json.dumps(conversations(router)[-1])
    assert branch.step.status == _S.SUCCEEDED
    assert other.step.prompt not in words
    assert first.step.prompt in words


async def test_the_turn_lies_beside_its_picture_and_the_chain_says_that_it_is_ours(router: Emulator) -> None:
    ended = await edited()

    standing = await do(actions.chains.of_step, ended.step)

    assert [one["role"] for one in json.loads(turn_of(ended).read_text())] == ["user", "assistant"]
    assert standing is not None
    assert (standing.is_alive, standing.is_ours, standing.until) == (True, True, None)


async def test_where_the_turn_is_gone_the_picture_itself_begins_anew(router: Emulator) -> None:
    first = await edited()
    turn_of(first).unlink()

    again = await edited(first.step.output, "the same at night")

    assert again.step.status == _S.SUCCEEDED
    assert first.step.output is not None
    assert [media["sha256"] for media in router.ledger.creates()[-1].media] == [first.step.output.sha256]
    assert "after" not in (again.attempts[0].ticket or {})


@pytest.mark.parametrize("spoil", ["half a file", "other reasons", "no reasons"])
async def test_a_conversation_that_cannot_go_on_is_an_expired_chain_and_costs_nothing(
    router: Emulator, spoil: str
) -> None:
    first = await edited()
    ours, theirs = json.loads(turn_of(first).read_text())
    if spoil == "other reasons":
        theirs["reasoning_details"][0]["data"] = base64.b64encode(b"another").decode()
    elif spoil == "no reasons":
        del theirs["reasoning_details"]
    turn_of(first).write_text("{half" if spoil == "half a file" else json.dumps([ours, theirs]))

    came = await edited(first.step.output, "the same at night")

    assert (came.step.status, came.step.code) == (_S.FAILED, Code.CHAIN_EXPIRED), came.step.detail
    assert (came.states, came.attempts[0].bill, came.held) == ([_A.REFUSED], Bill.NOT_BILLED, False)
    assert len(router.ledger.creates()) == 1


async def test_deleted_for_good_its_turn_is_gone_and_the_next_one_goes_on_alone(router: Emulator) -> None:
    first = await edited()
    second = await edited(first.step.output, "the same at night")
    await Step.objects.filter(pk=first.step.pk).aupdate(deleted_at=timezone.now())

    await do(purge.step, first.step)
    third = await edited(second.step.output, "and rain")

    assert not turn_of(first).exists()
    assert third.step.status == _S.SUCCEEDED, third.step.detail
    assert [one["role"] for one in conversations(router)[-1]] == ["user", "assistant", "user"]


def test_no_more_pictures_are_sent_than_a_model_takes_and_the_latest_are_kept() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    words = {"type": "text", "text": "red"}
    first, alone = {"role": "user", "content": [words, picture]}, {"role": "user", "content": [words]}
    silent = {"role": "assistant", "content": "", "images": [picture], "reasoning_details": [{}]}
    said = {**silent, "content": "Here it is."}
    told = [first, said, alone, silent]

    assert openrouter.fitting(told, 3) == told
    assert openrouter.fitting(told, 2) == [alone, *told[1:]]
    assert openrouter.fitting(told, 1) == [
        alone,
        {"role": "assistant", "content": "Here it is."},
        alone,
        silent,
    ]
    assert openrouter.fitting([first, silent], 0) == [alone, silent]


async def test_a_turn_with_all_the_pictures_that_a_model_takes_goes_on_with_the_last(
    router: Emulator,
) -> None:
    def many() -> Step:
        project = factories.make_project()
        photos = [factories.make_asset(project, data=factories.photo_bytes(64, 64 + n)) for n in range(14)]
        references = [photo.pk for photo in photos[1:]]
        order = factories.make_order(
            photos[0],
            task="edit-image",
            engine="openrouter",
            kind="own",
            change="all of these",
            reference=references,
        )
        return order.steps.get()

    first = await run(await do(many))

    came = await edited(first.step.output, "the same at night")

    assert [first.step.status, came.step.status] == [_S.SUCCEEDED] * 2, (first.step.detail, came.step.detail)
    assert first.step.output is not None
    assert [len(create.media) for create in router.ledger.creates()] == [14, 1]
    assert router.ledger.creates()[1].media[0]["sha256"] == first.step.output.sha256
