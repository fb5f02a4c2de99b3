"""One change in a person's own words on a still; outside its box every pixel stays.

What no table of `words` knows is written small on the picture, and the notes say so: a draft never pretends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from projects.media.arrays import Rgb, Size, size_of
from projects.media.background.card import card
from projects.media.background.compositing import place as placed
from projects.media.background.plates import Plate, colour_of, gradient, solid, sweep
from projects.media.colour import yuv_from_rgb
from projects.media.cutout.segmentation import cut_out
from projects.media.edits import camera, grades, lettering, region, removal, sizing
from projects.media.edits.weather import Weather
from projects.media.edits.words import Operation, colours, read, reason
from projects.media.light.lighting import relight
from projects.wish import Change

PAPER = "#f3f2ef"
"""The paper of a sweep without a colour."""
AS_TITLE = "The words stand as a title. A Gemini engine can change letters that are in the picture itself."
MADE_UP = "What was behind it is made up from around it."
AS_CARD = "Until then the photo stands before it as a card."
WITHIN = frozenset({"light", "grade", "weather"})
"""What is done to the whole picture, and shown in the box alone where one was drawn."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One change, and what drawing it needs: where more fonts may be, and the seed of what falls at random."""

    change: Change
    fonts: Path
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Edited:
    """A changed still, and what to tell people."""

    rgb: Rgb
    notes: tuple[str, ...] = ()


def on_still(rgb: Rgb, asked: Asked) -> Edited:
    """Return the still with the change. Raises Refused for a sign that no font draws."""
    reading, box = read(asked.change), asked.change.box
    made = OPERATIONS[reading.operation](rgb, asked, reading.value)
    if box is None or reading.operation not in WITHIN:
        return made
    return Edited(region.mixed(rgb, made.rgb, region.soft(box, size_of(rgb))), made.notes)


def plate_of(kind: str, text: str, size: Size, *, film: bool = False) -> Plate:
    """Return the plain background that words such as “a sage sweep” ask for."""
    first, *others = colours(text) or (PAPER,)
    other = others[0] if others else "#ffffff"
    plates: dict[str, Callable[[], Plate]] = {
        "sweep": lambda: sweep(colour_of(first), size, film=film),
        "solid": lambda: solid(colour_of(first), size, film=film),
        "gradient": lambda: gradient(colour_of(first), colour_of(other), size, film=film),
    }
    return plates[kind]()


def _lit(rgb: Rgb, asked: Asked, look: str) -> Edited:
    cut = None if asked.change.box else cut_out(rgb)
    return Edited(relight(rgb, cut.alpha if cut and cut.sure else None, look))


def _graded(rgb: Rgb, asked: Asked, grade: str) -> Edited:
    return Edited(grades.graded(rgb, grade))


def _weathered(rgb: Rgb, asked: Asked, kind: str) -> Edited:
    return Edited(Weather.of(kind, size_of(rgb), asked.seed).on(rgb))


def _on_plate(rgb: Rgb, asked: Asked, kind: str) -> Edited:
    plate = plate_of(kind, asked.change.text, size_of(rgb))
    cut = cut_out(rgb)
    if not cut.sure:
        return Edited(card(rgb, plate), (f"{cut.why} {AS_CARD}",))
    return Edited(placed(rgb, cut.alpha, plate).rgb)


def _removed(rgb: Rgb, asked: Asked, value: str) -> Edited:
    return Edited(removal.removed(rgb, asked.change.box or (0, 0, 1, 1)), (MADE_UP,))


def _resized(rgb: Rgb, asked: Asked, text: str) -> Edited:
    cut = cut_out(rgb, asked.change.box)
    if not cut.sure:
        written = _written(rgb, asked, "")
        return Edited(written.rgb, (cut.why, *written.notes))
    return Edited(sizing.resized(rgb, cut.alpha, sizing.sizing_of(text)), (MADE_UP,))


def _cropped(rgb: Rgb, asked: Asked, move: str) -> Edited:
    if move != "in":
        return _written(rgb, asked, "")
    return Edited(camera.closer(rgb, asked.change.box))


def _titled(rgb: Rgb, asked: Asked, text: str) -> Edited:
    size = lettering.size_even(rgb)
    sample = yuv_from_rgb(rgb[: size[1], : size[0]].copy())
    words = lettering.title(text, [sample], size, asked.fonts, asked.change.box)
    return Edited(lettering.on_picture(rgb, [words]), (AS_TITLE,))


def _written(rgb: Rgb, asked: Asked, value: str) -> Edited:
    size = lettering.size_even(rgb)
    words = lettering.note(asked.change.text, size, asked.fonts, asked.change.box)
    return Edited(lettering.on_picture(rgb, words), (reason(asked.change),))


OPERATIONS: dict[Operation, Callable[[Rgb, Asked, str], Edited]] = {
    "light": _lit,
    "grade": _graded,
    "weather": _weathered,
    "plate": _on_plate,
    "remove": _removed,
    "size": _resized,
    "camera": _cropped,
    "title": _titled,
    "written": _written,
}
