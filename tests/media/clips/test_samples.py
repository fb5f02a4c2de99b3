"""Looking at frames: a camera's move is told from a subject's, a cut from a pan and a flash, a product from a wall."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from projects.media.clips.cuts import Cuts
from projects.media.clips.registration import camera_move, corner_shifts
from projects.media.reframe.saliency import saliency, small

Plane = NDArray[np.uint8]

WIDTH, HEIGHT = 128, 72


def wall(seed: int, width: int = WIDTH) -> Plane:
    """Return a soft pattern."""
    coarse = np.random.default_rng(seed).integers(40, 210, (7, width // 11), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


def with_subject(plane: Plane, left: int) -> Plane:
    """Return the frame with a large, lively thing on it."""
    drawn = plane.copy()
    lively = np.random.default_rng(9).integers(0, 255, (44, 36), np.uint8)
    drawn[14:58, left : left + 36] = cv2.GaussianBlur(lively, (0, 0), 2)
    return drawn


@pytest.mark.parametrize(
    ("shift", "zoom"), [((0, 0), 1.0), ((3, 0), 1.0), ((-6, 2), 1.0), ((0, 0), 1.03), ((2, -1), 0.98)]
)
def test_the_camera_s_move_is_found_behind_a_subject_that_moves_otherwise(
    shift: tuple[int, int], zoom: float
) -> None:
    share = 1 / zoom
    moved = np.array(
        [[share, 0, 63.5 * (1 - share) + shift[0]], [0, share, 35.5 * (1 - share) + shift[1]]], np.float32
    )
    before = wall(1)
    after = np.asarray(
        cv2.warpAffine(
            before,
            moved,
            (WIDTH, HEIGHT),
            flags=cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )

    found = camera_move(with_subject(before, 40), with_subject(after, 48))

    expected = corner_shifts(moved, WIDTH, HEIGHT)
    assert np.abs(corner_shifts(found, WIDTH, HEIGHT) - expected).max() < 0.8


def cuts(frames: list[Plane]) -> list[int]:
    """Return the numbers of the frames with which shots begin."""
    finder = Cuts()
    return [number for number, frame in enumerate(frames) if finder.see(frame)]


def test_a_cut_is_found_also_between_shots_of_like_colours() -> None:
    other = 255 - wall(2)

    assert cuts([wall(1)] * 3 + [other] * 3) == [3]
    assert cuts([np.roll(wall(1), by, axis=1) for by in (0, 1, 2)] + [np.roll(wall(1), 40, axis=1)] * 2) == [
        3
    ]


def test_neither_a_fast_pan_nor_a_slow_fade_is_a_cut() -> None:
    long = wall(1, WIDTH * 8)
    pan = [np.ascontiguousarray(long[:, at * 9 : at * 9 + WIDTH]) for at in range(60)]
    fade = [np.full((HEIGHT, WIDTH), 8 * at, np.uint8) for at in range(30)]

    assert cuts(pan) == []
    assert cuts(fade) == []


def test_a_product_on_a_backdrop_draws_most_of_the_eye() -> None:
    rgb = np.full((360, 640, 3), 214, np.uint8)
    cv2.circle(rgb, (450, 200), 70, (170, 60, 40), -1)

    drawn = saliency(small(rgb))

    assert drawn.sum() == pytest.approx(1, abs=1e-3)
    part = drawn[22:58, 74:106]
    assert part.sum() > 0.75
