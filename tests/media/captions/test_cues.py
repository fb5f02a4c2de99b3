"""Cues: every word of an odd file is kept or the refusal names its line; files go out and come back the same."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.media.captions import timecodes
from projects.media.captions.cues import MAX_CUES, Cue, parse, read, to_srt, to_vtt, typed
from projects.media.faults import Refused

HALF = Fraction(1, 2)
slow_machine = settings(max_examples=60, deadline=None)
MILLISECONDS = st.integers(0, 99 * 3_600_000)
# Words as people type them: several scripts, signs that SRT and VTT use for themselves, digits on a line alone.
SIGNS = st.sampled_from([*"aZé7 &<>{}-—'\"«ßЖא؟ब日ท♪#\\/"])
LINE = st.text(SIGNS, min_size=1, max_size=12).map(str.strip).filter(bool)
# What looks like a tag or the arrow of a time is one, to every reader there is.
MARKUP = ("<", "{\\", "-->")


def is_plain(line: str) -> bool:
    """Return whether a line holds no markup."""
    return not any(mark in line for mark in MARKUP)


WORDS = st.lists(LINE.filter(is_plain), min_size=1, max_size=3).map("\n".join)


@st.composite
def some_cues(draw: st.DrawFn) -> tuple[Cue, ...]:
    """Cues in order of time, each at least a millisecond long."""
    moments = sorted(draw(st.lists(MILLISECONDS, min_size=2, max_size=8, unique=True)))
    spans = zip(moments[::2], moments[1::2], strict=False)
    return tuple(Cue(Fraction(start, 1000), Fraction(end, 1000), draw(WORDS)) for start, end in spans)


@slow_machine
@given(some_cues())
def test_srt_goes_out_and_comes_back_the_same(cues: tuple[Cue, ...]) -> None:
    assert parse(to_srt(cues)) == cues


@slow_machine
@given(some_cues())
def test_vtt_goes_out_and_comes_back_the_same(cues: tuple[Cue, ...]) -> None:
    assert parse(to_vtt(cues)) == cues


def test_a_vtt_escapes_what_it_would_take_for_markup() -> None:
    cues = (Cue(HALF, Fraction(2), "AT&amp;T <b>3 > 2 --> <i"),)

    assert parse(to_vtt(cues)) == cues


@slow_machine
@given(st.integers(0, 9999 * 3_600_000))
def test_every_millisecond_is_written_and_read_the_same(milliseconds: int) -> None:
    moment = Fraction(milliseconds, 1000)

    assert timecodes.parse(timecodes.vtt(moment)) == timecodes.parse(timecodes.srt(moment)) == moment


@slow_machine
@given(st.text(st.sampled_from([*"0123456789:.,; -soon٣"]), max_size=14))
def test_a_time_is_read_whole_or_refused(text: str) -> None:
    numbers = re.fullmatch(r"(?:(?:\d{1,4}:)?\d{1,4}:)?\d{1,6}(?:[.,]\d{1,9})?", text.strip(), re.ASCII)
    small = numbers and all(int(part) < 60 for part in re.split("[.,]", text.strip())[0].split(":")[1:])

    if small:
        assert timecodes.parse(text) >= 0
    else:
        with pytest.raises(ValueError, match=r"time|59"):
            timecodes.parse(text)


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_another_reader_understands_our_files(tmp_path: Path, form: str) -> None:
    cues = (Cue(HALF, Fraction(3), "First line\nsecond line"), Cue(Fraction(4), Fraction(11, 2), "مرحبا"))
    path = tmp_path / f"a.{form}"

    path.write_bytes({"srt": to_srt, "vtt": to_vtt}[form](cues).encode())

    found = [(event.start, event.end, event.plaintext) for event in pysubs2.load(str(path))]
    assert found == [(500, 3000, "First line\nsecond line"), (4000, 5500, "مرحبا")]


SRT_ODDITIES = {
    "byte order mark and CRLF": "\ufeff1\r\n00:00:00,500 --> 00:00:02,000\r\nHello\r\n",
    "points for commas": "1\n00:00:00.500 --> 00:00:02.000\nHello\n",
    "no number": "00:00:00,500 --> 00:00:02,000\nHello\n",
    "short times": "1\n0:0:0,5 --> 0:0:2\nHello\n",
    "no spaces at the arrow": "1\n00:00:00,500-->00:00:02,000\nHello",
    "a place behind the time": "1\n00:00:00,500 --> 00:00:02,000  X1:10 Y1:20\nHello\n",
    "tags": "1\n00:00:00,500 --> 00:00:02,000\n<font color='red'><i>{\\an8}Hello</i></font>\n",
    "blank lines around": "\n\n1\n00:00:00,500 --> 00:00:02,000\n\nHello\n\n\n",
}


@pytest.mark.parametrize("text", SRT_ODDITIES.values(), ids=SRT_ODDITIES)
def test_an_odd_but_readable_srt_is_read(text: str) -> None:
    assert parse(text) == (Cue(HALF, Fraction(2), "Hello"),)


def test_an_srt_keeps_blank_lines_numbers_braces_and_arrows_in_its_words() -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\n1984\n\nwas {long} ago, 3 < 4\n2\n"
        "00:00:03,000 --> 00:00:04,000\n\n3\n00:00:05,000 --> 00:00:06,000\nlast\n"
    )

    assert [cue.text for cue in parse(text)] == ["1984\nwas {long} ago, 3 < 4", "last"]


def test_a_vtt_gives_its_words_and_nothing_else() -> None:
    text = (
        "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE not a word of it\nnor of this\n\n"
        "name of a cue\n00:00.500 --> 00:02.000 align:start line:0\n<v Bob>Salt &amp; <i>pepper</i> &lt;3</v>\n\n"
        "01:00:03.000 --> 01:00:04.000\n<c.loud>Now</c> <00:03.500>or {never}\n"
    )

    assert parse(text) == (
        Cue(HALF, Fraction(2), "Salt & pepper <3"),
        Cue(Fraction(3603), Fraction(3604), "Now or {never}"),
    )


REFUSED = {
    "1\n00:00:03,000 --> 00:00:02,000\nx": "Line 2: the cue ends at 00:00:02.000",
    "1\n00:00:02,000 --> 00:00:02,000\nx": "Line 2: the cue ends",
    "1\n00:00:01,000 -> 00:00:02,000\nx": "Line 2: “00:00:01,000 -> 00:00:02,000” is not",
    "1\n00:00:01,000 --> soon\nx": "Line 2: “00:00:01,000 --> soon” is not",
    "1\n00:00:01,000 --> 00:61:02,000\nx": "Line 2: “00:61:02,000” has more than 59",
    "Chapter one\n1\n00:00:01,000 --> 00:00:02,000\nx": "Line 1 (“Chapter one”) belongs to no cue",
    "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\nlost words": "Line 6 (“lost words”) belongs to no cue",
    "1\n00:00:01,000 --> 00:00:02,000\n" + "x" * 501: "Line 2: the cue has 501 characters",
    "1\n00:00:01,000 --> 00:00:02,000\n \n": "No cue has any words",
    "Just a text.": "No cue found",
    "": "No cue found",
    "[Script Info]\nTitle: x": "SubStation",
}


@pytest.mark.parametrize(("text", "words"), REFUSED.items(), ids=REFUSED.values())
def test_what_cannot_be_shown_is_refused_by_its_line(text: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(text)

    assert words in caught.value.sentence


@pytest.mark.parametrize(
    ("body", "words"), [("Größe".encode("cp1252"), "Größe"), ("\ufeffΩ".encode("utf-16-le"), "Ω")]
)
def test_other_encodings_are_read(tmp_path: Path, body: bytes, words: str) -> None:
    path = tmp_path / "a.srt"
    head = "1\n00:00:01,000 --> 00:00:02,000\n"
    path.write_bytes(
        body[:2] + head.encode("utf-16-le") + body[2:] if body[:1] == b"\xff" else head.encode() + body
    )

    assert [cue.text for cue in read(path)] == [words]


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(b"00:00:01,000 --> 00:00:02,000\n\x00\x81\x8d")

    with pytest.raises(Refused, match="UTF-8"):
        read(path)


def test_a_file_over_a_megabyte_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(b"x" * 1_200_000)

    with pytest.raises(Refused, match=r"1\.2 MB"):
        read(path)


def test_more_than_two_thousand_cues_are_refused() -> None:
    cues = [Cue(Fraction(at), Fraction(at + 1), "x") for at in range(MAX_CUES + 1)]

    assert len(parse(to_srt(cues[:-1]))) == MAX_CUES
    with pytest.raises(Refused, match="2,001 cues"):
        parse(to_srt(cues))


def test_typed_rows_become_cues_in_order_of_time() -> None:
    rows = [("0:03", "4.5", "second "), ("1", "00:00:02,500", "first\n"), ("", " ", "")]

    assert typed(rows) == (
        Cue(Fraction(1), Fraction(5, 2), "first"),
        Cue(Fraction(3), Fraction(9, 2), "second"),
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("1", "soon", "x"), "Row 2: “soon” is not a time"),
        (("2", "1", "x"), "Row 2: the cue ends"),
        (("1", "2", " "), "Row 2 has times but no words"),
    ],
)
def test_a_wrong_row_is_refused_by_its_number(row: tuple[str, str, str], words: str) -> None:
    with pytest.raises(Refused) as caught:
        typed([("0", "1", "fine"), row])

    assert words in caught.value.sentence
