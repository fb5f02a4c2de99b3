"""Healing: a gap in a picture filled with other parts of it, moved there, their tone fitted to the gap's edge.

For each pixel of the gap one of a few shifts is chosen, the one whose picture matches what is around the gap nearest
by; the pieces meet softly. Source: shift maps (Pritch, Kav-Venaki, Peleg 2009), with a smooth choice instead of graph
cuts, and Poisson blending (Pérez, Gangnet, Blake 2003).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from projects.media.arrays import Alpha, Float, Rgb, dilate, gaussian, resize, size_of
from projects.media.cutout.lab import fit_within
from projects.media.cutout.morphology import Mask

SIDE = 240
"""Longer side in pixels at which shifts are judged."""
STEP = 3
"""Pixels between two shifts that are tried."""
DOWN = 0.3
"""How far up and down is looked, as a share of the height: walls, tables and floors run across."""
RING = 9
"""Pixels around the gap that a shift must match."""
SECTORS, BEST = 8, 4
"""The ring is judged in so many sectors, and so many shifts are kept of each."""
SAMPLES = 600
TRIM = 0.8
ALIKE, MOST = 26.0, 80
"""Mean difference in codes up to which a shift matches, at so many percent of the gap; else it is not healed."""
CALM = 1.0
"""How much a quiet piece is preferred to one with a thing in it, in codes of difference for a code of contrast."""
WORST = 255.0

ROOM = 8
"""Pixels around the gap in which its edge is fitted."""

Places = NDArray[np.int64]
"""Points (n, 2): column and row."""


@dataclass(frozen=True, slots=True)
class _Gap:
    """A small picture, what is hidden in it, and the ring of known pixels around that.

    busy: contrast of small things, in codes above what the ring usually has.
    """

    picture: Float
    busy: Float
    gap: Mask
    ring: Places

    @classmethod
    def of(cls, rgb: Rgb, alpha: Alpha) -> _Gap:
        small = fit_within(rgb, SIDE)
        gap = resize(alpha, size_of(small), "area") > 8
        about = dilate(gap.astype(np.uint8), RING).astype(np.bool_) & ~gap
        luma = small.astype(np.float32).mean(axis=2)
        busy = gaussian(np.abs(luma - gaussian(luma, 4.0)), 2.0)
        rows, columns = np.nonzero(about)
        every = max(1, len(rows) // SAMPLES)
        usual = np.float32(np.median(busy[about])) if len(rows) else np.float32(0)
        ring = np.stack([columns, rows], axis=1)[::every]
        return cls(small.astype(np.float32), np.maximum(busy - usual, 0), gap, ring)

    def apart(self, points: Places, shifts: Places) -> Float:
        """Return (shifts, points): how far each point is from the one a shift away; WORST where that is hidden."""
        height, width = self.gap.shape
        x, y = (points[:, axis] + shifts[:, axis, None] for axis in (0, 1))
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        at = np.where(inside, y * width + x, 0)
        codes = np.abs(self.picture[points[:, 1], points[:, 0]] - self.picture.reshape(-1, 3)[at])
        mean = (codes[..., 0] + codes[..., 1] + codes[..., 2]) / np.float32(3)
        return np.where(inside & ~self.gap.reshape(-1)[at], mean, np.float32(WORST))


def healed(rgb: Rgb, alpha: Alpha) -> Rgb | None:
    """Return the picture with what the mask hides filled from elsewhere; None where nothing matches."""
    gap = _Gap.of(rgb, alpha)
    if not gap.gap.any() or not len(gap.ring):
        return None
    shifts = _shifts(gap)
    costs = _costs(gap, np.array(shifts))
    chosen = np.argmin(costs, axis=0)
    least = np.take_along_axis(costs, chosen[None], axis=0)[0][gap.gap]
    if float(np.percentile(least, MOST)) > ALIKE:
        return None
    return _filled(rgb, alpha, shifts, np.where(gap.gap, chosen, -1))


def _shifts(gap: _Gap) -> list[tuple[int, int]]:
    """Return the shifts that match best on some side of the gap, or all around it."""
    height, width = gap.gap.shape
    reach = round(DOWN * height / STEP)
    rows = [
        [(STEP * x, STEP * y) for x in range(-width // STEP, width // STEP + 1) if abs(x) + abs(y) > 2]
        for y in range(-reach, reach + 1)
    ]
    tried = [shift for row in rows for shift in row]
    apart = np.concatenate([gap.apart(gap.ring, np.array(row)) for row in rows])
    middle = gap.ring.mean(axis=0)
    angle = np.arctan2(gap.ring[:, 1] - middle[1], gap.ring[:, 0] - middle[0])
    sector = np.floor((angle + np.pi) / (2 * np.pi) * SECTORS).astype(int) % SECTORS
    kept: dict[tuple[int, int], None] = {}
    for number in [*range(SECTORS), -1]:
        part = apart if number < 0 else apart[:, sector == number]
        if not part.shape[1]:
            continue
        count = max(1, int(TRIM * part.shape[1]))
        means = np.partition(part, count - 1, axis=1)[:, :count].mean(axis=1)
        kept.update(dict.fromkeys(tried[index] for index in np.argsort(means, kind="stable")[:BEST]))
    return list(kept)


def _costs(gap: _Gap, shifts: Places) -> Float:
    """Return how badly each shift fits each pixel: what it does to the ring near by, WORST where it shows nothing."""
    reach = max(4.0, 0.22 * float(np.sqrt(gap.gap.sum())))
    weight = np.zeros(gap.gap.shape, np.float32)
    weight[gap.ring[:, 1], gap.ring[:, 0]] = 1
    wide, heavy = np.maximum(gaussian(weight, 4 * reach), 1e-6), gaussian(weight, reach)
    rows, columns = np.nonzero(gap.gap)
    inner = np.stack([columns, rows], axis=1)

    def cost(shift: Places, apart: Float) -> Float:
        near = np.zeros_like(weight)
        near[gap.ring[:, 1], gap.ring[:, 0]] = apart
        costs = (gaussian(near, reach) + np.float32(0.002) * (gaussian(near, 4 * reach) / wide)) / (
            heavy + np.float32(0.002)
        )
        lost = np.zeros_like(weight)
        lost[rows, columns] = gap.apart(inner, shift[None])[0] >= WORST
        x, y = (np.clip(inner[:, axis] + shift[axis], 0, gap.gap.shape[1 - axis] - 1) for axis in (0, 1))
        costs[rows, columns] += np.float32(CALM) * gap.busy[y, x]
        return np.where(gaussian(lost, 1.0) > 0.02, np.float32(WORST), costs).astype(np.float32)

    return np.stack([cost(*one) for one in zip(shifts, gap.apart(gap.ring, shifts), strict=True)])


def _filled(rgb: Rgb, alpha: Alpha, shifts: list[tuple[int, int]], chosen: NDArray[np.int64]) -> Rgb:
    """Return the picture with each piece moved in, the pieces blended where they meet, the whole fitted to its edge."""
    hidden = alpha > 8
    rows, columns = np.flatnonzero(hidden.any(axis=1)), np.flatnonzero(hidden.any(axis=0))
    height, width = hidden.shape
    top, bottom = max(0, int(rows[0]) - ROOM), min(height, int(rows[-1]) + 1 + ROOM)
    left, right = max(0, int(columns[0]) - ROOM), min(width, int(columns[-1]) + 1 + ROOM)
    scale = width / chosen.shape[1]
    patch = np.zeros((bottom - top, right - left, 3), np.float32)
    total = np.full((bottom - top, right - left, 1), 1e-4, np.float32)
    for number in np.unique(chosen[chosen >= 0]):
        share = gaussian((chosen == number).astype(np.float32), 1.6)
        large = resize(share, (width, height), "linear")[top:bottom, left:right, None]
        x, y = round(shifts[number][0] * scale), round(shifts[number][1] * scale)
        move = np.array([[1, 0, left + x], [0, 1, top + y]], np.float32)
        piece = cv2.warpAffine(
            rgb,
            move,
            (right - left, bottom - top),
            flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        patch += large * piece
        total += large
    mask = hidden[top:bottom, left:right].astype(np.uint8) * np.uint8(255)
    done = rgb.copy()
    done[top:bottom, left:right] = _fitted(
        np.rint(patch / total).astype(np.uint8), rgb[top:bottom, left:right], mask
    )
    return done


def _fitted(patch: Rgb, target: Rgb, mask: Alpha) -> Rgb:
    """Return the target with the patch in the mask, its edge in the target's tones."""
    # OpenCV takes three pixels off the mask before it blends; they are given to it here.
    edge = dilate(np.pad(mask, ROOM), 4)
    around = [
        np.pad(picture, ((ROOM, ROOM), (ROOM, ROOM), (0, 0)), mode="edge") for picture in (patch, target)
    ]
    filled = np.where(np.pad(mask, ROOM)[..., None] > 0, around[0], around[1])
    rows, columns = np.flatnonzero(edge.any(axis=1)), np.flatnonzero(edge.any(axis=0))
    middle = (int(columns[0] + columns[-1] + 1) // 2, int(rows[0] + rows[-1] + 1) // 2)
    done = cv2.seamlessClone(np.ascontiguousarray(filled), around[1], edge, middle, cv2.NORMAL_CLONE)
    return np.asarray(done[ROOM:-ROOM, ROOM:-ROOM], np.uint8)
