"""Placing: where words stand best on the frames of a clip: in their place, unless a product or a label is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from projects.media.arrays import Box, Float, Plane, Size, resize, stack
from projects.media.captions.backing import Backing, part_of
from projects.media.captions.burn import LOOKING_WIDTH
from projects.media.captions.cues import Cue
from projects.media.captions.layout import Layout
from projects.media.captions.timing import Page, in_turn, pages
from projects.media.clips.upright import even
from projects.media.colour import Yuv
from projects.media.cutout.backdrop import grown_from
from projects.media.cutout.morphology import frame as edge_of

PLACES = (0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0)
"""How far down the free height words may stand."""
SCALES = (1.0, 0.82)
"""Sizes of letters that are tried."""
STEPS = 10.0
"""A mean step of one code from pixel to pixel is as busy as a spread of so many."""
COVERS, ELSEWHERE, BETWEEN, SMALLER = 45.0, 5.0, 8.0, 6.0
"""What it costs, in codes of spread, to lie on the product, to leave one's place, to stand between, to shrink."""
NEAR, AIR = 0.6, 1.2
"""How much of that counts what is right above and below, up to this share of the words' height: print of a label."""
MOSTLY = 0.5
"""Words of which more than this lies on the product need a ground of their own."""
FREE, SIDE = 0.35, 120
"""A backdrop tells where the product is when it fills this share of the rim; it is looked for at this longer side."""
EYE = np.array([0.46, 0.8, 0.8], np.float32)
"""About how far apart a step of each plane looks, in Lab units."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A layout that suits a clip, its pages, what lies behind each of them, and whether that is the product."""

    layout: Layout
    shown: tuple[Page, ...]
    backings: tuple[Backing, ...]
    on_product: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """What some frames of a clip show: small luma, how much it changes from pixel to pixel, and the product."""

    lumas: tuple[Plane, ...]
    steps: tuple[Float, ...]
    product: Float

    @classmethod
    def of(cls, samples: Sequence[Yuv]) -> Ground:
        """Return the ground of frames of one size; the first of them says where the product is."""
        small = _looked_at(samples[0].size)
        lumas = tuple(resize(frame.y, small, "area") for frame in samples)
        steps = tuple(np.hypot(*np.gradient(luma.astype(np.float32))) for luma in lumas)
        return cls(lumas, steps, resize(_product(samples[0]), small, "linear"))

    def cost(self, box: Box) -> float:
        """Return how badly words in a box would read, and how much of the product they would hide."""
        return self._busy(box) + NEAR * self._busy(_with_air(box)) + COVERS * self.hidden(box)

    def hidden(self, box: Box) -> float:
        """Return the share of a box that lies on the product."""
        return float(part_of(self.product, box).mean())

    def _busy(self, box: Box) -> float:
        return max(
            float(part_of(luma, box).std()) + STEPS * float(part_of(steps, box).mean())
            for luma, steps in zip(self.lumas, self.steps, strict=True)
        )

    def behind(self, box: Box) -> Backing:
        """Return what lies behind words in a box."""
        backing = Backing()
        for luma in self.lumas:
            backing.see(luma, box)
        return backing


def placed(layout: Layout, words: Sequence[Cue], samples: Sequence[Yuv]) -> Placed:
    """Return the layout with its words where they cost least: off the product, on calm ground, near their place.

    words: by start time. samples: frames of the clip, at least one. All words of a clip stand in one place, within
    the safe area. Raises Refused for a sign that no font draws.
    """
    ground = Ground.of(samples)
    tries = [_Try.of(replace(layout, scale=scale), words) for scale in SCALES]
    _, chosen, at = min(_priced(tries, layout.down, ground), key=lambda option: option[0])
    boxes = [chosen.layout.moved(box, at) for box in chosen.boxes]
    backings = tuple(ground.behind(box) for box in boxes)
    on_product = max(ground.hidden(box) for box in boxes) > MOSTLY
    return Placed(replace(chosen.layout, at=at), chosen.shown, backings, on_product)


@dataclass(frozen=True, slots=True)
class _Try:
    """Words in one size: their pages, and the boxes of these."""

    layout: Layout
    shown: tuple[Page, ...]
    boxes: tuple[Box, ...]

    @classmethod
    def of(cls, layout: Layout, words: Sequence[Cue]) -> _Try:
        shown = tuple(page for cue in in_turn(words) for page in pages(cue, layout.room))
        return cls(
            layout, shown, tuple(layout.drawn(page.lines, layout.style.looks[-1]).box for page in shown)
        )


def _priced(tries: Sequence[_Try], asked: float, ground: Ground) -> Iterator[tuple[float, _Try, float]]:
    """Yield every size and place with its price."""
    for one, at in product(tries, dict.fromkeys((asked, *PLACES))):
        moved = 0.0 if at == asked else ELSEWHERE if at in (0.0, 1.0) else BETWEEN
        smaller = SMALLER if one.layout.scale < 1 else 0.0
        seen = max(ground.cost(one.layout.moved(box, at)) for box in one.boxes)
        yield seen + moved + smaller, one, at


def _with_air(box: Box) -> Box:
    return box[0], box[1] - AIR * box[3], box[2], (1 + 2 * AIR) * box[3]


def _looked_at(size: Size) -> Size:
    return even((LOOKING_WIDTH, round(LOOKING_WIDTH * size[1] / size[0])))


def _product(frame: Yuv) -> Float:
    """Return where something stands before the frame's backdrop, 0 to 1, at a small size; 0 where none is plain."""
    width, height = frame.size
    small = max(8, SIDE * width // max(frame.size)), max(8, SIDE * height // max(frame.size))
    picture = stack([resize(plane, small, "area") for plane in frame.planes]).astype(np.float32) * EYE
    rim = edge_of(picture, 1)
    _, _, ground = grown_from(picture, edge_of(picture, 3), rim, 2)
    if float(ground[rim].mean()) < FREE:
        return np.zeros(ground.shape, np.float32)
    return (~ground).astype(np.float32)
