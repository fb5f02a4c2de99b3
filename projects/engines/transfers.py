"""The bytes of one result, from the wire to the disk, in a thread of their own.

The clients of the loop read in pieces of 64 KiB, at four times the CPU of a blocking read (DECISIONS.md). A redirect
is followed without the key, and to known hosts only.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import json
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from projects.engines import interactions, lines
from projects.engines.base import Json
from projects.engines.errors import Damaged
from projects.engines.lines import Cut, broken

HEX = re.compile(r"[0-9a-f]{64}")
SECRET = frozenset({"x-goog-api-key", "authorization"})
PAGES = ("text/html", "application/json")
"""What stands in place of bytes while they are not given out."""
MOST_BYTES, MOST_RECORD = 2 << 30, 1 << 20
MOST_AT_ONCE, PIECE, SLOWEST = 16, 512 << 10, 4 << 10
IDLE_SECONDS, MOST_REDIRECTS = 30.0, 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
WORTH = 8 << 20
"""Bytes from which on a download outlives its process; a smaller one is quicker begun anew."""
KEPT, NOTE = "whole.part", "fetched.json"
"""Where such a download gathers, and what tells of which result it is."""


class Gone(Exception):
    """The address is not valid any more; a fresh one may be."""


@dataclass(slots=True)
class Part:
    """What came of a result so far, and the tag of the whole by which the rest can be asked for.

    A large one gathers in `kept`, beside a note of its address and tag: the next process goes on with it.
    """

    uri: str
    path: Path
    kept: Path | None = None
    tag: str = ""

    @classmethod
    def of(cls, uri: str, target: Path, kept: Path | None) -> Part:
        """Return what a process that died left of this very result, or nothing so far."""
        found = cls(uri, target.with_suffix(".part"), kept)
        with suppress(OSError, ValueError):
            noted = json.loads((kept / NOTE).read_text()) if kept else None
            if kept and isinstance(noted, dict) and noted.get("uri") == uri:
                found.path, found.tag = kept / KEPT, str(noted.get("tag") or "")
        return found

    def begin(self, tag: str, length: int) -> None:
        """Begin anew with bytes of this tag. The note goes first: it never stands beside other bytes."""
        if self.kept and self.kept.is_dir():
            (self.kept / NOTE).unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)
        self.tag = tag
        if self.kept and tag and length >= WORTH:
            self.path = self.kept / KEPT
            self.path.unlink(missing_ok=True)
            interactions.write(self.kept / NOTE, json.dumps({"uri": self.uri, "tag": tag}).encode())


@dataclass(slots=True)
class Transfer:
    """One try to bring a part to its end, over one connection where the hosts allow it."""

    url: str
    headers: dict[str, str]
    base: str
    """The door's own address."""
    part: Part
    patience: float = 60.0
    """Seconds that one try may take, and one more for each SLOWEST bytes that came: others wait for its thread."""
    _line: HTTPConnection | None = None
    _there: str = ""
    _socket: socket.socket | None = None
    _is_stopped: bool = False
    _at_disk: threading.Lock = field(default_factory=threading.Lock)

    async def run(self) -> str:
        """Fetch what is missing; return the sha-256 of the whole.

        Raises Cut with what came so far on disk, Gone, Damaged when other bytes came than the provider keeps, Broken
        for what it could not make, and OSError of the disk. A task that is cancelled leaves no thread behind that
        would still write.
        """
        work = asyncio.get_running_loop().run_in_executor(_threads(), self._fetched)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.to_thread(self._stop)
            raise

    def _stop(self) -> None:
        self._is_stopped = True
        for line in (self._line.sock if self._line else None, self._socket):
            with suppress(OSError):
                if line is not None:
                    line.shutdown(socket.SHUT_RDWR)
        with self._at_disk:
            """The last piece is written."""

    def _fetched(self) -> str:
        try:
            size, sha256, total = self._brought()
            record = self._record()
        except Cut:
            self._hang_up()
            if (record := self._record()).get("state") == "FAILED":
                raise broken(json.dumps(record.get("error"))) from None
            raise
        finally:
            self._hang_up()
        whole = record.get("sizeBytes", size) if total is None else total
        if str(size) != str(whole):
            self.part.tag = ""
            raise Cut(f"{size} of {whole} bytes came.")
        told = _sum(record.get("sha256Hash"))
        if told not in ("", sha256):
            words = f"The bytes have the sum {sha256}, the provider's record says {told}."
            raise Damaged(words, sha256, self.part.path)
        return sha256

    def _brought(self) -> tuple[int, str, int | None]:
        """Bring what is missing; return size and sum of what is there, and the size of the whole where it was told."""
        part = self.part
        have = part.path.stat().st_size if part.path.exists() and part.tag else 0
        ask = {**self.headers, **({"Range": f"bytes={have}-", "If-Range": part.tag} if have else {})}
        with self._answer(ask) as reply, self._at_disk:
            if fault := _fault(reply, have):
                part.tag = ""
                raise Cut(fault)
            if self._is_stopped:
                raise Cut("It was stopped.")
            total = _total(reply)
            if reply.status == 200:
                have = 0
                part.begin(reply.headers.get("etag", ""), total or 0)
            size, sha256 = self._written(reply, have)
        if total is not None and size < total:
            raise Cut(f"{size} of {total} bytes came.")
        return size, sha256, total

    def _answer(self, headers: dict[str, str]) -> HTTPResponse:
        """Return the answer with its body unread."""
        url = self.url
        for _ in range(MOST_REDIRECTS):
            reply = self._asked(url, headers)
            if reply.status in (403, 404, 410):
                raise Gone(f"HTTP {reply.status}")
            if reply.status not in REDIRECTS:
                return reply
            reply.close()
            self._hang_up()
            url = lines.redirected(url, reply.headers.get("location", ""), self.base)
            headers = {key: value for key, value in headers.items() if key not in SECRET}
        raise Damaged("Too many redirects.")

    def _asked(self, url: str, headers: dict[str, str]) -> HTTPResponse:
        """Ask, over the open connection where it leads there and nothing is left on it."""
        where = urlsplit(url)
        with lines.as_cut():
            if self._line is None or self._there != f"{where.scheme}://{where.netloc}":
                self._hang_up()
                self._line, self._there = lines.line(where), f"{where.scheme}://{where.netloc}"
            if self._line.sock is None:
                self._line.connect()
            if self._is_stopped:
                raise Cut("It was stopped.")
            self._socket = self._line.sock
            self._socket.settimeout(IDLE_SECONDS)
            path = where._replace(scheme="", netloc="", fragment="").geturl()
            self._line.request("GET", path, headers=headers)
            return self._line.getresponse()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None

    def _written(self, reply: HTTPResponse, start: int) -> tuple[int, str]:
        size, digest, began = start, hashlib.sha256(), time.monotonic()
        with self.part.path.open("r+b" if start else "wb") as file:
            while file.tell() < start:
                digest.update(file.read(min(PIECE, start - file.tell())))
            while (piece := _piece(reply)) and not self._is_stopped:
                size += len(piece)
                if size > MOST_BYTES:
                    raise broken("More than 2 GiB came.")
                file.write(piece)
                digest.update(piece)
                if time.monotonic() - began > self.patience + (size - start) / SLOWEST:
                    raise Cut(f"Only {size - start} bytes came in {self.patience:g} s.")
        return size, digest.hexdigest()

    def _record(self) -> Json:
        """Return what the provider says of a file; nothing where it says nothing, or the address is no file's."""
        url = self.url.partition(":download?")[0]
        if url == self.url or self._is_stopped:
            return {}
        for _ in ("over the open connection", "over a new one"):
            with suppress(Cut, ValueError), self._asked(url, self.headers) as reply, lines.as_cut():
                found = json.loads(reply.read(MOST_RECORD))
                return found if isinstance(found, dict) else {}
            self._hang_up()
        return {}


