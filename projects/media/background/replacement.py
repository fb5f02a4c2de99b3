"""A clip before a new background: frame by frame, by one mask while the product stands still, else as a card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from projects.media.arrays import Alpha, Plane, Rgb, Size, erode, gaussian, plus, resize, size_of, times
from projects.media.background.card import Frame, card_frame, shaded_plate
from projects.media.background.compositing import Spot, place
from projects.media.background.plates import Plate
from projects.media.background.shadow import Kind
from projects.media.clips.registration import camera_move, corner_shifts
from projects.media.colour import Yuv, blank, yuv_from_rgb
from projects.media.cutout.morphology import window

SIDE = 640
"""Width in pixels at which movement is measured."""
STILL = 2.0
"""Pixels of the clip that the product may move and keep its mask."""
SAME = 6.0
"""Mean difference in codes inside the mask, at its own place, above which something turned or came in front."""


def steady(frames: Iterable[Yuv], alpha: Alpha) -> bool:
    """Return whether the product keeps its place through some frames: less than 2 pixels, and looking the same.

    frames: samples of a clip, the first the one that the mask was made from. alpha: of their size.
    """
    scale = min(1.0, SIDE / alpha.shape[1])
    size = (max(16, round(alpha.shape[1] * scale)), max(16, round(alpha.shape[0] * scale)))
    inside = resize(alpha, size, "area") > 127
    rows, columns = window(inside, round(0.04 * size[0]))
    solid, first = inside[rows, columns], None
    for frame in frames:
        part = np.ascontiguousarray(resize(frame.y, size, "area")[rows, columns])
        if first is None:
            first = part
        elif not _alike(part, first, solid, STILL * scale):
            return False
    return True


def swapped(
    frames: Iterable[Yuv], rgb: Rgb, alpha: Alpha, plate: Plate, shadow: Kind = "soft"
) -> Iterator[Yuv]:
    """Yield each frame's product, where it stands, on a plate with its shadow.

    rgb: the frame that alpha was made from, for its reflection. All are of the clip's even size.
    """
    ground = place(rgb, alpha, plate, Spot(1, 0, 0), shadow).plate
    layers = _Layers.of(ground, _tucked(alpha))
    for frame in frames:
        yield layers.under(frame)


def carded(frames: Iterable[Yuv], size: Size, plate: Plate) -> Iterator[Yuv]:
    """Yield each frame whole, as a card on a plate of any even size. size: of the frames."""
    frame_at = card_frame(size, size_of(plate.rgb))
    ground = shaded_plate(plate, frame_at)
    cover = np.zeros(ground.shape[:2], np.uint8)
    cover[frame_at.window] = frame_at.cover
    layers = _Layers.of(ground, cover)
    for frame in frames:
        yield layers.under(_laid(frame, frame_at, size_of(ground)))


@dataclass(frozen=True, slots=True)
class _Layers:
    """A background already weakened by what stands before it, and the masks of luma and chroma."""

    ground: Yuv
    cover: Plane
    half: Plane

    @classmethod
    def of(cls, ground: Rgb, cover: Alpha) -> _Layers:
        whole = yuv_from_rgb(ground)
        half = resize(cover, size_of(whole.u), "area")
        behind = Yuv(*(times(p, 255 - c) for p, c in zip(whole.planes, (cover, half, half), strict=True)))
        return cls(behind, cover, half)

    def under(self, frame: Yuv) -> Yuv:
        """Return the frame over the background."""
        covers = (self.cover, self.half, self.half)
        layers = zip(frame.planes, covers, self.ground.planes, strict=True)
        return Yuv(*(plus(times(plane, cover), ground) for plane, cover, ground in layers))


def _alike(
    part: Plane, first: Plane, solid: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], limit: float
) -> bool:
    apart = np.abs(part.astype(np.int16) - first.astype(np.int16))[solid]
    if not apart.size or float(apart.mean()) > SAME:
        return False
    height, width = part.shape
    return float(np.abs(corner_shifts(camera_move(part, first), width, height)).max()) < limit


def _tucked(alpha: Alpha) -> Alpha:
    """Return the mask a pixel inside its edge: a clip's edge colours change, so none of them are shown."""
    return gaussian(erode(alpha, max(1, round(0.0008 * max(alpha.shape)))), 0.7)


def _laid(frame: Yuv, at: Frame, size: Size) -> Yuv:
    """Return a black picture with the frame at a card's place."""
    out = blank(size)
    width, height = at.size
    for plane, source, part in zip(out.planes, frame.planes, (1, 2, 2), strict=True):
        rows = slice(at.top // part, (at.top + height) // part)
        columns = slice(at.left // part, (at.left + width) // part)
        plane[rows, columns] = resize(source, (width // part, height // part), "area")
    return out
