"""Attention: what matters on each sample of a clip: what moves by itself, else the product and what draws the eye."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from projects.media.arrays import Float, Plane, gaussian, size_of
from projects.media.clips.registration import as_moved, camera_move, corner_shifts
from projects.media.clips.samples import Sample, Watched
from projects.media.reframe.saliency import saliency
from projects.media.reframe.subject import product, with_product

STILL = 2.0
"""A camera that moves less than this in a whole shot, in pixels of the small frame, stands still."""
STRIDE = 4
"""Samples between two that are compared for a move of the camera."""
MEDIAN_OF = 48
"""Samples of a shot that make its background."""
MOVED = 12.0
"""Codes of luma by which a pixel must change to have moved."""
COVERED = (0.005, 0.35)
"""The share of the picture that may move for the motion to tell where the subject is."""
OFTEN = 0.25
"""The share of a shot's samples on which something must move for the shot to be about that."""
LOOK_EVERY, MOST_LOOKS = Fraction(3), 6
"""Seconds between two looks for the product in a shot, and about how often at most in a clip."""


def profiles(watched: Watched, axis: int) -> list[Float]:
    """Return for each sample how much each place along an axis matters, summing to 1; axis 0 is across.

    In a shot where something moves against the background, that and a little of what draws the eye: while it
    pauses it is where it was. In other shots the product that is seen about then, and what draws the eye.
    """
    every = max(LOOK_EVERY, watched.samples[-1].seconds / MOST_LOOKS)
    found: list[Float] = []
    for shot in range(len(watched.starts)):
        samples = [sample for sample in watched.samples if sample.shot == shot]
        drawn = [saliency(sample.yuv) for sample in samples]
        found += _moving(samples, drawn, axis) or _resting(watched, samples, drawn, every, axis)
    return found


def motion(lumas: Sequence[Plane]) -> Iterator[Float]:
    """Yield how much each pixel of each frame of one shot moves by itself, in codes of luma."""
    if _stands_still(lumas):
        yield from _against_median(lumas)
        return
    for at, luma in enumerate(lumas):
        others = [lumas[other] for other in (at - 2, at + 2) if 0 <= other < len(lumas)]
        differences = [_apart(luma, as_moved(other, camera_move(other, luma))) for other in others]
        yield np.min(differences, axis=0) if differences else np.zeros(luma.shape, np.float32)


def _moving(samples: Sequence[Sample], drawn: Sequence[Float], axis: int) -> list[Float]:
    """Return the profiles of what moves, [] when the shot is not about that."""
    moved = [_along(change, axis) for change in motion([sample.yuv.y for sample in samples])]
    seen = [along for along in moved if along is not None]
    if len(seen) < OFTEN * len(samples):
        return []
    found, last = list[Float](), seen[0]
    for along, eye in zip(moved, drawn, strict=True):
        last = last if along is None else along
        found.append((0.9 * last + 0.1 * eye.sum(axis=axis)).astype(np.float32))
    return found


def _along(change: Float, axis: int) -> Float | None:
    """Return the profile of what moves, summing to 1; None where too little or too much does."""
    strong = np.where(change > MOVED, change, 0)
    if not COVERED[0] <= float((strong > 0).mean()) <= COVERED[1]:
        return None
    along: Float = (strong.sum(axis=axis) / strong.sum()).astype(np.float32)
    return along


def _resting(
    watched: Watched, samples: Sequence[Sample], drawn: Sequence[Float], every: Fraction, axis: int
) -> list[Float]:
    """Return the profiles of a shot in which nothing moves by itself, the product looked for now and then."""
    found = list[Float]()
    looked, seen = samples[0].seconds - every, None
    for sample, eye in zip(samples, drawn, strict=True):
        if sample.seconds - looked >= every:
            looked, seen = sample.seconds, product(watched.still(sample))
        found.append(with_product(eye, seen).sum(axis=axis))
    return found


def _stands_still(lumas: Sequence[Plane]) -> bool:
    """Return whether no corner of the picture wanders, by shift or zoom, further than STILL in the shot."""
    steps = [*lumas[::STRIDE], lumas[-1]]
    shifts = [corner_shifts(camera_move(one, two), *size_of(one)) for one, two in pairwise(steps)]
    return bool(np.abs(np.cumsum(shifts, axis=0)).max() < STILL)


def _against_median(lumas: Sequence[Plane]) -> Iterator[Float]:
    step = max(1, len(lumas) // MEDIAN_OF)
    background = np.median(np.stack(lumas[::step]), axis=0).astype(np.float32)
    for luma in lumas:
        yield gaussian(np.abs(luma.astype(np.float32) - background), 1.0)


def _apart(one: Plane, other: Plane) -> Float:
    return gaussian(np.abs(one.astype(np.float32) - other), 1.0)
