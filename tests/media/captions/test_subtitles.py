"""Captions on clips: only where and when they should be, readable, with the sound and the tracks intact."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from projects.media.captions import cues
from projects.media.captions.backing import LEAST_CONTRAST, Backing, choose
from projects.media.captions.cues import Cue
from projects.media.captions.layout import Wanted
from projects.media.captions.subtitles import Captioned, caption
from projects.media.clips.frames import read
from projects.media.colour import rgb_from_yuv, yuv_from_rgb
from projects.media.faults import Refused, Stopped
from projects.media.typography.looks import STYLES
from tests.making import clip

Rgb = NDArray[np.uint8]

RATE = Fraction(12)
SIZE = (320, 180)
WORDS = (Cue(Fraction(1, 2), Fraction(3, 2), "Wörter auf dem Bild"),)
FIRST, AFTER = 6, 18
"""The first frame of the words, and the first one after them."""


def flat(grey: int) -> Rgb:
    """Return a calm picture with a little slope, so that it is no test pattern."""
    slope = np.linspace(-8, 8, SIZE[0])[None, :, None]
    return np.clip(grey + slope + np.zeros((SIZE[1], 1, 3)), 0, 255).astype(np.uint8)


def busy() -> Rgb:
    """Return coarse coloured noise."""
    noise = np.random.default_rng(3).integers(0, 255, (SIZE[1] // 4, SIZE[0] // 4, 3), np.uint8)
    return noise.repeat(4, axis=0).repeat(4, axis=1)


def source(folder: Path, rgb: Rgb | None = None, *, form: str = "mp4", codec: str = "libx264") -> Path:
    """Write two seconds of a still picture with a bar through its middle, with sound."""
    picture = flat(60) if rgb is None else rgb
    return clip(folder / f"source.{form}", picture, form=form, codec=codec, frames=24, rate=RATE, sound=True)


def captioned(path: Path, words: tuple[Cue, ...] = WORDS, wanted: Wanted | None = None) -> Captioned:
    """Return the clip with words at its bottom."""
    return caption(path, path.with_name("made.mp4"), words, wanted or Wanted())


def frames(path: Path) -> list[Rgb]:
    """Return the frames of a short clip."""
    return [rgb_from_yuv(frame) for frame in read(path)]


def changed(path: Path, made: Captioned) -> list[NDArray[np.bool_]]:
    """Return for each frame the pixels that clearly differ from the source's."""
    pairs = zip(frames(path), frames(made.video), strict=True)
    return [np.abs(one.astype(int) - two).max(axis=2) > 40 for one, two in pairs]


