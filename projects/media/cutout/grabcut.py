"""From a guess to a clean mask: a trimap, OpenCV's grabCut, and the tidying of what it returns."""

from __future__ import annotations

import cv2
import numpy as np

from projects.media.arrays import Alpha, Float
from projects.media.cutout.lab import View, lab_codes
from projects.media.cutout.morphology import Mask, frame, grow, shrink, window
from projects.media.cutout.strokes import Pinned

OUT, IN, MAYBE_OUT, MAYBE_IN = (
    np.uint8(value) for value in (cv2.GC_BGD, cv2.GC_FGD, cv2.GC_PR_BGD, cv2.GC_PR_FGD)
)


def grab_cut(codes: Alpha, trimap: Alpha, rounds: int) -> Mask:
    """Return what grabCut takes for the subject; the same every time (its k-means is seeded).

    codes: a picture (height, width, 3) in bytes, in whatever tells the subject from the rest: Lab, as a rule.
    """
    if not np.isin(trimap, (IN, MAYBE_IN)).any() or not np.isin(trimap, (OUT, MAYBE_OUT)).any():
        return np.isin(trimap, (IN, MAYBE_IN))
    decided = trimap.copy()
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(codes, decided, (0, 0, 1, 1), *models, rounds, cv2.GC_INIT_WITH_MASK)
    return np.isin(decided, (IN, MAYBE_IN))


def trimap_of(level: Float, view: View) -> Alpha:
    """Return what a map says before grabCut: sure and likely subject, a 6 % ring of doubt, and backdrop.

    The threshold is Otsu's, the sure core lies above the mean of what passed it, and 1.2 % along the picture's
    edge count as backdrop.
    """
    span = float(level.max() - level.min()) or 1.0
    grey = ((level - level.min()) * np.float32(255 / span)).astype(np.uint8)
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    likely = grey > threshold
    if not likely.any():
        return np.full(grey.shape, OUT)
    sure = shrink(likely, view.pixels(0.02)) & (grey >= np.mean(grey[likely]))
    return trimap_from(likely, sure, view)


def trimap_from(likely: Mask, sure: Mask, view: View) -> Alpha:
    """Return a trimap with a ring of doubt of 6 % around what is likely."""
    trimap = np.full(likely.shape, OUT)
    trimap[grow(likely, view.pixels(0.06))] = MAYBE_OUT
    trimap[likely] = MAYBE_IN
    trimap[frame(likely, view.pixels(0.012))] = OUT
    trimap[sure] = IN
    return trimap


def refine(mask: Mask, view: View, band: int, pinned: Pinned) -> Mask:
    """Return the mask with its outline decided anew within `band` pixels, two rounds, inside its own box."""
    rows, columns = window(mask, 3 * band)
    trimap = np.full(mask.shape, OUT)
    trimap[grow(mask, band)] = MAYBE_OUT
    trimap[mask] = MAYBE_IN
    trimap[shrink(mask, band)] = IN
    trimap[pinned.keep], trimap[pinned.drop] = IN, OUT
    done = mask.copy()
    done[rows, columns] = grab_cut(lab_codes(view.rgb[rows, columns]), trimap[rows, columns], 2)
    return done