def _fault(reply: HTTPResponse, have: int) -> str:
    """Return why an answer holds no bytes of a result, or not those that follow on what is there; or nothing."""
    if reply.status not in (200, 206) or reply.headers.get("content-type", "").startswith(PAGES):
        return f"HTTP {reply.status}"
    if reply.headers.get("content-encoding", "identity") != "identity":
        return f"Packed by {reply.headers['content-encoding']}."
    told = reply.headers.get("content-range", "")
    if reply.status == 206 and (not have or not told.startswith(f"bytes {have}-")):
        return f"Asked for bytes from {have}, got {told or 'any'}."
    return ""


def _total(reply: HTTPResponse) -> int | None:
    """Return the size of the whole result, where an answer tells it."""
    if reply.status == 200:
        return reply.length
    total = reply.headers.get("content-range", "").rpartition("/")[2]
    return int(total) if total.isdecimal() else None


def _piece(reply: HTTPResponse) -> bytes:
    with lines.as_cut():
        return reply.read1(PIECE)


def _sum(told: Any) -> str:
    """Return a record's sha-256 in hex: it comes in base64, of the sum or of its hex; nothing for what is neither."""
    try:
        raw = base64.b64decode(str(told or ""), validate=True)
    except ValueError:
        return ""
    text = raw.hex() if len(raw) == 32 else raw.decode("ascii", "replace").lower()
    return text if HEX.fullmatch(text) else ""


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="fetch")
