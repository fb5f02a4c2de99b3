"""Products told from the backdrop by their outline alone: what edges enclose, whatever its colour.

White on white, grey on grey and clear glass have no colour of their own, yet nearly always a visible rim.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import cv2
import numpy as np

from projects.media.arrays import gaussian
from projects.media.cutout.lab import View
from projects.media.cutout.morphology import Labels, Mask, closed, frame, grow, opened, reached, shrink

LEVELS = (1.0, 1.6, 2.6, 4.5)
"""How many times the border's own change an edge must reach."""
GAPS = (0.002, 0.005, 0.010)
"""Gaps in an outline that are bridged, as shares of the longer side."""
FAINTEST = 0.8
"""Change per pixel in Lab units below which even a spotless backdrop shows no edge."""


def enclosures(view: View) -> Iterator[Mask]:
    """Yield what is enclosed by edges, for several strengths of edge and widths of gap, strictest first."""
    for level in _levels(view):
        edges = view.change > level
        for share in GAPS:
            inside = _enclosed(edges, frame(edges, 2), view.pixels(share))
            yield opened(inside, view.pixels(0.012))


def snap(mask: Mask, view: View, band: int) -> Mask:
    """Return the mask with its outline on the strongest edge within `band` pixels of it, by watershed.

    It looks at edges only, so a rim of clear glass or a white side on white survives, which colour models eat.
    """
    seeds = np.zeros(mask.shape, np.int32)
    seeds[shrink(mask, band)] = 1
    seeds[~grow(mask, band)] = 2
    found = cast("Labels", cv2.watershed(gaussian(view.rgb, 0.8), seeds))
    inside: Mask = (found == 1) | ((found == -1) & mask)
    return inside


def rim(mask: Mask, view: View, band: int) -> Mask:
    """Return the mask with its outline on the outermost trace of an edge within `band` pixels, smoothed.

    For what is known by its rim alone, like clear glass: inner lines are often stronger than the outer one. A
    trace begins about 3 pixels outside its edge in a picture softened by 1 pixel, so that much is taken off.
    """
    traces = (view.change > _levels(view)[0]) | shrink(mask, band)
    inside = _enclosed(traces, ~grow(mask, band), view.pixels(0.003))
    trimmed = shrink(opened(inside, view.pixels(0.008)), 3)
    return smoothed(trimmed, 0)


def smoothed(mask: Mask, notch: int) -> Mask:
    """Return the mask with notches up to twice `notch` pixels wide closed and its outline smoothed."""
    smooth: Mask = gaussian(closed(mask, notch).astype(np.float32), 4) > 0.5
    return smooth


def _levels(view: View) -> list[float]:
    """Return the changes that count as an edge, weakest first; a small picture's shadows are steeper."""
    faintest = FAINTEST * max(1.0, 720 / view.side)
    noise = float(np.percentile(view.change[frame(view.rgb, view.pixels(0.05))], 90))
    return [max(faintest, factor * noise) * (1 if noise > faintest else factor) for factor in LEVELS]


def _enclosed(edges: Mask, outside: Mask, gap: int) -> Mask:
    wall = grow(edges, gap)
    return shrink(~reached(~wall, outside), gap)
