"""Tidying a mask: dirt goes, pinholes close, and the places where one looks through a product open again."""

from __future__ import annotations

import numpy as np

from projects.media.cutout.backdrop import Backdrop
from projects.media.cutout.lab import View, colours_of, nearest
from projects.media.cutout.morphology import Mask, box_of, closed, grow, holes, opened, parts, shrink

NO_PART = 0.12
"""Parts smaller than this share of the biggest are dirt."""


def tidy(mask: Mask, view: View, backdrop: Backdrop, keep: Mask | None = None) -> Mask:
    """Return the mask without dirt and pinholes: parts of 12 % of the biggest or touched by `keep` stay."""
    smooth = closed(opened(mask, view.pixels(0.006)), view.pixels(0.010))
    if keep is not None:
        smooth |= keep
    count, labels, areas = parts(smooth)
    if count < 2:
        return smooth
    stays = areas >= NO_PART * areas[1:].max()
    stays[0] = False
    if keep is not None:
        stays[labels[keep]] = True
    whole: Mask = stays[labels]
    solid = whole | holes(whole)
    return solid & ~openings(solid, view, backdrop)


def openings(solid: Mask, view: View, backdrop: Backdrop) -> Mask:
    """Return where one looks through the product, as through the handle of a cup.

    Such a place looks like what lies around the product, is smooth as that, has an edge all around, and is
    walled in by matter with some body. A label of the backdrop's colour is not one (it has print on it, or sits
    square in the middle), and the clear glass of a bottle is not (its walls are lines).
    """
    alike = backdrop_like(view, backdrop, solid) & solid
    matter = opened(solid & ~alike, view.pixels(0.008))
    walled = holes(matter) & alike
    walled = opened(walled, view.pixels(0.004))
    count, labels, areas = parts(walled)
    through = np.zeros(count, np.bool_)
    least = (8e-4 if backdrop.plain else 3e-3) * solid.size
    for number in range(1, count):
        place = labels == number
        through[number] = areas[number] >= least and _is_open(place, solid, view)
    found: Mask = through[labels]
    return grow(found, 1) & solid & ~matter


def backdrop_like(view: View, backdrop: Backdrop, subject: Mask) -> Mask:
    """Return which pixels look like what is behind the product: the fitted backdrop, or the colours around."""
    if backdrop.plain:
        return backdrop.shade
    ring = grow(subject, view.pixels(0.06)) & ~grow(subject, view.pixels(0.01))
    if np.count_nonzero(ring) < 50:
        return np.zeros_like(subject)
    return nearest(view.lab, colours_of(view.lab, ring, 6)) < 8


def _is_open(place: Mask, solid: Mask, view: View) -> bool:
    """Return whether an enclosed place is an opening rather than a label."""
    inner = shrink(place, 2)
    printed = np.count_nonzero(holes(place)) > 0.01 * np.count_nonzero(place)
    calm = float(np.median(view.change[inner])) if inner.any() else 0.0
    brink = float(np.median(view.change[grow(place, 2) & ~place]))
    if printed or calm > _texture(solid, view) or brink < max(5.0, 1.4 * calm):
        return False
    left, _, wide, _ = box_of(place)
    product_left, _, product_wide, _ = box_of(solid)
    off_centre = abs(left + wide / 2 - product_left - product_wide / 2)
    return not (_squareness(place) > 0.86 and off_centre < 0.2 * product_wide)


def _texture(solid: Mask, view: View) -> float:
    """Return the change per pixel to expect of what is behind the product."""
    ring = grow(solid, view.pixels(0.06)) & ~grow(solid, view.pixels(0.02))
    return max(3.0, 1.3 * float(np.percentile(view.change[ring], 75))) if ring.any() else 3.0


def _squareness(place: Mask) -> float:
    """Return the share of its box that a shape fills; 1 is an upright rectangle."""
    _, _, wide, high = box_of(place)
    return float(np.count_nonzero(place) / max(1.0, wide * high * place.size))
