"""Framing: which part of a picture the camera sees at rest, so that a whole move stays inside the picture.

Lengths are pixels counted from a picture's corner, so that a pixel's middle lies at .5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from projects.media.arrays import Box, Size
from projects.media.motion.camera import Pose

Matrix = NDArray[np.floating[Any]]
"""An affine map, (2, 3), or several, (n, 2, 3)."""
Points = NDArray[np.float64]
"""Points or lengths, (..., 2)."""
Point = tuple[float, float]
MIDDLE: Point = (0.5, 0.5)

# The share of the frame that the subject's box fills. Macro alone may cut it off.
SHARES = {"wide": 0.56, "medium": 0.72, "close": 0.92, "macro": 1.8}
STRENGTHS = (1.0, 0.85, 0.7, 0.55, 0.4)
PAD = 0.06
AT_EDGE = 0.008
FASTEST = 0.015


@dataclass(frozen=True, slots=True)
class Window:
    """What a frame of `size` shows of a picture at rest: from `left`, `top`, `scale` pixels a frame pixel."""

    size: Size
    scale: float
    left: float
    top: float

    def inside(self, box: Box, picture: Size) -> Box:
        """Return a box of the picture (shares) as left, top, width, height in frame pixels."""
        x, y, width, height = (share * side for share, side in zip(box, picture * 2, strict=True))
        return (
            (x - self.left) / self.scale,
            (y - self.top) / self.scale,
            width / self.scale,
            height / self.scale,
        )

    def share(self, point: Point) -> Point:
        """Return a point of the picture (pixels) in shares of the frame."""
        x, y = (point[0] - self.left) / self.scale, (point[1] - self.top) / self.scale
        return x / self.size[0], y / self.size[1]


@dataclass(frozen=True, slots=True)
class Framing:
    """A move that fits its picture: the window at rest and a pose a frame.

    focus: the point of the frame (shares) that a zoom leaves in place. foot: where the subject stands
    (shares); there the background stays with it. deep: whether the layers part at all. strength: how far the
    move was held back to fit, 1 for not at all.
    """

    window: Window
    focus: Point
    foot: Point
    poses: tuple[Pose, ...]
    deep: bool
    strength: float = 1.0

    @property
    def nearest(self) -> float:
        """The largest zoom of the whole move."""
        return max(max(pose.near.zoom, pose.far.zoom) for pose in self.poses)

    @property
    def reach(self) -> tuple[Points, Points]:
        """The corners of all that the move sees, in pixels of the frame at rest."""
        corners = _corners((0, 0, *self.window.size))
        views = (self.ground, self.wall) if self.deep else (self.near,)
        seen = [_mapped(inverse(view(self.poses)), corners).reshape(-1, 2) for view in views]
        points = np.concatenate([corners, *seen])
        return points.min(axis=0), points.max(axis=0)

    def near(self, poses: Sequence[Pose]) -> Matrix:
        """Return the maps of the subject from the frame at rest to the frame in each pose, (poses, 2, 3)."""
        zoom, x, y = np.array([(pose.near.zoom, pose.near.x, pose.near.y) for pose in poses]).T
        goal = (np.array(self.focus) + np.stack([x, y], axis=-1)) * self.window.size
        return self._turned(zoom, poses, self.focus, goal)

    def ground(self, poses: Sequence[Pose]) -> Matrix:
        """Return the maps of the background at the subject's foot: as far zooms, but held by the foot."""
        zoom = np.array([pose.far.zoom for pose in poses])
        foot = np.array([self.foot]) * self.window.size
        return self._turned(zoom, poses, self.foot, _mapped(self.near(poses), foot)[:, 0])

    def wall(self, poses: Sequence[Pose]) -> Matrix:
        """Return the maps of the background far behind: the ground's, moved by `lag`."""
        maps = self.ground(poses)
        maps[..., 2] += self.lag(poses)
        return maps

    def lag(self, poses: Sequence[Pose]) -> Points:
        """Return by how many pixels, right and down, what is far moves against what is near, (poses, 2)."""
        apart = np.array([(pose.far.x - pose.near.x, pose.far.y - pose.near.y) for pose in poses])
        pixels: Points = apart * self.window.size
        return pixels

    def _turned(self, zoom: Points, poses: Sequence[Pose], about: Point, goal: Points) -> Matrix:
        """Return the maps that turn and enlarge about a point and put that point at `goal`."""
        angle = np.radians([pose.roll for pose in poses])
        cos, sin = zoom * np.cos(angle), zoom * np.sin(angle)
        turn = np.stack([np.stack([cos, -sin], axis=-1), np.stack([sin, cos], axis=-1)], axis=-2)
        shift = goal - turn @ (np.array(about) * self.window.size)
        return np.concatenate([turn, shift[..., None]], axis=-1)


