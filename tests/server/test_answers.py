"""An answer on its way to its reader, and what the log says of it."""

from __future__ import annotations

import json

import psutil
import pytest

from studio import forwarded
from tests.server.wire import MIB, ask, dial, head, rest, story
from tests.serving import Running

FORWARDED = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9", "X-Forwarded-Proto": "https"}


def test_the_answer_to_head_has_no_body_and_the_connection_goes_on(server: Running) -> None:
    with dial(server) as line:
        line.sendall(head("HEAD", "/large") + head("GET", "/hello", "Connection: close"))
        answer = rest(line)

    assert b"content-length: 300000\r\n" in answer.lower()
    assert b"xxx" not in answer
    assert answer.endswith(b"\r\n\r\nhello")


def test_a_part_of_a_file_is_answered_as_the_application_says(server: Running) -> None:
    response, body = ask(server, "GET", "/range", headers={"Range": "bytes=4-7"})

    assert (response.status, body) == (206, b"4567")
    assert response.getheader("Content-Range") == "bytes 4-7/10"
    assert response.getheader("X-Asked") == "bytes=4-7"


def test_a_large_answer_arrives_whole(server: Running) -> None:
    assert ask(server, "GET", "/large")[1] == b"x" * 300_000


def test_a_reader_who_takes_everything_gets_all_of_a_long_stream(server: Running) -> None:
    assert len(ask(server, "GET", "/stream?30")[1]) == 30 * MIB


def test_a_stalled_reader_fills_no_memory_and_is_dropped(hasty: Running) -> None:
    process = psutil.Process(hasty.process.pid)
    before = process.memory_info().rss
    with dial(hasty) as line:
        line.sendall(head("GET", "/stream?300"))
        line.recv(100)
        line_taken = 0
        while "the stream ends, reader gone: True" not in story(hasty):
            line_taken = max(line_taken, int(ask(hasty, "GET", "/sent")[1]))

    assert line_taken < 20
    assert process.memory_info().rss - before < 20 * MIB


def test_a_fault_in_the_middle_of_an_answer_cuts_it_so_that_it_cannot_pass_for_whole(server: Running) -> None:
    with dial(server) as line:
        line.sendall(head("GET", "/late-crash"))
        answer = rest(line)

    assert b"half" in answer
    assert not answer.endswith(b"0\r\n\r\n")
    assert ask(server, "GET", "/crash")[0].status == 500  # daphne's watch over applications lives on


def test_three_hundred_connections_are_served_at_once(server: Running) -> None:
    lines = [dial(server) for _ in range(300)]
    for line in lines:
        line.sendall(head("GET", "/hello", "Connection: close"))
    answers = [rest(line) for line in lines]
    for line in lines:
        line.close()

    assert all(answer.endswith(b"hello") for answer in answers)


@pytest.mark.parametrize(
    ("said", "proxies", "found"),
    [
        ("203.0.113.9", 0, None),
        ("203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 10.0.0.1", 2, "203.0.113.9"),
        ("203.0.113.9", 2, None),
        ("[2001:db8::1]:4711", 1, "2001:db8::1"),
        ("2001:db8::1", 1, "2001:db8::1"),
        ("203.0.113.9:4711", 1, "203.0.113.9"),
        ("unknown", 1, None),
        ("", 1, None),
    ],
)
def test_the_client_is_counted_from_the_right(said: str, proxies: int, found: str | None) -> None:
    assert forwarded.client([(b"x-forwarded-for", said.encode())], proxies) == found


def test_the_application_sees_the_client_that_the_trusted_proxy_saw(hasty: Running) -> None:
    told = json.loads(ask(hasty, "GET", "/who", headers=FORWARDED)[1])

    assert told == ["203.0.113.9", "https"]


def test_forwarded_headers_are_not_believed_without_a_trusted_proxy(server: Running) -> None:
    told = json.loads(ask(server, "GET", "/who", headers=FORWARDED)[1])

    assert told == ["127.0.0.1", "http"]


def test_the_log_names_method_path_and_status_but_no_query(server: Running) -> None:
    ask(server, "GET", "/logged?token=secret")

    assert server.wait_for("GET /logged 200").startswith("127.0.0.1 ")
    assert not [line for line in server.lines if "secret" in line]


def test_a_refusal_is_logged(server: Running) -> None:
    ask(server, "POST", "/refused?token=secret", b"\0" * 3_000_000)

    assert server.wait_for("POST /refused 413")
