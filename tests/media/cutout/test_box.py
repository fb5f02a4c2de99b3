"""What a box that a person drew does for a cut-out, on the sample photos and against masks traced by hand."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

import projects
from projects.media.arrays import Box, Rgb
from projects.media.cutout.lab import view
from projects.media.cutout.morphology import Mask, box_of, overlap
from projects.media.cutout.segmentation import cut_out
from projects.media.cutout.surround import fill_level, pull_push, unexpected
from projects.media.images.stills import load

SAMPLES = Path(projects.__file__).parent / "samples"
SPEAKER = (
    (1920, 1080),
    """
616,260 620,225 635,195 660,170 690,157 720,154 783,154 783,150 840,147 960,147 1046,150 1046,154 1090,155 1120,163
1155,184 1178,210 1190,235 1194,265 1192,500 1190,760 1186,810 1176,850 1170,855 1171,880 1170,905 1162,920 1140,924
640,914 628,905 625,893 630,880 650,858 640,850 628,825 621,790 618,500""",
)
CHAIR = (
    (2040, 1147),
    """
1000,480 1004,460 1015,443 1033,438 1288,442 1308,455 1320,475 1320,490 1313,580 1325,590 1331,605 1330,700 1322,715
1300,725 1278,733 1278,813 1260,814 1259,741 1200,762 1185,770 1160,770 1160,865 1139,866 1137,769 1026,757 1026,781
1008,781 1008,754 890,740 890,824 870,824 869,737 858,730 845,731 825,725 813,705 810,660 810,610 815,595 828,584
850,579 985,561 991,562 994,520""",
)


def make_photo(name: str, traced: tuple[tuple[int, int], str], longest: int) -> tuple[Rgb, Mask]:
    """Return a sample photo of this many pixels and the mask of the outline that was traced on it at its full size."""
    photo = load(SAMPLES / f"{name}.jpg", longest)
    (width, height), points = traced
    canvas = np.zeros((height, width), np.uint8)
    corners = [[int(value) for value in point.split(",")] for point in points.split()]
    cv2.fillPoly(canvas, [np.array(corners, np.int32)], 255)
    return photo, cv2.resize(canvas, photo.shape[1::-1], interpolation=cv2.INTER_AREA) > 127


def box_around(mask: Mask, left: float, top: float, right: float, bottom: float) -> Box:
    """Return a box around a mask with air on its sides, in shares of the mask's own."""
    x, y, wide, high = box_of(mask)
    return (x - left * wide, y - top * high, wide * (1 + left + right), high * (1 + top + bottom))


def test_a_grey_speaker_on_a_grey_wall_is_cut_and_sure() -> None:
    photo, truth = make_photo("volta-speaker", SPEAKER, 640)

    cut = cut_out(photo, box_around(truth, 0.15, 0.12, 0.10, 0.14))

    assert overlap(cut.alpha > 127, truth) > 0.98
    assert cut.sure


def test_a_chair_that_lost_its_legs_is_doubted() -> None:
    photo, truth = make_photo("living-room", CHAIR, 400)

    cut = cut_out(photo, box_around(truth, 0.08, 0.08, 0.08, 0.08))

    assert overlap(cut.alpha > 127, truth) < 0.975
    assert not cut.sure
    assert "brush" in cut.why


def make_room() -> Rgb:
    """Return a wall that meets a table, lit from the left."""
    picture = np.full((120, 160, 3), (150, 154, 150), np.float64)
    picture[80:] = (140, 90, 60)
    return (picture * np.linspace(1.1, 0.8, 160)[None, :, None]).astype(np.uint8)


def test_a_gap_is_filled_with_what_is_level_with_it() -> None:
    room = make_room()
    known = np.ones(room.shape[:2], np.bool_)
    known[30:110, 50:110] = False

    level, round_about = (fill(room.astype(np.float32), known) for fill in (fill_level, pull_push))

    off = np.abs(level - room)[~known]
    assert np.median(off) < 3
    assert np.median(off) < np.median(np.abs(round_about - room)[~known])


def test_what_stands_in_a_box_differs_from_what_is_around_it() -> None:
    room = make_room()
    room[40:100, 60:100] = (138, 140, 138)
    box = np.zeros(room.shape[:2], np.bool_)
    box[30:110, 50:110] = True
    product = np.zeros_like(box)
    product[42:98, 62:98] = True

    codes = next(unexpected(view(room, 160), box)).astype(int)

    assert np.abs(codes[product] - 128).max(axis=-1).mean() > 12
    assert np.abs(codes[32:38, 52:108] - 128).max(axis=-1).mean() < 5


def test_a_box_around_all_of_a_picture_leaves_nothing_to_expect() -> None:
    assert list(unexpected(view(make_room(), 160), np.ones((120, 160), np.bool_))) == []
