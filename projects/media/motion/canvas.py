"""The picture that a shot is filmed from: the photo itself, or one made from it that suits the format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from projects.media.arrays import Alpha, Box, Float, Rgb, Size, resize, size_of
from projects.media.background.recompose import recompose
from projects.media.cutout.morphology import box_of
from projects.media.motion.depth_warp import rise
from projects.media.motion.framing import AT_EDGE
from projects.media.reframe.extension import FEATHER, canvas, extend_still

# A canvas made for a shot is a quarter larger than the frame, so that it stays sharp as the camera comes near.
ROOM = 1.25
# On an extended photo the camera stands so near that the product fills this share of the frame. Around it the photo
# is kept this much wider than what the frame then shows, for the camera to move in.
FILLED, AROUND = 0.62, 1.35
# Below this share of its area left by the format, a photo is extended when nobody knows where its product is.
KEPT = 0.55


@dataclass(frozen=True, slots=True)
class Parts:
    """A photo taken apart: the product's sure cut-out, and the photo without the product; both of its size."""

    alpha: Alpha
    plate: Rgb


@dataclass(frozen=True, slots=True)
class Still:
    """A photo to be filmed. subject: the product's box where it is known without parts."""

    rgb: Rgb
    parts: Parts | None = None
    subject: Box | None = None

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return size_of(self.rgb)

    @property
    def box(self) -> Box | None:
        """The product's box in shares of the photo."""
        return box_of(self.parts.alpha > 127) if self.parts else self.subject

    @property
    def cut_off(self) -> bool:
        """Whether the photo's edge cuts the product off."""
        x, y, width, height = self.box or (0.5, 0.5, 0, 0)
        return min(x, y, 1 - x - width, 1 - y - height) <= AT_EDGE


def canvases(still: Still, size: Size) -> Iterator[tuple[Still, float | None]]:
    """Yield the pictures to try for a frame of `size`, and the share of it that the product fills at least.

    The last one has no product, so that any move fits it.
    """
    if still.box or kept(still.size, size) >= KEPT:
        yield still, None
    if still.box:
        yield extended(still, size), FILLED
    if still.parts and not still.cut_off:
        yield placed_anew(still.rgb, still.parts, size), None
    yield extended(Still(still.rgb), size), None


def kept(photo: Size, size: Size) -> float:
    """Return the share of a photo's area that is left when it is cut to a format."""
    one, other = photo[0] / photo[1], size[0] / size[1]
    return min(one, other) / max(one, other)


def extended(still: Still, size: Size) -> Still:
    """Return the whole photo, or what is around a small product, its edges carried on to the format of `size`.

    What carries on is that of the plate where there is one, or a product near the edge would be mirrored.
    """
    still, nearness = _around(still, size)
    place = canvas(still.size, _scaled(size, ROOM * nearness))
    if still.parts is None:
        return Still(
            extend_still(still.rgb, place.size), subject=_moved(still.subject, place.size, place.picture)
        )
    plate = extend_still(still.parts.plate, place.size)
    alpha = np.zeros(plate.shape[:2], np.uint8)
    part = slice(place.top, place.top + place.picture[1]), slice(place.left, place.left + place.picture[0])
    alpha[part] = resize(still.parts.alpha, place.picture)
    own = np.maximum(alpha[part].astype(np.float32) / 255, _inside(place.picture, place.axis))[..., None]
    rgb = plate.copy()
    rgb[part] = np.rint(plate[part] * (1 - own) + resize(still.rgb, place.picture) * own)
    return Still(rgb, Parts(alpha, plate))


def _inside(size: Size, axis: int) -> Float:
    """Return 1 in the middle of a picture, falling to 0 at the sides where it is extended."""
    side = size[1 - axis]
    rim = np.minimum(np.arange(side) + 0.5, side - 0.5 - np.arange(side)).astype(np.float32)
    fall = rise(rim, 0, FEATHER * side)
    return fall[:, None] if axis == 0 else fall[None, :]


def placed_anew(rgb: Rgb, parts: Parts, size: Size) -> Still:
    """Return the product on its own background out of focus, with air all around."""
    made = recompose(rgb, parts.alpha, parts.plate, _scaled(size, ROOM))
    return Still(made.rgb, Parts(made.alpha, made.plate))


def _around(still: Still, size: Size) -> tuple[Still, float]:
    """Return the photo without the sides that a camera near its product does not see, and how near that is."""
    box = still.box
    if not box:
        return still, 1.0
    place = canvas(still.size, size)
    share = max(box[2] * place.picture[0] / size[0], box[3] * place.picture[1] / size[1])
    if share >= FILLED:
        return still, 1.0
    left, top, width, height = box
    length = min(1.0, AROUND * share / FILLED)
    if place.axis == 0:
        part = (_centred(left + width / 2, length), 0.0, length, 1.0)
    else:
        part = (0.0, _centred(top + height / 2, length), 1.0, length)
    return _cropped(still, part), min(AROUND, FILLED / share)


def _centred(middle: float, length: float) -> float:
    """Return where a length starts that lies around its middle as far as the picture allows."""
    return min(max(middle - length / 2, 0.0), 1 - length)


def _cropped(still: Still, part: Box) -> Still:
    """Return a part of the photo, given in shares."""
    width, height = still.size
    rows = slice(round(part[1] * height), round((part[1] + part[3]) * height))
    columns = slice(round(part[0] * width), round((part[0] + part[2]) * width))
    rgb = np.ascontiguousarray(still.rgb[rows, columns])
    if still.parts:
        alpha, plate = still.parts.alpha[rows, columns], still.parts.plate[rows, columns]
        return Still(rgb, Parts(np.ascontiguousarray(alpha), np.ascontiguousarray(plate)))
    x, y, across, down = still.box or part
    box = ((x - part[0]) / part[2], (y - part[1]) / part[3], across / part[2], down / part[3])
    return Still(rgb, subject=box)


def _scaled(size: Size, factor: float) -> Size:
    return round(size[0] * factor / 2) * 2, round(size[1] * factor / 2) * 2


def _moved(box: Box | None, whole: Size, picture: Size) -> Box | None:
    """Return a box of the picture in shares of the canvas in whose middle the picture lies."""
    if box is None:
        return None
    across, down = picture[0] / whole[0], picture[1] / whole[1]
    return (
        (1 - across) / 2 + box[0] * across,
        (1 - down) / 2 + box[1] * down,
        box[2] * across,
        box[3] * down,
    )
