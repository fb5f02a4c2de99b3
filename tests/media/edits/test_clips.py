"""Edits of clips and their extension, measured frame by frame: what is not asked for stays, and the seam is even."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from projects.media.arrays import Plane
from projects.media.clips.footage import Footage
from projects.media.clips.frames import read
from projects.media.clips.sound import RATE, decoded
from projects.media.colour import Yuv, yuv_from_rgb
from projects.media.edits import extension, region
from projects.media.edits.clips import IN_PLACE, on_clip
from projects.media.edits.removal import ABOUT
from projects.media.edits.stills import Asked
from projects.media.encode.writer import ClipWriter
from projects.media.probe.file import probe
from projects.wish import Box, Change
from tests.media.edits.test_stills import scene

SIZE = (320, 240)
FRAMES, FPS = 24, Fraction(24)
BOX = (0.25, 0.25, 0.5, 0.5)


def clip(path: Path, *, moves: bool = False, sound: bool = False) -> Footage:
    """Write a second of the round product, still or sliding to the right; return it as footage."""
    still = scene()
    with ClipWriter(path, SIZE, FPS, "master") as writer:
        if sound:
            tone = np.full((2, 2 * RATE), 0.4, np.float32) * np.sin(
                np.arange(2 * RATE, dtype=np.float32) / 17
            )
            writer.audio_of(iter([tone.astype(np.float32)]))
        for number in range(FRAMES):
            shift = np.array([[1, 0, 2.0 * number if moves else 0.0], [0, 1, 0]], np.float32)
            writer.write(
                yuv_from_rgb(np.asarray(cv2.warpAffine(still, shift, SIZE, borderMode=cv2.BORDER_REFLECT)))
            )
    return Footage(path, probe(path))


def frames(footage: Footage) -> list[Yuv]:
    """Return the clip's own frames."""
    return list(read(footage.path, size=SIZE, rate=footage.facts.rate))


def edited(
    footage: Footage, kind: str, text: str, box: Box | None = None
) -> tuple[list[Yuv], tuple[str, ...]]:
    """Return the frames after one change, and the notes."""
    made = on_clip(footage, SIZE, Asked(Change(kind, text=text, box=box), Path("/nowhere"), 3))
    return list(made.frames), made.notes


def apart(one: Yuv, other: Yuv, where: Any = None) -> float:
    """Return the largest difference of luma in some place, in codes."""
    codes = np.abs(one.y.astype(int) - other.y.astype(int))
    return float((codes if where is None else codes[where]).max())


