"""Fetch a result: streamed to disk, resumed by range, from hosts that we know, never above a size. Free and repeatable.

Of a result's address on the provider's API only the file's id is taken: the request goes to the door's own host, with
its key. An address in the provider's storage is asked without a key, an object in the door's own bucket with a token
of the door. Every other host and bucket is refused. What the provider still works on is waited for.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from projects.engines import client, interactions
from projects.engines.base import Door, Json
from projects.engines.errors import Broken, Damaged
from projects.failures import FAILURES, Code

FILE_ID = re.compile(r"/files/([A-Za-z0-9_-]{1,100})(?::download)?$")
HEX = re.compile(r"[0-9a-f]{64}")
STORAGE = "https://storage.googleapis.com"
STORAGE_HOSTS = frozenset({"storage.googleapis.com"})
OBJECT = re.compile(r"gs://([a-z0-9._-]+)/(.+)")
SECRET = frozenset({"x-goog-api-key", "authorization"})
API_HOSTS = frozenset({"generativelanguage.googleapis.com"})
MOST_BYTES = 2 << 30
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PAGES = ("text/html", "application/json")
"""What stands in place of bytes while they are not given out."""
IDLE_SECONDS, MOST_REDIRECTS = 30.0, 3
PATIENCE, LONGEST_PAUSE = 900.0, 10.0
"""Seconds for which a result that cannot be had yet is asked for, and the longest pause in between."""
WORTH = 8 << 20
"""Bytes from which on a download outlives its process; a smaller one is quicker begun anew."""
KEPT, NOTE = "whole.part", "fetched.json"
"""Where such a download gathers, and what tells of which result it is."""


class Gone(Exception):
    """The address is not valid any more; a fresh one may be."""


class Cut(Exception):
    """The bytes ended early: go on from there."""


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
        """Begin anew with bytes of this tag. Old bytes go before the note: they never stand beside another tag."""
        self.path.unlink(missing_ok=True)
        self.tag = tag
        if self.kept and tag and length >= WORTH:
            self.path = self.kept / KEPT
            self.path.unlink(missing_ok=True)
            interactions.write(self.kept / NOTE, json.dumps({"uri": self.uri, "tag": tag}).encode())


@dataclass(frozen=True, slots=True)
class Address:
    """Where to ask, and with which headers."""

    url: str
    headers: dict[str, str]


def address(door: Door, api_version: str, uri: str) -> Address:
    """Return where a result is fetched. Raises Broken for a host that is not the provider's.

    For an object in the door's bucket it waits for a token of the door.
    """
    if found := OBJECT.fullmatch(uri):
        return _in_bucket(door, found[1], found[2])
    url, own = urlsplit(uri), urlsplit(client.base_url(door))
    found = FILE_ID.search(url.path)
    if found and (url.hostname in API_HOSTS or url.netloc == own.netloc) and not url.username:
        path = f"/{api_version}/files/{found[1]}:download?alt=media"
        return Address(client.base_url(door) + path, dict(client.headers(door)))
    if (
        url.scheme == "https"
        and url.hostname in STORAGE_HOSTS
        and url.port in (None, 443)
        and not url.username
    ):
        return Address(uri, {})
    raise Broken(FAILURES[Code.OUTPUT_CORRUPT].why, Code.OUTPUT_CORRUPT, f"An unknown host: {url.hostname}")


def _in_bucket(door: Door, bucket: str, name: str) -> Address:
    """Return the address of an object in the door's own bucket. Raises Broken for any other bucket."""
    if bucket != bucket_of(door).partition("/")[0]:
        raise Broken(FAILURES[Code.OUTPUT_CORRUPT].why, Code.OUTPUT_CORRUPT, f"An unknown bucket: {bucket}")
    url = f"{door.base_url or STORAGE}/storage/v1/b/{bucket}/o/{quote(name, safe='')}?alt=media"
    return Address(url, {"authorization": f"Bearer {client.token(door)}"})


def bucket_of(door: Door) -> str:
    """Return the name of a door's bucket, with the folder where one is named."""
    return door.bucket.removeprefix("gs://").strip("/")


async def fetch(door: Door, api_version: str, uri: str, target: Path, kept: Path | None = None) -> str:
    """Write a result's bytes to `target`; return their sha-256, or nothing where the provider's record names none.

    kept: a folder of this result alone that outlives the process.
    Raises Gone when the address has expired, Damaged when other bytes came than the provider keeps, Broken when it
    could not make it or gives no whole one in time.
    """
    part, began, pause = Part.of(uri, target, kept), time.monotonic(), 0.2
    while True:
        try:
            in_bucket = OBJECT.fullmatch(uri)
            args = door, api_version, uri
            place = await asyncio.to_thread(address, *args) if in_bucket else address(*args)
            async with client.pools().downloads:
                came = await _whole(place, part, client.base_url(door))
        except client.failures(Cut) as error:
            if time.monotonic() - began > PATIENCE:
                words = f"{type(error).__name__}: {error}"
                raise Broken(FAILURES[Code.TIMED_OUT].why, Code.TIMED_OUT, words) from error
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        except OSError:
            part.path.unlink(missing_ok=True)  # it may be what fills the disk
            raise
        else:
            part.path.replace(target)
            return came


