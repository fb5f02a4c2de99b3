"""A photo without a cut-out, bent a little as if it had depth: the camera goes round, nothing tears.

The ground comes nearer from the top of the frame to its bottom, and what stands in the subject's box a little
more; everything between falls away softly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from projects.media.arrays import Box, Float, Rgb
from projects.media.colour import Yuv, blank
from projects.media.motion.camera import Pose
from projects.media.motion.depth_warp import Bend, ramp, rise
from projects.media.motion.framing import Framing
from projects.media.motion.prescaled import lay

SUBJECT = np.float32(0.45)
# Where the subject of most product photos stands, when nobody has said.
MIDDLE: Box = (0.3, 0.22, 0.4, 0.6)


@dataclass(frozen=True, slots=True)
class Dome:
    """Depth of a photo with one subject: its box, in pixels of the frame at rest, and the frame's height.

    Most of the depth is the ground's, which rises evenly from the bottom of the frame and leaves straight lines
    straight; the rest brings the subject forward, with a fall so wide that what stands beside it hardly bends.
    """

    left: float
    top: float
    right: float
    bottom: float
    height: float

    def near(self, x: Float, y: Float) -> tuple[Float, Float]:
        """Return the depth at points of the frame at rest, 0 far to 1 near."""
        across, down = self.right - self.left, self.bottom - self.top
        sides = rise(x, self.left - 1.3 * across, self.left) * rise(x, self.right + 1.3 * across, self.right)
        subject = sides * rise(y, self.top - 0.9 * down, self.top)
        depth: Float = SUBJECT * subject + (1 - SUBJECT) * ramp(y, 0, self.height)
        return depth, depth


class Relief:
    """A photo bent by the depth of its dome."""

    def __init__(self, rgb: Rgb, subject: Box, framing: Framing) -> None:
        """subject: left, top, width and height in pixels of the frame at rest."""
        x, y, width, height = subject
        dome = Dome(x, y, x + width, y + height, framing.window.size[1])
        self._bend = Bend(lay(rgb, framing), framing, dome.near)
        self._out = blank(framing.window.size)

    def frame(self, pose: Pose) -> Yuv:
        """Return what the camera sees; the planes are used again by the next call."""
        self._bend.draw(pose, self._out)
        return self._out
