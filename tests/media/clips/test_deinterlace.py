"""Interlaced clips, upper or lower field first, are read and copied as whole pictures; no comb is left."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from projects.media.clips.containers import open_media, video_stream
from projects.media.clips.deinterlace import progressive
from projects.media.clips.frames import decoded, read
from projects.media.colour import rgb_from_yuv
from projects.media.encode.copies import clean_clip
from projects.media.probe.file import probe
from tests.making import Rgb, clip

SIZE = (192, 128)
RATE = Fraction(25)
FRAMES = 16
ORDERS = ["tff", "bff"]


def scene(seconds: float) -> Rgb:
    """Return a bar that runs across a dark ground at 240 pixels a second."""
    rgb = np.full((SIZE[1], SIZE[0], 3), 60, np.uint8)
    left = 20 + round(240 * seconds)
    rgb[20:110, left % SIZE[0] : left % SIZE[0] + 40] = (220, 180, 40)
    return rgb


def woven(number: int, order: str) -> Rgb:
    """Return a frame whose two fields show two moments, half a frame apart."""
    fields = scene(number / RATE), scene((number + 0.5) / RATE)
    upper, lower = fields if order == "tff" else fields[::-1]
    rgb = upper.copy()
    rgb[1::2] = lower[1::2]
    return rgb


def interlaced(path: Path, order: str) -> Path:
    """Write an interlaced clip."""
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=RATE)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.options = {"x264-params": f"{order}=1", "crf": "12"}
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(woven(number, order), format="rgb24")
            output.mux(stream.encode(frame.reformat(format="yuv420p")))
        output.mux(stream.encode(None))
    return path


def comb(luma: np.ndarray) -> float:
    """Return the share of pixels that differ from the lines above and below, which agree."""
    rows = luma.astype(int)
    inner, above, below = rows[1:-1], rows[:-2], rows[2:]
    return float(((np.abs(inner - above) > 40) & (np.abs(above - below) < 20)).mean())


@pytest.mark.parametrize("order", ORDERS)
def test_no_comb_is_left_and_every_frame_shows_its_moment(tmp_path: Path, order: str) -> None:
    path = interlaced(tmp_path / "a.mp4", order)

    frames = list(read(path))

    assert comb(woven(8, order)[..., 0]) > 0.01
    assert len(frames) == FRAMES
    assert max(comb(frame.y) for frame in frames) < 0.002
    for number in (3, 8, 12):
        rgb = rgb_from_yuv(frames[number]).astype(int)
        off = [np.abs(rgb - scene((number + half) / RATE)).mean() for half in (0, 0.5)]
        assert min(off) < 3


@pytest.mark.parametrize("order", ORDERS)
def test_the_clean_copy_is_progressive(tmp_path: Path, order: str) -> None:
    path = interlaced(tmp_path / "a.mp4", order)
    facts = probe(path)
    assert "Interlaced" in " ".join(facts.notes)

    copy, _ = clean_clip(path, tmp_path, facts, tell=lambda _: None, stop=lambda: False)

    assert probe(copy).notes == ()
    assert probe(copy).rate == RATE
    with av.open(str(copy)) as container:
        frames = list(container.decode(video=0))
    assert not any(frame.interlaced_frame for frame in frames)
    assert len(frames) == FRAMES
    assert max(comb(frame.to_ndarray(format="gray")) for frame in frames) < 0.002


def test_times_are_those_of_the_frames(tmp_path: Path) -> None:
    path = interlaced(tmp_path / "a.mp4", "tff")

    with open_media(path) as container:
        times = [at for at, _, _ in decoded(container, video_stream(container))]

    assert times == [number / RATE for number in range(FRAMES)]


def test_a_progressive_clip_passes_untouched(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", frames=4)

    with av.open(str(path)) as container:
        stored = [(Fraction(0), Fraction(0), frame) for frame in container.decode(video=0)]

    assert [timed[2] for timed in progressive(iter(stored))] == [timed[2] for timed in stored]


def test_fields_that_begin_or_end_within_a_clip_are_joined(tmp_path: Path) -> None:
    with av.open(str(clip(tmp_path / "plain.mp4", frames=3))) as container:
        plain = [(Fraction(0), 1 / RATE, frame) for frame in container.decode(video=0)]
    with av.open(str(interlaced(tmp_path / "a.mp4", "tff"))) as container:
        woven = [(number / RATE, 1 / RATE, frame) for number, frame in enumerate(container.decode(video=0))]

    joined = list(progressive(iter([*plain, *woven, *plain])))

    assert not any(frame.interlaced_frame for _, _, frame in joined)
    assert [frame.width for _, _, frame in joined] == [96] * 3 + [192] * FRAMES + [96] * 3
    assert [at for at, _, _ in joined] == [at for at, _, _ in [*plain, *woven, *plain]]
