"""Times as captions write them: `00:01:02,500` in SRT, `01:02.500` in VTT, `62.5` or `1:02.5` typed."""

from __future__ import annotations

import re
from fractions import Fraction

STAMP = r"(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,6})(?:[.,](\d{1,9}))?"
_WHOLE = re.compile(STAMP)
MILLISECOND = Fraction(1, 1000)


def parse(text: str) -> Fraction:
    """Return the seconds that a time names, to the millisecond.

    Hours, minutes and the part after the point or comma may be missing; that part is a decimal fraction, so
    `,5` is half a second. Raises ValueError for anything else, and for more than 59 minutes or seconds below
    a larger unit.
    """
    found = _WHOLE.fullmatch(text.strip())
    if found is None or not text.isascii():
        raise ValueError(f"“{text.strip()}” is not a time such as 00:01:02.500")
    hours, minutes, seconds, part = found.groups()
    if (minutes and int(seconds) > 59) or (hours and int(minutes) > 59):
        raise ValueError(f"“{text.strip()}” has more than 59 minutes or seconds")
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds)
    return whole + to_millisecond(Fraction(int(part or 0), 10 ** len(part or "")))


def to_millisecond(seconds: Fraction) -> Fraction:
    """Return the nearest whole millisecond."""
    return round(seconds / MILLISECOND) * MILLISECOND


def vtt(seconds: Fraction) -> str:
    """Return `HH:MM:SS.mmm`."""
    milliseconds = round(seconds / MILLISECOND)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{milliseconds // 1000:02d}.{milliseconds % 1000:03d}"


def srt(seconds: Fraction) -> str:
    """Return `HH:MM:SS,mmm`."""
    return vtt(seconds).replace(".", ",")
