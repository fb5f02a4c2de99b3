"""The whole photo under a moving camera, and the loop that films any scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from projects.media.arrays import Rgb, warp_affine
from projects.media.camera import Pose
from projects.media.colour import Yuv, blank
from projects.media.faults import Stopped
from projects.media.framing import Framing, inverse
from projects.media.sheet import for_chroma, lay


class Scene(Protocol):
    """Something a camera can film."""

    def frame(self, pose: Pose) -> Yuv:
        """Return what the camera sees; the planes are used again by the next call."""


class Sink(Protocol):
    """Where frames go."""

    def write(self, yuv: Yuv) -> None:
        """Take the next frame; its planes may be changed afterwards."""


class Flat:
    """A photo as a flat print: nothing in it changes its shape or place against the rest."""

    def __init__(self, rgb: Rgb, framing: Framing) -> None:
        self._framing = framing
        self._sheet = lay(rgb, framing)
        self._out = blank(framing.window.size)

    def frame(self, pose: Pose) -> Yuv:
        """Return what the camera sees; the planes are used again by the next call."""
        sampling = self._sheet.sampling(inverse(self._framing.near([pose])[0]))
        width, height = self._out.size
        warp_affine(self._sheet.yuv.y, sampling, (width, height), out=self._out.y)
        half, chroma = (width // 2, height // 2), for_chroma(sampling)
        warp_affine(self._sheet.yuv.u, chroma, half, out=self._out.u)
        warp_affine(self._sheet.yuv.v, chroma, half, out=self._out.v)
        return self._out


def shoot(
    scene: Scene,
    framing: Framing,
    writer: Sink,
    *,
    stop: Callable[[], bool],
    tell: Callable[[float], None],
) -> None:
    """Write one frame for each pose. Raises Stopped once `stop` says so; `tell` hears the share done."""
    for number, pose in enumerate(framing.poses, start=1):
        if stop():
            raise Stopped
        writer.write(scene.frame(pose))
        tell(number / len(framing.poses))
