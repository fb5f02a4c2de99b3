"""What is refused before a view sees it, and what that costs the server: nothing."""

from __future__ import annotations

import select

import psutil
import pytest
from django.core.signing import TimestampSigner

from studio import gate
from tests.server.wire import FORM, MIB, SLICE, ask, cookie, dial, head, rest, send_until_answered
from tests.serving import LONGEST_WAIT, Running


@pytest.mark.parametrize("path", ["/", "/unknown/", "/projects/1/uploads/", SLICE, FORM])
def test_four_announced_gigabytes_are_refused_before_they_are_sent(server: Running, path: str) -> None:
    method = "PUT" if path == SLICE else "POST"
    with dial(server) as line:
        line.sendall(head(method, path, "Content-Length: 4000000000", "Expect: 100-continue"))
        answer = rest(line)

    assert answer.startswith(b"HTTP/1.1 413 Request Entity Too Large\r\n")
    assert b"\r\nConnection: close\r\n" in answer
    assert answer.count(b"HTTP/1.1") == 1
    assert answer.rpartition(b"\r\n\r\n")[2].rstrip().endswith(b".")


@pytest.mark.parametrize("path", ["/unknown/", FORM])
def test_a_chunked_flood_is_refused_within_eight_megabytes(server: Running, path: str) -> None:
    chunk = b"10000\r\n" + b"\0" * 65536 + b"\r\n"
    with dial(server) as line:
        line.sendall(head("POST", path, "Transfer-Encoding: chunked"))
        sent = send_until_answered(line, (chunk for _ in range(4800)))
        answer = rest(line)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert sent < 8_000_000


def test_a_sender_that_looks_for_the_answer_only_at_the_end_finds_the_sentence(server: Running) -> None:
    response, sentence = ask(server, "POST", "/", b"\0" * 3_200_000)

    assert response.status == 413
    assert sentence == b"This address takes at most 2.5 MiB. Send less at once.\n"


def test_a_sender_that_is_slow_to_notice_may_finish_and_read_the_sentence(server: Running) -> None:
    with dial(server) as line:
        line.sendall(head("POST", "/", "Content-Length: 3000000"))
        assert select.select([line], [], [], LONGEST_WAIT)[0]
        for _ in range(12):
            line.sendall(b"\0" * 65536)
        answer = rest(line)

    assert answer.endswith(b"Send less at once.\n")


@pytest.mark.parametrize("value", ["", "7", "7:1tTrue:forged", "\xff"])
def test_large_uploads_need_a_good_cookie(server: Running, value: str) -> None:
    with dial(server) as line:
        line.sendall(head("PUT", SLICE, "Content-Length: 3000000", f"Cookie: {gate.COOKIE}={value}"))
        answer = rest(line)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Sign in and send the file again." in answer


def test_a_cookie_is_good_for_its_person_and_for_a_day() -> None:
    assert gate.check(gate.make(7)) == "7"
    assert gate.check(gate.make(7)[:-1]) is None

    signer = TimestampSigner(salt="studio.gate")
    signer.timestamp = lambda: "1AAAAA"  # type: ignore[method-assign] # an instance of long ago
    assert gate.check(signer.sign("7")) is None


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [("PUT", SLICE, 9 * MIB), ("POST", FORM, 1025 * MIB), ("POST", SLICE, 5 * MIB // 2)],
)
def test_a_signed_in_body_may_reach_its_limit_and_not_pass_it(
    server: Running, method: str, path: str, limit: int
) -> None:
    def first_words(length: int) -> bytes:
        with dial(server) as line:
            line.sendall(
                head(method, path, f"Content-Length: {length}", f"Cookie: {cookie()}", "Expect: 100-continue")
            )
            return line.recv(25)

    assert first_words(limit) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert first_words(limit + 1).startswith(b"HTTP/1.1 413 ")


def test_after_a_refusal_the_connection_is_closed_and_the_next_one_is_served(server: Running) -> None:
    with dial(server) as line:
        line.sendall(head("POST", "/", "Content-Length: 3000000") + head("GET", "/hello"))
        answer = rest(line)

    assert answer.count(b"HTTP/1.1 ") == 1
    assert ask(server, "GET", "/hello")[1] == b"hello"


def test_a_full_disk_is_answered_and_the_server_lives_on(server: Running) -> None:
    process = psutil.Process(server.process.pid)
    before = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        response, sentence = ask(server, "POST", "/body", b"\0" * 2_000_000)
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, before)

    assert response.status == 507
    assert sentence.startswith(b"The server's disk has no room")
    assert ask(server, "POST", "/body", b"\0" * 2_000_000)[0].status == 200