async def _whole(place: Address, part: Part, base: str) -> str:
    """Fetch what is missing, and see that it is all; return its sum where that was compared.

    Raises Cut, Damaged, and Broken for what the provider could not make.
    """
    try:
        announced = await _go_on(place, part, base)
    except Cut:
        if (record := await _record(place)).get("state") == "FAILED":
            words = json.dumps(record.get("error"))
            raise Broken(FAILURES[Code.OUTPUT_CORRUPT].why, Code.OUTPUT_CORRUPT, words) from None
        raise
    have, record = part.path.stat().st_size, await _record(place)
    size = have if announced else record.get("sizeBytes", have)
    if str(have) != str(size):
        part.tag = ""
        raise Cut(f"{have} of {size} bytes came.")
    told = _sum(record.get("sha256Hash"))
    if told:
        await _compare(part.path, told)
    return told


def _sum(told: Any) -> str:
    """Return a record's sha-256 in hex: it comes in base64, of the sum or of its hex; nothing for what is neither."""
    try:
        raw = base64.b64decode(str(told or ""), validate=True)
    except ValueError:
        return ""
    text = raw.hex() if len(raw) == 32 else raw.decode("ascii", "replace").lower()
    return text if HEX.fullmatch(text) else ""


async def _compare(path: Path, told: str) -> None:
    """Raise Damaged where the bytes that came are not those of the record."""
    with path.open("rb") as file:
        came = (await asyncio.to_thread(hashlib.file_digest, file, "sha256")).hexdigest()
    if came != told:
        raise Damaged(f"The bytes have the sum {came}, the provider's record says {told}.", came, path)


async def _record(place: Address) -> Json:
    """Return what the provider says of a file; nothing where it says nothing, or the address is no file's."""
    url = place.url.partition(":download?")[0]
    if url == place.url:
        return {}
    try:
        reply = await client.pools().reads.get(url, headers=place.headers)
        found = reply.json()
    except client.failures(ValueError):
        return {}
    return found if isinstance(found, dict) else {}


async def _go_on(place: Address, part: Part, base: str) -> bool:
    """Fetch what is missing; true where its length was announced. Raises Cut with what came so far on disk."""
    have = part.path.stat().st_size if part.path.exists() and part.tag else 0
    ask = {**place.headers, **({"Range": f"bytes={have}-", "If-Range": part.tag} if have else {})}
    reply = await _answer(place.url, ask, base)
    try:
        if reply.status_code not in (200, 206) or reply.headers.get("content-type", "").startswith(PAGES):
            part.tag = ""
            raise Cut(f"HTTP {reply.status_code}")
        if reply.status_code == 200:
            have = 0
            part.begin(str(reply.headers.get("etag", "")), int(reply.headers.get("content-length", 0)))
        await _write(reply, part.path, have)
    finally:
        await reply.aclose()
    return "content-length" in reply.headers


async def _answer(url: str, headers: dict[str, str], base: str) -> Any:
    """Return the answer with its body unread. A redirect is followed without the key, to known hosts only."""
    pool = client.pools().reads
    for _ in range(MOST_REDIRECTS):
        reply = await pool.send(pool.build_request("GET", url, headers=headers), stream=True)
        if reply.status_code in (403, 404, 410):
            await reply.aclose()
            raise Gone(f"HTTP {reply.status_code}")
        if not reply.is_redirect:
            return reply
        await reply.aclose()
        url = str(reply.next_request.url) if reply.next_request else ""
        if not _is_known(url, base):
            words = f"A redirect to {urlsplit(url).hostname}"
            raise Broken(FAILURES[Code.OUTPUT_CORRUPT].why, Code.OUTPUT_CORRUPT, words)
        headers = {key: value for key, value in headers.items() if key not in SECRET}
    raise Broken(FAILURES[Code.OUTPUT_CORRUPT].why, Code.OUTPUT_CORRUPT, "Too many redirects.")


def _is_known(url: str, base: str) -> bool:
    """Return whether a redirect leads to the provider, its storage, the door's own host, or stays on loopback."""
    there, own = urlsplit(url), urlsplit(base)
    if there.username:
        return False
    if (there.scheme, there.netloc) == (own.scheme, own.netloc):
        return True
    if own.scheme == "http" and own.hostname in LOOPBACK and there.hostname in LOOPBACK:
        return True
    return (
        there.scheme == "https" and there.port in (None, 443) and there.hostname in STORAGE_HOSTS | API_HOSTS
    )


async def _write(reply: Any, part: Path, start: int) -> None:
    announced = reply.headers.get("content-length")
    size = start
    with part.open("r+b" if start else "wb") as file:
        file.seek(start)
        pieces = reply.aiter_bytes() if "content-encoding" in reply.headers else reply.aiter_raw()
        async for piece in pieces:
            size += len(piece)
            if size > MOST_BYTES:
                raise Broken(FAILURES[Code.OUTPUT_CORRUPT].why, Code.OUTPUT_CORRUPT, "More than 2 GiB came.")
            file.write(piece)
    if announced is not None and size - start < int(announced):
        raise Cut(f"{size - start} of {announced} bytes came.")
