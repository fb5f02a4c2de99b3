"""Another format of a clip or a still: 9:16, 4:5, 1:1 or 16:9, by a window that follows or by extension fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from projects.media.arrays import Size
from projects.media.clips.footage import Footage, Stop, Tell, never, nobody
from projects.media.clips.upright import even
from projects.media.colour import Yuv
from projects.media.encode.writer import ClipWriter, write_still
from projects.media.images.stills import load
from projects.media.probe.facts import Facts
from projects.media.probe.file import probe
from projects.media.reframe.extension import canvas, extend_frame, extend_still
from projects.media.reframe.path import CropPath, window_for
from projects.media.reframe.window import Focus, Keyframe, cropped, cut, follow, place

Method = Literal["auto", "crop", "extend"]

SOFT = 1.6
"""A part that is enlarged more than this looks soft."""
WATCHING = 0.2
"""The share of the work that watching a clip takes."""


@dataclass(frozen=True, slots=True)
class Format:
    """What is asked for: even pixels, how, and where the person pointed (x, y shares; keyframes for clips)."""

    size: Size
    method: Method = "auto"
    focus: Focus | None = None
    keyframes: tuple[Keyframe, ...] = ()


@dataclass(frozen=True, slots=True)
class Reframed:
    """What was made, and the window's path: None where the picture is whole. notes: sentences for people."""

    target: Path
    path: CropPath | None
    notes: tuple[str, ...] = ()


def vertical(source: Path, target: Path, wanted: Format, stop: Stop = never, tell: Tell = nobody) -> Reframed:
    """Write a clip (MP4, sound kept) or a still (PNG, or WebP by the target's ending) in another format.

    `auto` crops when the window keeps the subject, or when a person pointed somewhere; else it extends.
    Raises Refused, Stopped, Corrupt.
    """
    facts = probe(source)
    if facts.kind == "image":
        made = _still(source, target, wanted, facts)
        tell(1.0)
        return made
    path = None
    if wanted.method != "extend":
        path = follow(source, wanted.size, wanted.focus, wanted.keyframes, stop)
    tell(WATCHING)
    kept = path if path and _accepted(wanted, path) else None
    footage = Footage(source, facts, stop, tell)
    with ClipWriter(target, wanted.size, facts.rate, "master") as writer:
        writer.audio_from(source, seconds=facts.seconds)
        for frame in _reframed(footage, wanted.size, kept):
            writer.write(frame)
    return Reframed(target, kept, _notes(facts, wanted, kept))


def _reframed(footage: Footage, size: Size, path: CropPath | None) -> Iterator[Yuv]:
    facts = footage.facts
    own = (facts.width, facts.height)
    if path is None:
        for _, frame in footage.frames(canvas(own, size).picture, WATCHING):
            yield extend_frame(frame, size)
        return
    # Frames no finer than the result needs: sampling a finer one would shimmer.
    finest = min(1.0, max(size[0] / (path.window[0] * own[0]), size[1] / (path.window[1] * own[1])))
    scaled = even((round(own[0] * finest), round(own[1] * finest)))
    timed = ((float(seconds), frame) for seconds, frame in footage.frames(scaled, WATCHING))
    yield from cropped(timed, path, size)


def _still(source: Path, target: Path, wanted: Format, facts: Facts) -> Reframed:
    window = window_for((facts.width, facts.height), wanted.size)
    # The window at the wanted size, or the whole for extension, decides how much of a large file is needed.
    longest = max(side / share for side, share in zip(wanted.size, window, strict=True))
    rgb = load(source, round(longest))
    path = None if wanted.method == "extend" else place(rgb, wanted.size, wanted.focus)
    kept = path if path and _accepted(wanted, path) else None
    made = cut(rgb, kept.box(0.0), wanted.size) if kept else extend_still(rgb, wanted.size)
    write_still(made, target, "webp" if target.suffix == ".webp" else "png")
    return Reframed(target, kept, _notes(facts, wanted, kept))


def _accepted(wanted: Format, path: CropPath) -> bool:
    pointed = wanted.method == "crop" or wanted.focus is not None or bool(wanted.keyframes)
    return pointed or path.keeps_subject


def _notes(facts: Facts, wanted: Format, path: CropPath | None) -> tuple[str, ...]:
    if path is None:
        if wanted.method == "extend":
            return ()
        return (
            "A crop would cut off too much here, so the whole picture is shown with its edges carried on.",
        )
    enlarged = wanted.size[0] / (path.window[0] * facts.width)
    if enlarged <= SOFT:
        return ()
    return (f"The crop is enlarged {enlarged:.1f} times and may look soft. A larger original is sharper.",)
