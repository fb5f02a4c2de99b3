"""A board of references: each picture with what it is for, on a ground of the pictures' own colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from projects.media.arrays import Rgb, Size, size_of
from projects.media.boards.frame import cells, cropped
from projects.media.boards.lettering import Sheet, Type, fitted
from projects.media.boards.palette import Palette, mixed
from projects.media.captions.overlay import Overlay
from projects.media.captions.safe_areas import margins
from projects.media.colour import Yuv
from projects.media.motion.canvas import Still
from projects.media.motion.framing import fit
from projects.media.motion.ken_burns import Flat
from projects.media.motion.shot import Shot, stage
from projects.media.typography.fonts import Fonts

INK, WHITE = (28, 28, 30), (250, 249, 247)
LABELS = {
    "subject": "Subject",
    "product": "Product",
    "style": "Style only",
    "motion": "Movement",
    "sketch": "Layout",
    "first_frame": "First frame",
    "last_frame": "Last frame",
}
GENTLE = 0.22
"""How much of a push in a board gets: enough to be alive, and no label leaves the frame."""
SHOWN = 0.75
"""At least this share of a picture is seen on the board."""
LOWEST = 0.86
"""Down to this share of a tall frame pictures stand; their labels stand above them, in the safe part."""


def board(
    pictures: Sequence[tuple[str, Rgb]], size: Size, palette: Palette, folders: tuple[Path, ...] = ()
) -> Rgb:
    """Return the board in a size. pictures: role and pixels, in the order in which they are numbered."""
    width, height = size
    ground = mixed(palette.deep, INK, 0.35) if palette.dark else mixed(palette.pale, WHITE, 0.35)
    colour = WHITE if palette.dark else INK
    sheet = Sheet(size)
    made = np.full((height, width, 3), ground, np.uint8)
    unit, (x, y, across, down) = min(size), margins(size).centred.box
    down = LOWEST - y if height > width else down
    small, gap = max(11.0, 0.034 * unit), round(0.035 * unit)
    fonts = Fonts(600, folders)
    room = (round(across * width), round(down * height))
    for number, (left, top, wide, high) in enumerate(cells(len(pictures), room, gap)):
        role, rgb = pictures[number]
        left, top, head = left + round(x * width), top + round(y * height), round(1.75 * small)
        said = f"{number + 1}  {LABELS.get(role, 'Reference')}"
        label = fitted(said, Type(fonts, (small, 0.7 * small), letters=40), (wide, small))
        sheet.words(label, fonts, (left, top + 0.1 * small, wide, small), colour, 0.85)
        print_size = _near((wide, high - head), rgb)
        made[top + head : top + head + print_size[1], left : left + print_size[0]] = cropped(rgb, print_size)
    return sheet.laid_on(made)


def _near(place: Size, rgb: Rgb) -> Size:
    """Return the part of a place that a picture takes, so that no more than a quarter of it is cut away."""
    (wide, high), (width, height) = place, size_of(rgb)
    shape = width / height
    return round(min(wide, high * shape / SHOWN)), round(min(high, wide / shape / SHOWN))


@dataclass(frozen=True, slots=True)
class Printed:
    """A board before a camera that comes a little nearer."""

    rgb: Rgb
    size: Size
    seconds: Fraction
    type: Overlay | None = None

    def frames(self, rate: Fraction) -> Iterator[Yuv]:
        """Yield the frames; the planes are used again by the next one."""
        shot = Shot("push-in", "slow", self.seconds)
        framing = fit(self.size, self.size, None, lambda strength: shot.poses(rate, GENTLE * strength))
        if framing is None:
            raise AssertionError("A board has no product that a move could lose.")
        scene = Flat(self.rgb, framing)
        for pose in framing.poses:
            yield scene.frame(pose)


@dataclass(frozen=True, slots=True)
class Moved:
    """A picture under a camera move."""

    rgb: Rgb
    size: Size
    shot: Shot
    type: Overlay | None = None

    def frames(self, rate: Fraction) -> Iterator[Yuv]:
        """Yield the frames; the planes are used again by the next one."""
        scene, framing = stage(Still(self.rgb), self.shot, self.size, rate)
        for pose in framing.poses:
            yield scene.frame(pose)
