"""How a server begins and ends: with its runner, with its requests, in time."""

from __future__ import annotations

import signal

import pytest
from websockets.exceptions import ConnectionClosed

from tests.server.wire import APP, dial, dial_socket, ending, faults, handshake, head, rest, story
from tests.serving import LONGEST_WAIT, Running, serving, starting


def test_a_drain_hands_back_first_and_lets_everyone_finish() -> None:
    with serving(APP, **ending(), SERVED_HAND_BACK="0.1") as server, dial_socket(server) as page:
        page.send("here")
        assert page.recv(LONGEST_WAIT) == "here"
        with dial(server) as idle, dial(server) as busy, dial(server) as sender, dial(server) as undecided:
            undecided.sendall(handshake("/undecided"))
            server.wait_for("a socket is undecided")
            undecided.sendall(handshake("/undecided"))
            idle.sendall(head("GET", "/hello"))
            assert idle.recv(65536).endswith(b"hello")
            sender.sendall(head("POST", "/body", "Content-Length: 8", "Expect: 100-continue"))
            assert sender.recv(65536).startswith(b"HTTP/1.1 100 ")
            busy.sendall(head("GET", "/until-handed-back"))
            server.wait_for("a request begins")

            server.process.terminate()
            assert rest(idle) == b""
            sender.sendall(b"12345678")
            late, sent = rest(busy), rest(sender)
            assert rest(undecided) == b""
            with pytest.raises(ConnectionClosed) as closed:
                page.recv(LONGEST_WAIT)
        code = server.wait()

    assert code == 0
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert late.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nConnection: close\r\n" in late
    assert late.endswith(b"late but whole")
    assert sent.startswith(b"HTTP/1.1 200 ")
    assert [line for line in story(server) if "undecided" not in line] == [
        "the runner starts",
        "a request begins",
        "the runner hands back",
        "the runner has handed back",
        "a request ends, draining: True",
        "a socket ends: 1012",
    ]
    assert faults(server) == []


def test_an_interrupt_ends_the_server_as_a_termination_does() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job has it ignored
    with serving(APP, **ending()) as server:
        assert server.stop(signal.SIGINT) == 0

    assert story(server)[-1] == "the runner has handed back"


def test_what_does_not_end_in_time_is_cancelled_and_cleans_up() -> None:
    with serving(APP, **ending(drain=0.2, hand_back=0.1)) as server, dial(server) as line:
        line.sendall(head("GET", "/for-ever"))
        server.wait_for("an endless request begins")

        assert server.stop() == 0

    assert "an endless request cleans up" in story(server)
    assert server.wait_for("did not end in time")


def test_sockets_do_not_wait_for_a_runner_that_takes_long() -> None:
    slow = ending(hand_back=0.1) | {"SERVED_HAND_BACK": "until a socket ends"}
    with serving(APP, **slow) as server, dial_socket(server) as page:
        server.process.terminate()
        with pytest.raises(ConnectionClosed):
            page.recv(LONGEST_WAIT)
        assert server.wait() == 0

    told = story(server)
    assert told.index("a socket ends: 1012") < told.index("the runner has handed back")


def test_a_thread_that_hangs_does_not_keep_the_process() -> None:
    with serving(APP, **ending(drain=0.2, hand_back=0.1, gone=0.5)) as server, dial(server) as line:
        line.sendall(head("GET", "/hang"))
        server.wait_for("a thread hangs")

        assert server.stop() == 1


def test_a_runner_that_cannot_start_ends_the_server_with_its_reason() -> None:
    with starting(APP, SERVED_FAULT="the lock file is held", **ending()) as server:
        assert server.wait() == 1

    assert server.wait_for("The runner did not start")
    assert server.wait_for("the lock file is held")
    assert not [line for line in server.lines if "ready" in line]


def test_a_port_in_use_is_said_before_the_runner_starts(server: Running) -> None:
    with starting(APP, PORT=str(server.port), **ending()) as second:
        assert second.wait() == 1

    assert second.wait_for("Set PORT to another")
    assert story(second) == []


def test_a_port_that_is_no_port_is_said() -> None:
    with starting(APP, PORT="70000", **ending()) as server:
        assert server.wait() == 1

    assert server.wait_for("Set it to a number")