def inverse(matrix: Matrix) -> Matrix:
    """Return the map, or each of several maps, that undoes this one."""
    back = np.linalg.inv(matrix[..., :2])
    return np.concatenate([back, -back @ matrix[..., 2:]], axis=-1)


def fit(
    picture: Size,
    size: Size,
    subject: Box | None,
    course: Callable[[float], Sequence[Pose]],
    *,
    deep: bool = False,
    share: float | None = None,
) -> Framing | None:
    """Return the strongest form of a move that never leaves the picture nor loses the subject, or None.

    subject: its box; it and 6 % around it stay in the frame, save where the photo itself cuts it off.
    course: the poses of the move at a strength. deep: whether layers part. share: how much of the frame the
    subject fills, see SHARES; None keeps the photo's own framing. None comes back when even the weakest form
    does not fit: the canvas is too tight.
    """
    for strength in STRENGTHS:
        framing = _framed(picture, size, subject, tuple(course(strength)), deep, share)
        if _steady(framing) and (subject is None or _keeps(framing, subject, picture, share)):
            return replace(framing, strength=strength)
    return framing if subject is None else None


def _framed(
    picture: Size, size: Size, subject: Box | None, poses: tuple[Pose, ...], deep: bool, share: float | None
) -> Framing:
    x, y, width, height = subject or (0.0, 0.0, 1.0, 1.0)
    centre = (x + width / 2) * picture[0], (y + height / 2) * picture[1]
    foot = centre[0], (y + height) * picture[1]
    tightest = min(picture[0] / size[0], picture[1] / size[1])
    if subject and share:
        tightest = min(tightest, max(width * picture[0] / size[0], height * picture[1] / size[1]) / share)
    framing = Framing(Window(size, tightest, 0, 0), MIDDLE, MIDDLE, poses, deep)
    for _ in range(3):  # the focus moves the window, and the window the focus
        low, high = framing.reach
        scale = min(tightest, *(side / span for side, span in zip(picture, high - low, strict=True)))
        left, top = (
            min(max(middle - scale * side / 2, -scale * first), whole - scale * last)
            for middle, side, first, last, whole in zip(centre, size, low, high, picture, strict=True)
        )
        window = Window(size, scale, left, top)
        focus = window.share(centre) if subject else MIDDLE
        framing = Framing(window, focus, window.share(foot) if subject else MIDDLE, poses, deep)
    return framing


def _keeps(framing: Framing, subject: Box, picture: Size, share: float | None) -> bool:
    """Whether the subject and a margin stay in the frame in every pose."""
    if share and share > 1:
        return True
    width, height = framing.window.size
    left, top, across, down = framing.window.inside(subject, picture)
    x0, x1 = _padded(left, across, width, _cut(subject[0], subject[2]))
    y0, y1 = _padded(top, down, height, _cut(subject[1], subject[3]))
    corners, slack = _corners((x0, y0, x1 - x0, y1 - y0)), 1e-6 * width
    points = _mapped(framing.near(framing.poses), corners)
    return bool(points.min() >= -slack and np.all(points <= np.array([width, height]) + slack))


def _cut(start: float, length: float) -> tuple[bool, bool]:
    """Whether the picture's edge cuts the subject off at the start and at the end of a side."""
    return start <= AT_EDGE, start + length >= 1 - AT_EDGE


def _padded(start: float, length: float, whole: float, cut: tuple[bool, bool]) -> tuple[float, float]:
    """Return both ends of a side with their margins; an end that is cut off anyway does not count."""
    pad, middle, end = PAD * length, start + length / 2, start + length
    low = middle if cut[0] else start - min(pad, max(start, 0) / 2)
    high = middle if cut[1] else end + min(pad, max(whole - end, 0) / 2)
    return low, high


def _steady(framing: Framing) -> bool:
    """Whether no corner of the frame moves by more than 1.5 % of the width between two frames."""
    corners = _corners((0, 0, *framing.window.size))
    steps = np.abs(np.diff(_mapped(framing.near(framing.poses), corners), axis=0))
    return bool(steps.max(initial=0) <= FASTEST * framing.window.size[0])


def _corners(box: Box) -> Points:
    x, y, width, height = box
    return np.array([[x, y], [x + width, y], [x, y + height], [x + width, y + height]], np.float64)


def _mapped(maps: Matrix, points: Points) -> Points:
    """Return where each map sends each point, (maps, points, 2)."""
    moved: Points = points @ maps[:, :, :2].swapaxes(1, 2) + maps[:, None, :, 2]
    return moved
