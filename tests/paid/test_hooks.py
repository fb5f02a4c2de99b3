"""Webhooks: what opens the address, what a hook does for a lost answer, and that it never moves money by itself."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from projects.actions import unconfirmed
from projects.management import health
from projects.models import Receipt
from projects.runner import hooks, looks
from projects.states import AttemptState, Status
from studio import access
from tests.emulator import Emulator
from tests.emulator.listening import Listener, listening
from tests.paid.conftest import Told, asked, check_money, clip, do, run, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
_A, _S = AttemptState, Status
SITE = "https://studio.example.com"
SECRET = "whsec_" + base64.b64encode(b"a secret of the test").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret").decode()
REGISTERED = "/hooks/gemini/"


@dataclass
class Post:
    """The way from the emulator to the studio: what was posted can be delivered once more, or changed."""

    emulator: Emulator
    listener: Listener
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def sent(self, interaction: str, **how: Any) -> tuple[dict[str, str], bytes]:
        """Return what the provider posts about an interaction: headers and body."""
        assert self.emulator.hook(interaction, url=self.listener.url, **how) == [202]
        headers, body = self.listener.got[-1]
        return {name: value for name, value in headers.items() if name.startswith("webhook-")}, body

    def deliver(self, path: str, sent: tuple[dict[str, str], bytes]) -> int:
        """Return the studio's answer."""
        headers, body = sent
        return self.client.post(path, body, content_type="application/json", headers=headers).status_code

    async def hook(self, interaction: str, path: str = "", **how: Any) -> int:
        """Let the provider post to the address of the create, or to another one; return the studio's answer."""
        return await do(
            lambda: self.deliver(path or self.address(interaction), self.sent(interaction, **how))
        )

    async def hook_and_look(self, interaction: str, path: str = "", **how: Any) -> int:
        """Let the runner look after the hook, as it does at once; return the studio's answer."""
        status = await self.hook(interaction, path, **how)
        await looks.late()
        return status

    def address(self, interaction: str) -> str:
        """Return the path that the create of an interaction named."""
        [uri] = self.emulator.world.interactions[interaction].body["webhook_config"]["uris"]
        assert uri.startswith(SITE)
        return urlsplit(uri).path


@pytest.fixture
def post(emulator: Emulator, settings: Any) -> Iterator[Post]:
    """Return the post of a studio that hooks can reach and that can check them."""
    settings.PUBLIC_URL, settings.WEBHOOK_SECRET = SITE, SECRET
    settings.WEBHOOK_JWKS_URL = f"{emulator.url}/__emulator/jwks"
    cache.clear()
    with listening() as listener:
        yield Post(emulator, listener)


async def lost(emulator: Emulator) -> tuple[Told, str]:
    """Return a clip whose answer was lost, and its interaction."""
    emulator.fault("lost")
    came = await run(await asked())
    assert (came.step.status, came.states, came.held) == (_S.UNCONFIRMED, [_A.UNCONFIRMED], True)
    [create] = emulator.ledger.creates(label=str(came.attempts[0].uuid))
    return came, create.id


@pytest.mark.parametrize(
    ("site", "keys", "secret", "named"),
    [
        ("", "an address", SECRET, None),
        ("http://a.example", "an address", SECRET, None),
        (SITE, "", "", None),
        (SITE, "", SECRET, ""),
        (SITE, "an address", "", SITE),
    ],
)
def test_a_create_asks_for_a_hook_only_where_it_can_come_and_be_checked(
    settings: Any, site: str, keys: str, secret: str, named: str | None
) -> None:
    settings.GEMINI_API_KEY = "a-key-of-the-studio-0123456789"
    settings.PUBLIC_URL, settings.WEBHOOK_JWKS_URL, settings.WEBHOOK_SECRET = site, keys, secret

    address = hooks.address(clip().attempts.get())

    assert address == named or (named and address and address.startswith(f"{named}/hooks/gemini/"))


