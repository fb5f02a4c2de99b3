"""Crop paths: where a window of fixed size lies on a picture over time."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from projects.media.arrays import Box, Size

# Judged on product photos: what a window must hold; from where on an edge goes through the subject itself, the
# mean of the picture being 1; what a window must hold even then.
ENOUGH, THROUGH, NEARLY_ALL = 0.55, 1.0, 0.8


@dataclass(frozen=True, slots=True)
class Point:
    """The middle of the window at a time, in shares of the picture."""

    seconds: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class CropPath:
    """A window of (width, height) shares and its points in order; two at one time are a jump, at a cut.

    held: the share of what matters that the window holds over the clip, 0 to 1. cut: how dense that is where an
    edge of the window cuts it, 1 being the mean of the picture.
    """

    window: tuple[float, float]
    points: tuple[Point, ...]
    held: float = 1.0
    cut: float = 0.0

    @property
    def keeps_subject(self) -> bool:
        """Whether the window holds enough, and its edges do not go through the subject."""
        return self.held >= ENOUGH and (self.cut < THROUGH or self.held >= NEARLY_ALL)

    @property
    def still(self) -> bool:
        """Whether the window never moves."""
        return len({(point.x, point.y) for point in self.points}) == 1

    def box(self, seconds: float) -> Box:
        """Return the window at a time, inside the picture."""
        after = bisect_right(self.points, seconds, key=lambda point: point.seconds)
        first, last = self.points[max(after - 1, 0)], self.points[min(after, len(self.points) - 1)]
        span = last.seconds - first.seconds
        share = min(max((seconds - first.seconds) / span, 0.0), 1.0) if span > 0 else 0.0
        x = _inside(first.x + (last.x - first.x) * share, self.window[0])
        y = _inside(first.y + (last.y - first.y) * share, self.window[1])
        return x - self.window[0] / 2, y - self.window[1] / 2, *self.window


def window_for(source: Size, target: Size) -> tuple[float, float]:
    """Return the largest window of the target's shape on the source, as shares; one of them is 1.

    Shapes that differ by less than two in a thousand, as even pixels make them, are the same.
    """
    wanted = target[0] / target[1] * source[1] / source[0]
    if abs(wanted - 1) < 0.002:
        return 1.0, 1.0
    return min(1.0, wanted), min(1.0, 1 / wanted)


def _inside(middle: float, width: float) -> float:
    return min(max(middle, width / 2), 1 - width / 2)
