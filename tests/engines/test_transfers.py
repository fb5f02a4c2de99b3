"""The bytes of a result on the wire: one connection where it holds, an end that leaves no thread, the proxy asked."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import resource
from pathlib import Path

import pytest

from projects.engines import downloads
from projects.engines.base import Door
from projects.engines.errors import Broken, Damaged
from projects.engines.lines import Cut
from projects.engines.transfers import KEPT, NOTE, Part, Transfer
from projects.failures import Code

DATA = bytes(range(256)) * 4000
Said = tuple[bytes, bool]
"""What a line answers with, and whether it hangs up then."""


class Lines:
    """A host on loopback: what each connection answers in turn, and what each was asked."""

    def __init__(self, *lines: list[Said]) -> None:
        self.lines = list(lines)
        self.asked: list[list[str]] = []
        self.stands = asyncio.Event()
        self.left = asyncio.Event()

    async def __aenter__(self) -> Lines:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1")
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard: list[str] = []
        self.asked.append(heard)
        for answer, is_last in self.lines.pop(0):
            heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(answer)
            await writer.drain()
            if is_last:
                writer.close()
                return
        self.stands.set()
        await reader.read()
        self.left.set()
        writer.close()


def said(body: bytes, length: int | None = None, status: int = 200, **headers: str) -> bytes:
    """Return an answer after which the connection stays."""
    told = {"content-length": str(len(body) if length is None else length), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body


def record(data: bytes = DATA) -> bytes:
    """Return what the provider keeps of these bytes."""
    told = base64.b64encode(hashlib.sha256(data).hexdigest().encode()).decode()
    return said(json.dumps({"sizeBytes": str(len(data)), "sha256Hash": told}).encode())


def transfer(host: Lines, folder: Path) -> Transfer:
    """Return a try to fetch a file of a host."""
    url = f"{host.url}/v1beta/files/abc:download?alt=media"
    return Transfer(url, {"x-goog-api-key": "a-key"}, host.url, Part.of(url, folder / "result.mp4", None))


async def test_bytes_and_record_come_over_one_connection(tmp_path: Path) -> None:
    async with Lines([(said(DATA), False), (record(), True)]) as host:
        one = transfer(host, tmp_path)

        assert await one.run() == hashlib.sha256(DATA).hexdigest()

    assert one.part.path.read_bytes() == DATA
    [asked] = host.asked
    assert [line.split()[1] for line in asked] == [
        "/v1beta/files/abc:download?alt=media",
        "/v1beta/files/abc",
    ]


async def test_a_connection_that_ended_in_between_is_opened_anew(tmp_path: Path) -> None:
    async with Lines([(said(DATA), True)], [(record(DATA[:-1] + b"x"), True)]) as host:
        with pytest.raises(Damaged):
            await transfer(host, tmp_path).run()


async def test_a_record_that_never_comes_is_no_fault_of_the_bytes(tmp_path: Path) -> None:
    async with Lines([(said(DATA), True)], [(b"", True)], [(b"", True)]) as host:
        assert await transfer(host, tmp_path).run() == hashlib.sha256(DATA).hexdigest()


async def test_the_answer_to_a_refusal_is_not_read_as_the_next_one(tmp_path: Path) -> None:
    failed = said(json.dumps({"state": "FAILED", "error": {"message": "It broke."}}).encode())
    busy = said(b"Try later." * 100, status=503)

    async with Lines([(busy, False)], [(failed, True)]) as host:
        with pytest.raises(Broken) as error:
            await transfer(host, tmp_path).run()

    assert "It broke." in error.value.detail


async def test_packed_bytes_that_nobody_asked_for_are_not_taken_for_the_result(tmp_path: Path) -> None:
    packed = said(DATA, content_encoding="gzip")

    async with Lines([(packed, True)], [(record(), True)]) as host:
        with pytest.raises(Cut, match="gzip"):
            await transfer(host, tmp_path).run()


@pytest.mark.parametrize("begins", ["bytes 0-1023999/1024000", ""])
async def test_bytes_from_elsewhere_are_not_put_behind_what_is_there(tmp_path: Path, begins: str) -> None:
    elsewhere = said(DATA[5000:], status=206, content_range=begins)
    async with Lines(
        [(elsewhere, True)], [(record(), True)], [(said(DATA), False), (record(), True)]
    ) as host:
        one = transfer(host, tmp_path)
        one.part.path.write_bytes(DATA[:5000])
        one.part.tag = '"first"'

        with pytest.raises(Cut, match="from 5000"):
            await one.run()
        again = Transfer(one.url, one.headers, one.base, one.part)
        await again.run()

    assert one.part.path.read_bytes() == DATA


async def test_a_rest_that_is_cut_short_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    short = said(DATA[5000:9000], status=206, content_range=f"bytes 5000-8999/{len(DATA)}")
    rest = said(DATA[9000:], status=206, content_range=f"bytes 9000-{len(DATA) - 1}/{len(DATA)}")
    async with Lines([(short, True)], [(record(), True)], [(rest, False), (record(), True)]) as host:
        one = transfer(host, tmp_path)
        one.part.path.write_bytes(DATA[:5000])
        one.part.tag = '"first"'

        with pytest.raises(Cut, match=f"9000 of {len(DATA)}"):
            await one.run()
        sha256 = await Transfer(one.url, one.headers, one.base, one.part).run()

    assert sha256 == hashlib.sha256(DATA).hexdigest()
    assert "Range: bytes=9000-" in host.asked[2][0]


async def test_a_part_of_what_was_asked_for_whole_is_no_result(tmp_path: Path) -> None:
    part = said(DATA[:5000], status=206, content_range=f"bytes 0-4999/{len(DATA)}")

    async with Lines([(part, True)], [(record(), True)]) as host:
        with pytest.raises(Cut, match="from 0"):
            await transfer(host, tmp_path).run()


async def test_a_disk_that_takes_no_more_is_said_and_not_passed_over(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with Lines([(said(DATA), True)], [(record(), True)]) as host:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(DATA) - 1000, limits[1]))
        try:
            with pytest.raises(OSError, match="large"):
                await transfer(host, tmp_path).run()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)


async def test_a_redirect_may_hold_letters_of_any_language(tmp_path: Path) -> None:
    there = said(b"", status=302, location="/clips/größe 1.mp4?word=ü%20b")

    async with Lines([(there, True)], [(said(DATA), True)], [(record(), True)]) as host:
        await transfer(host, tmp_path).run()

    assert host.asked[1][0].startswith("GET /clips/gr%C3%B6%C3%9Fe%201.mp4?word=%C3%BC%20b HTTP")


async def test_bytes_that_drip_give_their_thread_to_others(tmp_path: Path) -> None:
    async with Lines([(said(DATA[:5000], length=len(DATA)), False)], [(record(), True)]) as host:
        one = transfer(host, tmp_path)
        one.patience = -2.0

        with pytest.raises(Cut, match="Only 5000 bytes"):
            await one.run()

    assert one.part.path.read_bytes() == DATA[:5000]


async def test_a_note_never_stands_beside_other_bytes(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / NOTE).write_text(json.dumps({"uri": "a", "tag": '"first"'}))
    (kept / KEPT).write_bytes(DATA)
    part = Part.of("a", tmp_path / "result.mp4", kept)
    assert (part.path, part.tag) == (kept / KEPT, '"first"')

    part.begin("", 0)

    assert not (kept / NOTE).exists()


HELD: dict[str, bytes] = {
    "before its head": b"",
    "in its bytes": said(DATA[:5000], length=len(DATA)),
}


@pytest.mark.parametrize("where", HELD)
async def test_a_task_that_ends_leaves_no_thread_at_work(tmp_path: Path, where: str) -> None:
    async with Lines([(HELD[where], False)]) as host:
        one = transfer(host, tmp_path)
        running = asyncio.create_task(one.run())
        await host.stands.wait()

        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

        async with asyncio.timeout(5):
            await host.left.wait()
        assert len(host.asked) == 1


async def test_the_proxy_of_the_environment_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Lines([(said(b"", status=502), True)]) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url.replace("//", "//name:w%C3%B6rd@"))
        monkeypatch.delenv("no_proxy", raising=False)
        url = "https://storage.googleapis.com/clips/a.mp4"
        with pytest.raises(Cut, match="502"):
            await Transfer(url, {}, "", Part.of(url, tmp_path / "result.mp4", None)).run()

    [[asked]] = proxy.asked
    assert asked.startswith("CONNECT storage.googleapis.com:443 ")
    assert f"Basic {base64.b64encode('name:wörd'.encode()).decode()}" in asked


async def test_a_proxy_of_another_kind_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1")
    url = "https://storage.googleapis.com/clips/a.mp4"

    with pytest.raises(Cut, match="Set https_proxy to an http one"):
        await Transfer(url, {}, "", Part.of(url, tmp_path / "result.mp4", None)).run()


VERTEX = Door(1, "vertex", secret="{}", project="autumn", location="global", bucket="gs://clips")
STUDIO = Door(1, "developer", secret="a-key")
API = "https://generativelanguage.googleapis.com/v1beta/files/abc"


@pytest.mark.parametrize(
    ("door", "uri"),
    [
        (VERTEX, API),
        (STUDIO, "https://[::1/files/a"),
        (STUDIO, "https://storage.googleapis.com:x/clips/a.mp4"),
        (STUDIO, "https://:word@storage.googleapis.com/clips/a.mp4"),
        (STUDIO, "https://name@generativelanguage.googleapis.com/v1beta/files/abc"),
        (STUDIO, "file:///etc/passwd"),
    ],
)
def test_an_address_that_is_not_the_doors_own_is_asked_by_nobody(door: Door, uri: str) -> None:
    with pytest.raises(Broken) as error:
        downloads.address(door, "v1beta", uri)

    assert error.value.code == Code.OUTPUT_CORRUPT


def test_the_key_goes_to_the_doors_own_host_only() -> None:
    assert downloads.address(STUDIO, "v1beta", API).headers == {"x-goog-api-key": "a-key"}
    assert downloads.address(STUDIO, "v1beta", "https://storage.googleapis.com/a/b.mp4").headers == {}
