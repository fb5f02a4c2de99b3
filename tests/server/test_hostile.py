"""Requests that no client would send: the server says no, or nothing, and lives on without a fault."""

from __future__ import annotations

import random

from tests.server.wire import APP, FORM, SLICE, ask, dial, ending, faults, handshake, head
from tests.serving import Running, serving

HONEST = (
    head("GET", "/hello"),
    head("POST", "/body", "Content-Length: 5") + b"hello",
    head("POST", "/body", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n",
    head("PUT", SLICE, "Cookie: studio_gate=7:a:b", "Expect: 100-continue", "Content-Length: 3000000")
    + b"abc",
    head("POST", FORM, "Content-Type: multipart/form-data; boundary=x", "Content-Length: 20")
    + b"--x\r\nContent-Disp",
    handshake("/echo") + b"\x81\x85abcd\0\0\0\0\0",
)
INSERTS = (
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\0",
    b": ",
    b"\xa9",
    b"Upgrade: websocket\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 99999999\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"X-Forwarded-For: ,,\r\n",
)


def mutant(chance: random.Random) -> bytes:
    """An honest request after one to five accidents."""
    data = bytearray(chance.choice(HONEST))
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                data[place:place] = chance.choice(INSERTS)
            case 2:
                data[place:place] = data[place : place + 40]
            case _:
                del data[place + 1 : place + 20]
    return bytes(data)


def send(server: Running, data: bytes) -> None:
    """Send, perhaps look at the answer, and leave without a word."""
    with dial(server) as line:
        try:
            line.sendall(data)
            line.settimeout(0.002)
            line.recv(65536)
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            pass


def test_three_hundred_broken_requests_leave_no_fault_behind() -> None:
    chance = random.Random(3)
    with serving(APP, **ending()) as server:
        send(server, head("GET", "/echo", "Upgrade: websocket", "Connection: Upgrade"))
        for _ in range(300):
            send(server, mutant(chance))

        assert ask(server, "GET", "/hello")[1] == b"hello"
        assert server.stop() == 0

    assert faults(server) == []


def test_an_address_of_strange_bytes_is_refused_and_logged(server: Running) -> None:
    with dial(server) as line:
        line.sendall(b"POST /caf\xa9 HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n")
        answer = line.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert server.wait_for(r"POST /caf\xa9 413")
