"""A picture bent by depth: near parts follow the near layer, far parts the far one, the rest lies between.

The bend is smooth, so nothing tears. It is worked out once in eight pixels and drawn at full size.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from projects.media.arrays import Float, Plane, remap, resize
from projects.media.colour import Yuv
from projects.media.motion.camera import Pose
from projects.media.motion.framing import Framing, inverse
from projects.media.motion.prescaled import Prescaled

STEP = 8
ROUNDS = 3

Depth = Callable[[Float, Float], tuple[Float, Float]]
"""How near the picture is, 0 far to 1 near, at points of the frame at rest (pixels from its corner).

Once for moves to the side and once for moves up and down.
"""


class Bend:
    """Draws a prescaled picture as the camera sees it when each point has a depth."""

    def __init__(self, prescaled: Prescaled, framing: Framing, depth: Depth) -> None:
        self._prescaled, self._framing, self._depth = prescaled, framing, depth
        width, height = framing.window.size
        across, down = (np.arange(math.ceil(side / STEP) + 2, dtype=np.float32) for side in (width, height))
        # A cell more on each side, so that the ramp between cells never runs out at the frame's edge.
        self._x, self._y = np.meshgrid(across * STEP - STEP / 2, down * STEP - STEP / 2)

    def draw(self, pose: Pose, out: Yuv) -> None:
        """Fill `out` with what the camera sees in this pose."""
        at = self._found(pose)
        x, y = (
            _line(place, scale, offset - 0.5)
            for place, scale, offset in zip(at, self._prescaled.scale, self._prescaled.offset, strict=True)
        )
        _draw(self._prescaled.yuv.y, (x, y), STEP, out.y)
        half = _line(x, 0.5, -0.25), _line(y, 0.5, -0.25)
        _draw(self._prescaled.yuv.u, half, STEP // 2, out.u)
        _draw(self._prescaled.yuv.v, half, STEP // 2, out.v)

    def _found(self, pose: Pose) -> tuple[Float, Float]:
        """Return the point of the frame at rest that each cell shows: its depth says how far it lags."""
        back = inverse(self._framing.ground([pose])[0]).astype(np.float32)
        lag_x, lag_y = self._framing.lag([pose])[0].astype(np.float32)
        near_x: Float = np.ones_like(self._x)
        near_y = near_x
        for _ in range(ROUNDS):
            at_x, at_y = self._x - (1 - near_x) * lag_x, self._y - (1 - near_y) * lag_y
            x = back[0, 0] * at_x + back[0, 1] * at_y + back[0, 2]
            y = back[1, 0] * at_x + back[1, 1] * at_y + back[1, 2]
            near_x, near_y = self._depth(x, y)
        return x, y


def _line(value: Float, factor: float, offset: float) -> Float:
    result: Float = value * np.float32(factor) + np.float32(offset)
    return result


def _draw(plane: Plane, at: tuple[Float, Float], step: int, out: Plane) -> None:
    height, width = out.shape
    x, y = (
        resize(cells, (cells.shape[1] * step, cells.shape[0] * step), "linear")[step:, step:][:height, :width]
        for cells in at
    )
    remap(plane, x, y, out=out)


def rise(value: Float, start: float, end: float) -> Float:
    """Return 0 up to `start`, 1 from `end` on, and a smooth step between them (start > end falls)."""
    share = np.clip((value - np.float32(start)) / np.float32(end - start), 0, 1)
    smooth: Float = share * share * (3 - 2 * share)
    return smooth


def ramp(value: Float, start: float, end: float) -> Float:
    """Return 0 up to `start`, 1 from `end` on, and between them a straight line with rounded ends.

    What was straight stays straight along the line; the rounding takes a quarter of the way at each end.
    """
    share = np.clip((value - np.float32(start)) / np.float32(end - start), -0.25, 1.25)
    soft = np.float32(0.25)
    low = np.where(share < soft, (share + soft) ** 2 / (4 * soft), share)
    straight: Float = np.where(low > 1 - soft, 1 - (1 + soft - low) ** 2 / (4 * soft), low)
    return straight