def packets(path: Path, kind: str) -> list[bytes]:
    """Return the packets of the first stream of a kind."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(**{kind: 0}) if packet.size]


def subtitles(path: Path) -> list[tuple[float, float, str]]:
    """Return (start, seconds, text) of each shown sample of the first subtitle track."""
    found = list[tuple[float, float, str]]()
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.subtitles[0]):
            length = int.from_bytes(bytes(packet)[:2])
            if length and packet.pts is not None and packet.duration is not None:
                start, seconds = (float(at * packet.time_base) for at in (packet.pts, packet.duration))
                found.append((start, seconds, bytes(packet)[2 : 2 + length].decode()))
    return found


@pytest.mark.parametrize("style", ["kit", "boxed"])
def test_words_are_burnt_in_their_box_and_time_only(tmp_path: Path, style: str) -> None:
    path = source(tmp_path, busy())

    made = captioned(path, wanted=Wanted(style=style))

    x, y, width, height = made.shown[0].box
    left, right = int(x * SIZE[0]), int(np.ceil((x + width) * SIZE[0]))
    top, bottom = int(y * SIZE[1]), int(np.ceil((y + height) * SIZE[1]))
    marks = changed(path, made)
    assert [bool(mark.any()) for mark in marks] == [FIRST <= at < AFTER for at in range(24)]
    for mark in marks[FIRST:AFTER]:
        assert mark[top:bottom, left:right].mean() > 0.3
        mark[top - 1 : bottom + 1, left - 1 : right + 1] = False
        assert not mark.any()


@pytest.mark.parametrize(
    ("picture", "tone", "plate"),
    [(flat(40), "paper", False), (flat(225), "ink", False), (busy(), "paper", True)],
    ids=["dark", "light", "busy"],
)
def test_the_kit_style_chooses_letters_that_read_on_the_picture(
    tmp_path: Path, picture: Rgb, tone: str, plate: bool
) -> None:
    backing = Backing()
    path = source(tmp_path, picture)

    made = captioned(path)

    backing.see(next(read(path)).y, made.shown[0].box)
    look = choose(STYLES["kit"].looks, [backing])
    assert (look.tone, look.plate is not None) == (tone, plate)
    x, y, width, height = made.shown[0].box
    rows = slice(int(y * SIZE[1]), int((y + height) * SIZE[1]))
    part = frames(made.video)[FIRST + 2][rows, int(x * SIZE[0]) : int((x + width) * SIZE[0])]
    assert contrast(part) >= LEAST_CONTRAST
    assert made.contrast >= LEAST_CONTRAST


def contrast(part: Rgb) -> float:
    """Return the contrast of the lightest and the darkest codes of a part (WCAG 2.2)."""
    dark, light = (np.percentile(part.mean(axis=2), share) / 255 for share in (2, 98))
    low, high = (((code + 0.055) / 1.055) ** 2.4 for code in (dark, light))
    return float((high + 0.05) / (low + 0.05))


def test_laying_words_over_a_frame_leaves_the_frame_alone() -> None:
    frame = yuv_from_rgb(busy())
    before = frame.y.copy()

    laid = Wanted().on(SIZE, "").drawn(("Words",), STYLES["kit"].looks[0]).laid_on(frame)

    assert not np.array_equal(laid.y, before)
    assert np.array_equal(frame.y, before)


def test_one_look_serves_the_whole_clip(tmp_path: Path) -> None:
    calm, wild = Backing(40, 50, 2, 0.1), Backing(20, 235, 60, 20)

    assert choose(STYLES["kit"].looks, [calm]).plate is None
    assert choose(STYLES["kit"].looks, [calm, wild]).plate is not None


def test_a_style_without_a_plate_shades_the_picture_as_much_as_it_needs(tmp_path: Path) -> None:
    shades = [
        choose(STYLES["plain"].looks, [Backing(level - 5, level, 2, 0.1)]).shade for level in (40, 170, 235)
    ]

    assert shades == sorted(set(shades))
    assert captioned(source(tmp_path, flat(250)), wanted=Wanted(style="plain")).contrast >= LEAST_CONTRAST


def test_the_sound_is_kept_packet_by_packet(tmp_path: Path) -> None:
    path = source(tmp_path)

    made = captioned(path)

    kept = packets(made.video, "audio")
    assert len(kept) > 80
    assert set(kept) <= set(packets(path, "audio"))


def test_a_track_leaves_the_picture_untouched(tmp_path: Path) -> None:
    path = source(tmp_path)

    made = captioned(path, wanted=Wanted(mode="track", language="de"))

    assert packets(made.video, "video") == packets(path, "video")
    assert packets(made.video, "audio") == packets(path, "audio")
    assert subtitles(made.video) == [(0.5, 1.0, "Wörter auf dem Bild")]
    assert made.shown == ()
    with av.open(str(made.video)) as container:
        assert container.streams.subtitles[0].metadata["language"] == "deu"


def test_both_burns_the_words_and_carries_them(tmp_path: Path) -> None:
    path = source(tmp_path)

    made = captioned(path, wanted=Wanted(mode="both"))

    assert changed(path, made)[FIRST].any()
    assert subtitles(made.video) == [(0.5, 1.0, "Wörter auf dem Bild")]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        "made.mp4",
        "made.srt",
        "made.vtt",
        "source.mp4",
    ]


def test_a_webm_becomes_an_mp4_with_the_track(tmp_path: Path) -> None:
    path = clip(tmp_path / "source.webm", flat(60), form="webm", codec="libvpx", frames=24, rate=RATE)

    made = captioned(path, wanted=Wanted(mode="track"))

    with av.open(str(made.video)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
    assert not any(mark.any() for mark in changed(path, made))
    assert len(subtitles(made.video)) == 1


def test_the_cue_files_hold_the_cues_as_given(tmp_path: Path) -> None:
    words = (*WORDS, Cue(Fraction(1), Fraction(9), "Runs over the end"))

    made = captioned(source(tmp_path), words)

    assert cues.read(made.vtt) == cues.read(made.srt) == words
    assert made.shown[-1].page.end <= 2


def test_captions_of_another_clip_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"starts after the clip ends at 00:00:02\.000"):
        captioned(source(tmp_path), (Cue(Fraction(60), Fraction(61), "late"),))


def test_work_can_be_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    path = source(tmp_path)
    told: list[float] = []

    with pytest.raises(Stopped):
        caption(path, tmp_path / "made.mp4", WORDS, Wanted(), lambda: len(told) > 30, told.append)

    assert told == sorted(told)
    assert told[-1] < 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["source.mp4"]


def test_the_same_cues_give_the_same_file(tmp_path: Path) -> None:
    path = source(tmp_path, busy())

    first = captioned(path).video.read_bytes()

    assert captioned(path).video.read_bytes() == first
