"""Blocking connections for a thread, by way of the environment's proxy, and the hosts that a redirect may lead to."""

from __future__ import annotations

import base64
import functools
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from projects.engines import client
from projects.engines.errors import Broken, Damaged
from projects.failures import FAILURES, Code

API_HOSTS = frozenset({"generativelanguage.googleapis.com"})
STORAGE_HOSTS = frozenset({"storage.googleapis.com"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CONNECT_SECONDS = 10.0
SIGNS = "/%?:@!$&'()*+,;=~-._"


class Cut(Exception):
    """The bytes ended early: go on from there."""


@contextmanager
def as_cut() -> Iterator[None]:
    """Say of each fault of the way what it means here: ask again. The disk's faults are others."""
    try:
        yield
    except (OSError, HTTPException) as error:
        raise Cut(f"{type(error).__name__}: {error}") from error


def line(where: SplitResult) -> HTTPConnection:
    """Return a connection, not yet open, by way of the proxy that the environment names. Raises Cut for an odd one."""
    if where.scheme != "https":
        return HTTPConnection(where.netloc, timeout=CONNECT_SECONDS)
    proxies = {} if proxy_bypass(where.netloc) else getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    if not proxy:
        return HTTPSConnection(where.netloc, timeout=CONNECT_SECONDS, context=_trust())
    via = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
    if via.scheme != "http":
        raise Cut(
            f"Results cannot come through a proxy of the kind {via.scheme}. Set https_proxy to an http one."
        )
    found = HTTPSConnection(via.hostname or "", via.port or 80, timeout=CONNECT_SECONDS, context=_trust())
    word = f"{unquote(via.username or '')}:{unquote(via.password or '')}"
    login = {"Proxy-Authorization": f"Basic {base64.b64encode(word.encode()).decode()}"}
    found.set_tunnel(where.hostname or "", where.port or 443, login if via.username else None)
    return found


@functools.cache
def _trust() -> ssl.SSLContext:
    """Return whom the loop's clients trust."""
    context: ssl.SSLContext = client.sdk("httpx2").create_ssl_context()
    return context


def redirected(url: str, location: str, base: str) -> str:
    """Return where a redirect leads. Raises Damaged where that is no host that we know: another time it may be."""
    try:
        there = urlsplit(urljoin(url, location.encode("latin-1").decode(errors="replace")))
        is_known = _is_known(there, urlsplit(base))
    except ValueError:
        raise Damaged("A redirect to what is no address.") from None
    if not is_known:
        raise Damaged(f"A redirect to {there.hostname}")
    return written(there)


def written(there: SplitResult) -> str:
    """Return an address as it goes over the wire: nothing in it but letters and signs that are allowed there."""
    return there._replace(
        path=quote(there.path, SIGNS), query=quote(there.query, SIGNS), fragment=""
    ).geturl()


def _is_known(there: SplitResult, own: SplitResult) -> bool:
    """Return whether a redirect leads to the provider, its storage, the door's own host, or stays on loopback."""
    if "@" in there.netloc:
        return False
    if (there.scheme, there.netloc) == (own.scheme, own.netloc):
        return True
    if own.scheme == "http" and own.hostname in LOOPBACK and there.hostname in LOOPBACK:
        return True
    return (
        there.scheme == "https" and there.port in (None, 443) and there.hostname in STORAGE_HOSTS | API_HOSTS
    )


def broken(words: str) -> Broken:
    """Return what a result is that can never be had."""
    return Broken(FAILURES[Code.OUTPUT_CORRUPT].why, Code.OUTPUT_CORRUPT, words)
