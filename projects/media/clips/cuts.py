"""Cuts: whether a new shot begins with a frame."""

from __future__ import annotations

import math
from typing import cast

import cv2
import numpy as np

from projects.media.arrays import Float, Plane

CHANGE = 28.0
"""Codes by which a cut changes luma on average; most moves change less."""
LIKENESS = 0.7
"""Shots that correlate less than this in their histograms are different; a quick pan keeps its own."""
SUDDEN = 3.0
"""A change this much larger than the one before is a cut, whatever the histograms say; a pan goes on."""


class Cuts:
    """Finds cuts in small luma planes (height, width) of one size, frame by frame."""

    def __init__(self) -> None:
        self._before: Plane | None = None
        self._change = math.inf

    def see(self, luma: Plane) -> bool:
        """Take in the next frame, which must not change later; return whether a new shot begins with it."""
        before, usual = self._before, self._change
        self._before = luma
        if before is None:
            return False
        self._change = float(np.abs(before.astype(np.int16) - luma.astype(np.int16)).mean())
        if self._change <= CHANGE:
            return False
        cut = self._change > SUDDEN * usual or _likeness(before, luma) < LIKENESS
        if cut:
            # What a cut changes says nothing about how much the new shot moves: the next frame cannot be sudden.
            self._change = math.inf
        return cut


def _likeness(one: Plane, other: Plane) -> float:
    return cv2.compareHist(_histogram(one), _histogram(other), cv2.HISTCMP_CORREL)


def _histogram(plane: Plane) -> Float:
    return cast("Float", cv2.calcHist([plane], [0], None, [64], [0, 256]))
