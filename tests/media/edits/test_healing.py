"""Healing against the truth: a hole in a pattern that goes on is filled with the pattern."""

from __future__ import annotations

import numpy as np
import pytest

from projects.media.arrays import Alpha, Rgb
from projects.media.edits import healing

SIZE = (320, 200)
HOLE = (slice(70, 120), slice(130, 200))


def stripes(light: float = 0.0) -> Rgb:
    """Return bars of 12 pixels; `light` adds a slope of so many codes from left to right."""
    across = np.arange(SIZE[0])
    bars = np.where(across // 12 % 2, 190.0, 90.0) + light * across / SIZE[0]
    return np.repeat(np.repeat(bars[None, :, None], SIZE[1], axis=0), 3, axis=2).astype(np.uint8)


def hole() -> Alpha:
    """Return a mask of a rectangle in the middle."""
    mask = np.zeros(SIZE[::-1], np.uint8)
    mask[HOLE] = 255
    return mask


@pytest.mark.parametrize("light", [0.0, 40.0], ids=["even", "lit from one side"])
def test_a_pattern_goes_on_through_the_gap(light: float) -> None:
    truth = stripes(light)
    damaged = truth.copy()
    damaged[HOLE] = (200, 30, 30)

    done = healing.healed(damaged, hole())

    assert done is not None
    assert np.abs(done.astype(int) - truth)[HOLE].mean() < 8
    assert np.array_equal(done[:50], truth[:50])


def test_where_nothing_matches_it_says_so() -> None:
    noise = np.random.default_rng(2).integers(0, 255, (25, 40, 3)).astype(np.uint8)
    patches = np.repeat(np.repeat(noise, 8, axis=0), 8, axis=1)

    assert healing.healed(patches, hole()) is None
