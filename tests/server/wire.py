"""What a client says to the server, byte by byte."""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse

from django.core.signing import TimestampSigner
from websockets.sync.client import ClientConnection, connect

from studio import gate
from tests.serving import LONGEST_WAIT, Running

APP = "tests.server.app.application"
SLICE = "/projects/1/uploads/7f1b2c3d-0000-4000-8000-1234567890ab/"
FORM = "/projects/1/upload/"
MIB = 1024 * 1024
HASTY = {
    "request": 3.0,
    "body_rate": 4000,
    "reader": 0.5,
    "linger": 0.5,
    "ping_interval": 0.1,
    "ping_timeout": 0.5,
}


def ending(**deadlines: float) -> dict[str, str]:
    """Return the environment of a server that a test ends: with a runner, warnings as errors, and patience."""
    return {
        "SERVED_RUNNER": "tests.server.app",
        "SERVED_DEADLINES": json.dumps({"drain": 60, "gone": 100} | deadlines),
        "PYTHONWARNINGS": "error",
    }


def story(server: Running) -> list[str]:
    """Return what the application and its runner have told, in order."""
    return [line.removeprefix("story: ").strip() for line in server.lines if line.startswith("story: ")]


def faults(server: Running) -> list[str]:
    """Return the lines that no server should write."""
    return [line for line in server.lines if "Traceback" in line or "Error" in line or "Warning" in line]


def cookie() -> str:
    """Return the header of a signed-in page."""
    signer = TimestampSigner(key="known to the tests", salt="studio.gate")
    return f"{gate.COOKIE}={signer.sign('7')}"


def dial(server: Running) -> socket.socket:
    """Return a fresh connection."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=LONGEST_WAIT)


def dial_socket(server: Running, path: str = "/echo") -> ClientConnection:
    """Return a fresh websocket."""
    return connect(f"ws://127.0.0.1:{server.port}{path}", max_size=None, compression=None)


def head(method: str, path: str, *headers: str) -> bytes:
    """Return the head of a request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode("latin-1")


def handshake(path: str) -> bytes:
    """Return what opens a websocket."""
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    return head("GET", path, "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", key)


def rest(line: socket.socket) -> bytes:
    """Return all that comes until the server closes, gently or not."""
    received = b""
    try:
        while data := line.recv(65536):
            received += data
    except ConnectionResetError:
        pass
    return received


def ask(
    server: Running, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[HTTPResponse, bytes]:
    """Return the answer to one request on a connection of its own, as an ordinary client gets it."""
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=LONGEST_WAIT)) as line:
        line.request(method, path, body, headers or {})
        response = line.getresponse()
        return response, response.read()


def send_until_answered(line: socket.socket, parts: Iterator[bytes]) -> int:
    """Send until an answer is there, or nothing more is taken; return how many bytes went out."""
    sent = 0
    for part in parts:
        if select.select([line], [], [], 0)[0]:
            break
        try:
            line.sendall(part)
        except (ConnectionResetError, BrokenPipeError):
            break
        sent += len(part)
    return sent
