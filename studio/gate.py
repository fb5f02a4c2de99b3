"""What a request may carry before any view sees it, and the cookie that opens the way for uploads.

The server decides this while the headers arrive, in the event loop, where no database can be asked: so a
signed-in page gets a signed cookie. It only admits a large body; the view still asks the session.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner

from studio.body import folder
from studio.limits import MIB, BodyLimits

COOKIE = "studio_gate"
MAX_AGE = 24 * 3600
_SALT = "studio.gate"


def make(user_id: object) -> str:
    """Return the cookie's value for a person; it is good for a day."""
    return TimestampSigner(salt=_SALT).sign(str(user_id))


def check(value: str) -> str | None:
    """Return the id of the person that a cookie was made for, or None when it is forged or too old."""
    try:
        return TimestampSigner(salt=_SALT).unsign(value, max_age=MAX_AGE)
    except BadSignature:
        return None


@dataclass(frozen=True, slots=True)
class _Door:
    """An address that takes large bodies, and what to tell those who send a larger one."""

    method: bytes
    path: re.Pattern[bytes]
    limit: Literal["upload_slice", "upload_form"]
    remedy: str


_DOORS = (
    _Door(
        b"PUT",
        re.compile(rb"/projects/\d+/uploads/[0-9a-fA-F-]{32,36}/"),
        "upload_slice",
        "Send smaller slices.",
    ),
    _Door(b"POST", re.compile(rb"/projects/\d+/upload/"), "upload_form", "Choose fewer or smaller files."),
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many bytes a request may carry, and the sentence for one that carries more."""

    limit: int
    sentence: str


def allowance(method: bytes, target: bytes, cookie: bytes) -> Allowance:
    """Return what a request may carry by its method, its raw target and the value of its gate cookie."""
    limits: BodyLimits = getattr(settings, "BODY_LIMITS", BodyLimits())
    path = target.partition(b"?")[0]
    door = next((door for door in _DOORS if door.method == method and door.path.fullmatch(path)), None)
    if door is None:
        return Allowance(
            limits.other, f"This address takes at most {spoken(limits.other)}. Send less at once."
        )
    if check(cookie.decode("latin-1")) is None:
        return Allowance(
            limits.other, "Only people who are signed in can upload. Sign in and send the file again."
        )
    limit: int = getattr(limits, door.limit)
    return Allowance(limit, f"This address takes at most {spoken(limit)}. {door.remedy}")


def fits(length: int) -> bool:
    """Return whether a body of this many bytes leaves the disk for temporary files its reserve."""
    limits: BodyLimits = getattr(settings, "BODY_LIMITS", BodyLimits())
    if length <= limits.other:
        return True
    free = shutil.disk_usage(folder()).free
    return free - length >= getattr(settings, "LEAST_FREE_BYTES", 0)


def spoken(size: int) -> str:
    """Return a number of bytes in words, rounded down to what a person would say."""
    if size >= 1024 * MIB:
        return f"{size // (1024 * MIB)} GiB"
    return f"{size / MIB:g} MiB" if size >= MIB else f"{size} bytes"
