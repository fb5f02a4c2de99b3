"""A body on its way to the application: whole, in pieces, never in memory."""

from __future__ import annotations

import hashlib
import json
import select

import psutil
import pytest

from tests.server.wire import FORM, MIB, SLICE, ask, cookie, dial, head, rest
from tests.serving import Running


def test_a_body_reaches_the_application_whole_in_small_pieces_that_let_others_in(server: Running) -> None:
    body = bytes(range(256)) * 4096 * 8

    response, told = ask(server, "PUT", SLICE, body, {"Cookie": cookie()})

    assert response.status == 200
    came = json.loads(told)
    assert (came["size"], came["largest"]) == (8 * MIB, 65536)
    assert came["sha256"] == hashlib.sha256(body).hexdigest()
    assert came["turns"] >= 8 * MIB / 65536


@pytest.mark.parametrize("body", [b"", b"x", b"x" * 65536, b"x" * 65537])
def test_small_bodies_arrive_as_they_were_sent(server: Running, body: bytes) -> None:
    told = json.loads(ask(server, "POST", "/body", body)[1])

    assert (told["size"], told["largest"]) == (len(body), min(len(body), 65536))
    assert told["sha256"] == hashlib.sha256(body).hexdigest()


def test_a_chunked_body_arrives_as_it_was_sent(server: Running) -> None:
    with dial(server) as line:
        line.sendall(
            head("POST", "/body", "Transfer-Encoding: chunked", "Connection: close")
            + b"4\r\nwiki\r\n5\r\npedia\r\n0\r\n\r\n"
        )
        answer = rest(line)

    assert hashlib.sha256(b"wikipedia").hexdigest().encode() in answer


def test_a_form_that_is_not_multipart_at_all_is_left_to_the_application(server: Running) -> None:
    response, told = ask(
        server, "POST", "/body", b"no parts", {"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert response.status == 200
    assert json.loads(told)["size"] == 8


@pytest.mark.kill
def test_a_form_of_one_gigabyte_leaves_the_memory_flat(server: Running) -> None:
    process = psutil.Process(server.process.pid)
    ask(server, "PUT", SLICE, b"\0" * MIB, {"Cookie": cookie()})
    before, peak = process.memory_info().rss, 0
    size = 1024 * MIB
    with dial(server) as line:
        line.sendall(
            head(
                "POST",
                FORM,
                f"Content-Length: {size}",
                f"Cookie: {cookie()}",
                "Content-Type: multipart/form-data; boundary=b",
                "Connection: close",
            )
        )
        zeros = b"\0" * MIB
        for _ in range(1024):
            line.sendall(zeros)
            peak = max(peak, process.memory_info().rss)
        while not select.select([line], [], [], 0.01)[0]:
            peak = max(peak, process.memory_info().rss)
        answer = rest(line)

    assert json.loads(answer.rpartition(b"\r\n\r\n")[2])["size"] == size
    assert peak - before < 40 * MIB
