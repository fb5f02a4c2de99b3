"""Text that people upload: captions and tables, told apart by what is in them."""

import csv
import re
from io import StringIO
from itertools import islice
from pathlib import Path

WHOLE_BYTES = 4_000_000
# Control characters that no caption and no table holds; a file with one is not text.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# Text that tells a program what to open or run; it is refused whatever else it looks like.
PLAYLIST = re.compile(r"\s*(#EXTM3U|#EXT-X-|ffconcat|\[playlist\]|<|#!|%PDF|\{|\[)", re.IGNORECASE)
TIMING = re.compile(r"\d{1,2}:\d\d:\d\d[,.]\d{1,3}\s*-->\s*\d{1,2}:\d\d:\d\d[,.]\d{1,3}")


def decode(raw: bytes) -> str | None:
    """Return the text of UTF-8 (with or without its mark) or Windows-1252 bytes, None for what is no text."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if CONTROLS.search(text) else text
    return None


def text_format(path: Path, head: bytes) -> str | None:
    """Return 'vtt', 'srt' or 'csv', None for every other file. head: the first bytes of the file."""
    # A long file is told by its first lines: how long it may be is for others to say.
    raw = path.read_bytes() if path.stat().st_size <= WHOLE_BYTES else head[: head.rfind(b"\n") + 1]
    text = None if b"\0" in head else decode(raw)
    if text is None or PLAYLIST.match(text):
        return None
    if re.match(r"WEBVTT([ \t\r\n]|$)", text):
        return "vtt"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if any(TIMING.match(line) for line in lines[:2]):
        return "srt"
    return "csv" if any(_is_table(text, separator) for separator in ",;\t") else None


def _is_table(text: str, separator: str) -> bool:
    """Tell whether the first rows have the same two or more cells, under a full row of headings."""
    try:
        rows = [row for row in islice(csv.reader(StringIO(text), delimiter=separator), 200) if row]
    except csv.Error:
        return False
    widths = {len(row) for row in rows}
    return len(rows) > 1 and len(widths) == 1 and min(widths) > 1 and all(rows[0])


def clean_text(source: Path, target: Path) -> None:
    """Write the text as UTF-8 with plain line ends and without a byte order mark."""
    text = decode(source.read_bytes())
    if text is None:
        raise ValueError("not text: sniff the file first")
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    target.write_text(lines, encoding="utf-8", newline="\n")
