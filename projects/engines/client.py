"""The provider's SDK: imported at first use, one small client for each door, on connection pools of our own.

Retries are off everywhere (the SDK repeats a lost create by default), time limits are set everywhere (it has none),
and nothing of a client comes from the environment. Creates use connections of their own that are never reused: a
connection that the provider closed in between would lose an answer.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import importlib
import json
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from projects.engines.base import Door, Json

DEVELOPER = "https://generativelanguage.googleapis.com"
VERTEX = "https://aiplatform.googleapis.com"
OPENROUTER = "https://openrouter.ai/api/v1"
LOCATION = re.compile(r"[a-z]+-[a-z]+[0-9]+")
"""A place with a host of its own. Source: the SDK's _api_client.py."""
CLOUD = "https://www.googleapis.com/auth/cloud-platform"
MOST_CLIENTS = 50
MOST_IDLE = 8
"""Looks at once, and connections kept for the next: two hundred that answer together held the loop for 0.2 s."""
CREATE_SECONDS, READ_SECONDS = 60.0, 30.0
CONNECT_SECONDS = 10.0
"""So long a create waits for a connection, far less than for its answer: one that never left is known as such."""
_import = threading.Lock()


def sdk(name: str = "google.genai") -> ModuleType:
    """Return a module of the SDK. The first import is done once, under a lock: parallel ones were seen to fail."""
    with _import:
        return importlib.import_module(name)


def base_url(door: Door) -> str:
    """Return the address of a door's provider."""
    if door.base_url or door.kind != "vertex":
        return door.base_url or {"developer": DEVELOPER, "openrouter": OPENROUTER}[door.kind]
    if door.location == "global" or not LOCATION.fullmatch(door.location):
        return VERTEX
    return f"https://{door.location}-aiplatform.googleapis.com"


@dataclass(slots=True)
class Pools:
    """The connections of one event loop, and the clients that stand on them."""

    reads: Any
    creates: Any
    blocking: Any
    """Nothing uses it; without one the SDK builds TLS of its own for each door."""
    clients: OrderedDict[tuple[Any, ...], Any] = field(default_factory=OrderedDict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    looks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_IDLE))


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Pools] = WeakKeyDictionary()


def pools() -> Pools:
    """Return the connection pools of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _pools:
        http = sdk("httpx2")
        few = http.Limits(max_keepalive_connections=MOST_IDLE)
        reads = http.AsyncClient(timeout=http.Timeout(READ_SECONDS), limits=few)
        once = http.Limits(max_keepalive_connections=0)
        soon = {"request": [_connects_soon]}
        creates = http.AsyncClient(timeout=http.Timeout(CREATE_SECONDS), limits=once, event_hooks=soon)
        _pools[loop] = Pools(reads, creates, http.Client())
        _load()
    return _pools[loop]


async def _connects_soon(request: Any) -> None:
    """Shorten the wait for a connection, whoever sends: the SDK sets one limit for it and for the answer."""
    request.extensions["timeout"]["connect"] = CONNECT_SECONDS


async def turn() -> None:
    """Wait until others had the loop: the SDK writes a create in 10 ms, and two hundred at once would stop all else."""
    async with pools().turn:
        await asyncio.sleep(0)


async def loaded() -> None:
    """Return once the SDK is there. The first time takes a second, in a thread: pages are served meanwhile."""
    await asyncio.to_thread(_load)


@functools.cache
def _load() -> None:
    """Load the SDK, and leave what stays for good out of each collection: it cost the loop 0.1 s a time."""
    sdk("google.genai.interactions")
    gc.freeze()


def of(door: Door, api_version: str, *, create: bool = False) -> Any:
    """Return the SDK's asynchronous client of a door. `create`: on connections that are used once."""
    held = pools()
    key = (door, api_version, create)
    if key not in held.clients:
        http = held.creates if create else held.reads
        held.clients[key] = _made(door, api_version, http)
        while len(held.clients) > MOST_CLIENTS:
            held.clients.popitem(last=False)
    held.clients.move_to_end(key)
    return held.clients[key].aio


