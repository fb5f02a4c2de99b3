"""Flashes: whether a clip flickers more than people with photosensitive epilepsy can take.

After the general flash limit of WCAG 2.2 (2.3.1) and ITU-R BT.1702: more than three flashes within a second, each
a pair of opposed changes by a tenth of the largest luminance on a quarter of the picture.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from projects.media.arrays import Float, Plane, lookup, resize
from projects.media.colour import BLACK, LINEAR

GRID = (24, 14)
CHANGE = 0.10
BRIGHT = 0.80
"""Where both sides of a change are this light it does not count."""
AREA = 0.25
MOST = 3
"""The largest number of flashes in a second that is safe."""

# Relative luminance, 0 to 1, of each limited-range luma code.
LIGHT: Float = LINEAR[np.clip((np.arange(256) - BLACK) * 255 // 219, 0, 255)]


class Flashes:
    """Counts flashes frame by frame; `most` is the largest number within any second so far."""

    def __init__(self) -> None:
        self._extremes: tuple[Float, Float] | None = None
        self._turns: deque[tuple[Fraction, str]] = deque()
        self.most = 0

    def see(self, seconds: Fraction, luma: Plane) -> None:
        """Take in the luma plane of the next frame."""
        light = resize(lookup(luma, LIGHT), GRID, "area")
        low, high = self._extremes or (light, light)
        rising, falling = _turned(low, light), _turned(light, high)
        # A cell that turned starts anew from where it is.
        turned = rising | falling
        self._extremes = (
            np.where(turned, light, np.minimum(low, light)),
            np.where(turned, light, np.maximum(high, light)),
        )
        for direction, cells in (("up", rising), ("down", falling)):
            if cells.mean() >= AREA:
                self._count(seconds, direction)

    def _count(self, seconds: Fraction, direction: str) -> None:
        if self._turns and self._turns[-1][1] == direction:
            return
        self._turns.append((seconds, direction))
        while seconds - self._turns[0][0] >= 1:
            self._turns.popleft()
        self.most = max(self.most, len(self._turns) // 2)


def _turned(darker: Float, lighter: Float) -> NDArray[np.bool_]:
    cells: NDArray[np.bool_] = (lighter - darker >= CHANGE) & (darker < BRIGHT)
    return cells
