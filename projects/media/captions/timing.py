"""Timing: when words stand on the screen, how long they should, and how a long cue becomes several pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise, zip_longest

from projects.media.captions import timecodes
from projects.media.captions.cues import Cue
from projects.media.faults import Refused
from projects.media.typography import line_breaks
from projects.media.typography.line_breaks import Room, divide, wrap

# Broadcasters' usual limit: above 20 letters a second few people follow.
FAST = 20
SHORTEST = Fraction(5, 6)
LONGEST = Fraction(7)
GAP_FRAMES = 2
SNAP_FRAMES = 3
# Exports often let a cue run a little into the next one; that is no second speaker.
SLIP = Fraction(1, 4)
MOST_AT_ONCE = 3
USUAL_LINES, MOST_LINES = 2, 4


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reader would stumble over: the cue's number from 1, a word for it, a sentence for people."""

    cue: int
    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Page:
    """Lines on the screen from `start` up to `end` seconds."""

    start: Fraction
    end: Fraction
    lines: tuple[str, ...]


def lint(cues: Sequence[Cue], seconds: Fraction | None = None) -> tuple[Finding, ...]:
    """Return what is hard to read in cues in order of time; `seconds` is the clip's length."""
    return tuple(
        Finding(number, kind, f"Cue {number} at {timecodes.vtt(cue.start)} {words}.")
        for number, (cue, after) in enumerate(zip_longest(cues, cues[1:]), 1)
        for kind, words in _stumbles(cue, after, seconds)
    )


def _stumbles(cue: Cue, after: Cue | None, seconds: Fraction | None) -> Iterator[tuple[str, str]]:
    length = cue.end - cue.start
    pace = line_breaks.letters(cue.text.replace("\n", " ")) / float(length)
    if seconds is not None and cue.start >= seconds:
        yield "late", "starts after the clip ends and is not shown"
        return
    if pace > FAST:
        yield "fast", f"runs at {pace:.0f} letters a second, more than {FAST}"
    if length < SHORTEST:
        yield "short", f"stands for {float(length):.2f} s, less than {float(SHORTEST):.2f} s"
    if length > LONGEST:
        yield "long", f"stands for {float(length):.1f} s, more than {LONGEST} s"
    if after is not None and after.start < cue.end:
        yield "overlap", "overlaps the next one"


def in_turn(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Return cues that do not overlap: slips trimmed, words that share a moment shown together while they do.

    Raises Refused when more than three are on at once.
    """
    slips = [
        replace(cue, end=after.start) if cue.start < after.start < cue.end <= after.start + SLIP else cue
        for cue, after in pairwise(cues)
    ]
    return tuple(_shared([*slips, *cues[-1:]]))


def _shared(cues: Sequence[Cue]) -> Iterator[Cue]:
    moments = sorted({moment for cue in cues for moment in (cue.start, cue.end)})
    waiting, active = list(reversed(cues)), list[Cue]()
    for start, end in pairwise(moments):
        active = [cue for cue in active if cue.end > start]
        while waiting and waiting[-1].start <= start:
            active.append(waiting.pop())
        if len(active) > MOST_AT_ONCE:
            raise Refused(f"{len(active)} cues are on at {timecodes.vtt(start)}, more than {MOST_AT_ONCE}.")
        if active:
            yield Cue(start, end, "\n".join(cue.text for cue in active))


def pages(cue: Cue, room: Room) -> tuple[Page, ...]:
    """Return the cue as pages of at most two lines that share its time by their letters.

    Where the time is too short for several pages, up to four lines stand together. Raises Refused when even
    that does not hold the words.
    """
    most_pages = max(1, int((cue.end - cue.start) / SHORTEST))
    for most_lines in (USUAL_LINES, MOST_LINES):
        for parts in range(1, most_pages + 1):
            texts = (cue.text,) if parts == 1 else divide(cue.text, parts)
            if len(texts) < parts:
                break
            wrapped = [wrap(text, room) for text in texts]
            if all(len(page) <= most_lines for page in wrapped):
                return _timed(cue, wrapped)
    length = float(cue.end - cue.start)
    raise Refused(
        f"The cue at {timecodes.vtt(cue.start)} has {len(cue.text)} characters in {length:.1f} s, more than the "
        "picture holds. Split it or give it more time."
    )


def _timed(cue: Cue, wrapped: Sequence[tuple[str, ...]]) -> tuple[Page, ...]:
    reached = list(accumulate(Fraction(sum(map(line_breaks.letters, page))) for page in wrapped))
    shares = [Fraction(0), *(letters / reached[-1] for letters in reached)]
    times = [timecodes.to_millisecond(cue.start + (cue.end - cue.start) * share) for share in shares]
    return tuple(Page(*span, page) for span, page in zip(pairwise(times), wrapped, strict=True))


def snapped(shown: Sequence[Page], rate: Fraction, cuts: Sequence[Fraction]) -> tuple[Page, ...]:
    """Return the pages with starts and ends moved to a cut within three frames, two frames apart at least.

    cuts: seconds of the first frames of shots.
    """
    near = [_at_cuts(page, SNAP_FRAMES / rate, cuts) for page in shown]
    return tuple(
        _apart(page, after.start - GAP_FRAMES / rate) if after else page
        for page, after in zip_longest(near, near[1:])
    )


def _apart(page: Page, latest: Fraction) -> Page:
    short = latest - page.start < SHORTEST
    return page if short or page.end <= latest else replace(page, end=latest)


def _at_cuts(page: Page, reach: Fraction, cuts: Sequence[Fraction]) -> Page:
    def snap(moment: Fraction) -> Fraction:
        nearest = min(cuts, key=lambda cut: abs(cut - moment), default=moment)
        return nearest if abs(nearest - moment) <= reach else moment

    start, end = snap(page.start), snap(page.end)
    return replace(page, start=start, end=end) if start < end else page
