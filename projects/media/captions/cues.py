"""Cues: timed words out of SRT and VTT files and typed rows, and back into files. No word is lost in silence.

The reader is ours: common libraries drop `{braces}`, join notes to the words above them and swallow a cue
whose time is written oddly. Here every line is used, known to be no words, or named in the refusal.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from projects.media.captions import timecodes
from projects.media.faults import Refused

MAX_BYTES = 1_000_000
MAX_CUES = 2_000
MAX_CHARACTERS = 500

_TIMING = re.compile(
    rf"\s*(?P<start>{timecodes.STAMP})\s*-->\s*(?P<end>{timecodes.STAMP})(?:\s+.*|\s*)", re.ASCII
)
# Two full times on a line without the arrow between them: a reader would take that for words.
_NEARLY = re.compile(r"\s*\d+:\d+:?\d*[.,]\d+\s*(?:-+|=+|–|—|→)?>?\s*\d+:\d+:?\d*[.,]\d+\s*", re.ASCII)  # noqa: RUF001 - dashes people type
_SRT_TAG = re.compile(r"</?\s*(?:b|i|u|s|font)\b[^>]*>|\{\\[^}]*\}", re.IGNORECASE)
_VTT_TAG = re.compile(r"</?(?:b|i|u|c|v|lang|ruby|rt)?(?:[.\s][^>]*)?>|<\d[\d:.]*>", re.IGNORECASE)
_VTT_ASIDE = re.compile(r"(?:NOTE|STYLE|REGION)\b")
# Direction comes from the letters; stray embeddings and isolates would turn the rest of the line round.
_DIRECTION_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])


@dataclass(frozen=True, slots=True)
class Cue:
    """Words on the screen from `start` to `end` seconds; `text` has one line or more."""

    start: Fraction
    end: Fraction
    text: str


def read(path: Path) -> tuple[Cue, ...]:
    """Return the cues of an SRT or VTT file by start time.

    Raises Refused, naming the line: no cue, an end before its start, words that belong to no cue; more than
    1 MB, 2,000 cues, or 500 characters in one.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Refused(f"This caption file has {size / 1e6:.1f} MB. Captions may have at most 1 MB.")
    return parse(_decoded(path.read_bytes()))


def parse(text: str) -> tuple[Cue, ...]:
    """Return the cues of the text of an SRT or VTT file. Raises Refused as `read` does."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    _check_kind(lines)
    vtt = lines[0].startswith("WEBVTT")
    blocks = list(_vtt_blocks(lines) if vtt else _srt_blocks(lines))
    return _checked(
        [(number, *_times(lines[number - 1], number), _words(body, vtt)) for number, body in blocks], "Line"
    )


def typed(rows: Sequence[tuple[str, str, str]]) -> tuple[Cue, ...]:
    """Return the cues of typed rows (start, end, text) by start time. Raises Refused, naming the row."""
    found = []
    for number, (start, end, text) in enumerate(rows, 1):
        if not (start.strip() or end.strip() or text.strip()):
            continue
        if not text.strip():
            raise Refused(f"Row {number} has times but no words. Write the words or clear the row.")
        found.append((number, _time(start, f"Row {number}"), _time(end, f"Row {number}"), tidy(text)))
    return _checked(found, "Row")


def tidy(text: str) -> str:
    """Return the words composed (NFC), without control characters, blank lines and spaces at line ends."""
    kept = unicodedata.normalize("NFC", text).translate(_DIRECTION_CONTROLS)
    visible = "".join(" " if sign == "\t" else sign for sign in kept if sign in "\n\t" or ord(sign) >= 32)
    return "\n".join(
        line for line in (" ".join(line.split(" ")).strip() for line in visible.split("\n")) if line
    )


def to_srt(cues: Sequence[Cue]) -> str:
    """Return the text of an SRT file, lines ended by CRLF as players expect."""
    parts = [
        f"{number}\n{timecodes.srt(cue.start)} --> {timecodes.srt(cue.end)}\n{_without_arrow(cue.text)}\n"
        for number, cue in enumerate(cues, 1)
    ]
    return "\n".join(parts).replace("\n", "\r\n")


def to_vtt(cues: Sequence[Cue]) -> str:
    """Return the text of a WebVTT file, `&`, `<` and `>` escaped (W3C WebVTT section 4.2.2)."""
    parts = [
        f"{timecodes.vtt(cue.start)} --> {timecodes.vtt(cue.end)}\n{html.escape(cue.text, quote=False)}\n"
        for cue in cues
    ]
    return "\n".join(["WEBVTT\n", *parts])


def _without_arrow(text: str) -> str:
    # SRT has no escapes, and an arrow in the words would read as a time.
    return text.replace("-->", "-- >")


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused("This caption file is not plain text. Save it as UTF-8 and upload it again.")


def _check_kind(lines: Sequence[str]) -> None:
    if any(line.startswith("[Script Info]") for line in lines[:5]):
        raise Refused("This is a SubStation file. Export the captions as SRT or VTT and upload that.")
    if not any("-->" in line for line in lines) and not any(_NEARLY.fullmatch(line) for line in lines):
        raise Refused(
            "No cue found. A cue is a line such as 00:00:01,000 --> 00:00:03,000 with its words below."
        )


def _srt_blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number of each timing and the lines of its words; a blank line does not end them."""
    timings = [at for at, line in enumerate(lines) if "-->" in line or _NEARLY.fullmatch(line)]
    numbered = _is_index(lines, timings[0] - 1)
    for line in range(timings[0] - (1 if numbered else 0)):
        if lines[line].strip():
            raise _stray(lines[line], line + 1)
    for at, following in zip(timings, [*timings[1:], None], strict=True):
        end = len(lines) if following is None else following
        if following is not None and numbered and following - 1 > at and _is_index(lines, following - 1):
            end -= 1
        yield at + 1, list(lines[at + 1 : end])


