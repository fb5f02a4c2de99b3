"""Colour as video stores it: BT.709, limited range, 4:2:0, and light as the eye's model adds it.

OpenCV's own RGB-to-YUV is BT.601 and lands up to 20 codes off on a BT.709 screen, so the matrix is ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from projects.media.arrays import Float, Plane, Rgb, Size, channels, recolour, resize, size_of, stack

# ITU-R BT.709 item 3: the weights of red and blue in luma; 219 and 224 codes of limited range.
KR, KB = 0.2126, 0.0722
KG = 1 - KR - KB
BLACK, GREY = 16, 128


def _matrix() -> Float:
    luma = np.array([KR, KG, KB])
    blue = (np.array([0.0, 0.0, 1.0]) - luma) / (2 * (1 - KB))
    red = (np.array([1.0, 0.0, 0.0]) - luma) / (2 * (1 - KR))
    rows = np.stack([luma * 219, blue * 224, red * 224]) / 255
    return np.column_stack([rows, [BLACK, GREY, GREY]]).astype(np.float32)


def _inverse(matrix: Float) -> Float:
    rows = np.linalg.inv(matrix[:, :3].astype(np.float64))
    return np.column_stack([rows, -rows @ matrix[:, 3]]).astype(np.float32)


TO_YUV = _matrix()
TO_RGB = _inverse(TO_YUV)


@dataclass(frozen=True, slots=True)
class Yuv:
    """A frame as the encoder takes it: y (height, width), u and v half as wide and high, BT.709 limited."""

    y: Plane
    u: Plane
    v: Plane

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return size_of(self.y)

    @property
    def planes(self) -> tuple[Plane, Plane, Plane]:
        """The three planes in order."""
        return self.y, self.u, self.v


def blank(size: Size) -> Yuv:
    """Return a black frame. Raises ValueError when a side is odd."""
    width, height = size
    _check_even(size)
    half = (height // 2, width // 2)
    return Yuv(
        np.full((height, width), BLACK, np.uint8),
        np.full(half, GREY, np.uint8),
        np.full(half, GREY, np.uint8),
    )


def yuv_from_rgb(rgb: Rgb) -> Yuv:
    """Return the picture as a frame, chroma the mean of four pixels. Raises ValueError for an odd side."""
    width, height = size_of(rgb)
    _check_even((width, height))
    y, u, v = channels(recolour(rgb, TO_YUV))
    half = (width // 2, height // 2)
    return Yuv(y, resize(u, half, "area"), resize(v, half, "area"))


def rgb_from_yuv(yuv: Yuv) -> Rgb:
    """Return the frame as an sRGB picture."""
    u, v = (resize(plane, yuv.size, "linear") for plane in (yuv.u, yuv.v))
    return recolour(stack([yuv.y, u, v]), TO_RGB)


def _linear_table() -> Float:
    code = np.arange(256) / 255
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return np.asarray(light, np.float32)


def _code_table() -> Plane:
    light = np.arange(65536) / 65535
    code = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(code * 255), np.uint8)


# IEC 61966-2-1 (sRGB), both ways as tables: 65,536 steps of light are finer than any step of 8-bit code.
LINEAR = _linear_table()
CODE = _code_table()


def to_linear(rgb: Rgb) -> Float:
    """Return linear light, 0 to 1, of sRGB codes of any shape."""
    light: Float = LINEAR[rgb]
    return light


def from_linear(light: Float) -> Rgb:
    """Return sRGB codes of linear light of any shape; light outside 0 to 1 is held at the ends."""
    step = np.clip(light, 0, 1) * np.float32(65535) + np.float32(0.5)
    codes: Rgb = CODE[np.asarray(step, np.uint16)]
    return codes


def _check_even(size: Size) -> None:
    if size[0] % 2 or size[1] % 2:
        raise ValueError(f"A video frame has even sides, not {size[0]} x {size[1]}.")
