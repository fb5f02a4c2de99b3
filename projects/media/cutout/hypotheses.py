"""Guesses at where the product is: each a map that is high on it, made from one idea of what sets it apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from projects.media.arrays import Float, gaussian, resize
from projects.media.cutout.backdrop import Backdrop, fit_surface
from projects.media.cutout.lab import View, colours_of, distance_to, nearest
from projects.media.cutout.morphology import centre_weight, frame


@dataclass(frozen=True, slots=True)
class Guess:
    """One idea: its name, its map (any scale, high on the product), and how much of its score counts."""

    name: str
    map: Float
    trust: float = 1.0


def guesses(small: View, fine: View, backdrop: Backdrop) -> Iterator[Guess]:
    """Yield the maps that do not need the shadow flood; `fine` is the same picture at twice the size."""
    prior = np.float32(0.35) + np.float32(0.65) * centre_weight(small.size, 0.55)
    border = frame(small.rgb, small.pixels(0.05))
    yield Guess("barrier", _soft(barrier(small.lab)) * prior)
    yield Guess("colour", _soft(nearest(small.lab, colours_of(small.lab, border, 6))) * prior)
    yield Guess("focus", _soft(focus(fine, small)) * prior)
    quadratic, _ = fit_surface(small.lab, border, 2)
    yield Guess("poly", _soft(distance_to(small.lab, quadratic)) * prior)
    yield Guess("ellipse", centre_weight(small.size, 0.42), 0.9)


def barrier(lab: Float) -> Float:
    """Return the minimum barrier distance from the picture's edge: the least range of colour any path needs.

    Four directed sweeps, twice over, a line at a time (after Zhang et al., "Minimum Barrier Salient Object
    Detection at 80 FPS", 2015; theirs goes pixel by pixel).
    """
    state = _Barrier.of(lab)
    turned = state.turned()
    for _ in range(2):
        for sweep in (state, turned):
            sweep.run(range(1, len(sweep.cost)), -1)
            sweep.run(range(len(sweep.cost) - 2, -1, -1), 1)
    return state.cost


def focus(fine: View, small: View) -> Float:
    """Return how sharp the picture is around each pixel: the log energy of its Laplacian, closed."""
    energy = np.abs(cv2.Laplacian(np.ascontiguousarray(fine.lab[..., 0]), cv2.CV_32F, ksize=3))
    level = np.log1p(gaussian(energy.astype(np.float32), 3))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))
    shut = cast("Float", cv2.morphologyEx(level, cv2.MORPH_CLOSE, disc))
    return resize(shut, small.size, "area")


@dataclass(frozen=True, slots=True)
class _Barrier:
    """The best path to each pixel so far: its cost, and the highest and lowest colour on it."""

    lab: Float
    cost: Float
    high: Float
    low: Float

    @classmethod
    def of(cls, lab: Float) -> _Barrier:
        cost = np.full(lab.shape[:2], np.inf, np.float32)
        cost[frame(lab, 1)] = 0
        return cls(lab, cost, lab.copy(), lab.copy())

    def turned(self) -> _Barrier:
        """Return the same arrays with rows as columns."""
        return _Barrier(*(array.swapaxes(0, 1) for array in (self.lab, self.cost, self.high, self.low)))

    def run(self, lines: range, back: int) -> None:
        """Offer each line the paths that come from its neighbour `back` lines away."""
        for line in lines:
            high = np.maximum(self.high[line + back], self.lab[line])
            low = np.minimum(self.low[line + back], self.lab[line])
            cost = (high - low).max(axis=-1)
            better = cost < self.cost[line]
            self.cost[line][better] = cost[better]
            self.high[line][better] = high[better]
            self.low[line][better] = low[better]


def _soft(level: Float) -> Float:
    return gaussian(level.astype(np.float32), 1.5)
