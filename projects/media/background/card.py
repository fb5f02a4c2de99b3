"""The whole photo as a framed card on a plate: what is shown while the product's outline is not sure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from projects.media.arrays import Alpha, Float, Rgb, Size, resize, rounded, size_of, wide_blur
from projects.media.background.plates import Plate
from projects.media.colour import from_linear, to_linear

FILL, RADIUS = 0.80, 0.025
"""Most of the frame's sides that a card takes, and its corner radius as a share of its longer side."""
SHADOWS = ((0.006, 0.004, 0.30), (0.030, 0.018, 0.32))
"""Blur, drop (shares of the card's longer side) and darkness of the shadow close by and the wide one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a card lies: the left and top pixel and its size, all even, and its cover (rounded corners)."""

    left: int
    top: int
    size: Size
    cover: Alpha

    @property
    def window(self) -> tuple[slice, slice]:
        """The rows and columns of the card."""
        return (
            slice(self.top, self.top + self.size[1]),
            slice(self.left, self.left + self.size[0]),
        )


def card(rgb: Rgb, plate: Plate) -> Rgb:
    """Return the photo as a card in the middle of a plate, with rounded corners and a soft shadow."""
    frame = card_frame(size_of(rgb), size_of(plate.rgb))
    ground = shaded_plate(plate, frame)
    picture = resize(rgb, frame.size)
    amount = frame.cover.astype(np.float32)[..., None] / np.float32(255)
    behind = to_linear(ground[frame.window])
    mixed = from_linear(to_linear(picture) * amount + behind * (1 - amount))
    ground[frame.window] = np.where(frame.cover[..., None] == 255, picture, mixed)
    return ground


def card_frame(photo: Size, plate: Size) -> Frame:
    """Return the largest card of a photo's shape within FILL of a plate, its middle in the plate's."""
    scale = min(FILL * plate[0] / photo[0], FILL * plate[1] / photo[1])
    wide, high = (max(2, round(scale * side / 2) * 2) for side in photo)
    left, top = ((room - side) // 4 * 2 for room, side in zip(plate, (wide, high), strict=True))
    return Frame(left, top, (wide, high), _rounded((wide, high), RADIUS * max(wide, high)))


def shaded_plate(plate: Plate, frame: Frame) -> Rgb:
    """Return the plate with the card's shadow, without the card."""
    area = np.zeros(plate.rgb.shape[:2], np.float32)
    area[frame.window] = frame.cover.astype(np.float32) / np.float32(255)
    longer = max(frame.size)
    light: Float = np.ones_like(area)
    for blur, drop, dark in SHADOWS:
        dropped = np.roll(area, round(drop * longer), axis=0)
        light *= 1 - np.float32(dark) * wide_blur(dropped, blur * longer)
    return from_linear(to_linear(plate.rgb) * light[..., None])


def _rounded(size: Size, radius: float) -> Alpha:
    """Return a rectangle with round corners, its edge smooth."""
    across = np.abs(np.arange(size[0], dtype=np.float32) + 0.5 - size[0] / 2)[None, :]
    down = np.abs(np.arange(size[1], dtype=np.float32) + 0.5 - size[1] / 2)[:, None]
    beyond = np.hypot(
        np.maximum(across - size[0] / 2 + radius, 0), np.maximum(down - size[1] / 2 + radius, 0)
    )
    return rounded(np.clip(radius - beyond + 0.5, 0, 1) * np.float32(255))
