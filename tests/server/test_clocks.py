"""How long the server waits for those who send nothing, little, or one byte at a time."""

from __future__ import annotations

import select
import time
from collections.abc import Iterator

from tests.server.wire import HASTY, ask, dial, head, rest, send_until_answered
from tests.serving import Running


def test_two_hundred_slow_senders_are_dropped_while_others_are_served(hasty: Running) -> None:
    starts = [
        b"",
        b"GET /hel",
        b"GET /hello HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        head("POST", "/body", "Content-Length: 1000000") + b"a",
        head("POST", "/body", "Transfer-Encoding: chunked") + b"5\r\nab",
    ]
    lines = [dial(hasty) for _ in range(200)]
    for number, line in enumerate(lines):
        line.sendall(starts[number % len(starts)])

    served = ask(hasty, "GET", "/hello")[1]
    answers = {rest(line) for line in lines}
    for line in lines:
        line.close()

    assert served == b"hello"
    assert answers == {b""}


def test_a_dripped_request_is_dropped_although_every_byte_is_new(hasty: Running) -> None:
    with dial(hasty) as line:
        line.sendall(head("GET", "/hello"))
        assert line.recv(65536).endswith(b"hello")

        dripped = send_until_answered(line, _drip(b"GET /hello HTTP/1.1\r\nX-Drip: " + b"x" * 1000))

    assert dripped < 1000


def test_a_body_that_keeps_coming_earns_its_time(hasty: Running) -> None:
    earned = b"x" * (60 * HASTY["body_rate"])
    with dial(hasty) as line:
        length = f"Content-Length: {len(earned) + 1}"
        line.sendall(head("POST", "/body", length, "Connection: close") + earned)
        waited = not select.select([line], [], [], 1.2 * HASTY["request"])[0]
        line.sendall(b"x")
        answer = rest(line)

    assert waited
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_connection_that_is_kept_open_outlives_the_clock_of_a_request(hasty: Running) -> None:
    with dial(hasty) as line:
        line.sendall(head("GET", "/hello"))
        first = line.recv(65536)
        silent = not select.select([line], [], [], 1.2 * HASTY["request"])[0]
        line.sendall(head("GET", "/hello", "Connection: close"))
        second = rest(line)

    assert silent
    assert first.endswith(b"hello")
    assert second.endswith(b"hello")


def _drip(data: bytes) -> Iterator[bytes]:
    for byte in data:
        time.sleep(0.05)
        yield bytes([byte])
