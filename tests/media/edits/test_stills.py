"""Edits of stills, measured: what is outside the change stays to the pixel, what is asked for is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from projects.media.arrays import Rgb
from projects.media.edits import region
from projects.media.edits.removal import ABOUT
from projects.media.edits.stills import Asked, on_still
from projects.media.edits.words import BY_WORDS, NO_BOX
from projects.wish import Box, Change

NO_FONTS = Path("/nowhere")
BOX = (0.25, 0.25, 0.5, 0.5)
SIZE = (320, 240)


def scene(colour: tuple[int, int, int] = (58, 110, 165)) -> Rgb:
    """Return a round product on a pale, softly lit ground with a little noise."""
    noise = np.random.default_rng(1).normal(0, 1.2, (SIZE[1], SIZE[0], 1))
    ground = np.linspace(232, 214, SIZE[1])[:, None, None] + np.array([4, 0, -8]) + noise
    picture = np.clip(ground, 0, 255).astype(np.uint8)
    return np.asarray(cv2.circle(picture, (160, 120), 44, colour, -1, cv2.LINE_AA), np.uint8)


def edit(kind: str, text: str, rgb: Rgb | None = None, **more: Any) -> tuple[Rgb, tuple[str, ...]]:
    """Return the scene with one change, and the notes."""
    made = on_still(scene() if rgb is None else rgb, Asked(Change(kind, text=text, **more), NO_FONTS, 3))
    return made.rgb, made.notes


def changed(before: Rgb, after: Rgb) -> Any:
    """Return where any channel is another."""
    return (before != after).any(axis=2)


def outside(box: Box) -> Any:
    """Return the pixels that a box does not touch."""
    return region.solid(box, SIZE) == 0


@pytest.mark.parametrize(
    ("kind", "text"),
    [("light", "candle"), ("style", "noir"), ("weather", "snow"), ("weather", "fog"), ("light", "warmer")],
)
def test_a_change_in_a_box_leaves_every_pixel_outside_it(kind: str, text: str) -> None:
    after, _ = edit(kind, text, box=BOX)

    assert not changed(scene(), after)[outside(BOX)].any()
    assert changed(scene(), after)[110:130, 150:170].mean() > 0.9


def test_what_is_removed_is_gone_and_the_rest_stays_to_the_pixel() -> None:
    box = (0.34, 0.28, 0.32, 0.44)
    empty = scene((223, 219, 211))

    after, notes = edit("object", "remove the ball", box=box)

    assert not changed(scene(), after)[outside(region.wider(box, ABOUT))].any()
    ball = (slice(80, 160), slice(120, 200))
    assert np.abs(after[ball].astype(int) - empty[ball].astype(int)).mean() < 6
    assert np.abs(scene()[ball].astype(int) - empty[ball].astype(int)).mean() > 40
    assert "made up" in notes[0]


def test_without_a_box_nothing_is_guessed_and_the_wish_is_written() -> None:
    after, notes = edit("object", "remove the ball")

    touched = changed(scene(), after)
    assert notes == (NO_BOX,)
    assert 0.005 < touched.mean() < 0.12
    assert not touched[60:].any()


@pytest.mark.parametrize(
    ("kind", "text"), [("object", "add a lamp"), ("pose", "let it jump"), ("own", "dragons")]
)
def test_what_no_draft_can_do_is_written_small_and_said(kind: str, text: str) -> None:
    after, notes = edit(kind, text, box=BOX)

    touched = changed(scene(), after)
    assert notes == (BY_WORDS,)
    assert not touched[80:160, 100:220].any(), "the picture in the marked box stays"
    assert touched[58:64, 100:220].any(), "the box is marked"


def test_black_and_white_has_no_colour_and_keeps_its_shapes() -> None:
    after, _ = edit("style", "black and white")

    assert np.ptp(after.astype(int), axis=2).max() <= 2
    one, other = (cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(float).ravel() for rgb in (scene(), after))
    assert np.corrcoef(one, other)[0, 1] > 0.98


@pytest.mark.parametrize(("text", "sign"), [("warmer", 1), ("cooler", -1)])
def test_warm_and_cool_move_red_against_blue(text: str, sign: int) -> None:
    before, (after, _) = scene().astype(int), edit("light", text)

    shift = (after[..., 0].astype(int) - after[..., 2]).mean() - (before[..., 0] - before[..., 2]).mean()
    assert sign * shift > 8


def test_a_smaller_product_covers_the_share_it_should_and_stands_lower() -> None:
    def product(rgb: Rgb) -> Any:
        return rgb[..., 2].astype(int) > rgb[..., 0].astype(int) + 40

    after, _ = edit("scale", "30 % smaller and lower")

    rows = [np.flatnonzero(product(rgb).any(axis=1)) for rgb in (scene(), after)]
    assert product(after).sum() / product(scene()).sum() == pytest.approx(0.49, abs=0.05)
    assert rows[1][-1] - rows[0][-1] == pytest.approx(0.08 * SIZE[1], abs=3)


def test_a_plain_background_keeps_the_product() -> None:
    after, _ = edit("background", "a plain terracotta backdrop")

    inside = np.zeros(SIZE[::-1], np.uint8)
    cv2.circle(inside, (160, 120), 38, 255, -1)
    assert not changed(scene(), after)[inside > 0].any()
    assert np.abs(after[5:20, 5:60].mean(axis=(0, 1)) - (181, 106, 76)).max() < 6


def test_closer_shows_the_middle_of_the_box_larger() -> None:
    after, _ = edit("camera", "closer", box=(0.35, 0.3, 0.3, 0.4))

    blue = after[..., 2].astype(int) > after[..., 0].astype(int) + 40
    assert after.shape == scene().shape
    assert blue.mean() > 3 * (scene()[..., 2].astype(int) > scene()[..., 0].astype(int) + 40).mean()


def test_a_title_in_a_box_stays_in_it() -> None:
    box = (0.1, 0.7, 0.8, 0.25)

    after, notes = edit("text", "Change the line to “After the heat.”", box=box)

    touched = changed(scene(), after)
    assert touched.mean() > 0.01
    assert not touched[outside(region.wider(box, 0.02))].any()
    assert "title" in notes[0]


def test_the_same_seed_gives_the_same_snow_and_another_another() -> None:
    def snow(seed: int) -> Rgb:
        return on_still(scene(), Asked(Change("weather", text="snow"), NO_FONTS, seed)).rgb

    assert np.array_equal(snow(1), snow(1))
    assert not np.array_equal(snow(1), snow(2))
