"""Light: looks that differ, a product that stays readable, and a clip that agrees with its still."""

from __future__ import annotations

import numpy as np
import pytest

from projects.media.arrays import Alpha, Rgb, size_of
from projects.media.colour import rgb_from_yuv, yuv_from_rgb
from projects.media.faults import Refused
from projects.media.light.clip import relit
from projects.media.light.lighting import relight
from projects.media.light.presets import LOOKS, Side

SIZE = (160, 120)


def make_scene() -> tuple[Rgb, Alpha]:
    """Return a round product with a pale label on a mid-grey ground, and its mask."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    mask = np.hypot(x - 80, y - 60) < 36
    rgb = np.full((SIZE[1], SIZE[0], 3), (150, 148, 142), np.uint8)
    rgb[mask] = (170, 92, 48)
    rgb[50:70, 66:94] = (235, 232, 224)
    rgb[58:62, 72:88] = (40, 38, 36)
    return rgb, np.where(mask, 255, 0).astype(np.uint8)


def luma(rgb: Rgb) -> np.ndarray:
    """Return how light each pixel is, 0 to 255."""
    return rgb.astype(np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32)


@pytest.mark.parametrize("look", LOOKS)
def test_no_look_clips_the_product_or_hides_its_label(look: str) -> None:
    rgb, alpha = make_scene()

    lit = relight(rgb, alpha, look, strength=3)

    inside = alpha > 0
    newly = (lit[inside] >= 254).any(axis=1) & (rgb[inside] < 254).all(axis=1)
    assert newly.mean() < 0.005
    paper, ink = luma(lit)[52:56, 70:90].mean(), luma(lit)[59:61, 74:86].mean()
    assert paper > 2 * ink


def test_all_looks_differ_from_the_photo_and_from_each_other() -> None:
    rgb, alpha = make_scene()
    pictures = [rgb, *(relight(rgb, alpha, look) for look in LOOKS)]

    apart = [
        np.abs(one.astype(int) - other).mean()
        for at, one in enumerate(pictures)
        for other in pictures[at + 1 :]
    ]

    assert min(apart) > 3


@pytest.mark.parametrize(("side", "axis", "sign"), [("left", 1, 1), ("right", 1, -1), ("top", 0, 1)])
def test_light_comes_from_the_side_that_was_asked_for(side: Side, axis: int, sign: int) -> None:
    rgb, alpha = make_scene()

    lit = luma(relight(rgb, alpha, "softbox", side)) * (alpha > 0)

    first, second = np.split(lit, 2, axis=axis)
    assert sign * (first.sum() - second.sum()) > 0.03 * lit.sum()


def test_more_strength_is_more_of_the_same_light() -> None:
    rgb, alpha = make_scene()

    far = [
        np.abs(relight(rgb, alpha, "candle", strength=power).astype(int) - rgb).mean() for power in (1, 2, 3)
    ]

    assert far[0] < far[1] < far[2]


@pytest.mark.parametrize("look", LOOKS)
def test_a_clip_is_lit_as_its_still(look: str) -> None:
    rgb, alpha = make_scene()
    still = relight(rgb, alpha, look)

    frame = rgb_from_yuv(next(relit(iter([yuv_from_rgb(rgb)]), size_of(rgb), look, alpha=alpha)))

    assert np.abs(frame.astype(int) - still).mean() < 9


def test_nothing_moves() -> None:
    rgb, alpha = make_scene()

    edges = np.abs(np.diff(luma(relight(rgb, alpha, "soft-day")), axis=1)) > 12

    assert (edges == (np.abs(np.diff(luma(rgb), axis=1)) > 12)).mean() > 0.99


def test_the_same_picture_gives_the_same_bytes() -> None:
    rgb, alpha = make_scene()

    assert np.array_equal(relight(rgb, alpha, "neon-night"), relight(rgb, alpha, "neon-night"))


def test_an_unknown_look_is_refused_with_the_names_that_exist() -> None:
    rgb, alpha = make_scene()

    with pytest.raises(Refused, match="golden-hour"):
        relight(rgb, alpha, "disco")
