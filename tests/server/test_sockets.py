"""Websockets: how much they take, and how they are closed."""

from __future__ import annotations

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.server.wire import dial, dial_socket, handshake, rest
from tests.serving import LONGEST_WAIT, Running


def said(line: ClientConnection, *messages: str | list[str]) -> object:
    """Send messages and return the answer; the server may close the socket while they are being sent."""
    for message in messages:
        line.send(message)
    return line.recv(LONGEST_WAIT)


@pytest.mark.parametrize("more", ["x" * 65537, ["x" * 40000, "x" * 40000]])
def test_a_socket_takes_64_kib_and_closes_on_more(server: Running, more: str | list[str]) -> None:
    with dial_socket(server) as line:
        line.send("x" * 65536)
        assert line.recv(LONGEST_WAIT) == "x" * 65536

        with pytest.raises(ConnectionClosed) as closed:
            said(line, more)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_a_socket_that_the_application_refuses_is_forbidden(server: Running) -> None:
    with pytest.raises(InvalidStatus) as refused, dial_socket(server, "/closed"):
        pass

    assert refused.value.response.status_code == 403


def test_a_flood_that_the_application_does_not_read_closes_the_socket(server: Running) -> None:
    with dial_socket(server, "/deaf") as line, pytest.raises(ConnectionClosed) as closed:
        said(line, *["x"] * 150)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def test_a_silent_socket_is_pinged_and_dropped_when_it_does_not_answer(hasty: Running) -> None:
    with dial(hasty) as line:
        line.sendall(handshake("/echo"))
        received = rest(line)

    opened, _, frames = received.partition(b"\r\n\r\n")
    assert opened.startswith(b"HTTP/1.1 101 ")
    assert frames[0] == 0x89
