"""Cut a product out of a photo: several ideas of where it is, the best of them, and whether to trust it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from projects.media.arrays import Alpha, Box, Rgb, size_of
from projects.media.cutout.backdrop import Backdrop, find_backdrop, with_shadows
from projects.media.cutout.contour import enclosures, rim, smoothed, snap
from projects.media.cutout.grabcut import grab_cut, refine, trimap_from, trimap_of
from projects.media.cutout.hypotheses import guesses
from projects.media.cutout.lab import View, colours_of, lab_codes, nearest, view
from projects.media.cutout.matte import matte
from projects.media.cutout.morphology import (
    Mask,
    box_mask,
    closed,
    frame,
    grow,
    overlap,
    reached,
    resized,
    shrink,
    solidity,
)
from projects.media.cutout.scoring import Candidate, Judge, choose, weights_for
from projects.media.cutout.strokes import Brush, Pinned, checked_box, pinned
from projects.media.cutout.surround import unexpected
from projects.media.cutout.tidy import tidy
from projects.media.cutout.unsure import doubt

BRUSH = 0.03
"""How far around it a stroke has a say, as a share of the longer side."""
MARGIN = 0.35
"""How much of what is around a box is looked at, as a share of its sides."""
CALM = 2.0
"""Change per pixel of a border whose own edges do not enclose anything."""
SMALL, FINE, SHARP, LAST = 240, 480, 720, 960
"""Longer sides in pixels: where ideas are tried, refined, where lines are looked for, and the last outline."""


Idea = tuple[str, Mask, float]
"""An idea's name, its mask, and how much of its score counts."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut-out: alpha of the photo's size, its score and how far other ideas agree (0 to 1).

    Where it is not `sure`, `why` is the sentence that the page shows with the outline.
    """

    alpha: Alpha
    score: float
    agree: float
    sure: bool
    why: str


def cut_out(rgb: Rgb, box: Box | None = None, keep: Brush = None, drop: Brush = None) -> Cut:
    """Return the product's cut-out; the same bytes for the same input.

    `box` is drawn around the whole product, in shares of the picture; `keep` and `drop` are masks of the
    photo's size or strokes, and are obeyed to the pixel. Raises Refused for a box or stroke nobody can read.
    """
    size = size_of(rgb)
    pins = pinned(keep, drop, size)
    rows, columns, inner = _crop(size, checked_box(box) if box else None)
    photo = np.ascontiguousarray(rgb[rows, columns])
    found = _find(photo, inner, pins.within(rows, columns))
    alpha = np.zeros(rgb.shape[:2], np.uint8)
    alpha[rows, columns] = found.alpha
    alpha[pins.keep], alpha[pins.drop] = 255, 0
    return Cut(alpha, found.score, found.agree, found.sure, found.why)


@dataclass(frozen=True, slots=True)
class _Scene:
    """A photo at the sizes it is looked at, its backdrop, and what a person said about it."""

    small: View
    fine: View
    backdrop: Backdrop
    allowed: Mask
    pins: Pinned

    @classmethod
    def of(cls, photo: Rgb, box: Box | None, pins: Pinned) -> _Scene:
        small = view(photo, SMALL)
        allowed = np.ones(small.rgb.shape[:2], np.bool_) if box is None else box_mask(box, small.size)
        return cls(small, view(photo, FINE), find_backdrop(small), allowed, pins.at(small.size))

    @property
    def boxed(self) -> bool:
        """Whether a box was drawn."""
        return not bool(self.allowed.all())

    @property
    def calm(self) -> bool:
        """Whether a box was drawn around something with little texture about it, so that edges tell."""
        border = frame(self.small.rgb, self.small.pixels(0.05))
        return self.boxed and float(np.percentile(self.small.change[border], 75)) < CALM

    def clean(self, mask: Mask) -> Mask:
        """Return a mask within the box, without dirt, as the strokes say."""
        kept = self.pins.keep if self.pins.keep.any() else None
        return self.pins.apply(tidy(self.pins.apply(mask & self.allowed), self.small, self.backdrop, kept))

    def carve(self, trimap: Alpha, codes: Alpha | None = None) -> Mask:
        """Return the clean mask that grabCut makes of a trimap, in Lab or in other codes."""
        trimap[~self.allowed], trimap[self.pins.drop], trimap[self.pins.keep] = 0, 0, 1
        return self.clean(grab_cut(lab_codes(self.small.rgb) if codes is None else codes, trimap, 3))


def _find(photo: Rgb, box: Box | None, pins: Pinned) -> Cut:
    scene = _Scene.of(photo, box, pins)
    outlines = [resized(mask, scene.small.size) for mask in enclosures(view(photo, SHARP, 1.2))]
    weights = weights_for(plain=scene.backdrop.plain, boxed=box is not None, calm=scene.calm)
    judge = Judge.of(scene.small, scene.fine, _foreign(scene, outlines[0]), weights, box)
    ideas = list(_distinct(_joined(_ideas(scene, outlines, box), scene), judge))
    choice = choose(ideas, weights)
    why = doubt(choice, judge, scene.backdrop.plain, not pins.empty)
    best = replace(choice.best, mask=_brushed(choice.best.mask, scene))
    return Cut(_finish(photo, best, scene, pins), choice.best.score, choice.agree, not why, why)


def _ideas(scene: _Scene, outlines: list[Mask], box: Box | None) -> Iterator[Idea]:
    """Yield every mask worth judging."""
    small = scene.small
    for limit in (16, 4):
        subject = ~with_shadows(small, scene.backdrop, limit)
        yield "studio", scene.clean(subject), 1.0
        yield "studio", scene.carve(trimap_from(subject, shrink(subject, small.pixels(0.02)), small)), 1.0
    for guess in guesses(small, scene.fine, scene.backdrop):
        yield guess.name, scene.carve(trimap_of(guess.map * scene.allowed, small)), guess.trust
    if box is not None:
        anywhere = trimap_from(scene.allowed, np.zeros_like(scene.allowed), small)
        yield "box", scene.carve(anywhere.copy()), 1.0
        for codes in () if scene.backdrop.plain else unexpected(small, scene.allowed):
            yield "unexpected", scene.carve(anywhere.copy(), codes), 1.0
    for mask in outlines:
        yield "contour", scene.clean(mask), 1.0


def _distinct(ideas: Iterator[Idea], judge: Judge) -> Iterator[Candidate]:
    """Yield the ideas with their scores, leaving out what a family has said before, give or take 1.5 %."""
    said: dict[str, list[Mask]] = {}
    for family, mask, trust in ideas:
        before = said.setdefault(family, [])
        if all(overlap(mask, other) < 0.985 for other in before):
            before.append(mask)
            yield Candidate(family, mask, trust * judge.score(mask))


def _joined(ideas: Iterator[Idea], scene: _Scene) -> Iterator[Idea]:
    """Yield the ideas, and on a plain backdrop also what a broken one is when its gaps are bridged.

    A label of the backdrop's colour, or a white cap on white, parts a product in two.
    """
    for family, mask, trust in ideas:
        yield family, mask, trust
        if (scene.backdrop.plain or scene.boxed) and mask.any() and solidity(mask) < 0.95:
            for share in (0.04, 0.08, 0.16)[: 3 if scene.boxed else 2]:
                yield family, scene.clean(closed(mask, scene.small.pixels(share))), trust


def _brushed(mask: Mask, scene: _Scene) -> Mask:
    """Return the mask with what the strokes mean around them: grabCut learns from them, within their reach.

    A stroke to keep only adds, a stroke to remove only takes away, both no farther than BRUSH.
    """
    pins = scene.pins
    if pins.empty:
        return mask
    learnt = scene.carve(trimap_from(mask | pins.keep, pins.keep, scene.small))
    reach = scene.small.pixels(BRUSH)
    added = reached(learnt & ~mask & grow(pins.keep, reach), grow(pins.keep, 2))
    removed = reached(mask & ~learnt & grow(pins.drop, reach), grow(pins.drop, 2))
    return pins.apply((mask | added) & ~removed)


def _foreign(scene: _Scene, outlined: Mask) -> Mask:
    """Return what is no backdrop: what edges enclose, where those mean something, and colours the border lacks."""
    if scene.backdrop.plain:
        return outlined & scene.allowed
    border = frame(scene.small.rgb, scene.small.pixels(0.05))
    foreign: Mask = nearest(scene.small.lab, colours_of(scene.small.lab, border, 8)) > 10
    if scene.calm:
        foreign |= outlined
    return foreign & scene.allowed


def _finish(photo: Rgb, best: Candidate, scene: _Scene, pins: Pinned) -> Alpha:
    """Return the alpha at full size of a mask found at the small size."""
    fine, mask = scene.fine, best.mask
    if scene.backdrop.plain:
        last = view(photo, LAST, 1.0)
        place = rim if best.family == "contour" else snap
        return matte(photo, place(resized(mask, last.size), last, last.pixels(0.012)))
    if best.family == "contour":
        last = view(photo, LAST, 1.0)
        return matte(
            photo, smoothed(snap(resized(mask, last.size), last, last.pixels(0.012)), last.pixels(0.007))
        )
    mask = refine(resized(mask, fine.size), fine, fine.pixels(0.012), pins.at(fine.size))
    last = view(photo, LAST)
    mask = refine(resized(mask, last.size), last, last.pixels(0.006), pins.at(last.size))
    return matte(photo, mask)


def _crop(size: tuple[int, int], box: Box | None) -> tuple[slice, slice, Box | None]:
    """Return the rows and columns around a box, wider by MARGIN of its sides, and the box in that part."""
    width, height = size
    if box is None:
        return slice(0, height), slice(0, width), None
    left, top, wide, high = box
    x0, x1 = (
        round(width * value) for value in (max(0, left - MARGIN * wide), min(1, left + (1 + MARGIN) * wide))
    )
    y0, y1 = (
        round(height * value) for value in (max(0, top - MARGIN * high), min(1, top + (1 + MARGIN) * high))
    )
    inner = (
        (left * width - x0) / (x1 - x0),
        (top * height - y0) / (y1 - y0),
        wide * width / (x1 - x0),
        high * height / (y1 - y0),
    )
    return slice(y0, y1), slice(x0, x1), inner
