"""Hooks: whether what was posted is the provider's own and young, and what it says.

Source: ai.google.dev/gemini-api/docs/webhooks (2026-06-22). The hook that a create asked for carries a JWT (RS256)
whose claims are the event; only they are believed, not the body. Which audience it names is not documented, so none
is asked for: the address itself is known to the provider alone. A registered hook is signed by Standard Webhooks.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import jwt
import standardwebhooks

from projects.engines import answers, client
from projects.engines.base import Door, Json, Ticket
from projects.engines.errors import EngineError

WINDOW_SECONDS = 300
OF_WORK = "interaction."
"""What the types of those events begin with that name an interaction."""
KEYS_SECONDS, LEAST_SECONDS, FETCH_SECONDS = 3600.0, 60.0, 5.0
"""Published keys are kept for an hour, asked for again once a minute for a key that is not among them."""
MOST_BYTES = 64 << 10


class Forged(Exception):
    """It is not signed by the provider, or too old."""


class NoKeys(Exception):
    """The provider's keys cannot be had now."""


@dataclass(frozen=True, slots=True)
class Event:
    """What a hook tells: its own id, its type, the interaction that ended, and the attempt that the create named."""

    id: str
    kind: str
    interaction: str
    attempt: str


def dynamic(headers: Mapping[str, str], keys_url: str) -> Event:
    """Return the event of a hook that a create asked for. Raises Forged, or NoKeys."""
    token = headers.get("webhook-signature", "")
    try:
        key = _key(keys_url, str(jwt.get_unverified_header(token).get("kid", "")))
        checks: Any = {"require": ["exp", "iat"], "verify_aud": False}
        claims = jwt.decode(token, key, algorithms=["RS256"], leeway=WINDOW_SECONDS, options=checks)
    except jwt.PyJWTError as error:
        raise Forged from error
    if time.time() - claims["iat"] > WINDOW_SECONDS:
        raise Forged
    return _event(claims, str(claims.get("jti") or headers.get("webhook-id", "")))


def registered(headers: Mapping[str, str], body: bytes, secret: str) -> Event:
    """Return the event of a hook that the operator registered. Raises Forged."""
    try:
        said = standardwebhooks.Webhook(secret).verify(body, dict(headers))
    except (standardwebhooks.WebhookVerificationError, ValueError) as error:
        raise Forged from error
    return _event(said, headers.get("webhook-id", ""))


async def confirmed(door: Door, ticket: Ticket, attempt: str) -> bool:
    """Return whether the provider shows the work that a hook named, as this attempt's or nobody's. Free."""
    path = f"/{ticket['api_version']}/interactions/{quote(ticket['id'], safe='')}?stream=false"
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            found = answers.parsed(await client.got(door, path))
    except client.failures(EngineError):
        return False
    return found.get("id") == ticket["id"] and _object(found.get("labels")).get("attempt") in (None, attempt)


def is_secret(secret: str) -> bool:
    """Return whether a secret has the form of one."""
    try:
        standardwebhooks.Webhook(secret)
    except (ValueError, standardwebhooks.webhooks.EmptyWebhookSecretError):
        return False
    return True


def _event(said: Any, name: str) -> Event:
    event = _object(said)
    interaction = str(_object(event.get("data")).get("id") or "")[:200]
    attempt = str(_object(event.get("user_metadata")).get("attempt") or "")
    return Event(name[:200], str(event.get("type") or "")[:60], interaction, attempt)


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


_kept: dict[str, tuple[float, dict[str, jwt.PyJWK]]] = {}
_asking = threading.Lock()


def _key(url: str, kid: str) -> jwt.PyJWK:
    """Return a published key. Raises Forged for one that is not published, NoKeys when nobody answers."""
    with _asking:
        at, keys = _kept.get(url, (float("-inf"), {}))
        age = time.monotonic() - at
        if age > KEYS_SECONDS or (kid not in keys and age > LEAST_SECONDS):
            keys = _published(url)
            _kept[url] = time.monotonic(), keys
    if kid not in keys:
        raise Forged
    return keys[kid]


def _published(url: str) -> dict[str, jwt.PyJWK]:
    http = client.sdk("httpx2")
    end, body = time.monotonic() + FETCH_SECONDS, b""
    try:
        with http.stream("GET", url, timeout=FETCH_SECONDS, follow_redirects=False) as reply:
            reply.raise_for_status()
            for piece in reply.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES or time.monotonic() > end:
                    raise NoKeys
        keys = jwt.PyJWKSet.from_dict(_object(json.loads(body))).keys
    except (http.HTTPError, ValueError, jwt.PyJWTError) as error:
        raise NoKeys from error
    return {key.key_id: key for key in keys if key.key_id}
