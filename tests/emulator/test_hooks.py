"""The webhooks that the emulator sends: signed so that a receiver can check them, and wrong on command."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.emulator.asking import create, plain, video
from tests.emulator.listening import Listener, listening

SECRET = "whsec_" + base64.b64encode(b"a secret of the test").decode()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Return a listener."""
    with listening() as server:
        yield server


def started(emulator, listener) -> str:
    """Return the id of an interaction whose create names the listener."""
    hook = {"uris": [listener.url], "user_metadata": {"attempt": "a-1"}}
    return create(emulator, video(background=True, webhook_config=hook)).json()["id"]


def claims_of(emulator, token: str) -> dict[str, Any]:
    """Return a token's claims, checked against the published key. Raises InvalidSignature."""
    head, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    keys = plain("GET", f"{emulator.url}/__emulator/jwks").json()["keys"]
    key = next(one for one in keys if one["kid"] == json.loads(head)["kid"])
    numbers = (int.from_bytes(base64.urlsafe_b64decode(key[name] + "=="), "big") for name in ("e", "n"))
    public = rsa.RSAPublicNumbers(*numbers).public_key()
    public.verify(signature, token.rpartition(".")[0].encode(), padding.PKCS1v15(), hashes.SHA256())
    return json.loads(claims)


def test_a_hook_says_which_interaction_ended_and_whose_it_was(emulator, listener):
    name = started(emulator, listener)

    assert emulator.hook(name) == [202]

    headers, body = listener.got[0]
    claims = claims_of(emulator, headers["webhook-signature"])
    event = json.loads(body)
    assert event["type"] == "interaction.completed"
    assert event["data"] == claims["data"] == {"id": name}
    assert claims["user_metadata"] == {"attempt": "a-1"}
    assert (claims["aud"], claims["jti"]) == (listener.url, headers["webhook-id"])
    assert claims["exp"] - claims["iat"] == 300


def test_hooks_can_be_forged_old_or_repeated(emulator, listener):
    name = started(emulator, listener)

    emulator.hook(name, forged=True)
    emulator.hook(name, age=600)
    for _ in range(2):
        emulator.hook(name, hook_id="msg_1")

    forged, old, *twice = (headers for headers, _ in listener.got)
    with pytest.raises(InvalidSignature):
        claims_of(emulator, forged["webhook-signature"])
    assert emulator.clock.now() - int(old["webhook-timestamp"]) >= 600
    assert claims_of(emulator, old["webhook-signature"])["exp"] < emulator.clock.now()
    assert {headers["webhook-id"] for headers in twice} == {"msg_1"}


def test_a_registered_hook_is_signed_with_its_secret(emulator, listener):
    name = create(emulator, video(background=True)).json()["id"]

    assert emulator.hook(name, url=listener.url, secret=SECRET) == [202]

    headers, body = listener.got[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = hmac.new(b"a secret of the test", signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()


def test_a_failure_is_told_with_its_cause(emulator, listener):
    emulator.fault("failed")
    name = started(emulator, listener)
    while emulator.world.interactions[name].status(emulator.clock.now()) == "in_progress":
        pass

    emulator.hook(name)

    event = json.loads(listener.got[0][1])
    assert event["type"] == "interaction.failed"
    assert event["data"]["error_code"] == "content_filtered"


def test_nothing_is_sent_beyond_this_machine(emulator, listener):
    name = started(emulator, listener)

    with pytest.raises(ValueError, match="sends nothing"):
        emulator.hook(name, url="http://example.com/")
