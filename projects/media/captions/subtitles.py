"""Captions: timed words burnt into a clip, carried along as a track, or both.

Letters stand inside the safe area of the place where the clip will run, in one look for the whole clip that
reads on the picture behind every one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from projects.media.arrays import Box, Size
from projects.media.captions import cues, timecodes
from projects.media.captions.backing import choose
from projects.media.captions.burn import burn, look_at
from projects.media.captions.cues import Cue
from projects.media.captions.layout import Wanted
from projects.media.captions.softsubs import with_track
from projects.media.captions.timing import Page, in_turn, lint, pages, snapped
from projects.media.clips.footage import Footage, Stop, Tell, never, nobody
from projects.media.clips.upright import even
from projects.media.faults import Refused
from projects.media.probe.facts import Facts
from projects.media.probe.file import probe

LONGEST_SIDE = 1920
MOST_NOTES = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as it was burnt in: seconds, its lines, and its box in shares of the picture."""

    page: Page
    box: Box


@dataclass(frozen=True, slots=True)
class Captioned:
    """What was made. contrast: the least of the burnt letters, 0 where none are. notes: sentences for people."""

    video: Path
    vtt: Path
    srt: Path
    shown: tuple[Shown, ...] = ()
    contrast: float = 0.0
    notes: tuple[str, ...] = ()


def caption(
    path: Path,
    target: Path,
    words: Sequence[Cue],
    wanted: Wanted,
    stop: Stop = never,
    tell: Tell = nobody,
) -> Captioned:
    """Write the clip with the cues as `target` (MP4), and the cues as .vtt and .srt beside it.

    words: by start time. The cue files keep the cues as given; burnt pages are balanced, snapped to cuts and
    divided into what the picture holds. Raises Refused (no clip, no cue within it, a sign that no font draws),
    Stopped, Corrupt.
    """
    facts = probe(path)
    footage = Footage(path, facts, stop, tell)
    turns = in_turn(_within(words, facts.seconds))
    made = Captioned(target, target.with_suffix(".vtt"), target.with_suffix(".srt"))
    made = replace(made, notes=tuple(_notes(words, facts.seconds)))
    if wanted.mode == "burn":
        made = _burnt(footage, target, turns, wanted, made)
    elif wanted.mode == "track" and _is_plain(facts):
        with_track(path, turns, target, wanted.language)
    else:
        bare = target.with_suffix(".bare.mp4")
        try:
            burnt = _burnt(footage, bare, turns if wanted.mode == "both" else (), wanted, made)
            with_track(bare, turns, target, wanted.language)
        finally:
            bare.unlink(missing_ok=True)
        made = replace(burnt, video=target)
    made.vtt.write_text(cues.to_vtt(words), encoding="utf-8", newline="")
    made.srt.write_text(cues.to_srt(words), encoding="utf-8", newline="")
    return made


def _burnt(
    footage: Footage, target: Path, turns: Sequence[Cue], wanted: Wanted, made: Captioned
) -> Captioned:
    """Write the clip with the cues on it; without cues it is only written as MP4."""
    layout = wanted.on(_size(footage.facts), "".join(cue.text for cue in turns))
    shown = [page for cue in turns for page in pages(cue, layout.room)]
    boxes = [layout.drawn(page.lines, layout.style.looks[-1]).box for page in shown]
    seen = look_at(footage, shown, boxes)
    look = choose(layout.style.looks, seen.backings)
    shown = list(snapped(shown, footage.facts.rate, seen.cuts))
    burn(footage, target, shown, layout, look)
    contrast = min((backing.contrast(look) for backing in seen.backings), default=0.0)
    stood = tuple(Shown(page, layout.drawn(page.lines, look).box) for page in shown)
    return replace(made, shown=stood, contrast=contrast)


def _size(facts: Facts) -> Size:
    """Return the clip's own size, made even, at most 1920 pixels long."""
    share = min(1.0, LONGEST_SIDE / max(facts.width, facts.height))
    return even((round(facts.width * share), round(facts.height * share)))


def _is_plain(facts: Facts) -> bool:
    """Return whether the clip can stay as it is, packet by packet, in the MP4 that every browser plays."""
    plain = facts.codec == "h264" and facts.bits == 8 and facts.audio_codec in {"", "aac"}
    return plain and facts.format in {"mp4", "mov"}


def _within(words: Sequence[Cue], seconds: Fraction) -> list[Cue]:
    """Return the cues that start within the clip, none longer than it. Raises Refused when there is none."""
    within = [replace(cue, end=min(cue.end, seconds)) for cue in words if cue.start < seconds]
    if not within:
        end = timecodes.vtt(seconds)
        raise Refused(f"Every cue starts after the clip ends at {end}. Upload the captions of this clip.")
    return within


def _notes(words: Sequence[Cue], seconds: Fraction) -> list[str]:
    found = [finding.sentence for finding in lint(words, seconds)]
    more = len(found) - MOST_NOTES
    return [*found[:MOST_NOTES], f"{more} more cues are hard to read."] if more > 0 else found
