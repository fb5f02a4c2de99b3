"""The report finds what was planted, on the frame, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from projects.media.colour import yuv_from_rgb
from projects.media.encode.writer import ClipWriter
from projects.media.faults import Stopped
from projects.media.quality.flashes import Flashes
from projects.media.quality.report import report
from tests.making import clip, picture

Rgb = NDArray[np.uint8]

RATE = Fraction(24)
SIZE = (160, 90)


def pattern(seed: int, by: int) -> Rgb:
    """Return a coloured pattern moved by some pixels."""
    coarse = np.random.default_rng(seed).integers(40, 230, (6, 10, 3), np.uint8)
    return np.roll(cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC), by, axis=1).astype(np.uint8)


def written(path: Path, frames: Iterator[Rgb]) -> Path:
    """Write frames as a clip."""
    with ClipWriter(path, SIZE, RATE) as writer:
        for frame in frames:
            writer.write(yuv_from_rgb(np.ascontiguousarray(frame)))
    return path


def planted() -> Iterator[Rgb]:
    """Yield five seconds: black from 1 to 1.5, a cut at 2, frozen from 3.5 to 4.5."""
    for number in range(120):
        by = 84 if 84 <= number < 108 else number
        frame = pattern(1 if number < 48 else 2, 2 * by)
        yield np.zeros_like(frame) if 24 <= number < 36 else frame


def test_planted_black_freeze_and_cut_are_found_on_their_frames(tmp_path: Path) -> None:
    found = report(written(tmp_path / "a.mp4", planted()))

    assert found.black == ((1.0, 1.5),)
    assert found.frozen == ((3.5, 4.5),)
    assert set(found.cuts) >= {1.0, 1.5, 2.0}
    assert set(found.cuts) <= {1.0, 1.5, 2.0, 4.5}
    assert (found.seconds, found.rate, found.width, found.height, found.codec) == (5.0, 24.0, 160, 90, "h264")
    assert not found.flickers


def test_a_slow_move_over_a_calm_picture_is_not_frozen(tmp_path: Path) -> None:
    def frames() -> Iterator[Rgb]:
        wide = np.full((90, 400, 3), 200, np.uint8)
        wide[30:60, 150:190] = (60, 90, 140)
        for number in range(48):
            matrix = np.array([[1, 0, 100 + number / 8], [0, 1, 0]], np.float32)
            yield np.asarray(
                cv2.warpAffine(wide, matrix, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP), np.uint8
            )

    found = report(written(tmp_path / "a.mp4", frames()))

    assert (found.frozen, found.black, found.cuts) == ((), (), ())


def test_a_slow_fade_is_not_frozen(tmp_path: Path) -> None:
    frames = (np.full((90, 160, 3), 100 + number // 4, np.uint8) for number in range(48))

    assert report(written(tmp_path / "a.mp4", frames)).frozen == ()


def test_all_black_is_one_fault_and_not_also_frozen(tmp_path: Path) -> None:
    found = report(written(tmp_path / "a.mp4", (np.zeros((90, 160, 3), np.uint8) for _ in range(36))))

    assert (found.black, found.frozen) == (((0.0, 1.5),), ())


def tone(path: Path, level: float, seconds: int = 4) -> Path:
    """Write a clip with a stereo tone of 1 kHz whose peak is `level` dB below full scale, as 16-bit samples."""
    at = np.arange(seconds * 48000) / 48000
    wave = (10 ** (level / 20) * np.sin(2 * np.pi * 997 * at)).astype(np.float32)
    with av.open(str(path), "w", format="mov") as output:
        video = output.add_stream("libx264", rate=24)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        sound = output.add_stream("pcm_s16le", rate=48000, layout="stereo")
        for _ in range(seconds * 24):
            output.mux(video.encode(av.VideoFrame.from_ndarray(np.full((48, 32), 128, np.uint8), "yuv420p")))
        samples = np.round(np.stack([wave, wave], axis=1) * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, "s16", "stereo")
        frame.sample_rate, frame.pts = 48000, 0
        output.mux(sound.encode(frame))
        output.mux(video.encode(None))
        output.mux(sound.encode(None))
    return path


def test_a_tone_of_23_lufs_is_measured_as_that(tmp_path: Path) -> None:
    found = report(tone(tmp_path / "a.mov", -23))

    assert found.has_sound
    assert found.lufs == pytest.approx(-23, abs=0.1)
    assert found.true_peak == pytest.approx(-23, abs=0.2)


def test_silence_and_no_sound_have_no_loudness(tmp_path: Path) -> None:
    silent = report(tone(tmp_path / "a.mov", -200))
    mute = report(clip(tmp_path / "b.mp4"))

    assert (silent.has_sound, silent.lufs, silent.true_peak) == (True, None, None)
    assert (mute.has_sound, mute.lufs, mute.true_peak) == (False, None, None)


def flashes(light: Callable[[float], float], area: float = 1.0) -> int:
    """Return the most flashes in a second of three seconds of light (0 to 1) on a share of the picture."""
    counter = Flashes()
    for number in range(90):
        plane = np.full((90, 160), 60, np.uint8)
        plane[:, : round(160 * area)] = round(16 + 219 * light(number / 30))
        counter.see(Fraction(number, 30), plane)
    return counter.most


@pytest.mark.parametrize(
    ("hertz", "area", "safe"), [(2, 1, True), (3, 1, True), (4, 1, False), (6, 1, False), (6, 0.2, True)]
)
def test_more_than_three_flashes_a_second_on_a_quarter_of_the_picture_are_too_many(
    hertz: int, area: float, safe: bool
) -> None:
    most = flashes(lambda at: 0.9 if int(at * 2 * hertz) % 2 else 0.1, area)

    assert (most <= 3) == safe


def test_a_slow_fade_does_not_flash() -> None:
    assert flashes(lambda at: at / 3) == 0


def test_a_flickering_clip_says_so(tmp_path: Path) -> None:
    frames = (np.full((90, 160, 3), 230 if number // 2 % 2 else 20, np.uint8) for number in range(48))

    assert report(written(tmp_path / "a.mp4", frames)).flickers


def test_a_report_is_plain_json_for_clips_and_stills(tmp_path: Path) -> None:
    for path in (clip(tmp_path / "a.mp4", sound=True), picture(tmp_path / "b.png")):
        values = report(path).as_dict()

        assert json.loads(json.dumps(values)) == values
        assert values["bytes"] == path.stat().st_size
        assert (values["width"], values["height"]) == (96, 64)


def test_looking_can_be_stopped(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        report(clip(tmp_path / "a.mp4"), lambda: True)
