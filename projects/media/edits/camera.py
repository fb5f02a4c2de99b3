"""Camera: a crop that moves over a clip, and a closer crop of a still; the picture keeps its size."""

from __future__ import annotations

from collections.abc import Iterator

from projects.media.arrays import Box, Rgb, size_of
from projects.media.colour import Yuv
from projects.media.motion.camera import cosine
from projects.media.reframe.window import cut, part_of

CLOSER = 0.82
"""Share of the picture's sides that the nearest crop of a clip shows: 22 % larger."""
STILL = 0.7
"""The same for a still, which has nothing but the crop to show."""
REST = (0.0, 0.0, 1.0, 1.0)


def closer(rgb: Rgb, box: Box | None) -> Rgb:
    """Return a closer crop of a still, about the middle of a box, at the still's own size."""
    share = max(STILL * 0.5, min(STILL, 1.15 * max(box[2], box[3]))) if box else STILL
    return cut(rgb, _about(box, share), size_of(rgb))


def filmed(frames: Iterator[tuple[float, Yuv]], seconds: float, move: str, box: Box | None) -> Iterator[Yuv]:
    """Yield the frames as a moving crop shows them. move: in, out, left, right, up, down. seconds: of the clip.

    A push in begins with the clip's own first frame, a pull out ends with its last.
    """
    first, last = _ends(move, box)
    for at, frame in frames:
        share = cosine(min(1.0, at / seconds)) if seconds > 0 else 0.0
        window = tuple(one + (other - one) * share for one, other in zip(first, last, strict=True))
        yield frame if window == REST else part_of(frame, window, frame.size)  # type: ignore[arg-type]


def _ends(move: str, box: Box | None) -> tuple[Box, Box]:
    """Return what the camera shows first and last, as boxes of the picture's shape."""
    near, room = _about(box, CLOSER), 1 - CLOSER
    left, right = (0.0, near[1], CLOSER, CLOSER), (room, near[1], CLOSER, CLOSER)
    top, bottom = (near[0], 0.0, CLOSER, CLOSER), (near[0], room, CLOSER, CLOSER)
    ends = {
        "in": (REST, near),
        "out": (near, REST),
        "left": (right, left),
        "right": (left, right),
        "up": (bottom, top),
        "down": (top, bottom),
    }
    return ends[move]


def _about(box: Box | None, share: float) -> Box:
    """Return the crop of this share whose middle is the box's, inside the picture."""
    x, y = (box[0] + box[2] / 2, box[1] + box[3] / 2) if box else (0.5, 0.5)
    left, top = (min(max(middle - share / 2, 0.0), 1 - share) for middle in (x, y))
    return left, top, share, share
