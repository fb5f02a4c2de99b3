"""Edits of a picture on Vertex: the conversation that we keep is sent again, and what happens where it is lost."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from projects import actions
from projects.failures import Code
from projects.models import Door, Step, files
from projects.runner import purge, spool
from projects.states import AttemptState, Bill, Status
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import Told, do
from tests.paid.stills import GENERATE, bodies, edited

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S = AttemptState, Status


def turn_of(told: Told) -> Path:
    """Return where the turn of a version is kept."""
    step, attempt = told.step, told.attempts[0]
    assert step.output is not None
    return files.folder(step.project.team_id, step.output.sha256) / f"turn-{attempt.uuid}.json"


def key(told: Told) -> tuple[int, str, str]:
    """Return by what the file of a result is found."""
    assert told.step.output is not None
    return told.step.project.team_id, told.step.output.sha256, told.step.output.extension


async def test_four_turns_are_sent_with_all_that_was_said_before(vertex: Emulator) -> None:
    asset, ended = None, None
    for change in ("a city at sunset", "neon light", "a flying car", "the car smaller and lower"):
        ended = await edited(*((asset, change) if asset else ()))
        assert (ended.step.status, ended.step.sentence) == (_S.SUCCEEDED, ""), ended.step.detail
        asset = ended.step.output

    contents = [sent["contents"] for sent in bodies(vertex)]
    assert [[one["role"] for one in said] for said in contents] == [
        ["user", *["model", "user"] * count] for count in range(4)
    ]
    assert [len(create.media) for create in vertex.ledger.creates()] == [1, 2, 3, 4]
    given = [part for one in contents[3] if one["role"] == "model" for part in one["parts"]]
    assert all(part["thoughtSignature"] for part in given)
    assert ended is not None
    assert set(ended.attempts[0].ticket or {}) == {"id", "model", "after", "history"}


async def test_a_branch_goes_on_from_its_own_version(vertex: Emulator) -> None:
    first = await edited()
    other = await edited(first.step.output, "a red ground")

    branch = await edited(first.step.output, "a green ground")

    assert (branch.step.status, branch.step.parent_id) == (_S.SUCCEEDED, first.step.pk)
    ours = [part for one in bodies(vertex)[-1]["contents"] if one["role"] == "user" for part in one["parts"]]
    words = [part["text"] for part in ours if "text" in part]
    assert words == [first.step.prompt, branch.step.prompt]
    assert other.step.prompt not in words


async def test_the_turn_is_private_and_only_of_its_version(vertex: Emulator, client: Any) -> None:
    ended = await edited()
    step, path = ended.step, turn_of(ended)

    assert [one["role"] for one in json.loads(path.read_text())] == ["user", "model"]
    assert not spool.folder(ended.attempts[0].uuid).exists()
    assert step.output is not None
    assert path.name not in json.dumps(step.output.facts)
    await do(client.force_login, step.order.by)
    answer = await do(client.get, f"/assets/{step.output.pk}/file/{path.name}")
    shown = await do(client.get, f"/assets/{step.output.pk}/file/file.{step.output.extension}")
    assert (answer.status_code, shown.status_code) == (404, 200)


async def test_where_the_turn_is_gone_the_chain_is_and_the_picture_itself_begins_anew(
    vertex: Emulator,
) -> None:
    first = await edited()
    before = await do(actions.chains.of_step, first.step)
    turn_of(first).unlink()

    after = await do(actions.chains.of_step, first.step)
    again = await edited(first.step.output, "the same at night")

    assert (before.is_alive, before.until, after.is_alive) == (True, None, False)
    assert again.step.status == _S.SUCCEEDED
    assert [one["role"] for one in bodies(vertex)[-1]["contents"]] == ["user"]
    assert len(vertex.ledger.creates()[-1].media) == 1
    assert "after" not in (again.attempts[0].ticket or {})


async def test_a_turn_that_cannot_be_read_is_an_expired_chain_and_nothing_is_sent(vertex: Emulator) -> None:
    first = await edited()
    turn_of(first).write_text("{half")

    came = await edited(first.step.output, "the same at night")

    assert (came.step.status, came.step.code) == (_S.FAILED, Code.CHAIN_EXPIRED)
    assert (came.states, came.attempts[0].bill) == ([_A.REFUSED], Bill.NOT_BILLED)
    assert len(vertex.ledger.posts(GENERATE)) == 1


async def test_a_signature_that_the_provider_does_not_know_is_an_expired_chain(vertex: Emulator) -> None:
    first = await edited()
    said = json.loads(turn_of(first).read_text())
    for part in said[1]["parts"]:
        part["thoughtSignature"] = base64.b64encode(b"emulated:another").decode()
    turn_of(first).write_text(json.dumps(said))

    came = await edited(first.step.output, "the same at night")

    assert (came.step.status, came.step.code) == (_S.FAILED, Code.CHAIN_EXPIRED)
    assert (came.states, came.held) == ([_A.REFUSED], False)


async def test_it_outlives_what_a_provider_keeps(vertex: Emulator) -> None:
    first = await edited()
    await Door.objects.aupdate(keeps_days=0)

    came = await edited(first.step.output, "the same at night")

    assert came.step.status == _S.SUCCEEDED
    assert len(bodies(vertex)[-1]["contents"]) == 3


async def test_deleted_for_good_its_turn_is_gone_and_the_next_one_goes_on_alone(vertex: Emulator) -> None:
    first = await edited()
    second = await edited(first.step.output, "the same at night")
    data = files.clean(*key(first)).read_bytes()
    same = await do(factories.make_asset, first.step.project, name=f"again.{key(first)[2]}", data=data)
    await Step.objects.filter(pk=first.step.pk).aupdate(deleted_at=timezone.now())

    await do(purge.step, first.step)
    third = await edited(second.step.output, "and rain")

    assert not turn_of(first).exists()
    assert same.sha256 == first.step.output.sha256
    assert files.clean(*key(first)).exists()
    assert third.step.status == _S.SUCCEEDED
    assert [one["role"] for one in bodies(vertex)[-1]["contents"]] == ["user", "model", "user"]