def likeness(one: Plane, other: Plane) -> float:
    """Return SSIM of two planes over windows of sigma 1.5 (Wang 2004)."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    blur = lambda plane: cv2.GaussianBlur(plane, (0, 0), 1.5)  # noqa: E731 - the formula reads better
    ma, mb = blur(a), blur(b)
    va, vb, vab = blur(a * a) - ma * ma, blur(b * b) - mb * mb, blur(a * b) - ma * mb
    ssim = (2 * ma * mb + 6.5025) * (2 * vab + 58.5225) / ((ma**2 + mb**2 + 6.5025) * (va + vb + 58.5225))
    return float(ssim.mean())


@pytest.mark.parametrize(
    ("kind", "text"), [("style", "noir"), ("light", "candle"), ("weather", "rain"), ("light", "darker")]
)
def test_a_change_in_a_box_leaves_the_rest_of_every_frame(tmp_path: Path, kind: str, text: str) -> None:
    footage = clip(tmp_path / "clip.mp4")

    after, _ = edited(footage, kind, text, BOX)

    outside = region.solid(BOX, SIZE) == 0
    before = frames(footage)
    assert len(after) == len(before) == FRAMES
    assert max(apart(one, other, outside) for one, other in zip(before, after, strict=True)) == 0
    assert min(apart(one, other, ~outside) for one, other in zip(before, after, strict=True)) > 8


def test_what_is_removed_is_gone_from_every_frame_and_the_rest_stays(tmp_path: Path) -> None:
    footage, box = clip(tmp_path / "clip.mp4"), (0.34, 0.28, 0.32, 0.44)

    after, notes = edited(footage, "object", "remove the ball", box)

    outside = region.solid(region.wider(box, ABOUT), SIZE) == 0
    assert max(apart(one, other, outside) for one, other in zip(frames(footage), after, strict=True)) == 0
    ground = float(frames(footage)[0].y[100:140, 20:60].mean())
    assert all(abs(float(frame.y[100:140, 140:180].mean()) - ground) < 6 for frame in after)
    assert IN_PLACE not in notes


def test_in_a_clip_that_moves_people_are_told_that_the_box_does_not(tmp_path: Path) -> None:
    _, notes = edited(clip(tmp_path / "clip.mp4", moves=True), "own", "remove the ball", BOX)

    assert IN_PLACE in notes


def test_a_push_in_begins_with_the_clips_own_first_frame_and_ends_nearer(tmp_path: Path) -> None:
    footage = clip(tmp_path / "clip.mp4")

    after, _ = edited(footage, "camera", "push in")

    ball = [int((frame.u > 136).sum()) for frame in (frames(footage)[0], after[0], after[-1])]
    assert apart(frames(footage)[0], after[0]) == 0
    assert ball[0] == ball[1]
    assert ball[2] / ball[0] == pytest.approx(1 / 0.82**2, rel=0.05)


def test_a_pull_out_ends_with_the_clips_own_last_frame(tmp_path: Path) -> None:
    footage = clip(tmp_path / "clip.mp4")

    after, _ = edited(footage, "camera", "pull out")

    assert apart(frames(footage)[-1], after[-1]) == 0
    assert apart(frames(footage)[0], after[0]) > 20


def test_rain_falls_and_the_picture_under_it_stays(tmp_path: Path) -> None:
    after, _ = edited(clip(tmp_path / "clip.mp4"), "weather", "rain")

    assert likeness(after[3].y, after[4].y) < 0.999
    mean = np.mean([frame.y for frame in after], axis=0)
    assert abs(float(mean[118:122, 158:162].mean()) - float(after[0].y[118:122, 158:162].mean())) < 6


@pytest.mark.parametrize(
    ("kind", "text"), [("text", "After the heat"), ("pose", "let it jump"), ("scale", "smaller")]
)
def test_words_on_a_clip_leave_what_is_beside_them(tmp_path: Path, kind: str, text: str) -> None:
    footage = clip(tmp_path / "clip.mp4")

    after, notes = edited(footage, kind, text)

    product = (slice(70, 170), slice(100, 220))
    assert notes
    assert max(apart(one, other, product) for one, other in zip(frames(footage), after, strict=True)) == 0
    assert max(apart(one, other) for one, other in zip(frames(footage), after, strict=True)) > 40


@pytest.mark.parametrize("moves", [False, True], ids=["still", "moving"])
def test_an_extension_goes_on_from_the_last_frame_without_a_jump(tmp_path: Path, moves: bool) -> None:
    footage, target = clip(tmp_path / "clip.mp4", moves=moves), tmp_path / "longer.mp4"

    extension.extend(footage, target, Fraction(3))

    facts, before = probe(target), frames(footage)
    made = list(read(target, size=SIZE, rate=FPS))
    assert len(made) == FRAMES + 3 * FPS
    assert facts.seconds == pytest.approx(4, abs=0.05)
    assert min(likeness(one.y, other.y) for one, other in zip(before, made[:FRAMES], strict=True)) > 0.97
    assert likeness(made[FRAMES - 1].y, made[FRAMES].y) > 0.99
    steps = [
        float(np.abs(a.y.astype(int) - b.y).mean())
        for a, b in zip(made[FRAMES - 1 :], made[FRAMES:], strict=False)
    ]
    assert steps[0] < max(steps)
    assert apart(made[FRAMES], made[-1]) > 20, "it is pushed, not frozen"


def test_the_sound_of_an_extension_fades_towards_the_seam_and_is_silent_after_it(tmp_path: Path) -> None:
    footage, target = clip(tmp_path / "clip.mp4", sound=True), tmp_path / "longer.mp4"

    extension.extend(footage, target, Fraction(3))

    samples = np.concatenate(list(decoded(target)), axis=1)[0]
    loud = [
        float(np.abs(samples[int(at * RATE) : int((at + 0.05) * RATE)]).max())
        for at in (0.1, 0.6, 0.94, 1.2, 3.5)
    ]
    assert loud[0] == pytest.approx(0.4, abs=0.05)
    assert loud[0] > loud[1] > loud[2] > 0.01
    assert max(loud[3:]) < 0.01


def test_a_silent_clip_stays_silent(tmp_path: Path) -> None:
    target = tmp_path / "longer.mp4"

    extension.extend(clip(tmp_path / "clip.mp4"), target, Fraction(3))

    assert max(float(np.abs(block).max()) for block in decoded(target)) == 0
