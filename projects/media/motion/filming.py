"""Filming: the loop that turns any scene and a framing into the frames of a clip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from projects.media.colour import Yuv
from projects.media.faults import Stopped
from projects.media.motion.camera import Pose
from projects.media.motion.framing import Framing


class Scene(Protocol):
    """Something a camera can film."""

    def frame(self, pose: Pose) -> Yuv:
        """Return what the camera sees; the planes are used again by the next call."""


class Sink(Protocol):
    """Where frames go."""

    def write(self, yuv: Yuv) -> None:
        """Take the next frame; its planes may be changed afterwards."""


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
