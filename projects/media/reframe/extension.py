"""Extension fit: a picture whole on a canvas of another shape, its own edges carried on around it.

What carries on is soft and grows darker outwards. It is only the picture's rim, mirrored: a blurred copy of the
whole would show heads and products twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from projects.media.arrays import Float, Plane, Rgb, Size, channels, gaussian, grain, resize, size_of, stack
from projects.media.clips.upright import even
from projects.media.colour import BLACK, GREY, Yuv

# Shares of the picture's side along the extension; the blur of the side across it.
MIRRORED = 0.12
FEATHER = 0.06
BLUR_NEAR, BLUR_FAR = 0.02, 0.16
RESTLESS = 40.0
"""Codes by which a rim varies from end to end when something stands across it."""
DARKER = 0.25
WIDE_GAP = 0.6
GRAIN = 1.6
"""Codes. Grain hides the steps of a soft gradient, and the encoder keeps this much of it."""
SEED = 7
COARSE = 8
"""The soft part is worked out this much smaller: nothing finer is left in it."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A canvas and the picture's place on it, in pixels; the extension runs along `axis` (0 down, 1 across)."""

    size: Size
    picture: Size
    left: int
    top: int

    @property
    def axis(self) -> int:
        """Which way the canvas is longer than the picture."""
        return 0 if self.picture[0] == self.size[0] else 1


def canvas(source: Size, size: Size) -> Canvas:
    """Return where a picture of a shape lies on the canvas: as large as fits, in the middle, even pixels."""
    share = min(size[0] / source[0], size[1] / source[1])
    width, height = even((round(source[0] * share), round(source[1] * share)))
    # A pixel or two of difference is no reason to extend.
    width, height = (
        full if full - side <= 2 else side for side, full in zip((width, height), size, strict=True)
    )
    return Canvas(size, (width, height), (size[0] - width) // 4 * 2, (size[1] - height) // 4 * 2)


def extend_still(rgb: Rgb, size: Size) -> Rgb:
    """Return the whole still on a canvas of `size`, its edges carried on."""
    place = canvas(size_of(rgb), size)
    fitted = resize(rgb, place.picture)
    planes = [
        _extended(plane, place.size, (place.left, place.top), pivot=0, seed=SEED)
        for plane in channels(fitted)
    ]
    return stack(planes)


def extend_frame(yuv: Yuv, size: Size) -> Yuv:
    """Return the whole frame on a canvas of `size`, its edges carried on; the grain is the same in all frames."""
    place = canvas(yuv.size, size)
    half, at = (size[0] // 2, size[1] // 2), (place.left // 2, place.top // 2)
    picture = place.picture
    y = _extended(resize(yuv.y, picture), size, (place.left, place.top), pivot=BLACK, seed=SEED)
    u, v = (
        _extended(resize(plane, (picture[0] // 2, picture[1] // 2)), half, at, pivot=GREY, seed=0)
        for plane in (yuv.u, yuv.v)
    )
    return Yuv(y, u, v)


def _extended(plane: Plane, size: Size, at: tuple[int, int], *, pivot: int, seed: int) -> Plane:
    """Return a plane on its canvas; `pivot` is the code that darkness leads to, seed 0 is without grain."""
    if size_of(plane) == size:
        return plane
    if at[0]:
        turned = _extended(
            np.ascontiguousarray(plane.T), (size[1], size[0]), (0, at[0]), pivot=pivot, seed=seed
        )
        return np.ascontiguousarray(turned.T)
    height = plane.shape[0]
    whole = np.empty((size[1], size[0]), np.uint8)
    whole[at[1] : at[1] + height] = plane
    gaps = at[1], size[1] - at[1] - height
    # The far side is the near side of the picture upside down.
    for gap, own, canvas_view in ((gaps[0], plane, whole), (gaps[1], plane[::-1], whole[::-1])):
        if gap:
            strip = _strip(own, gap, pivot)
            _lay(canvas_view[: len(strip)], strip, gap, seed)
    return whole


def _strip(plane: Plane, gap: int, pivot: int) -> Float:
    """Return codes of the rows from the canvas's end to a feather's depth inside the picture, outermost first.

    plane: the picture, its first row at the gap.
    """
    height, width = plane.shape
    mirrored, feather = max(2, round(height * MIRRORED)), _feather(height)
    across, outer, inner = max(2, width // COARSE), max(2, gap // COARSE), max(1, feather // COARSE)
    outside = resize(np.ascontiguousarray(plane[mirrored - 1 :: -1]), (across, outer), "area")
    inside = resize(np.ascontiguousarray(plane[:feather]), (across, inner), "area")
    rough = np.concatenate([outside, inside]).astype(np.float32)
    away = np.concatenate([np.linspace(1, 0, outer), np.zeros(inner)]).astype(np.float32)[:, None]
    near, far = (gaussian(rough, blur * across) for blur in _blurs(inside))
    soft = near + (far - near) * away**0.6
    # A narrow gap that went as dark as a wide one would look like a stripe.
    deepest = DARKER * min(1.0, gap / (WIDE_GAP * height))
    dark: Float = pivot + (soft - pivot) * (1 - deepest * away**1.5)
    return resize(dark.astype(np.float32), (width, gap + feather), "cubic")


def _blurs(rim: Plane) -> tuple[float, float]:
    """Return the blur at the picture and at the end, wider where a rim is no calm background.

    A product that the frame cuts would else be drawn on as a ghost of itself.
    """
    unrest = min(1.0, float(rim.mean(axis=0).std()) / RESTLESS)
    return BLUR_NEAR * (1 + 3 * unrest), BLUR_FAR * (1 + unrest)


def _lay(rows: Plane, strip: Float, gap: int, seed: int) -> None:
    """Lay the strip over the rows in place: whole outside the picture, fading to nothing inside it."""
    inside = len(strip) - gap
    depth = ((np.arange(inside, dtype=np.float32) + 0.5) / inside)[:, None]
    fade = 1 - depth * depth * (3 - 2 * depth)
    strip[gap:] = strip[gap:] * fade + rows[gap:] * (1 - fade)
    if seed:
        strip += _grain(strip.shape, gap, seed)
    rows[:] = np.clip(strip + 0.5, 0, 255).astype(np.uint8)


@lru_cache(8)
def _grain(shape: tuple[int, int], gap: int, seed: int) -> Float:
    """Return still grain that ends where the picture is whole."""
    noise = grain((shape[1], shape[0]), GRAIN, seed)
    noise[gap:] *= np.linspace(1, 0, shape[0] - gap, dtype=np.float32)[:, None]
    return noise


def _feather(height: int) -> int:
    return max(2, round(height * FEATHER))