async def test_a_lost_answer_is_found_again_by_its_hook_and_paid_once(post: Post) -> None:
    came, interaction = await lost(post.emulator)
    lines = came.spend
    body, uuid = post.emulator.world.interactions[interaction].body, str(came.attempts[0].uuid)
    assert (body["labels"], body["webhook_config"]["user_metadata"]) == ({"attempt": uuid}, {"attempt": uuid})

    assert await post.hook_and_look(interaction) == 202

    came = await do(told, came.step)
    assert (came.step.status, came.states) == (_S.RUNNING, [_A.ACCEPTED])
    assert came.spend == lines
    came = await run(came.step)
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    assert came.attempts[0].ticket_id == interaction
    await check_money(post.emulator)


async def test_a_registered_hook_that_names_the_attempt_does_the_same(post: Post, settings: Any) -> None:
    settings.WEBHOOK_JWKS_URL = ""
    came, interaction = await lost(post.emulator)
    body = post.emulator.world.interactions[interaction].body
    assert body["webhook_config"] == {"user_metadata": {"attempt": str(came.attempts[0].uuid)}}

    assert await post.hook_and_look(interaction, REGISTERED, secret=SECRET) == 202

    came = await run(came.step)
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    await check_money(post.emulator)


async def test_a_hook_that_comes_again_changes_nothing(post: Post) -> None:
    came, interaction = await lost(post.emulator)
    path, sent = post.address(interaction), await do(lambda: post.sent(interaction))

    assert [await do(post.deliver, path, sent) for _ in range(2)] == [202, 202]
    await looks.late()
    came = await run(came.step)
    before = (came.step.version, came.states, came.spend)
    assert await do(post.deliver, path, sent) == 202
    assert await post.hook_and_look(interaction) == 202

    again = await do(told, came.step)
    assert (again.step.version, again.states, again.spend) == before
    assert await Receipt.objects.filter(kind=Receipt.Kind.HOOK).acount() == 2
    await check_money(post.emulator)


async def test_a_hook_of_work_that_is_followed_anyway_is_a_receipt_and_no_more(post: Post) -> None:
    came = await run(await asked())
    interaction = came.attempts[0].ticket_id

    assert await post.hook(interaction) == 202
    assert await post.hook(interaction, REGISTERED, secret=SECRET, changes={"user_metadata": {}}) == 202

    assert (await do(told, came.step)).spend == came.spend
    assert await came.attempts[0].receipts.filter(kind=Receipt.Kind.HOOK).acount() == 2
    await check_money(post.emulator)


async def test_what_was_booked_by_estimate_is_corrected(post: Post) -> None:
    came, interaction = await lost(post.emulator)
    await do(unconfirmed.leave, came.step.order.by, came.step)

    assert await post.hook_and_look(interaction) == 202

    came = await run(came.step)
    assert (came.step.status, came.states) == (_S.SUCCEEDED, [_A.STORED])
    assert [kind for _, kind, _ in came.spend] == ["reserve", "release", "charge", "adjust"]
    await check_money(post.emulator)


FORGED: dict[str, tuple[int, dict[str, Any]]] = {
    "another key": (401, {"forged": True}),
    "too old": (401, {"age": 301}),
    "another attempt's": (404, {"changes": {"user_metadata": {"attempt": str(uuid4())}}}),
    "registered: another secret": (401, {"path": REGISTERED, "secret": OTHER}),
    "registered: too old": (401, {"path": REGISTERED, "secret": SECRET, "age": 301}),
    "registered: an unknown attempt": (
        404,
        {"path": REGISTERED, "secret": SECRET, "changes": {"user_metadata": {"attempt": str(uuid4())}}},
    ),
    "registered: no attempt at all": (
        404,
        {"path": REGISTERED, "secret": SECRET, "changes": {"user_metadata": {"attempt": "1"}}},
    ),
    "registered: work of another studio": (
        202,
        {"path": REGISTERED, "secret": SECRET, "changes": {"user_metadata": {}, "data": {"id": "v1_other"}}},
    ),
    "registered: nothing": (
        202,
        {"path": REGISTERED, "secret": SECRET, "changes": {"data": None, "user_metadata": {}}},
    ),
    "a name that nobody knows": (404, {"path": f"/hooks/gemini/{uuid4()}/{'0' * 64}/"}),
    "a token where a signature belongs": (401, {"path": REGISTERED}),
}


