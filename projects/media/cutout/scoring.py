"""How good a mask looks without knowing the truth, which of several to take, and whether to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from projects.media.arrays import Box, Float, dilate, gaussian, resize
from projects.media.cutout.lab import View, lab_codes
from projects.media.cutout.morphology import (
    Mask,
    box_of,
    frame,
    grow,
    opened,
    outline_of,
    overlap,
    parts,
    reached,
    solidity,
)

LIGHTS, HUES = 20, 14
"""Bins of lightness and of each colour axis in the histograms that tell inside from outside."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much: edge, other colours, solid shape; what is left over; agreement; the box."""

    edge: float
    separation: float
    solidity: float
    rest: float
    agree: float
    fit: float = 0.5


ON_PLAIN = Weights(edge=0.45, separation=0.30, solidity=0.25, rest=0.7, agree=0.3)
"""On one smooth backdrop an edge is proof, and ideas built on colour agree on the same mistakes."""
IN_SCENE = Weights(edge=0.30, separation=0.50, solidity=0.20, rest=0.4, agree=0.6)
IN_CALM_BOX = Weights(edge=0.6, separation=0.65, solidity=0.2, rest=0.8, agree=0.65, fit=0.7)
IN_BUSY_BOX = Weights(edge=0.4, separation=0.65, solidity=0.2, rest=0.2, agree=0.95, fit=0.7)
"""Tried on 43 photos with known masks, with a tight box and a loose one each. Calm ground makes edges trustworthy."""
SLACK, UNEVEN, EMPTY = 0.13, 0.05, 0.35
"""The share of a box's side that may be air, how much more than beside most sides, and how much beyond is too much."""


def weights_for(*, plain: bool, boxed: bool, calm: bool) -> Weights:
    """Return what counts in a photo on one plain backdrop or not, with a person's box or not, on calm ground or not."""
    if plain:
        return ON_PLAIN
    if not boxed:
        return IN_SCENE
    return IN_CALM_BOX if calm else IN_BUSY_BOX


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mask at the small working size, the idea it came from, and its score alone (about 0 to 1)."""

    family: str
    mask: Mask
    score: float


@dataclass(frozen=True, slots=True)
class Judge:
    """What the masks of one picture are held against.

    `edges` is the strongest change near each pixel, `bins` its colour in a histogram, `foreign` what the
    backdrop does not explain, `weights` what counts here, `box` the person's box if there is one.
    """

    view: View
    edges: Float
    bins: NDArray[np.int32]
    foreign: Mask
    weights: Weights
    box: Box | None = None

    @classmethod
    def of(cls, small: View, fine: View, foreign: Mask, weights: Weights, box: Box | None = None) -> Judge:
        """Return the judge of a picture seen at two sizes; edges come from the finer one, so lines count."""
        change = resize(dilate(fine.change, 1), small.size, "area")
        return cls(small, dilate(change, 1), _bins(small), foreign, weights, box)

    def score(self, mask: Mask) -> float:
        """Return about 0 to 1: edges under the outline, other colours inside, a compact shape, nothing left."""
        area = float(mask.mean())
        if not 0.002 < area < 0.95 or np.count_nonzero(outline_of(mask)) < 8:
            return 0.0
        weigh = self.weights
        good = weigh.edge * self.edge(mask) + weigh.separation * self.separation(mask)
        good += weigh.solidity * solidity(mask)
        good -= 0.6 * touching(mask) + 5 * max(0.0, 0.02 - area)
        good -= weigh.rest * self.rest(mask)
        if self.box is not None:
            return good - weigh.fit * self._gap(mask, self.box) - 0.3 * broken(mask)
        return good - 0.3 * max(0.0, _eccentricity(mask) - 0.15) - max(0.0, area - 0.6)

    def edge(self, mask: Mask) -> float:
        """Return the share of the outline that lies on an edge which is clear of the texture around, and sharp.

        Sharp: the change per pixel is what the step between the two sides asks for. A shadow's rim is not.
        """
        line = outline_of(mask) & ~frame(mask, 2)
        ring = grow(mask, self.view.pixels(0.09)) & ~grow(mask, 4)
        if not line.any():
            return 0.0
        texture = max(0.25, float(np.percentile(self.edges[ring], 75))) if ring.any() else 0.25
        change = self.edges[line]
        clear = np.clip((change - texture) / (texture + 0.6), 0, 1)
        sharp = np.clip(change / (0.2 * self._step(mask)[line] + 0.3), 0, 1)
        return float((clear * sharp).mean())

    def separation(self, mask: Mask) -> float:
        """Return 1 - the Bhattacharyya coefficient of the colours inside and within 10 % around."""
        around = grow(mask, self.view.pixels(0.10)) & ~grow(mask, 1)
        if not around.any():
            return 0.0
        ours, theirs = (_histogram(self.bins[where]) for where in (mask, around))
        return 1 - float(np.sqrt(ours * theirs).sum())

    def rest(self, mask: Mask) -> float:
        """Return the size of what adjoins the mask and is no backdrop either, as a share of the mask."""
        left = opened(self.foreign & ~grow(mask, 1), self.view.pixels(0.012))
        beside = reached(left, grow(mask, 4))
        return min(1.0, float(np.count_nonzero(beside) / np.count_nonzero(mask)))

    def _gap(self, mask: Mask, box: Box) -> float:
        """Return how far the mask stays away from the sides of the box that was drawn, 0 for near enough to 1.

        People draw a box around the whole product and leave it some air, about as much on all sides.
        """
        left, top, wide, high = box_of(mask)
        gaps = (
            (left - box[0]) / box[2],
            (box[0] + box[2] - left - wide) / box[2],
            (top - box[1]) / box[3],
            (box[1] + box[3] - top - high) / box[3],
        )
        air = min(SLACK, float(np.median(gaps)) + UNEVEN)
        return min(1.0, sum(max(0.0, gap - air) for gap in gaps) / EMPTY)

    def _step(self, mask: Mask) -> Float:
        """Return the difference in Lab between the two sides of the outline, near each pixel."""
        weight = mask.astype(np.float32)[..., None]
        share = gaussian(weight[..., 0], 2.5)[..., None]
        inside = gaussian(self.view.lab * weight, 2.5) / (share + np.float32(1e-3))
        outside = gaussian(self.view.lab * (1 - weight), 2.5) / (1 - share + np.float32(1e-3))
        return cast("Float", np.sqrt(np.square(inside - outside).sum(axis=-1)))


def touching(mask: Mask) -> float:
    """Return the share of the picture's edge that the mask lies on."""
    return float(mask[frame(mask, 1)].mean())


