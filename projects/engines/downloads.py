"""Fetch a result: streamed to disk, resumed by range, from hosts that we know, never above a size. Free and repeatable.

Of a result's address on the provider's API only the file's id is taken: the request goes to the door's own host, with
its key. An address in the provider's storage is asked without a key, an object in the door's own bucket with a token
of the door. Every other host and bucket is refused. What the provider still works on is waited for.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from projects.engines import client
from projects.engines.base import Door
from projects.engines.errors import Broken
from projects.engines.lines import API_HOSTS, STORAGE_HOSTS, Cut, broken, written
from projects.engines.transfers import Part, Transfer
from projects.engines.waits import LONGEST_PAUSE, PATIENCE, SHORT_PAUSE
from projects.failures import FAILURES, Code

FILE_ID = re.compile(r"/files/([A-Za-z0-9_-]{1,100})(?::download)?$")
STORAGE = "https://storage.googleapis.com"
OBJECT = re.compile(r"gs://([a-z0-9._-]+)/(.+)")


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
    try:
        url = urlsplit(uri)
        is_storage = url.scheme == "https" and url.hostname in STORAGE_HOSTS and url.port in (None, 443)
    except ValueError:
        raise broken(f"What is no address: {uri[:200]}") from None
    if "@" in url.netloc:
        raise broken(f"An address with a name: {url.hostname}")
    found, base = FILE_ID.search(url.path), client.base_url(door)
    is_ours = url.hostname in API_HOSTS or url.netloc == urlsplit(base).netloc
    if found and is_ours and door.kind == "developer":
        return Address(
            f"{base}/{api_version}/files/{found[1]}:download?alt=media", dict(client.headers(door))
        )
    if is_storage:
        return Address(written(url), {})
    raise broken(f"An unknown host: {url.hostname}")


def _in_bucket(door: Door, bucket: str, name: str) -> Address:
    """Return the address of an object in the door's own bucket. Raises Broken for any other bucket."""
    if bucket != bucket_of(door).partition("/")[0]:
        raise broken(f"An unknown bucket: {bucket}")
    url = f"{door.base_url or STORAGE}/storage/v1/b/{bucket}/o/{quote(name, safe='')}?alt=media"
    return Address(url, dict(client.headers(door)))


def bucket_of(door: Door) -> str:
    """Return the name of a door's bucket, with the folder where one is named."""
    return door.bucket.removeprefix("gs://").strip("/")


async def fetch(door: Door, api_version: str, uri: str, target: Path, kept: Path | None = None) -> str:
    """Write a result's bytes to `target`; return their sha-256.

    kept: a folder of this result alone that outlives the process.
    Raises Gone when the address has expired, Damaged when other bytes came than the provider keeps, Broken when it
    could not make it or gives no whole one in time.
    """
    part, began, pause = Part.of(uri, target, kept), time.monotonic(), SHORT_PAUSE
    while True:
        try:
            in_bucket = OBJECT.fullmatch(uri)
            args = door, api_version, uri
            place = await asyncio.to_thread(address, *args) if in_bucket else address(*args)
            sha256 = await Transfer(place.url, place.headers, client.base_url(door), part).run()
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
            return sha256
