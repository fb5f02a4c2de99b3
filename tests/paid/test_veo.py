"""Clips from Veo on Vertex: one POST, looks at its operation, bytes from the answer or from the door's own bucket."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from channels.db import database_sync_to_async

from projects.engines import downloads, models, veo
from projects.engines.base import Door, Files, Input, Request
from projects.engines.errors import Broken, Doubt
from projects.failures import Code
from projects.models import Asset, Budget, Step
from projects.models import Door as DoorRow
from projects.states import AttemptState, Bill, Status
from projects.wish import Wish
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import run

rows = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
MODEL = models.find(models.shipped(), "veo-3.1-generate-001", "vertex")
DOOR = Door(pk=1, kind="vertex", secret="", project="p", location="global")
CLIP = {"tier": "standard", "seconds": "4", "camera": "push-in"}
_A, _S = AttemptState, Status


def order(asset: Asset | None = None, task: str = "animate-product", **controls: Any) -> Step:
    """Return a queued clip."""
    asset = asset or factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    return factories.make_order(asset, task=task, engine="veo", **(controls or CLIP)).steps.get()


async def asked(*args: Any, **controls: Any) -> Step:
    """Return a queued clip, from a test that is a coroutine."""
    return await database_sync_to_async(order)(*args, **controls)


class TestClips:
    """What is sent, and what comes of it."""

    pytestmark = rows

    async def test_a_photo_becomes_a_clip_that_is_charged_by_its_seconds(self, vertex: Emulator) -> None:
        ended = await run(await asked())

        attempt = ended.attempts[0]
        assert (ended.step.status, ended.step.sentence) == (_S.SUCCEEDED, "")
        assert ended.step.output is not None
        assert (ended.step.output.kind, ended.step.output.width) == ("video", 1280)
        assert (attempt.state, attempt.bill, attempt.cost_usd) == (_A.STORED, Bill.BILLED, Decimal("1.60"))
        assert len(vertex.ledger.creates(label=str(attempt.uuid))) == 1
        budget = await Budget.objects.aget()
        assert (budget.reserved, budget.spent) == (Decimal(0), Decimal("1.60"))
        sent = vertex.ledger.posts(":predictLongRunning")
        assert ["/locations/us-central1/" in one.path for one in sent] == [True]
        assert sent[0].body["parameters"]["personGeneration"] == "allow_adult"
        assert "negativePrompt" not in sent[0].body["parameters"]

    async def test_with_a_bucket_it_comes_from_there(self, vertex: Emulator) -> None:
        await database_sync_to_async(DoorRow.objects.note_environment)()
        await DoorRow.objects.filter(kind="vertex").aupdate(bucket="gs://clips/autumn")

        ended = await run(await asked())

        assert (ended.step.status, ended.step.sentence) == (_S.SUCCEEDED, "")
        uri = ended.attempts[0].media[0]["uri"]
        assert uri.startswith(f"gs://clips/autumn/{ended.attempts[0].uuid}/")
        assert [one.status for one in vertex.ledger.requests("download")] == [200]

    async def test_two_stills_become_its_first_and_its_last_frame(self, vertex: Emulator) -> None:
        ended = await run(await database_sync_to_async(bridge)())

        assert (ended.step.status, ended.step.sentence) == (_S.SUCCEEDED, "")
        sent = vertex.ledger.posts(":predictLongRunning")[0].body["instances"][0]
        assert {"image", "lastFrame"} <= sent.keys()
        assert sent["image"] != sent["lastFrame"]

    async def test_a_clip_of_ours_goes_on_for_seven_seconds(self, vertex: Emulator) -> None:
        first = await run(await asked())

        ended = await run(await asked(first.step.output, "extend-clip", seconds="7"))

        assert (ended.step.status, ended.step.sentence) == (_S.SUCCEEDED, "")
        assert abs(float(ended.step.output.seconds) - 11) < 0.1
        assert ended.attempts[0].cost_usd == Decimal("2.80")


def bridge() -> Step:
    """Return a queued clip between two stills."""
    project = factories.make_project()
    stills = [
        factories.make_asset(project, data=factories.photo_bytes(320, 180, colour))
        for colour in ("#3a6ea5", "#a53a3a")
    ]
    return order(
        stills[0], "bridge-frames", last_frame=[stills[1].pk], tier="standard", seconds="4", format="16:9"
    )


ENDS: dict[str, tuple[str | int, dict[str, Any], Status, str, str]] = {
    "400": (400, {}, _S.FAILED, Code.INPUT_REJECTED, _A.REFUSED),
    "a model that has gone": ("retired", {}, _S.FAILED, Code.MODEL_UNAVAILABLE, _A.REFUSED),
    "500": (500, {}, _S.FAILED, Code.PROVIDER_DOWN, _A.REFUSED),
    "a gateway's page": ("gateway", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "a reset": ("reset", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "a lost answer": ("lost", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "no name": ("no_id", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "no JSON": ("not_json", {}, _S.UNCONFIRMED, Code.PROVIDER_DOWN, _A.UNCONFIRMED),
    "a withheld clip": ("blocked", {}, _S.FAILED, Code.SAFETY_BLOCKED, _A.FAILED),
    "a withheld input": ("failed", {}, _S.FAILED, Code.SAFETY_BLOCKED, _A.FAILED),
}


class TestFaults:
    """How it ends when it does not go well; always after one POST."""

    pytestmark = rows

    @pytest.mark.parametrize("name", ENDS)
    async def test_each_fault_ends_where_it_should_after_one_post(self, vertex: Emulator, name: str) -> None:
        fault, options, status, code, state = ENDS[name]
        vertex.fault(fault, times=None, **options)

        came = await run(await asked())

        assert (came.step.status, came.step.code) == (status, code), came.step.detail
        assert came.states == [state]
        assert len(vertex.ledger.posts(":predictLongRunning")) == 1
        assert came.held == (status == _S.UNCONFIRMED)
        assert sum(attempt.cost_usd for attempt in came.attempts) == 0

    @pytest.mark.parametrize("status", [429, 503])
    async def test_a_busy_provider_is_waited_for_on_the_same_money(
        self, vertex: Emulator, status: int
    ) -> None:
        vertex.fault(status, retry_after=1)

        came = await run(await asked())

        assert (came.step.status, came.step.waits_for) == (_S.QUEUED, "rate")
        assert came.states == [_A.REFUSED, _A.PLANNED]
        assert len(vertex.ledger.posts(":predictLongRunning")) == 1

    @pytest.mark.parametrize(
        ("fault", "options"), [("status", {"status": 503}), ("reset", {}), ("not_json", {})]
    )
    async def test_a_look_that_fails_is_repeated(
        self, vertex: Emulator, fault: str, options: dict[str, Any]
    ) -> None:
        vertex.fault(fault, kind="poll", **options)

        came = await run(await asked())

        assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])

    async def test_what_cannot_be_read_is_looked_at_five_times_and_charged_once(
        self, vertex: Emulator
    ) -> None:
        body = b'{"done": true, "response": {"videos": [{"bytesBase64Encoded": "@@"}]}}'
        vertex.fault("not_json", kind="poll", times=None, body=body)
        step, waits = await asked(), []

        for _ in range(5):
            came = await run(step)
            waits.append(came.step.waits_for)
            await Step.objects.filter(pk=step.pk).aupdate(not_before=None)

        assert waits == ["result"] * 4 + [""]
        assert (came.step.status, came.step.code, came.states) == (
            _S.FAILED,
            Code.OUTPUT_CORRUPT,
            [_A.FAILED],
        )
        assert (came.held, came.attempts[0].cost_usd) == (False, Decimal("1.60"))
        assert len(vertex.ledger.posts(":predictLongRunning")) == 1

    async def test_the_reasons_are_kept_for_the_operator(self, vertex: Emulator) -> None:
        vertex.fault("blocked")

        came = await run(await asked())

        assert "usage guidelines" in came.step.detail

    async def test_an_account_that_is_no_good_sends_nothing(
        self, vertex: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))

        came = await run(await asked())

        assert (came.step.status, came.step.code) == (_S.FAILED, Code.CREDENTIALS_REJECTED), came.step.detail
        assert vertex.ledger.posts() == []


@pytest.mark.parametrize(
    "body", [b'{"name": "pro', b"7", b"[]", b'{"name": 5}', b'{"name": "a", "response": {"videos": [7]}}']
)
async def test_a_body_that_is_no_operation_is_a_doubt(vertex: Emulator, tmp_path: Path, body: bytes) -> None:
    vertex.fault("not_json", body=body)

    with pytest.raises(Doubt):
        await veo.Veo().start(request(door=replace(DOOR, base_url=vertex.url)), Files(tmp_path, 60))


def request(ability: str = "video.text", door: Door = DOOR, **fields: Any) -> Request:
    """Return a request for a clip, of eight seconds at 720p unless told otherwise."""
    inputs = fields.pop("inputs", ())
    wish = Wish(**{"format": "16:9", "size": "720p", "seconds": 8, **fields})
    return Request(wish, "t", ability, inputs, model=MODEL, door=door, prompt="x")


def pictures(*roles: str) -> tuple[Input, ...]:
    """Return stills without files."""
    return tuple(Input(role, "image", None) for role in roles)


def clip(seconds: float, width: int = 1280, height: int = 720) -> tuple[Input, ...]:
    """Return a clip without a file."""
    return (Input("clip", "video", None, {"seconds": seconds, "width": width, "height": height}),)


REFUSED: dict[str, tuple[Request, str]] = {
    "five seconds": (request(seconds=5), "4 or 6 or 8 s"),
    "four seconds at 1080p": (request(size="1080p", seconds=4), "in 1080p of 8 s only"),
    "four seconds from references": (
        request("video.refs", seconds=4, inputs=pictures("subject")),
        "from references of 8 s only",
    ),
    "four references": (request("video.refs", inputs=pictures(*["subject"] * 4)), "Remove 1"),
    "references with a frame": (request("video.refs", inputs=pictures("subject", "first_frame")), "not both"),
    "360p": (request(size="360p"), "720p or 1080p or 4k"),
    "4k without a bucket": (request(size="4k"), "Name a bucket"),
    "a square": (request(format="1:1"), "16:9 or 9:16"),
    "another place": (request(door=replace(DOOR, location="europe-west4")), "us-central1"),
    "five seconds more": (request("video.extend", seconds=5, inputs=clip(6)), "adds 7 s"),
    "a long clip": (request("video.extend", seconds=7, inputs=clip(31)), "1 to 30 s"),
    "a square clip": (request("video.extend", seconds=7, inputs=clip(6, 720, 720)), "16:9 or 9:16"),
    "an edit": (request("video.edit"), "cannot do this"),
    "no door": (replace(request(), door=None), "add one"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_veo_cannot_do_is_refused_before_anything_is_sent(name: str) -> None:
    asked, words = REFUSED[name]

    verdict = veo.Veo().can(asked)

    assert verdict.quote is None
    assert words in verdict.sentence


@pytest.mark.parametrize(
    ("asked", "usd"),
    [
        (request(), "3.20"),
        (request("video.refs", inputs=pictures(*["subject"] * 3)), "3.20"),
        (request(size="4k", door=replace(DOOR, bucket="gs://clips")), "4.80"),
        (request("video.extend", format="", seconds=7, inputs=clip(6, 720, 1280)), "2.80"),
        (request(door=replace(DOOR, location="us-central1")), "3.20"),
    ],
)
def test_what_veo_can_do_has_its_price(asked: Request, usd: str) -> None:
    quote = veo.Veo().can(asked).quote

    assert quote is not None
    assert quote.usd_max == Decimal(usd)


def test_a_bucket_that_is_not_the_doors_is_not_read() -> None:
    with pytest.raises(Broken) as broken:
        downloads.address(replace(DOOR, bucket="gs://clips"), "v1beta1", "gs://other/a.mp4")

    assert "other" in broken.value.detail
