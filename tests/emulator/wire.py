"""One HTTP/1.1 connection of the emulator: requests in, replies out, and the means to break it."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

PIECE = 65_536


@dataclass(slots=True)
class Request:
    """One request. Header names are lower-case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, or None where it is empty or no JSON."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None


@dataclass(slots=True)
class Reply:
    """One answer. `parts` come after `body`. `gives`: the name, sha-256 and size of the result inside."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    parts: AsyncIterator[bytes] | None = None
    gives: tuple[str, str, int] | None = None

    @classmethod
    def of(cls, value: Any, status: int = 200, **headers: str) -> Reply:
        """Return a reply that carries JSON; an underscore in a header's name is written as a dash."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(
            status, json.dumps(value).encode(), {"content-type": "application/json; charset=UTF-8"} | named
        )


class Connection:
    """One client's socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._h11 = h11.Connection(h11.SERVER)
        self.sent = 0

    async def request(self) -> Request | None:
        """Return the next request, or None when the client has gone."""
        head = await self._event()
        if not isinstance(head, h11.Request):
            return None
        if self._h11.they_are_waiting_for_100_continue:
            await self._write(self._h11.send(h11.InformationalResponse(status_code=100, headers=[])))
        pieces = []
        while isinstance(event := await self._event(), h11.Data):
            pieces.append(bytes(event.data))
        if not isinstance(event, h11.EndOfMessage):
            return None
        address = urlsplit(head.target.decode())
        headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        return Request(head.method.decode(), unquote(address.path), query, headers, b"".join(pieces))

    async def send(self, reply: Reply) -> bool:
        """Send a whole reply; return whether the connection can take another request."""
        self.sent = 0
        await self._write(self._h11.send(self._head(reply)))
        if reply.body:
            await self._body(reply.body)
        if reply.parts is not None:
            async for part in reply.parts:
                await self._body(part)
        await self._write(self._h11.send(h11.EndOfMessage()))
        if self._h11.our_state is not h11.DONE or self._h11.their_state is not h11.DONE:
            return False
        self._h11.start_next_cycle()
        return True

    async def cut(self, reply: Reply, keep: int) -> int:
        """Announce a whole reply, send the first bytes of it (of a stream: two parts) and return how many."""
        await self._write(self._h11.send(self._head(reply)))
        if reply.parts is not None:
            for _ in range(2):
                await self._write(self._h11.send(h11.Data(data=await anext(reply.parts))))
        await self._write(reply.body[:keep])
        return min(keep, len(reply.body))

    async def raw(self, data: bytes) -> None:
        """Send bytes as they are; the connection cannot be used again."""
        await self._write(data)

    def reset(self) -> None:
        """Close with RST: what was not read by the client is lost to it."""
        link = self._writer.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def gone(self) -> None:
        """Wait until the client has closed its end."""
        while await self._reader.read(PIECE):
            pass

    async def close(self) -> None:
        """Close the socket in order."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            return

    def _head(self, reply: Reply) -> h11.Response:
        headers = dict(reply.headers)
        if reply.parts is None:
            headers["content-length"] = str(len(reply.body))
        return h11.Response(status_code=reply.status, headers=list(headers.items()))

    async def _body(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            await self._write(self._h11.send(h11.Data(data=piece)))
            self.sent += len(piece)

    async def _event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            self._h11.receive_data(await self._reader.read(PIECE))
        return event

    async def _write(self, data: bytes | None) -> None:
        if data:
            self._writer.write(data)
            await self._writer.drain()
