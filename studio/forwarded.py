"""Who is behind the reverse proxies, counted from the right, where the entries are the proxies' own."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

Headers = Iterable[tuple[bytes, bytes]]


def client(headers: Headers, proxies: int) -> str | None:
    """Return the address that the outermost of so many trusted proxies saw, or None when it is not said."""
    entries = _entries(headers, b"x-forwarded-for")
    if not 0 < proxies <= len(entries):
        return None
    return _address(entries[-proxies])


def scheme(headers: Headers, proxies: int) -> str | None:
    """Return http or https as the outermost trusted proxy was asked, or None when it is not said."""
    entries = _entries(headers, b"x-forwarded-proto")
    if proxies < 1 or not entries:
        return None
    # Most proxies replace this header, so that there may be fewer entries than proxies.
    said = entries[-min(proxies, len(entries))].lower()
    return said if said in {"http", "https"} else None


def _entries(headers: Headers, name: bytes) -> list[str]:
    values = [value.decode("latin-1") for key, value in headers if key == name]
    return [entry.strip() for entry in ",".join(values).split(",") if entry.strip()]


def _address(entry: str) -> str | None:
    """Return the address of an entry, which may carry a port: `192.0.2.1:80`, `[2001:db8::1]:80`."""
    bare = entry[1:].partition("]")[0] if entry.startswith("[") else entry
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return None
