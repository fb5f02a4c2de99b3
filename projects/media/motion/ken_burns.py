"""The whole photo under a moving camera, as a flat print: what is known as the Ken Burns effect."""

from __future__ import annotations

from projects.media.arrays import Rgb, warp_affine
from projects.media.colour import Yuv, blank
from projects.media.motion.camera import Pose
from projects.media.motion.framing import Framing, inverse
from projects.media.motion.prescaled import for_chroma, lay


class Flat:
    """A photo as a flat print: nothing in it changes its shape or place against the rest."""

    def __init__(self, rgb: Rgb, framing: Framing) -> None:
        self._framing = framing
        self._prescaled = lay(rgb, framing)
        self._out = blank(framing.window.size)

    def frame(self, pose: Pose) -> Yuv:
        """Return what the camera sees; the planes are used again by the next call."""
        sampling = self._prescaled.sampling(inverse(self._framing.near([pose])[0]))
        width, height = self._out.size
        warp_affine(self._prescaled.yuv.y, sampling, (width, height), out=self._out.y)
        half, chroma = (width // 2, height // 2), for_chroma(sampling)
        warp_affine(self._prescaled.yuv.u, chroma, half, out=self._out.u)
        warp_affine(self._prescaled.yuv.v, chroma, half, out=self._out.v)
        return self._out
