"""One change in a person's own words through a clip, frame by frame; its size, length and sound stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from projects.media.arrays import Rgb, Size
from projects.media.background.replacement import carded, steady, swapped
from projects.media.captions.overlay import Overlay
from projects.media.clips.footage import Footage
from projects.media.clips.frames import read as frames_of
from projects.media.colour import Yuv, rgb_from_yuv, yuv_from_rgb
from projects.media.cutout.segmentation import cut_out
from projects.media.edits import camera, grades, lettering, region, removal
from projects.media.edits.stills import AS_TITLE, MADE_UP, WITHIN, Asked, plate_of
from projects.media.edits.weather import Weather
from projects.media.edits.words import BY_WORDS, Operation, read, reason
from projects.media.light.clip import relit

SAMPLES = Fraction(2)
"""Frames a second that are looked at before the work begins."""
FIRST_WORDS, LAST_WORDS = Fraction(2, 5), Fraction(1, 5)
"""A title comes a moment after the first frame and leaves a moment before the last."""
AS_CARD = "Until then the clip stands before it as a card."
MOVES = (
    "The product or the camera moves, so the clip stands before it as a card. A Gemini engine can follow it."
)
IN_PLACE = "The box stays in its place while the picture moves. A Gemini engine can follow what is in it."
ONLY_STILLS = "A draft changes sizes in stills only."


@dataclass(frozen=True, slots=True)
class Filmed:
    """The frames of a changed clip, made as they are asked for, and what to tell people."""

    frames: Iterator[Yuv]
    notes: tuple[str, ...] = ()


def on_clip(footage: Footage, size: Size, asked: Asked) -> Filmed:
    """Return the clip's frames, of an even size, with the change. Raises Refused, Stopped, Corrupt."""
    reading, box = read(asked.change), asked.change.box
    made = OPERATIONS[reading.operation](footage, size, asked, reading.value)
    if box is None or reading.operation not in WITHIN:
        return made
    mask = region.soft(box, size)
    pairs = zip(_plain(footage, size), made.frames, strict=False)
    return Filmed((region.mixed_frame(before, after, mask) for before, after in pairs), made.notes)


def _plain(footage: Footage, size: Size, rate: Fraction | None = None) -> Iterator[Yuv]:
    return frames_of(footage.path, size=size, rate=rate or footage.facts.rate)


def _frames(footage: Footage, size: Size) -> Iterator[Yuv]:
    return (frame for _, frame in footage.frames(size))


def _painted(footage: Footage, size: Size, paint: Callable[[Rgb, float], Rgb]) -> Filmed:
    return Filmed(
        yuv_from_rgb(paint(rgb_from_yuv(frame), float(seconds))) for seconds, frame in footage.frames(size)
    )


def _lit(footage: Footage, size: Size, asked: Asked, look: str) -> Filmed:
    return Filmed(relit(_frames(footage, size), size, look))


def _graded(footage: Footage, size: Size, asked: Asked, grade: str) -> Filmed:
    return _painted(footage, size, lambda rgb, _: grades.graded(rgb, grade))


def _weathered(footage: Footage, size: Size, asked: Asked, kind: str) -> Filmed:
    return _painted(footage, size, Weather.of(kind, size, asked.seed).on)


def _on_plate(footage: Footage, size: Size, asked: Asked, kind: str) -> Filmed:
    plate = plate_of(kind, asked.change.text, size, film=True)
    rgb = rgb_from_yuv(next(_plain(footage, size)))
    cut = cut_out(rgb)
    if not cut.sure:
        return Filmed(carded(_frames(footage, size), size, plate), (f"{cut.why} {AS_CARD}",))
    if not steady(_plain(footage, size, SAMPLES), cut.alpha):
        return Filmed(carded(_frames(footage, size), size, plate), (MOVES,))
    return Filmed(swapped(_frames(footage, size), rgb, cut.alpha, plate))


def _removed(footage: Footage, size: Size, asked: Asked, value: str) -> Filmed:
    box = asked.change.box or (0, 0, 1, 1)
    first = next(_plain(footage, size))
    around = region.solid(region.wider(box, removal.ABOUT), size)
    still = steady(_plain(footage, size, SAMPLES), np.bitwise_not(around))
    frames = removal.removed_from(
        _frames(footage, size), rgb_from_yuv(first), box, still=still, rate=footage.facts.rate
    )
    return Filmed(frames, (MADE_UP,) if still else (MADE_UP, IN_PLACE))


def _resized(footage: Footage, size: Size, asked: Asked, text: str) -> Filmed:
    return Filmed(_written(footage, size, asked, "").frames, (ONLY_STILLS, BY_WORDS))


def _moved(footage: Footage, size: Size, asked: Asked, move: str) -> Filmed:
    timed = ((float(seconds), frame) for seconds, frame in footage.frames(size))
    seconds = float(footage.facts.seconds - 1 / footage.facts.rate)
    return Filmed(camera.filmed(timed, seconds, move, asked.change.box))


def _titled(footage: Footage, size: Size, asked: Asked, text: str) -> Filmed:
    samples = _plain(footage, size, SAMPLES)
    words = lettering.title(text, samples, size, asked.fonts, asked.change.box)
    end = footage.facts.seconds - LAST_WORDS
    first = FIRST_WORDS if end > 2 * FIRST_WORDS else Fraction(0)

    def titled(seconds: Fraction, frame: Yuv) -> Yuv:
        return words.laid_on(frame) if first <= seconds < max(end, first + 1) else frame

    return Filmed((titled(seconds, frame) for seconds, frame in footage.frames(size)), (AS_TITLE,))


def _written(footage: Footage, size: Size, asked: Asked, value: str) -> Filmed:
    words: tuple[Overlay, ...] = lettering.note(asked.change.text, size, asked.fonts, asked.change.box)
    frames = (lettering.on_frame(frame, words) for frame in _frames(footage, size))
    return Filmed(frames, (reason(asked.change),))


OPERATIONS: dict[Operation, Callable[[Footage, Size, Asked, str], Filmed]] = {
    "light": _lit,
    "grade": _graded,
    "weather": _weathered,
    "plate": _on_plate,
    "remove": _removed,
    "size": _resized,
    "camera": _moved,
    "title": _titled,
    "written": _written,
}
