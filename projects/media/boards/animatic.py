"""Animatics: timed panels of type over quiet backdrops, each with its camera move, as the frames of a clip."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from projects.media.arrays import Rgb, Size, mixed, size_of
from projects.media.background.plates import Colour
from projects.media.boards.lettering import Area, Sheet, Type, fitted, part_of, readable
from projects.media.boards.palette import Palette
from projects.media.boards.scenery import chosen, painted
from projects.media.captions.overlay import Overlay, overlay
from projects.media.captions.safe_areas import margins
from projects.media.colour import Yuv
from projects.media.faults import Stopped
from projects.media.motion.filming import Sink
from projects.media.motion.framing import fit
from projects.media.motion.ken_burns import Flat
from projects.media.motion.shot import Shot
from projects.media.typography.fonts import Fonts, Weight, language_of

WEIGHTS: tuple[Weight, Weight] = (600, 500)
INK, WHITE = (24, 24, 26), (255, 255, 255)
ROOM = 1.12
"""A backdrop is so much larger than the frame, for the camera to move in."""
FADE = 5
"""Frames that one panel takes to turn into the next."""
HIGHEST = 0.62
"""Down to this share of the frame a panel's words reach: what is below belongs to words on screen."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One shot of an animatic, in seconds. text: what happens. label: its number, times and move, in a line."""

    start: Fraction
    end: Fraction
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """How all panels look: colours, the camera's move and speed, and where more fonts may be."""

    palette: Palette
    move: str
    speed: str
    seed: int
    folders: tuple[Path, ...] = ()


class Filmed(Protocol):
    """A panel before the camera."""

    @property
    def type(self) -> Overlay | None:
        """What stands still over all of its frames."""

    def frames(self, rate: Fraction) -> Iterator[Yuv]:
        """Yield the panel's frames in order; the planes may be used again by the next one."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A backdrop under a camera move, and its type, which stands still. start, end: seconds of the clip."""

    backdrop: Rgb
    type: Overlay
    size: Size
    start: Fraction
    end: Fraction
    shot: Shot

    def frames(self, rate: Fraction) -> Iterator[Yuv]:
        """Yield the panel's frames; the planes are used again by the next one."""
        seconds = Fraction(round(self.end * rate) - round(self.start * rate)) / rate
        shot = replace(self.shot, seconds=seconds)
        framing = fit(size_of(self.backdrop), self.size, None, lambda strength: shot.poses(rate, strength))
        if framing is None:
            raise AssertionError("A backdrop has no product that a move could lose.")
        scene = Flat(self.backdrop, framing)
        for pose in framing.poses:
            yield scene.frame(pose)


def typed(panels: Sequence[Panel], style: Style, size: Size) -> list[Typed]:
    """Return the panels of type, each over a backdrop that its words call. Raises Refused for a sign no font draws."""
    found = []
    for number, panel in enumerate(panels):
        large = round(size[0] * ROOM / 2) * 2, round(size[1] * ROOM / 2) * 2
        backdrop = painted(large, chosen(panel.text, 0), style.palette, style.seed + number)
        type_ = _type(panel, (number, len(panels)), backdrop, style, size)
        shot = Shot(style.move, style.speed, seed=style.seed)
        found.append(Typed(backdrop, type_, size, panel.start, panel.end, shot))
    return found


def _type(panel: Panel, place: tuple[int, int], backdrop: Rgb, style: Style, size: Size) -> Overlay:
    sheet = Sheet(size)
    width, height = size
    unit, (x, y, across, _) = min(size), margins(size).centred.box
    left, top, wide = x * width, y * height, across * width
    language = language_of(panel.text)
    small, large = 0.036 * unit, 0.098 * unit
    space = (wide * (0.55 if width > 1.3 * height else 1.0), HIGHEST * height - top - 2.6 * small)
    bold, medium = (Fonts(weight, style.folders, language) for weight in WEIGHTS)
    text = fitted(panel.text, Type(bold, (large, 0.05 * unit), 1.14, 26), space)
    colour = readable([part_of(backdrop, _scaled((left, top, *space), backdrop, size))], INK, WHITE)
    _bars(sheet, place, (left, top, wide, max(2.0, 0.006 * unit)), colour)
    label = fitted(panel.label, Type(medium, (small, small), letters=80), (wide, small))
    sheet.words(label, medium, (left, top + 0.9 * small, wide, small), colour, 0.72)
    sheet.words(text, bold, (left, top + 2.6 * small, *space), colour)
    return overlay(sheet.patch(), (0, 0), size)


def _bars(sheet: Sheet, place: tuple[int, int], area: Area, colour: Colour) -> None:
    """Lay one bar for each shot, the present one strong: where in the clip this is."""
    (present, count), (left, top, wide, high) = place, area
    gap = 3 * high
    each = (wide - gap * (count - 1)) / count
    for number in range(count):
        strength = 0.9 if number == present else 0.28
        sheet.bar((left + number * (each + gap), top, each, high), colour, strength, high / 2)


def shoot(
    panels: Sequence[Filmed],
    rate: Fraction,
    sink: Sink,
    *,
    stop: Callable[[], bool],
    tell: Callable[[int], None],
) -> None:
    """Write the frames of all panels; each picture fades in over the one before, the type comes at once.

    tell: hears how many frames are written. Raises Stopped.
    """
    before: Yuv | None = None
    written = 0
    for panel in panels:
        frame: Yuv | None = None
        for number, frame in enumerate(panel.frames(rate)):
            if stop():
                raise Stopped
            shown = (
                frame
                if before is None or number >= FADE
                else between(before, frame, (number + 1) / (FADE + 1))
            )
            sink.write(panel.type.laid_on(shown) if panel.type else shown)
            written += 1
            tell(written)
        before = Yuv(*(plane.copy() for plane in frame.planes)) if frame else None


def between(one: Yuv, other: Yuv, share: float) -> Yuv:
    """Return the frame `share` of the way from one to another."""
    return Yuv(*(mixed(*planes, share) for planes in zip(one.planes, other.planes, strict=True)))


def _scaled(area: Area, backdrop: Rgb, size: Size) -> Area:
    """Return an area of the frame on its backdrop."""
    across, down = (whole / side for whole, side in zip(size_of(backdrop), size, strict=True))
    return area[0] * across, area[1] * down, area[2] * across, area[3] * down