def _vtt_blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number of each timing and the lines of its words, which a blank line ends."""
    for first, block in _paragraphs(lines[1:], 2):
        arrows = [at for at, line in enumerate(block) if "-->" in line or _NEARLY.fullmatch(line)]
        header = first == 2 and not arrows
        if header or (_VTT_ASIDE.match(block[0]) and not arrows):
            continue
        # One line may stand above the time: the cue's name.
        if not arrows or arrows[0] > 1:
            raise _stray(block[0], first)
        for at, end in zip(arrows, [*arrows[1:], len(block)], strict=True):
            yield first + at, block[at + 1 : end]


def _paragraphs(lines: Sequence[str], number: int) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    for at, line in enumerate([*lines, ""]):
        if line.strip():
            block.append(line)
        elif block:
            yield number + at - len(block), block
            block = []


def _is_index(lines: Sequence[str], at: int) -> bool:
    return at >= 0 and lines[at].strip().isdigit()


def _stray(line: str, number: int) -> Refused:
    words = line.strip()[:40]
    return Refused(f"Line {number} (“{words}”) belongs to no cue. Put a time above it or take it out.")


def _times(line: str, number: int) -> tuple[Fraction, Fraction]:
    found = _TIMING.fullmatch(line)
    if found is None:
        raise Refused(
            f"Line {number}: “{line.strip()[:60]}” is not a cue's time such as 00:00:01,000 --> 00:00:03,000."
        )
    return _time(found["start"], f"Line {number}"), _time(found["end"], f"Line {number}")


def _time(text: str, where: str) -> Fraction:
    try:
        return timecodes.parse(text)
    except ValueError as error:
        raise Refused(f"{where}: {error}.") from error


def _words(body: Sequence[str], vtt: bool) -> str:
    text = "\n".join(body)
    return tidy(html.unescape(_VTT_TAG.sub("", text)) if vtt else _SRT_TAG.sub("", text))


def _checked(found: Sequence[tuple[int, Fraction, Fraction, str]], unit: str) -> tuple[Cue, ...]:
    """Return the cues with words in order of time. Raises Refused, naming the line or row."""
    if len(found) > MAX_CUES:
        raise Refused(
            f"There are {len(found):,} cues. At most {MAX_CUES:,} can be taken at once; split the file."
        )
    for number, start, end, text in found:
        where = f"{unit} {number}"
        if end <= start:
            times = f"ends at {timecodes.vtt(end)}, not after its start at {timecodes.vtt(start)}"
            raise Refused(f"{where}: the cue {times}.")
        if len(text) > MAX_CHARACTERS:
            raise Refused(f"{where}: the cue has {len(text)} characters, {MAX_CHARACTERS} at most. Split it.")
    cues = sorted(
        (Cue(start, end, text) for _, start, end, text in found if text), key=lambda cue: (cue.start, cue.end)
    )
    if not cues:
        raise Refused("No cue has any words. Write some, or upload an SRT or VTT file.")
    return tuple(cues)
