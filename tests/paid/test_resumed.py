"""A large result whose download is cut by the death of its process goes on where it stood, and only where it may."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

import pytest

from projects.engines import downloads, transfers
from projects.engines.base import Door
from tests.emulator import Emulator
from tests.paid.house import LONG, House

LARGE = bytes(range(256)) * ((transfers.WORTH >> 8) + 1)
HALF = len(LARGE) // 2
TAG = '"first"'


class Host:
    """A host on loopback: its first answer is cut in half, its second never comes, later ones are whole."""

    def __init__(self, data: bytes = LARGE, tag: str = TAG) -> None:
        self.data, self.tag = data, tag
        self.asked: list[str] = []
        self.waits = asyncio.Event()

    async def __aenter__(self) -> Host:
        self.server = await asyncio.start_server(self._answer, "127.0.0.1")
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    @property
    def downloads(self) -> list[str]:
        """Return what was asked of the bytes, and not of their record."""
        return [asked for asked in self.asked if ":download" in asked]

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        self.asked.append(asked)
        if ":download" not in asked:
            writer.write(b"HTTP/1.1 404 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        elif len(self.downloads) == 1:
            writer.write(self._head(200, len(self.data)) + self.data[: len(self.data) // 2])
        elif len(self.downloads) == 2:
            self.waits.set()
            await reader.read()
        elif f"if-range: {self.tag}" in asked:
            start = int(asked.partition("range: bytes=")[2].partition("-")[0])
            begins = f"content-range: bytes {start}-{len(self.data) - 1}/{len(self.data)}\r\n"
            writer.write(self._head(206, len(self.data) - start, begins) + self.data[start:])
        else:
            writer.write(self._head(200, len(self.data)) + self.data)
        await writer.drain()
        writer.close()

    def _head(self, status: int, length: int, more: str = "") -> bytes:
        told = f"{more}content-length: {length}\r\netag: {self.tag}\r\nconnection: close"
        return f"HTTP/1.1 {status} X\r\n{told}\r\n\r\n".encode()


async def fetched(host: Host, folder: Path, kept: Path, name: str = "abc") -> bytes:
    """Return the bytes of a result that a process fetches into its own work folder."""
    folder.mkdir()
    door = Door(1, "developer", secret="a-key", base_url=host.url)
    target = folder / "result.mp4"
    uri = f"{host.url}/v1beta/files/{name}:download?alt=media"
    await downloads.fetch(door, "v1beta", uri, target, kept)
    return target.read_bytes()


async def died(host: Host, folder: Path, kept: Path) -> None:
    """Let a process fetch, and die when half of it has come."""
    running = asyncio.create_task(fetched(host, folder, kept))
    await host.waits.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_the_next_process_asks_for_the_rest_only(tmp_path: Path) -> None:
    async with Host() as host:
        await died(host, tmp_path / "first", tmp_path / "kept")

        came = await fetched(host, tmp_path / "second", tmp_path / "kept")

    assert came == LARGE
    assert f"range: bytes={HALF}-" in host.downloads[-1]
    assert f"if-range: {TAG}" in host.downloads[-1]
    assert not list((tmp_path / "kept").glob("*.part"))


async def test_other_bytes_at_the_same_address_are_begun_anew(tmp_path: Path) -> None:
    async with Host() as host:
        await died(host, tmp_path / "first", tmp_path / "kept")
        host.data, host.tag = LARGE[::-1], '"second"'

        came = await fetched(host, tmp_path / "second", tmp_path / "kept")

    assert came == LARGE[::-1]
    assert f"if-range: {TAG}" in host.downloads[-1]


async def test_a_part_of_another_result_is_never_trusted(tmp_path: Path) -> None:
    async with Host() as host:
        await died(host, tmp_path / "first", tmp_path / "kept")

        came = await fetched(host, tmp_path / "second", tmp_path / "kept", "another")

    assert came == LARGE
    assert "range:" not in host.downloads[-1]


@pytest.mark.parametrize("note", ["{half", "[]", "{}", json.dumps({"uri": 1, "tag": 2})])
async def test_a_note_that_says_nothing_is_no_note(tmp_path: Path, note: str) -> None:
    async with Host() as host:
        await died(host, tmp_path / "first", tmp_path / "kept")
        (tmp_path / "kept" / transfers.NOTE).write_text(note)

        came = await fetched(host, tmp_path / "second", tmp_path / "kept")

    assert came == LARGE
    assert "range:" not in host.downloads[-1]


async def test_a_small_result_leaves_nothing_to_keep(tmp_path: Path) -> None:
    async with Host(LARGE[:5000]) as host:
        await died(host, tmp_path / "first", tmp_path / "kept")

    assert not (tmp_path / "kept").exists()


@pytest.mark.kill
def test_a_server_that_is_killed_goes_on_after_its_restart(tmp_path: Path) -> None:
    with Emulator() as emulator:
        house = House(tmp_path / "data", emulator, {"clip": "omni"})
        polled = emulator.fault("held", kind="poll")
        house.begin("clip")
        assert polled.arrived.wait(LONG)
        [one] = emulator.world.interactions.values()
        assert one.file is not None
        one.file.data = whole = one.file.data + box(transfers.WORTH)
        one.file.sha256 = hashlib.sha256(whole).hexdigest()
        emulator.fault("truncated")
        held = emulator.fault("held", kind="download")
        polled.release()
        assert held.arrived.wait(LONG)
        house.kill()

        house.start()
        found = house.rest("clip")
        ranges = [asked.headers.get("range") for asked in emulator.ledger.requests("download")]
        house.check_disk("clip")
        house.close()

    assert (found.status, found.states) == ("succeeded", ("stored",))
    assert found.results == (one.file.sha256,)
    assert ranges[0] is None
    assert ranges[1:] == [f"bytes={len(whole) // 2}-"] * 2
    assert len(emulator.ledger.creates()) == 1


def box(size: int) -> bytes:
    """Return a part of a clip that players pass over."""
    return size.to_bytes(4, "big") + b"free" + bytes(size - 8)