def _made(door: Door, api_version: str, http: Any) -> Any:
    genai = sdk()
    options = genai.types.HttpOptions(
        base_url=base_url(door),
        api_version=api_version,
        retry_options=genai.types.HttpRetryOptions(attempts=1),
        timeout=int(READ_SECONDS * 1000),
        httpx_async_client=http,
        httpx_client=pools().blocking,
    )
    if door.kind == "vertex":
        return genai.Client(
            enterprise=True,
            project=door.project,
            location=door.location,
            credentials=credentials(door),
            http_options=options,
        )
    return genai.Client(enterprise=False, api_key=door.secret, http_options=options)


def credentials(door: Door) -> Any:
    """Return the credentials of a pasted service account, or the machine's own where none was."""
    if not door.secret:
        return None
    accounts = sdk("google.oauth2.service_account")
    return accounts.Credentials.from_service_account_info(json.loads(door.secret), scopes=[CLOUD])


def token(door: Door, seconds: float = READ_SECONDS) -> str:
    """Return a token for a Vertex door; waits for Google. Raises GoogleAuthError, or ValueError for a bad account."""
    held = credentials(door) or sdk("google.auth").default([CLOUD])[0]
    if not held.valid:
        ask = sdk("google.auth.transport.requests").Request()
        held.refresh(functools.partial(ask, timeout=seconds))
    return str(held.token)


def headers(door: Door, seconds: float = READ_SECONDS) -> Mapping[str, str]:
    """Return what a plain request carries, to the provider's own host only; for a Vertex door it asks for a token."""
    if door.kind == "developer":
        return {"x-goog-api-key": door.secret}
    return {"authorization": f"Bearer {token(door, seconds) if door.kind == 'vertex' else door.secret}"}


class Answered(Exception):
    """A plain request was answered, and not with success; it is read like the SDK's own (`answers.said`)."""

    def __init__(self, response: Any) -> None:
        super().__init__(f"HTTP {response.status_code}")
        self.response, self.status_code = response, response.status_code
        try:
            self.body = response.json()
        except ValueError:
            self.body = None


async def got(door: Door, path: str) -> bytes:
    """Return what a provider answers to a plain GET. Raises Answered, and what the HTTP client or a token raises."""
    known = await asyncio.to_thread(headers, door) if door.kind == "vertex" else headers(door)
    async with pools().looks:
        return _of_success(await pools().reads.get(base_url(door) + path, headers=known))


async def posted(door: Door, api_version: str, body: Json, seconds: float) -> bytes:
    """Return what the developer door answers to a create, sent as the SDK sends it. Raises as `got` does."""
    content = await asyncio.to_thread(json.dumps, body, separators=(",", ":"))
    said = {**headers(door), "accept": "application/json", "content-type": "application/json"}
    url = f"{base_url(door)}/{api_version}/interactions"
    return _of_success(await pools().creates.post(url, content=content, headers=said, timeout=seconds))


def _of_success(reply: Any) -> bytes:
    if not reply.is_success:
        raise Answered(reply)
    return bytes(reply.content)


def failures(*more: type[BaseException]) -> tuple[type[BaseException], ...]:
    """Return what a call raises when the provider or the way to it fails: the SDK's families, our own, and time."""
    return (
        Answered,
        sdk("google.genai._interactions").GeminiNextGenAPIClientError,
        sdk("google.genai.errors").APIError,
        sdk("google.auth.exceptions").GoogleAuthError,
        sdk("httpx2").HTTPError,
        sdk("httpx2").InvalidURL,
        TimeoutError,
        *more,
    )


def flush(file: Any) -> None:
    """Bring a file's bytes to the disk."""
    os.fsync(file.fileno())
