"""Frames as people see them: turned, square pixels, BT.709, eight bits, whatever the decoder gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter

from projects.media.arrays import Plane, Size
from projects.media.clips.hdr import ToneMap
from projects.media.colour import Yuv, yuv_from_rgb

HDR = frozenset({ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67})
# Without the flags a change of matrix darkens a picture by three codes.
SCALING = (
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
)
# The matrix of a frame's own tag (ITU-T H.273, table 4), as libswscale numbers it.
MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
HD_LINES = 720


@dataclass(frozen=True, slots=True)
class Turn:
    """How a stored frame becomes upright: rows and columns swapped first, then flipped."""

    swap: bool = False
    flip_x: bool = False
    flip_y: bool = False

    @property
    def degrees(self) -> int:
        """Degrees clockwise, without the mirroring that a few front cameras add."""
        if self.swap:
            return 90 if self.flip_x else 270
        return 180 if self.flip_y else 0

    def size(self, size: Size) -> Size:
        """Return the size of the upright frame of a stored one, and the other way round."""
        return (size[1], size[0]) if self.swap else size

    def apply(self, plane: Plane) -> Plane:
        """Return the upright plane."""
        if self.swap:
            plane = plane.T
        if self.flip_x:
            plane = plane[:, ::-1]
        return plane[::-1] if self.flip_y else plane


def turn_of(frame: av.VideoFrame) -> Turn:
    """Return the turn that the container asks for with its display matrix (ISO 14496-12, 6.2.2).

    It is the same for all frames of a clip: ask the first one only, for PyAV keeps each frame that is asked
    until the next garbage collection.
    """
    side = cast("Mapping[str, bytes]", frame.side_data).get("DISPLAYMATRIX")
    if side is None:
        return Turn()
    a, b, _, c, d, *_ = np.frombuffer(side, np.int32).tolist()
    if abs(b) > abs(a):
        return Turn(swap=True, flip_x=c < 0, flip_y=b < 0)
    return Turn(flip_x=a < 0, flip_y=d < 0)


def upright_size(frame: av.VideoFrame, pixel: Fraction | None) -> Size:
    """Return the size of the upright frame with square pixels; pixel: width over height of a stored one."""
    width, height = frame.width, frame.height
    if pixel is not None and pixel > 0:
        width = round(width * pixel)
    return turn_of(frame).size((width, height))


def even(size: Size) -> Size:
    """Return the largest even size that is no larger, at least 2 x 2."""
    return max(2, size[0] // 2 * 2), max(2, size[1] // 2 * 2)


class Upright:
    """Turns each decoded frame into planes of its own, of one size."""

    def __init__(self, size: Size | None = None, pixel: Fraction | None = None) -> None:
        """size: even pixels of the result, or that of the first frame made even. pixel: shape of a pixel."""
        self._size, self._pixel = size, pixel
        self._turn: Turn | None = None
        self._tone: ToneMap | None = None
        # One for all frames: frame.reformat() would set up the conversion, and its threads, for each of them.
        self._reformatter = VideoReformatter()

    def __call__(self, frame: av.VideoFrame) -> Yuv:
        """Return the frame upright, yuv420p BT.709 limited; its planes are free to change."""
        if self._turn is None:
            self._turn = turn_of(frame)
        if self._size is None:
            self._size = even(upright_size(frame, self._pixel))
        yuv = self._converted(frame, self._turn.size(self._size))
        planes = (np.ascontiguousarray(self._turn.apply(plane)) for plane in yuv.planes)
        # A plane that was neither turned nor padded is still the decoder's own memory.
        return Yuv(*(plane if plane.flags.owndata else plane.copy() for plane in planes))

    def _converted(self, frame: av.VideoFrame, size: Size) -> Yuv:
        if frame.color_trc in HDR:
            self._tone = self._tone or ToneMap(frame.color_trc)
            return planes_of(self._tone(frame, size))
        if any(component.is_alpha for component in frame.format.components):
            return self._on_white(frame, size)
        return planes_of(
            self._reformatter.reformat(
                frame,
                *size,
                format="yuv420p",
                src_colorspace=matrix_of(frame),
                dst_colorspace=Colorspace.ITU709,
                dst_color_range=ColorRange.MPEG,
                interpolation=SCALING,
                threads=1,
            )
        )

    def _on_white(self, frame: av.VideoFrame, size: Size) -> Yuv:
        rgba = self._reformatter.reformat(
            frame, *size, format="rgba", src_colorspace=matrix_of(frame), interpolation=SCALING, threads=1
        ).to_ndarray()
        share = rgba[:, :, 3:].astype(np.uint16)
        mixed = (rgba[:, :, :3] * share + 255 * (255 - share) + 127) // 255
        return yuv_from_rgb(mixed.astype(np.uint8))


def matrix_of(frame: av.VideoFrame) -> Colorspace:
    """Return the matrix of the frame's tag; without one, BT.709 from 720 lines up and BT.601 below."""
    short = min(frame.width, frame.height)
    return MATRICES.get(frame.colorspace, Colorspace.ITU709 if short >= HD_LINES else Colorspace.ITU601)


def planes_of(frame: av.VideoFrame) -> Yuv:
    """Return the planes of a yuv420p frame as views: writing to them writes to the frame."""
    y, u, v = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    )
    return Yuv(y, u, v)
