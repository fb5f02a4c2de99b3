"""A bridge from one still to another: it begins with the first as it is and ends with the last as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from projects.media.arrays import Rgb, Size, size_of
from projects.media.boards.animatic import between
from projects.media.captions.overlay import Overlay
from projects.media.colour import Yuv
from projects.media.motion.camera import REST, SPEEDS, Layer, Pose, cosine
from projects.media.motion.framing import MIDDLE, Framing, Window
from projects.media.motion.ken_burns import Flat

ENDS: dict[str, tuple[Layer, Layer]] = {
    "locked": (Layer(), Layer()),
    "push-in": (Layer(1.12), Layer(1.04)),
    "pull-out": (Layer(1.04), Layer(1.12)),
    "orbit": (Layer(1.08, -0.03), Layer(1.08, 0.03)),
    "slide": (Layer(1.10, -0.045), Layer(1.10, 0.045)),
    "tilt": (Layer(1.10, 0, 0.045), Layer(1.10, 0, -0.045)),
    "crane": (Layer(1.10, 0, -0.04), Layer(1.08, 0, 0.03)),
    "handheld": (Layer(1.06, 0.012, -0.008), Layer(1.06, -0.010, 0.006)),
}
"""Where the camera has taken the first still, and where it comes from on the last; so near that no edge shows."""
DISSOLVE = (0.32, 0.68)
"""When the first still begins to go and when it is gone, in shares of the clip."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """Two stills of the frame's shape and how the camera goes between them.

    cut: seconds at which one turns into the other at once; None for a dissolve.
    """

    first: Rgb
    last: Rgb
    size: Size
    seconds: Fraction
    move: str
    speed: str
    cut: Fraction | None = None
    type: Overlay | None = None

    def frames(self, rate: Fraction) -> Iterator[Yuv]:
        """Yield the frames; the planes may be used again by the next one."""
        count = max(2, round(self.seconds * rate))
        shares = [number / (count - 1) for number in range(count)]
        strength, (leaves, comes) = SPEEDS[self.speed].strength, ENDS[self.move]
        away, from_ = (Pose(layer, layer).scaled(strength) for layer in (leaves, comes))
        outgoing = self._scene(self.first, [REST.toward(away, cosine(share)) for share in shares])
        incoming = self._scene(self.last, [from_.toward(REST, cosine(share)) for share in shares])
        for number, share in enumerate(shares):
            turned = self._turned(number, share, rate)
            if turned <= 0:
                yield outgoing[0].frame(outgoing[1][number])
            elif turned >= 1:
                yield incoming[0].frame(incoming[1][number])
            else:
                first, last = (scene.frame(poses[number]) for scene, poses in (outgoing, incoming))
                yield between(first, last, turned)

    def _turned(self, number: int, share: float, rate: Fraction) -> float:
        """Return how far the first still has turned into the last, 0 to 1."""
        if self.cut is not None:
            return float(number >= round(self.cut * rate))
        start, end = DISSOLVE
        return cosine(min(max((share - start) / (end - start), 0.0), 1.0))

    def _scene(self, rgb: Rgb, poses: list[Pose]) -> tuple[Flat, list[Pose]]:
        window = Window(self.size, size_of(rgb)[0] / self.size[0], 0.0, 0.0)
        return Flat(rgb, Framing(window, MIDDLE, MIDDLE, tuple(poses), deep=False)), poses
