"""One byte range of a file, as RFC 9110 section 14 has it: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

ONE_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of a file from `start` on, `length` of them; `status` is that of the answer."""

    start: int
    length: int
    status: int = 206

    def content_range(self, size: int) -> str:
        """Return the Content-Range header of a part, or of a refusal."""
        if self.status == 416:
            return f"bytes */{size}"
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


def span_of(header: str, size: int) -> Span:
    """Return what a Range header asks of a file with so many bytes.

    One satisfiable range is a part (206), one beyond the end is refused (416). No range, several, another unit and
    nonsense give the whole file (200), as the standard allows.
    """
    whole = Span(0, size, 200)
    found = ONE_RANGE.fullmatch(header.replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return whole
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return Span(size - length, length) if length else Span(0, 0, 416)
    start, end = int(first), min(int(last or size), size - 1)
    if last and int(last) < start:
        return whole
    return Span(start, end - start + 1) if start < size else Span(0, 0, 416)
