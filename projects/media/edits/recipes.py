"""Recipes for the draft engine: a clip or still with one change in a person's own words, and a clip that runs on."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from projects.media.clips.footage import Footage
from projects.media.clips.upright import even
from projects.media.edits.clips import on_clip
from projects.media.edits.extension import extend
from projects.media.edits.stills import Asked, on_still
from projects.media.encode.writer import ClipWriter, write_still
from projects.media.images.stills import load
from projects.media.probe.file import probe
from projects.media.share import Share
from projects.media.work import Work, result_of
from projects.wish import Change

LARGEST = 4096
"""Longer side, in pixels, of a still that is changed: what fits a child's memory with every layer of the work."""
SMALLER = f"The photo is very large, so the result is {LARGEST} pixels on its longer side."


def edited(work: Work) -> dict[str, Any]:
    """Return the source with the wish's change. Raises Refused, Corrupt."""
    change = work.wish.change
    if change is None:
        raise ValueError("A wish without a change is no edit.")
    return _changed(work, Path(work.source["path"]), change, "result")


def further(work: Work, so_far: dict[str, Any], change: Change, name: str) -> dict[str, Any]:
    """Return a result with one more change; the notes of all stand together, and the file before goes."""
    before = Path(so_far["files"][0]["path"])
    more = _changed(work, before, replace(change, target=""), name)
    before.unlink()
    return more | {"notes": list(dict.fromkeys([*so_far["notes"], *more["notes"]]))}


def longer(work: Work) -> dict[str, Any]:
    """Return the clip with the wished seconds more at its end."""
    path, target = Path(work.source["path"]), work.folder / "result.mp4"
    extend(Footage(path, probe(path), tell=Share(work.folder)), target, Fraction(work.wish.seconds))
    return result_of(target, "video")


def _changed(work: Work, source: Path, change: Change, name: str) -> dict[str, Any]:
    facts, asked = probe(source), Asked(change, work.fonts, work.seed)
    if facts.kind == "image":
        target, still = work.folder / f"{name}.png", on_still(load(source, longest=LARGEST), asked)
        write_still(still.rgb, target)
        large = max(facts.width, facts.height) > LARGEST
        return result_of(target, "image", (*still.notes, *((SMALLER,) if large else ())))
    target, size = work.folder / f"{name}.mp4", even((facts.width, facts.height))
    clip = on_clip(Footage(source, facts, tell=Share(work.folder)), size, asked)
    with ClipWriter(target, size, facts.rate, "master") as writer:
        if work.wish.extra.get("audio") == "new":
            writer.silence()
        else:
            writer.audio_from(source, seconds=facts.seconds)
        for frame in clip.frames:
            writer.write(frame)
    return result_of(target, "video", clip.notes)
