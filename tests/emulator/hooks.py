"""Webhooks: what the provider posts when an interaction has ended, signed. Sent on command only.

Source: Google's page on webhooks (2026-06-22). A dynamic hook (`webhook_config` of a create) carries a JWT, RS256, in
`webhook-signature`; a registered one a Standard Webhooks signature. Header names, the envelope and its types are
documented; which claims the token has is not: the event and `user_metadata` are our reading.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.emulator.wire import Reply

if TYPE_CHECKING:
    from tests.emulator.interactions import Interaction
    from tests.emulator.routes import Call
    from tests.emulator.world import World

ISSUER = "https://generativelanguage.googleapis.com"
LIFE_SECONDS = 300
KEY_BITS = 2048
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TYPES = {"failed": "interaction.failed", "cancelled": "interaction.cancelled"}


@dataclass(frozen=True, slots=True)
class Hook:
    """How a hook is sent.

    name: the webhook-id, by which a repetition is known. age: its seconds. forged: signed by a key that is not
    published. secret: makes it a registered hook's, in the form `whsec_…`. changes: fields of the event.
    """

    name: str
    age: float = 0.0
    forged: bool = False
    secret: str = ""
    changes: dict[str, Any] | None = None


async def jwks(world: World, call: Call) -> Reply:
    """Publish the key."""
    numbers = _key("published").public_key().public_numbers()
    shown = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "published"}
    size = (numbers.n.bit_length() + 7) // 8
    return Reply.of(
        {"keys": [shown | {"n": _url(numbers.n.to_bytes(size, "big")), "e": _url(b"\x01\x00\x01")}]}
    )


def post(world: World, one: Interaction, address: str, hook: Hook) -> httpx2.Response:
    """Post the event of an interaction that has ended, or runs, to an address on this machine."""
    if urlsplit(address).hostname not in LOOPBACK:
        raise ValueError(f"The emulator sends nothing to {address}.")
    at = world.clock.now() - hook.age
    event = event_of(world, one, at) | (hook.changes or {})
    body = json.dumps(event).encode()
    stamp = str(int(at))
    if hook.secret:
        signature = _standard(hook.secret, f"{hook.name}.{stamp}.".encode() + body)
    else:
        claims = event | {
            "iss": ISSUER,
            "aud": address,
            "iat": int(at),
            "exp": int(at + LIFE_SECONDS),
            "jti": hook.name,
        }
        signature = token(claims, "other" if hook.forged else "published")
    headers = {"webhook-id": hook.name, "webhook-timestamp": stamp, "webhook-signature": signature}
    headers["content-type"] = "application/json"
    return httpx2.post(address, content=body, headers=headers, timeout=10, verify=False)


def event_of(world: World, one: Interaction, at: float) -> dict[str, Any]:
    """Return the event: thin, with the id and the metadata that the create named."""
    status = one.status(world.clock.now())
    data: dict[str, Any] = {"id": one.id}
    if one.outcome.error and status == "failed":
        data |= {"error_code": one.outcome.error[0], "error_message": one.outcome.error[1]}
    metadata = one.body.get("webhook_config", {}).get("user_metadata", {})
    return {
        "type": TYPES.get(status, "interaction.completed"),
        "version": "v1",
        "timestamp": world.clock.stamp(at),
        "data": data,
        "user_metadata": metadata,
    }


def token(claims: dict[str, Any], key: str = "published") -> str:
    """Return claims as a JWT that is signed with RS256; the header names the published key in any case."""
    head = {"alg": "RS256", "typ": "JWT", "kid": "published"}
    text = ".".join(_url(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{_url(_key(key).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@lru_cache
def _key(name: str) -> rsa.RSAPrivateKey:
    """Return the key of a name: one each for the life of the process."""
    return rsa.generate_private_key(65_537, KEY_BITS)


def _standard(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
