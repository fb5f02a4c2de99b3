"""One shot: a prepared photo, a camera move and a format become the frames of a clip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from projects.media.arrays import Size
from projects.media.colour import Yuv
from projects.media.encode.writer import ClipWriter
from projects.media.motion.camera import MOVES, Pose, camera_path
from projects.media.motion.canvas import Still, canvases, kept
from projects.media.motion.filming import Scene, Sink, shoot
from projects.media.motion.framing import SHARES, Framing, fit
from projects.media.motion.ken_burns import Flat
from projects.media.motion.parallax import Parallax, parted
from projects.media.motion.relief import MIDDLE, Relief

# A photo that the format leaves nearly whole is used however close its product is. Any other canvas has to leave
# the product air and the move its strength.
ALIKE, AIR, LIVELY = 0.8, 0.82, 0.7

# Frames that are looked at before a clip is written.
SAMPLES = 4

Look = Literal["layers", "relief", "flat"]


@dataclass(frozen=True, slots=True)
class Shot:
    """How a photo is filmed: a move of `camera.MOVES` at a speed of `camera.SPEEDS`, for some seconds.

    frame: a key of `framing.SHARES`, or empty for the photo's own framing. seed: decides how a hand trembles.
    """

    move: str
    speed: str = "normal"
    seconds: Fraction = Fraction(5)
    frame: str = ""
    seed: int = 0

    def poses(self, rate: Fraction, strength: float) -> tuple[Pose, ...]:
        """Return the pose of every frame, of the move weakened by `strength`."""
        path = camera_path(self.move, self.speed, self.seconds, strength=strength, seed=self.seed)
        last = max(1, round(self.seconds * rate) - 1)
        return tuple(path(number / last) for number in range(last + 1))


def film(
    still: Still,
    shot: Shot,
    writer: ClipWriter,
    *,
    stop: Callable[[], bool],
    tell: Callable[[float], None],
    through: Callable[[Iterator[Yuv]], Sink] | None = None,
) -> None:
    """Write the shot's frames; size and rate are the writer's. The same input gives the same frames.

    A photo taken apart is filmed as layers that part. Otherwise the camera moves over the whole photo, and goes
    round it by relief. Where the product does not fit the format the photo is extended, and where that leaves
    it no air, it is placed anew on its own background. `through` is given some frames to look at, and returns
    what the frames go through on their way to the writer. Raises Stopped.
    """
    scene, framing = stage(still, shot, writer.size, writer.rate)
    samples = (scene.frame(pose) for pose in framing.poses[:: max(1, len(framing.poses) // SAMPLES)])
    shoot(scene, framing, through(samples) if through else writer, stop=stop, tell=tell)


def stage(still: Still, shot: Shot, size: Size, rate: Fraction) -> tuple[Scene, Framing]:
    """Return the scene and the framing that `film` shoots."""
    for canvas, share in canvases(still, size):
        look = _look(canvas, shot.move)
        framing = _framing(canvas, shot, look, (size, rate), share)
        whole = canvas is still and kept(still.size, size) >= ALIKE
        if framing and (whole or shot.frame or _airy(canvas, framing)):
            return _scene(canvas, look, framing), framing
    raise AssertionError("The last canvas has no product that a move could lose.")


def _airy(still: Still, framing: Framing) -> bool:
    """Whether the product has air around it and the move its strength."""
    if not still.box or still.cut_off:
        return True
    _, _, width, height = framing.window.inside(still.box, still.size)
    fills = max(width / framing.window.size[0], height / framing.window.size[1])
    return framing.strength >= LIVELY and fills <= AIR


def _look(still: Still, move: str) -> Look:
    """Return how a move is filmed: by layers where they are sure and whole, else by the print itself."""
    if not MOVES[move].deep:
        return "flat"
    if still.parts and not still.cut_off:
        return "layers"
    return "relief" if MOVES[move].round else "flat"


def _framing(
    still: Still, shot: Shot, look: Look, frame: tuple[Size, Fraction], share: float | None
) -> Framing | None:
    size, rate = frame

    def course(strength: float) -> tuple[Pose, ...]:
        poses = shot.poses(rate, strength)
        return tuple(pose.rigid() for pose in poses) if look == "relief" else poses

    wanted = SHARES.get(shot.frame, share)
    framing = fit(still.size, size, still.box, course, deep=look != "flat", share=wanted)
    if framing and still.box and look == "layers":
        return parted(framing, framing.window.inside(still.box, still.size))
    return framing


def _scene(still: Still, look: Look, framing: Framing) -> Scene:
    if look == "layers" and still.parts:
        return Parallax(still.rgb, still.parts.alpha, still.parts.plate, framing)
    if look == "relief":
        return Relief(still.rgb, framing.window.inside(still.box or MIDDLE, still.size), framing)
    return Flat(still.rgb, framing)
