"""Colour survives the way into a clip and back."""

from fractions import Fraction

import av
import numpy as np
import pytest

from projects.media.colour import blank, from_linear, rgb_from_yuv, to_linear, yuv_from_rgb
from projects.media.encode.writer import ClipWriter

PATCHES = [
    (180, 20, 40),
    (30, 150, 60),
    (20, 50, 190),
    (240, 200, 30),
    (200, 60, 180),
    (40, 190, 200),
    (250, 250, 250),
    (12, 12, 12),
]


def chart():
    """Eight patches of 32 pixels, side by side."""
    row = np.repeat(np.array(PATCHES, np.uint8), 32, axis=0)
    return np.tile(row, (64, 1, 1))


def test_eight_patches_come_back_within_three_codes_after_encoding(tmp_path):
    path = tmp_path / "chart.mp4"
    with ClipWriter(path, (256, 64), Fraction(24), "master") as writer:
        for _ in range(6):
            writer.write(yuv_from_rgb(chart()))

    with av.open(str(path)) as container:
        *_, last = container.decode(video=0)
        shown = last.to_ndarray(format="rgb24", src_colorspace="ITU709")

    for number, patch in enumerate(PATCHES):
        middle = shown[16:48, number * 32 + 8 : number * 32 + 24].reshape(-1, 3)
        assert np.abs(middle.mean(axis=0) - patch).max() <= 3


def test_white_and_black_are_235_and_16_as_televisions_expect():
    white, black = (yuv_from_rgb(np.full((2, 2, 3), code, np.uint8)) for code in (255, 0))

    assert (white.y == 235).all()
    assert (black.y == 16).all()
    assert all((plane == 128).all() for frame in (white, black) for plane in (frame.u, frame.v))
    assert (blank((2, 2)).y == 16).all()


def test_the_way_there_and_back_is_within_one_code():
    assert np.abs(rgb_from_yuv(yuv_from_rgb(chart())).astype(int) - chart())[:, 8:24].max() <= 1


def test_an_odd_side_is_named():
    with pytest.raises(ValueError, match="not 3 x 2"):
        yuv_from_rgb(np.zeros((2, 3, 3), np.uint8))


def test_every_code_survives_linear_light():
    codes = np.arange(256, dtype=np.uint8)

    assert (from_linear(to_linear(codes)) == codes).all()


def test_light_mixes_as_light_does():
    half = from_linear(to_linear(np.array([0, 255], np.uint8)).mean(keepdims=True))

    assert half[0] == 188  # half the light of white is code 188 in sRGB, not 128
