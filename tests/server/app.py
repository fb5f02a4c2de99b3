"""A small ASGI application and a runner, with a door for each thing that the server must do."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from studio import readiness

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PART = b"s" * 1024 * 1024
LARGE = b"x" * 300_000

_stopping = asyncio.Event()
_handed_back = asyncio.Event()
_socket_ended = asyncio.Event()
_sent = 0


def note(words: str) -> None:
    """Add a line to the story that the test reads."""
    sys.stdout.write(f"story: {words}\n")
    sys.stdout.flush()


async def start() -> None:
    """Start as a runner does."""
    if "SERVED_FAULT" in os.environ:
        raise RuntimeError(os.environ["SERVED_FAULT"])
    note("the runner starts")


async def stop() -> None:
    """Hand back as a runner does, with a stretch in which requests go on, or until a socket has ended."""
    note("the runner hands back")
    _stopping.set()
    if (stretch := os.environ.get("SERVED_HAND_BACK", "0")) == "until a socket ends":
        await _socket_ended.wait()
    else:
        await asyncio.sleep(float(stretch))
    note("the runner has handed back")
    _handed_back.set()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a websocket, or the door that the path names."""
    if scope["type"] == "websocket":
        await _socket(scope, receive, send)
    else:
        await _DOORS.get(scope["path"], _hello)(scope, receive, send)


async def _answer(send: Send, body: bytes, status: int = 200, **headers: str) -> None:
    listed = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    listed.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": listed})
    await send({"type": "http.response.body", "body": body})


async def _hello(scope: Scope, receive: Receive, send: Send) -> None:
    await _answer(send, b"hello")


async def _body(scope: Scope, receive: Receive, send: Send) -> None:
    """Say what came, piece by piece, and how often others had their turn meanwhile."""
    turns = asyncio.ensure_future(_count_turns())
    digest, size, largest, more = hashlib.sha256(), 0, 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            turns.cancel()
            return
        digest.update(message["body"])
        size, largest = size + len(message["body"]), max(largest, len(message["body"]))
        more = message["more_body"]
    turns.cancel()
    told = {"size": size, "largest": largest, "sha256": digest.hexdigest(), "turns": await turns}
    await _answer(send, json.dumps(told).encode())


async def _count_turns() -> int:
    turns = 0
    try:
        while True:
            turns += 1
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        return turns


async def _who(scope: Scope, receive: Receive, send: Send) -> None:
    await _answer(send, json.dumps([scope["client"][0], scope["scheme"]]).encode())


async def _large(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer in three parts, as Django does with anything over 64 KiB."""
    length = str(len(LARGE)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    for start in range(0, len(LARGE), 100_000):
        part = LARGE[start : start + 100_000]
        await send({"type": "http.response.body", "body": part, "more_body": start < 200_000})


async def _range(scope: Scope, receive: Receive, send: Send) -> None:
    asked = dict(scope["headers"])[b"range"].decode()
    await _answer(send, b"4567", 206, content_range="bytes 4-7/10", x_asked=asked)


async def _stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Send as many MiB as are asked for, and no faster than they are taken."""
    global _sent
    _sent, wanted = 0, int(scope["query_string"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    gone = asyncio.ensure_future(_gone(receive))
    while _sent < wanted and not gone.done():
        await send({"type": "http.response.body", "body": PART, "more_body": True})
        _sent += 1
    gone.cancel()
    note(f"the stream ends, reader gone: {gone.done()}")
    await send({"type": "http.response.body"})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _sent_so_far(scope: Scope, receive: Receive, send: Send) -> None:
    await _answer(send, str(_sent).encode())


async def _until_handed_back(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer when the runner has stopped, so in the middle of a drain."""
    note("a request begins")
    await _handed_back.wait()
    note(f"a request ends, draining: {readiness.draining()}")
    await _answer(send, b"late but whole")


async def _for_ever(scope: Scope, receive: Receive, send: Send) -> None:
    """Never answer; say when cancelled."""
    note("an endless request begins")
    try:
        await asyncio.Event().wait()
    finally:
        note("an endless request cleans up")


async def _hang(scope: Scope, receive: Receive, send: Send) -> None:
    """Keep a thread busy that nobody can cancel."""
    note("a thread hangs")
    await asyncio.to_thread(time.sleep, 600)


async def _crash(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("before the answer")


async def _late_crash(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise RuntimeError("in the middle of the answer")


async def _socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Echo; /deaf never reads, /closed refuses, /undecided says neither yes nor no."""
    await receive()
    if scope["path"] == "/undecided":
        note("a socket is undecided")
        note(f"an undecided socket gets a {(await receive())['type']}")
        return
    if scope["path"] == "/closed":
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.accept"})
    if scope["path"] == "/deaf":
        await _stopping.wait()
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})
    note(f"a socket ends: {message['code']}")
    _socket_ended.set()


_DOORS = {
    "/body": _body,
    "/projects/1/uploads/7f1b2c3d-0000-4000-8000-1234567890ab/": _body,
    "/projects/1/upload/": _body,
    "/who": _who,
    "/large": _large,
    "/range": _range,
    "/stream": _stream,
    "/sent": _sent_so_far,
    "/until-handed-back": _until_handed_back,
    "/for-ever": _for_ever,
    "/hang": _hang,
    "/crash": _crash,
    "/late-crash": _late_crash,
}
