"""A cut-out subject before its background: two layers that part as the camera moves, joined at the foot.

The subject is moved as a whole and never bent. The background lies still at its own depth, except around the
place where the subject stands: there it follows the subject, so that the foot stays on its shadow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from projects.media.arrays import (
    Alpha,
    Box,
    Float,
    Plane,
    Rgb,
    Size,
    plus,
    resize,
    size_of,
    times,
    warp_affine,
)
from projects.media.background.matched_plate import behind
from projects.media.colour import Yuv, blank
from projects.media.motion.camera import Pose
from projects.media.motion.depth_warp import Bend, ramp, rise
from projects.media.motion.framing import Framing, Matrix, inverse
from projects.media.motion.prescaled import Cutting, for_chroma, lay, lay_cutting

PARTING = 0.04


@dataclass(frozen=True, slots=True)
class Ground:
    """What of the background stays with the subject: its foot's ends and row, and a frame, in pixels at rest.

    Lines must not bend. A move to the side shifts along the lines of table and floor, so there only the place
    around the foot goes along, and upright things beside it stand straight. A move up or down shifts along
    upright lines, so whole rows go along, the less the higher.
    """

    left: float
    right: float
    foot: float
    frame: Size

    def near(self, x: Float, y: Float) -> tuple[Float, Float]:
        """Return the depth at points of the frame at rest, 0 far to 1 near: to the side, and up and down."""
        width, height = self.frame
        fall = min(max(0.8 * (self.right - self.left), 0.12 * width), 0.24 * width)
        sides = rise(x, self.left - fall, self.left) * rise(x, self.right + fall, self.right)
        return sides * rise(y, self.foot - 0.3 * height, self.foot), ramp(
            y, self.foot - 0.75 * height, self.foot
        )


def ground_under(alpha: Alpha, framing: Framing) -> Ground:
    """Return the ground of a cut-out: it stands on the columns of its lowest 12 %, which is all legs of a chair."""
    rows = np.flatnonzero((alpha > 127).any(axis=1))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    low = alpha[bottom - max(1, round(0.12 * (bottom - top))) : bottom]
    columns = np.flatnonzero((low > 127).any(axis=0))
    window = framing.window
    left, right = ((int(at) - window.left) / window.scale for at in (columns[0], columns[-1] + 1))
    return Ground(left, right, (bottom - window.top) / window.scale, window.size)


def foot_share(ground: Ground, size: Size, framing: Framing) -> Float:
    """Return how much each pixel of a picture of `size` belongs to the foot: worked out in four, it is smooth."""
    window = framing.window
    x, y = (np.linspace(0, side, max(2, side // 4), dtype=np.float32) for side in size)
    near, _ = ground.near(*np.meshgrid((x - window.left) / window.scale, (y - window.top) / window.scale))
    return resize(rise(near, 0.3, 0.7), size, "linear")


class Parallax:
    """The subject of a photo before its background; what it hid is on the plate."""

    def __init__(self, rgb: Rgb, alpha: Alpha, plate: Rgb, framing: Framing) -> None:
        """rgb, alpha, plate: one size. framing: from `parted`."""
        ground = ground_under(alpha, framing)
        self._framing = framing
        self._cutting = lay_cutting(rgb, alpha, framing)
        whole = behind(rgb, alpha, plate, foot_share(ground, size_of(rgb), framing))
        self._bend = Bend(lay(whole, framing), framing, ground.near)
        self._out = blank(framing.window.size)

    def frame(self, pose: Pose) -> Yuv:
        """Return what the camera sees; the planes are used again by the next call."""
        self._bend.draw(pose, self._out)
        backward = inverse(self._framing.near([pose])[0])
        paste(self._cutting, self._cutting.prescaled.sampling(backward), self._out)
        return self._out


def parted(framing: Framing, subject: Box) -> Framing:
    """Return the framing with depth held back so that the layers part by at most 4 % of the width.

    subject: left, top, width and height in pixels of the frame at rest.
    """
    x, y, width, height = subject
    corners = np.array([[x, y], [x + width, y], [x, y + height], [x + width, y + height]])
    most = PARTING * framing.window.size[0]
    while (widest := _parting(framing, corners)) > most:
        # Zoom is geometric, so the way is nearly straight: the second round ends it.
        poses = tuple(pose.shallower(0.99 * most / widest) for pose in framing.poses)
        framing = replace(framing, poses=poses)
    return framing


def _parting(framing: Framing, corners: NDArray[np.float64]) -> float:
    apart = framing.near(framing.poses) - framing.wall(framing.poses)
    return float(np.abs(corners @ apart[:, :, :2].swapaxes(1, 2) + apart[:, None, :, 2]).max())


def paste(cutting: Cutting, sampling: Matrix, out: Yuv) -> None:
    """Lay a cutting over a frame; only the rows and columns it can reach are touched."""
    yuv, half = cutting.prescaled.yuv, for_chroma(sampling)
    _over(yuv.y, cutting.mask, sampling, out.y)
    _over(yuv.u, cutting.mask_half, half, out.u)
    _over(yuv.v, cutting.mask_half, half, out.v)


def _over(plane: Plane, mask: Plane, sampling: Matrix, out: Plane) -> None:
    left, top, right, bottom = _reached(plane, sampling, out)
    if left >= right or top >= bottom:
        return
    moved = np.column_stack([sampling[:, :2], sampling[:, 2] + sampling[:, :2] @ np.array([left, top])])
    size, under = (right - left, bottom - top), out[top:bottom, left:right]
    veil = np.bitwise_not(warp_affine(mask, moved, size, "zero"))
    under[:] = plus(times(under, veil), warp_affine(plane, moved, size, "zero"))


def _reached(plane: Plane, sampling: Matrix, out: Plane) -> tuple[int, int, int, int]:
    back = np.linalg.inv(sampling[:, :2])
    height, width = plane.shape
    ends = np.array([[-1, -1], [width, -1], [-1, height], [width, height]])
    places = (ends - sampling[:, 2]) @ back.T
    first, last = np.floor(places.min(axis=0)).astype(int), np.ceil(places.max(axis=0)).astype(int) + 1
    return (
        max(0, int(first[0])),
        max(0, int(first[1])),
        min(out.shape[1], int(last[0])),
        min(out.shape[0], int(last[1])),
    )