@pytest.mark.parametrize("name", FORGED)
async def test_what_is_not_the_providers_leaves_no_row(post: Post, name: str) -> None:
    status, how = FORGED[name]
    came, interaction = await lost(post.emulator)

    assert await post.hook(interaction, **how) == status

    assert not await Receipt.objects.filter(kind=Receipt.Kind.HOOK).aexists()
    assert (await do(told, came.step)).states == [_A.UNCONFIRMED]


@pytest.mark.parametrize("broken", ["", "a.b.c", "v1,", "v1", "é", "v1,%%%", "e30.e30."])
async def test_a_signature_that_is_none_is_refused(post: Post, broken: str) -> None:
    _, interaction = await lost(post.emulator)
    headers, body = await do(lambda: post.sent(interaction))
    headers["webhook-signature"] = broken

    for path in (post.address(interaction), REGISTERED):
        assert await do(post.deliver, path, (headers, body)) == 401

    assert not await Receipt.objects.filter(kind=Receipt.Kind.HOOK).aexists()


async def test_an_address_takes_64_kb_by_post_from_those_who_know_it(post: Post, settings: Any) -> None:
    _, interaction = await lost(post.emulator)
    path, (headers, body) = post.address(interaction), await do(lambda: post.sent(interaction))

    assert await do(post.deliver, path, (headers, body + b" " * 65_536)) == 413
    assert (await do(post.client.get, path)).status_code == 405
    wrong_mark = path[:-3] + ("0/" if path[-2] != "0" else "1/")
    assert await do(post.deliver, wrong_mark, (headers, body)) == 404
    settings.WEBHOOK_JWKS_URL = settings.WEBHOOK_SECRET = ""
    assert [await do(post.deliver, one, (headers, body)) for one in (path, REGISTERED)] == [404, 404]
    assert not await Receipt.objects.filter(kind=Receipt.Kind.HOOK).aexists()


async def test_keys_are_asked_for_once_and_a_hook_waits_for_keys_that_cannot_be_had(post: Post) -> None:
    _, interaction = await lost(post.emulator)
    post.emulator.fault("status", kind="jwks", status=503)

    assert await post.hook(interaction) == 503
    assert not await Receipt.objects.filter(kind=Receipt.Kind.HOOK).aexists()
    assert [await post.hook(interaction) for _ in range(3)] == [202] * 3

    assert len(post.emulator.ledger.requests("jwks")) == 2


async def test_a_hook_cannot_give_one_attempt_the_work_of_another(post: Post) -> None:
    done = await run(await asked())
    came, interaction = await lost(post.emulator)

    stolen = {"data": {"id": done.attempts[0].ticket_id}}
    assert await post.hook_and_look(interaction, changes=stolen) == 202

    assert (await do(told, came.step)).states == [_A.UNCONFIRMED]
    assert (await do(told, done.step)).spend == done.spend


def test_the_doctor_says_what_keeps_hooks_away(settings: Any) -> None:
    settings.PUBLIC_URL, settings.WEBHOOK_SECRET, settings.WEBHOOK_JWKS_URL = "", "", ""
    assert health.webhooks() == []

    settings.WEBHOOK_SECRET = "whsec_a"
    without_address, no_secret = health.webhooks()
    assert "WEBHOOK_SECRET is set, but no webhook can arrive. Set PUBLIC_URL" in without_address
    assert "Copy it whole" in no_secret

    settings.PUBLIC_URL, settings.WEBHOOK_SECRET = SITE, SECRET
    assert health.webhooks() == []


def test_the_log_does_not_tell_the_address_of_a_hook(caplog: pytest.LogCaptureFixture) -> None:
    said = {"client": "127.0.0.1:1", "method": "POST", "status": 202, "size": 0, "time_taken": 0.001}

    with caplog.at_level("INFO", "studio.access"):
        access.write("http", "complete", {**said, "path": "/hooks/gemini/a1/b2/"})
        access.write("http", "complete", {**said, "path": "/steps/7/"})

    first, second = caplog.messages
    assert "a1" not in first
    assert "b2" not in first
    assert "/steps/7/" in second
