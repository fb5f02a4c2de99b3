"""Steering: the calm way of a window along one axis of a shot that keeps what matters inside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from projects.media.arrays import Float, gaussian

POSITIONS = 64
SMOOTH_SECONDS = 0.35
LOCKED = 0.04
"""A window that wanders less than this share of the picture in a shot stands still."""
# What it costs to move the window by a share of the picture between two samples, against a gain of about 1.
LINEAR, SQUARE = 0.4, 2.4
# What an edge costs where what matters is as dense as on average.
CUTTING = 0.06
# How much less a place counts at the window's edge than in its middle.
EDGE = 0.35


def steer(profiles: Sequence[Float], width: float) -> Float:
    """Return the middle of a window of `width` on each profile of one shot, in shares, at the least cost.

    profiles: how much each place along the axis matters, one array (places,) a sample. Dynamic programming over
    64 positions: what the window holds, less what its edges cut and what it costs to move there.
    """
    middles: Float = np.linspace(width / 2, 1 - width / 2, POSITIONS, dtype=np.float32)
    gains = np.stack([_gain(profile, middles, width) for profile in profiles])
    moved = np.abs(middles[:, None] - middles[None, :])
    price = LINEAR * moved + SQUARE * moved**2
    score, back = gains[0], np.zeros(gains.shape, np.int64)
    for at in range(1, len(gains)):
        reached = score[None, :] - price
        back[at] = reached.argmax(axis=1)
        score = gains[at] + reached.max(axis=1)
    chosen = np.empty(len(gains), np.int64)
    chosen[-1] = score.argmax()
    for at in range(len(gains) - 1, 0, -1):
        chosen[at - 1] = back[at, chosen[at]]
    path: Float = middles[chosen]
    return path


def smooth(middles: Float, samples_a_second: float) -> Float:
    """Return the middles without steps; a window that hardly moves stands still."""
    if float(np.ptp(middles)) < LOCKED:
        return np.full_like(middles, np.median(middles))
    sigma = SMOOTH_SECONDS * samples_a_second
    reach = round(3 * sigma)
    # Mirrored about its ends, so that a move under way there is not slowed down.
    padded = np.pad(middles, reach, mode="reflect", reflect_type="odd")
    return gaussian(padded[None, :], sigma)[0, reach : reach + len(middles)]


def judge(profile: Float, middle: float, width: float) -> tuple[float, float]:
    """Return the share of a profile that a window holds, and how dense it is at the edge that cuts most."""
    inside = np.abs(_places(profile) - middle) <= width / 2
    edges = np.array([middle - width / 2, middle + width / 2], np.float32)
    share = float(profile[inside].sum() / max(float(profile.sum()), 1e-9))
    return share, float(_cut(profile, edges).max())


def _gain(profile: Float, middles: Float, width: float) -> Float:
    away = np.abs(_places(profile)[None, :] - middles[:, None]) / (width / 2)
    strong = profile**1.5
    gain: Float = np.where(away <= 1, 1 - EDGE * away**2, 0) @ strong / max(float(strong.sum()), 1e-9)
    return gain - CUTTING * (_cut(profile, middles - width / 2) + _cut(profile, middles + width / 2))


def _cut(profile: Float, edges: Float) -> Float:
    """Return how dense what matters is at each edge, 1 being the mean; the picture's own edges cut nothing."""
    dense = gaussian(profile[None, :].astype(np.float32), 0.01 * len(profile))[0]
    found = np.interp(edges, _places(profile), dense / max(float(profile.mean()), 1e-9))
    inside: Float = np.where((edges > 1e-3) & (edges < 1 - 1e-3), found, 0).astype(np.float32)
    return inside


def _places(profile: Float) -> Float:
    places: Float = ((np.arange(len(profile)) + 0.5) / len(profile)).astype(np.float32)
    return places
