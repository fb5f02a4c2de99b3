"""Titles: words set while a clip is filmed, in their time and nowhere else, away from what is busy."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from projects.media.captions.cues import Cue
from projects.media.captions.layout import Wanted
from projects.media.captions.titles import titles
from projects.media.clips.frames import read
from projects.media.colour import Yuv, yuv_from_rgb
from projects.media.encode.writer import ClipWriter

SIZE, TALL = (320, 180), (180, 320)


def make_frame(busy: str = "") -> Yuv:
    """Return a calm grey frame, with a checkerboard in its lower or upper half."""
    rgb = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
    half = slice(90, 180) if busy == "bottom" else slice(0, 90)
    if busy:
        y, x = np.mgrid[half, : SIZE[0]]
        rgb[half][((x // 4 + y // 4) % 2).astype(bool)] = 250
    return yuv_from_rgb(rgb)


def make_bottle(top: int, *labels: tuple[int, int]) -> Yuv:
    """Return a tall frame that a smooth product fills from the row `top` down, with small print on some rows."""
    rgb = np.full((TALL[1], TALL[0], 3), 205, np.uint8)
    rgb[top:, 12:168] = (40, 70, 110)
    for first, last in labels:
        rgb[first:last, 30:150] = 235
        rgb[first + 3 : last - 3 : 4, 36:144:3] = 20
    return yuv_from_rgb(rgb)


def film(path: Path, frame: Yuv) -> list[np.ndarray]:
    """Return how far each frame of two seconds, with words in the second one, is from its picture."""
    words = [Cue(Fraction(1), Fraction(2), "After the heat.")]
    with ClipWriter(path, frame.size, Fraction(10), "master") as writer:
        titled = titles(writer, words, Wanted(), [frame])
        for _ in range(20):
            titled.write(frame)
    return [np.abs(seen.y.astype(int) - frame.y) for seen in read(path)]


def test_words_stand_in_their_time_only(tmp_path: Path) -> None:
    apart = film(tmp_path / "clip.mp4", make_frame())

    assert len(apart) == 20
    assert max(frame.max() for frame in apart[:10]) < 12
    assert min(frame.max() for frame in apart[10:]) > 60


def test_words_leave_a_busy_bottom_for_a_calm_top(tmp_path: Path) -> None:
    below = film(tmp_path / "below.mp4", make_frame("top"))[15]
    above = film(tmp_path / "above.mp4", make_frame("bottom"))[15]

    assert below[90:].max() > 60
    assert above[:90].max() > 60
    assert (above[90:] > 60).mean() < 0.001


def test_words_leave_a_smooth_product_for_the_ground_above_it(tmp_path: Path) -> None:
    words = film(tmp_path / "clip.mp4", make_bottle(80, (110, 160)))[15] > 60

    assert words[44:80].any()
    assert not words[82:].any()


def test_on_a_product_that_fills_the_frame_words_keep_off_its_print_on_a_ground_of_their_own(
    tmp_path: Path,
) -> None:
    apart = film(tmp_path / "clip.mp4", make_bottle(20, (40, 90), (165, 215)))[15]

    rows = np.flatnonzero((apart > 60).any(axis=1))
    assert rows.min() > 92
    assert rows.max() < 163
    plate = (apart[rows.min() : rows.max()] > 15).mean(axis=0)
    assert (plate > 0.9).sum() > 40
