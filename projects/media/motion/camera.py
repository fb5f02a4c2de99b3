"""Camera moves as data: where the camera stands at any moment, in shares of the frame, without any picture.

A pose says where two layers come to lie in the frame: the subject's and the far background's. What lies
between them is mixed. At rest (the default pose) both lie as in the photo.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np


@dataclass(frozen=True, slots=True)
class Layer:
    """How one layer lies in the frame: enlarged about the focus, then moved right and down.

    x is a share of the frame's width, y of its height.
    """

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def scaled(self, strength: float) -> Layer:
        """Return the layer as far from rest as `strength` says: 0 is at rest, 1 as it is."""
        return Layer(math.pow(self.zoom, strength), self.x * strength, self.y * strength)

    def toward(self, other: Layer, share: float) -> Layer:
        """Return the layer `share` of the way to another; zoom goes geometrically, so that it feels even."""
        return Layer(
            math.pow(self.zoom, 1 - share) * math.pow(other.zoom, share),
            self.x + (other.x - self.x) * share,
            self.y + (other.y - self.y) * share,
        )


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera stands: the subject's layer, the far one, and a roll in degrees clockwise."""

    near: Layer = Layer()
    far: Layer = Layer()
    roll: float = 0.0

    def scaled(self, strength: float) -> Pose:
        """Return the pose as far from rest as `strength` says."""
        return Pose(self.near.scaled(strength), self.far.scaled(strength), self.roll * strength)

    def toward(self, other: Pose, share: float) -> Pose:
        """Return the pose `share` of the way to another."""
        roll = self.roll + (other.roll - self.roll) * share
        return Pose(self.near.toward(other.near, share), self.far.toward(other.far, share), roll)

    def shallower(self, depth: float) -> Pose:
        """Return the pose with the far layer brought to the near one: 1 leaves it, 0 makes the world flat."""
        return Pose(self.near, self.near.toward(self.far, depth), self.roll)

    def rigid(self) -> Pose:
        """Return the pose with both layers zoomed alike: they move against each other, but none grows."""
        return Pose(self.near, Layer(self.near.zoom, self.far.x, self.far.y), self.roll)


Path = Callable[[float], Pose]
"""The pose at a share of the clip, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Move:
    """From one pose to another; `shake` is how much of a hand is in it.

    round: only the layers' parting shows the move, so a photo without layers has to be bent for it.
    """

    start: Pose
    end: Pose
    shake: float = 0.0
    round: bool = False

    @property
    def deep(self) -> bool:
        """Whether the layers part at all."""
        return any(pose.near != pose.far for pose in (self.start, self.end))


REST = Pose()

# The far layer zooms with half the power of the subject's, as if it stood twice as far away.
MOVES: dict[str, Move] = {
    "locked": Move(REST, REST),
    "push-in": Move(REST, Pose(Layer(1.16), Layer(1.077))),
    "pull-out": Move(Pose(Layer(1.16), Layer(1.077)), REST),
    "orbit": Move(REST, Pose(Layer(1.05), Layer(1.025, 0.03)), round=True),
    "slide": Move(
        Pose(Layer(1.02, 0.045), Layer(1.01, 0.025)), Pose(Layer(1.02, -0.045), Layer(1.01, -0.025))
    ),
    "tilt": Move(
        Pose(Layer(1, 0, -0.055), Layer(1, 0, -0.055)), Pose(Layer(1.03, 0, 0.03), Layer(1.03, 0, 0.03))
    ),
    "crane": Move(
        Pose(Layer(1, 0, 0.035), Layer(1, 0, 0.015)), Pose(Layer(1.09, 0, -0.035), Layer(1.044, 0, -0.015))
    ),
    "handheld": Move(REST, Pose(Layer(1.06), Layer(1.03)), shake=1.0),
}


def glide(share: float) -> float:
    """Return an even course with soft ends: a fifth of the way up to speed, a fifth down."""
    soft = 0.2
    if share > 0.5:
        return 1 - glide(1 - share)
    if share > soft:
        return (share - soft / 2) / (1 - soft)
    # The speed rises as a half cosine; this is its integral.
    return (share / 2 - soft / (2 * math.pi) * math.sin(math.pi * share / soft)) / (1 - soft)


def cosine(share: float) -> float:
    """Return a course that is fastest half-way."""
    return (1 - math.cos(math.pi * share)) / 2


def swift(share: float) -> float:
    """Return a course that is fastest early and settles for long."""
    return 1 - math.pow(1 - cosine(share), 1.7)


@dataclass(frozen=True, slots=True)
class Speed:
    """How far a move goes, against the table above, and by which course."""

    strength: float
    course: Callable[[float], float]


SPEEDS: dict[str, Speed] = {
    "slow": Speed(0.7, glide),
    "normal": Speed(1.0, cosine),
    "fast": Speed(1.3, swift),
}

# A hand: cycles a second and their weights. .6 % of the frame at most in common, a quarter of a degree.
SWAY = ((0.35, 1.0), (0.8, 0.5), (1.7, 0.22), (3.1, 0.08))
SWAY_SHARE, SWAY_DEGREES = 0.006, 0.25
FAR_SWAY = 0.6


def camera_path(move: str, speed: str, seconds: Fraction, *, strength: float = 1.0, seed: int = 0) -> Path:
    """Return the course of a move that takes `seconds`; `strength` weakens it. KeyError for unknown names."""
    chosen, pace = MOVES[move], SPEEDS[speed]
    hand = _hand(seed, float(seconds))
    amount = strength * pace.strength

    def pose(share: float) -> Pose:
        smooth = chosen.start.scaled(amount).toward(chosen.end.scaled(amount), pace.course(share))
        return _shaken(smooth, hand, share, chosen.shake * strength) if chosen.shake else smooth

    return pose


def _hand(seed: int, seconds: float) -> Callable[[float], tuple[float, float, float]]:
    phases = np.random.default_rng(seed).uniform(0, 2 * math.pi, (3, len(SWAY)))
    total = sum(weight for _, weight in SWAY)

    def sway(share: float) -> tuple[float, float, float]:
        time = 2 * math.pi * share * seconds
        x, y, roll = (
            sum(
                weight * math.sin(cycles * time + float(phase))
                for (cycles, weight), phase in zip(SWAY, row, strict=True)
            )
            / total
            for row in phases
        )
        return x, y, roll

    return sway


def _shaken(
    pose: Pose, hand: Callable[[float], tuple[float, float, float]], share: float, amount: float
) -> Pose:
    x, y, roll = (amount * value for value in hand(share))
    near, far = (
        Layer(layer.zoom, layer.x + x * SWAY_SHARE * weight, layer.y + y * SWAY_SHARE * weight)
        for layer, weight in ((pose.near, 1.0), (pose.far, FAR_SWAY))
    )
    return Pose(near, far, roll * SWAY_DEGREES)
