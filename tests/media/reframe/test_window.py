"""Other formats: the window holds a subject whose way is known, people's wishes win, extensions show no seam."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL.Image import open as open_still

from projects.media.clips.frames import read
from projects.media.clips.sound import decoded
from projects.media.colour import rgb_from_yuv, yuv_from_rgb
from projects.media.encode.writer import ClipWriter
from projects.media.faults import Stopped
from projects.media.reframe.extension import FEATHER, extend_frame, extend_still
from projects.media.reframe.formats import Format, vertical
from projects.media.reframe.path import CropPath, Point, window_for
from projects.media.reframe.window import cut, follow, place
from tests.making import clip, picture

Rgb = NDArray[np.uint8]
Way = Callable[[float], float]

RATE = 24
SIZE = (320, 180)
TALL = (180, 320)
SUBJECT = 36
"""Pixels across the round subject."""


@cache
def wall(width: int = SIZE[0] + 200) -> Rgb:
    """Return a soft coloured background wide enough for a pan."""
    random = np.random.default_rng(1)
    coarse = random.integers(60, 190, (8, width // 24, 3)).astype(np.uint8)
    soft = cv2.resize(coarse, (width, SIZE[1]), interpolation=cv2.INTER_CUBIC)
    return np.clip(soft + random.normal(0, 5, soft.shape), 0, 255).astype(np.uint8)


@cache
def subject() -> tuple[Rgb, NDArray[np.float32]]:
    """Return a lively disc and its soft mask."""
    coarse = np.random.default_rng(5).integers(0, 255, (8, 8, 3)).astype(np.uint8)
    mask = np.zeros((SUBJECT, SUBJECT), np.float32)
    cv2.circle(mask, (SUBJECT // 2, SUBJECT // 2), SUBJECT // 2 - 2, 1.0, -1, cv2.LINE_AA)
    disc = np.asarray(cv2.resize(coarse, (SUBJECT, SUBJECT), interpolation=cv2.INTER_CUBIC), np.uint8)
    return disc, mask[..., None]


def scene(middle: float, camera: float = 0.0) -> Rgb:
    """Return a frame: the subject's middle at a share of the width, the camera moved by pixels."""
    matrix = np.array([[1, 0, 100 + camera], [0, 1, 0]], np.float32)
    frame = cv2.warpAffine(wall(), matrix, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    disc, mask = subject()
    left, top = round(middle * SIZE[0]) - SUBJECT // 2, (SIZE[1] - SUBJECT) // 2
    part = frame[top : top + SUBJECT, left : left + SUBJECT]
    part[:] = part * (1 - mask) + disc * mask
    return np.asarray(frame, np.uint8)


def filmed(path: Path, frames: Iterator[Rgb]) -> Path:
    """Write frames as a clip."""
    with ClipWriter(path, SIZE, Fraction(RATE)) as writer:
        for frame in frames:
            writer.write(yuv_from_rgb(frame))
    return path


def moments(seconds: float) -> list[float]:
    """Return the times of a clip's frames."""
    return [number / RATE for number in range(round(seconds * RATE))]


WAYS: dict[str, tuple[Way, Way]] = {
    "static camera": (lambda at: 0.2 + 0.2 * at, lambda _: 0.0),
    "camera in the hand": (
        lambda at: 0.5 - 0.3 * math.cos(math.pi * at / 3),
        lambda at: 0.7 * math.sin(6 * at),
    ),
    "panning camera": (lambda at: 0.5 + 0.2 * math.sin(1.3 * at), lambda at: 20 * at),
}


@pytest.mark.parametrize(("way", "camera"), WAYS.values(), ids=WAYS)
def test_the_subject_stays_inside_all_the_way(tmp_path: Path, way: Way, camera: Way) -> None:
    times = moments(3)
    path = filmed(tmp_path / "a.mp4", (scene(way(at), camera(at)) for at in times))

    found = follow(path, TALL)

    boxes = [found.box(at) for at in times]
    half = SUBJECT / 2 / SIZE[0]
    assert all(
        box[0] <= way(at) - half and way(at) + half <= box[0] + box[2]
        for at, box in zip(times, boxes, strict=True)
    )
    errors = [abs(box[0] + box[2] / 2 - way(at)) for at, box in zip(times, boxes, strict=True)]
    assert np.mean(errors) < 0.03
    steps = [abs(two[0] - one[0]) for one, two in pairwise(boxes)]
    assert max(steps) < 0.02
    assert found.keeps_subject


def test_the_window_jumps_on_the_frame_of_the_cut_and_stands_still_else(tmp_path: Path) -> None:
    sway = [0.02 * math.sin(at / 3) for at in range(29)]
    frames = [scene(0.25 + by) for by in sway] + [255 - scene(0.75 + by) for by in sway]
    path = filmed(tmp_path / "a.mp4", iter(frames))

    found = follow(path, TALL)

    lefts = [round(found.box(number / RATE)[0], 4) for number in range(58)]
    assert len(set(lefts[:29])) == len(set(lefts[29:])) == 1
    assert lefts[0] + found.window[0] / 2 == pytest.approx(0.25, abs=0.1)
    assert lefts[-1] + found.window[0] / 2 == pytest.approx(0.75, abs=0.1)


def test_a_person_s_focus_and_keyframes_win(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", scene(0.2), frames=48)

    still = follow(path, TALL, focus=(0.8, 0.5))
    moved = follow(path, TALL, keyframes=((1.5, 0.7, 0.5), (0.5, 0.3, 0.5)))
    edge = follow(path, TALL, focus=(1.0, 0.0))

    wide = still.window[0]
    assert still.still
    assert still.box(1.0)[0] + wide / 2 == pytest.approx(0.8)
    middles = [moved.box(at)[0] + wide / 2 for at in (0, 0.5, 1.0, 1.5, 2.0)]
    assert middles == pytest.approx([0.3, 0.3, 0.5, 0.7, 0.7])
    assert moved.box(0.75)[0] + wide / 2 < 0.4
    assert edge.box(0.0) == pytest.approx((1 - wide, 0, wide, 1))


@pytest.mark.parametrize("target", [(9, 16), (4, 5), (1, 1), (16, 9)])
@pytest.mark.parametrize("source", [(1920, 1080), (1080, 1920), (801, 601)])
def test_a_window_has_the_target_s_shape_and_touches_two_edges(
    source: tuple[int, int], target: tuple[int, int]
) -> None:
    width, height = window_for(source, target)

    assert max(width, height) == 1
    assert width * source[0] / (height * source[1]) == pytest.approx(target[0] / target[1], rel=0.003)


def test_a_path_moves_between_its_points_and_jumps_where_two_share_a_time() -> None:
    path = CropPath((0.4, 1.0), (Point(1, 0.3, 0.5), Point(2, 0.5, 0.5), Point(2, 0.9, 0.5)))

    assert [round(path.box(at)[0], 3) for at in (0, 1.5, 1.99, 2, 3)] == [0.1, 0.2, 0.298, 0.6, 0.6]


@pytest.mark.parametrize("size", [(90, 160), (128, 160), (160, 160)])
def test_a_still_is_cropped_around_its_product(size: tuple[int, int]) -> None:
    rgb = np.full((360, 640, 3), 225, np.uint8)
    cv2.rectangle(rgb, (430, 90), (530, 290), (180, 40, 50), -1)

    box = place(rgb, size).box(0.0)
    made = cut(rgb, box, size)

    assert made.shape == (size[1], size[0], 3)
    assert box[0] < 430 / 640
    assert box[0] + box[2] > 531 / 640
    red = (made[..., 0] > 150) & (made[..., 1] < 90)
    assert red.mean() == pytest.approx(100 * 200 / (box[2] * 640 * 360), rel=0.05)


def test_a_still_s_focus_wins() -> None:
    rgb = np.full((180, 320, 3), 225, np.uint8)
    rgb[:, :40] = (200, 30, 30)

    box = place(rgb, (90, 160), focus=(0.0, 0.5)).box(0.0)

    assert box[0] == 0
    assert (cut(rgb, box, (90, 160))[:, :20, 0] > 150).all()


EXTENSIONS = [
    ((320, 180), (180, 320)),
    ((320, 180), (256, 320)),
    ((180, 320), (320, 180)),
    ((240, 240), (320, 180)),
]


@pytest.mark.parametrize(("source", "target"), EXTENSIONS)
def test_an_extension_keeps_the_picture_whole_and_shows_no_seam(
    source: tuple[int, int], target: tuple[int, int]
) -> None:
    across, down = np.meshgrid(np.linspace(0, 1, source[0]), np.linspace(0, 1, source[1]))
    rgb = np.stack([90 + 80 * across, 110 + 60 * down, np.full_like(across, 140)], axis=2).astype(np.uint8)
    share = min(target[0] / source[0], target[1] / source[1])
    fitted = cv2.resize(
        rgb,
        (round(source[0] * share) // 2 * 2, round(source[1] * share) // 2 * 2),
        interpolation=cv2.INTER_AREA,
    )

    made = extend_still(rgb, target)

    assert made.shape == (target[1], target[0], 3)
    turn = (0, 1, 2) if fitted.shape[0] < target[1] else (1, 0, 2)
    whole, part = made.transpose(turn), fitted.transpose(turn)
    feather = round(part.shape[0] * FEATHER) + 1
    top = (len(whole) - len(part)) // 4 * 2
    inner = whole[top + feather : top + len(part) - feather]
    assert np.array_equal(inner, part[feather:-feather])
    rows = whole.mean(axis=(1, 2))
    assert np.abs(np.diff(rows)).max() < 3
    assert rows[0] < rows[top]
    assert rows[-1] < rows[top + len(part) - 1]


def test_a_lively_picture_softens_towards_its_seam_without_a_step() -> None:
    rgb = np.random.default_rng(2).integers(60, 200, (90, 320, 1), np.uint8).repeat(3, axis=2)
    rgb = rgb.repeat(2, axis=0)

    made = extend_still(rgb, (320, 400)).astype(int)

    top, feather = 110, round(180 * FEATHER)
    steps = np.abs(np.diff(made[..., 0], axis=0)).mean(axis=1)
    assert steps[top - 1] < 4
    assert np.abs(made[top + feather - 1] - rgb[feather - 1]).mean() < 2
    sharpness = [np.abs(np.diff(made[top + at, :, 0])).mean() for at in (0, feather // 2, feather)]
    assert sharpness[0] < sharpness[1] < sharpness[2]


def test_extended_frames_agree_with_extended_stills_and_do_not_flicker() -> None:
    rgb = scene(0.5)

    frame = extend_frame(yuv_from_rgb(rgb), (180, 320))

    assert np.array_equal(frame.y, extend_frame(yuv_from_rgb(rgb), (180, 320)).y)
    away = np.abs(rgb_from_yuv(frame).astype(int) - extend_still(rgb, (180, 320)))
    assert np.percentile(away, 95) < 14


def test_a_vertical_clip_has_the_subject_the_sound_and_every_frame(tmp_path: Path) -> None:
    times = moments(2)
    silent = filmed(tmp_path / "silent.mp4", (scene(0.3 + 0.2 * at) for at in times))
    source = with_sound(silent, tmp_path / "source.mp4")
    told: list[float] = []

    made = vertical(source, tmp_path / "made.mp4", Format(TALL), tell=told.append)

    assert made.path is not None
    assert told[-1] == 1
    frames = [rgb_from_yuv(frame) for frame in read(made.target)]
    assert len(frames) == len(times)
    assert frames[0].shape == (320, 180, 3)
    for at, frame in zip(times, frames, strict=True):
        box = made.path.box(at)
        x = (0.3 + 0.2 * at - box[0]) / box[2] * 180
        expected = cv2.resize(subject()[0], None, fx=320 / 180, fy=320 / 180)[24:40, 24:40].mean(axis=(0, 1))
        assert np.abs(frame[152:168, round(x) - 8 : round(x) + 8].mean(axis=(0, 1)) - expected).max() < 25
    assert sum(block.shape[1] for block in decoded(made.target)) / 48000 == pytest.approx(2, abs=0.05)


def with_sound(source: Path, target: Path) -> Path:
    """Write a clip with a silent track added."""
    with ClipWriter(target, SIZE, Fraction(RATE)) as writer:
        writer.silence()
        for frame in read(source):
            writer.write(frame)
    return target


def test_what_no_window_holds_is_shown_whole(tmp_path: Path) -> None:
    rgb = np.full((180, 320, 3), 225, np.uint8)
    rgb[70:110, 20:300] = (180, 40, 50)

    made = vertical(picture(tmp_path / "a.png", rgb), tmp_path / "made.png", Format((90, 160)))

    assert made.path is None
    assert "whole picture" in made.notes[0]


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_a_still_is_written_in_the_target_s_format(tmp_path: Path, suffix: str) -> None:
    source = picture(tmp_path / "a.png", scene(0.5))

    made = vertical(source, tmp_path / f"made{suffix}", Format((90, 160), "extend"))

    with open_still(made.target) as image:
        assert (image.format, image.size) == (suffix[1:].upper(), (90, 160))


def test_reframing_can_be_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", scene(0.3), frames=24)
    told: list[float] = []

    with pytest.raises(Stopped):
        vertical(source, tmp_path / "made.mp4", Format(TALL, "extend"), lambda: len(told) > 8, told.append)

    assert not (tmp_path / "made.mp4").exists()