def broken(mask: Mask) -> float:
    """Return the share of the mask that is not in its biggest part."""
    _, _, areas = parts(mask)
    return 1 - float(areas[1:].max() / areas[1:].sum()) if len(areas) > 1 else 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidate taken, and how far the other ideas agree (0 to 1)."""

    best: Candidate
    agree: float


def choose(candidates: Sequence[Candidate], weights: Weights) -> Choice:
    """Return the candidate with the best sum of its own score and its agreement with other ideas.

    Agreement is the mean overlap with the nearest mask of the three ideas that are nearest to it.
    """
    overlaps = [[overlap(one.mask, other.mask) for other in candidates] for one in candidates]
    agree = [_agreement(index, candidates, overlaps[index]) for index in range(len(candidates))]
    total = [one.score + weights.agree * near for one, near in zip(candidates, agree, strict=True)]
    index = int(np.argmax(total))
    return Choice(candidates[index], agree[index])


def _agreement(index: int, candidates: Sequence[Candidate], overlaps: Sequence[float]) -> float:
    nearest: dict[str, float] = {}
    for other, near in zip(candidates, overlaps, strict=True):
        if other.family != candidates[index].family:
            nearest[other.family] = max(near, nearest.get(other.family, 0.0))
    top = sorted(nearest.values(), reverse=True)[:3]
    return float(np.mean(top)) if top else 0.0


def _eccentricity(mask: Mask) -> float:
    left, top, wide, high = box_of(mask)
    return float(np.hypot(left + wide / 2 - 0.5, top + high / 2 - 0.5))


def _bins(view: View) -> NDArray[np.int32]:
    lab = lab_codes(view.rgb).astype(np.int32)
    light = lab[..., 0] * LIGHTS // 256
    hue = np.clip((lab[..., 1:] - 128) * HUES // 110 + HUES // 2, 0, HUES - 1)
    return cast("NDArray[np.int32]", (light * HUES + hue[..., 0]) * HUES + hue[..., 1])


def _histogram(bins: NDArray[np.int32]) -> Float:
    """Return the histogram of some pixels, half of each bin's content spilt to its neighbours."""
    count = np.bincount(bins, minlength=LIGHTS * HUES * HUES).reshape(LIGHTS, HUES, HUES) / len(bins)
    spilt = (count + 0.5 * np.roll(count, 1, 0) + 0.5 * np.roll(count, -1, 0)) / 2
    return spilt.astype(np.float32)
