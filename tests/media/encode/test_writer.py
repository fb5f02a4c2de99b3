"""What the writer leaves on disk plays everywhere, is exact, and is the same every time."""

import subprocess
import sys
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from PIL import Image

from projects.media.clips.upright import planes_of
from projects.media.colour import Yuv, yuv_from_rgb
from projects.media.encode.writer import ClipWriter, write_still

SIZE, HALF, RATE = (320, 180), (160, 90), Fraction(24)


def frames(count, size=SIZE):
    """Noise in blocks that wanders to the right."""
    noise = np.random.default_rng(4).integers(0, 255, (size[1] // 10, size[0] // 10, 3), dtype=np.uint8)
    picture = noise.repeat(10, axis=0).repeat(10, axis=1)
    return (yuv_from_rgb(np.roll(picture, 2 * number, axis=1)) for number in range(count))


def write(path, count=49, rate=RATE, sound=None, **settings):
    """Write a clip; `sound` gets the writer before the first frame."""
    with ClipWriter(path, SIZE, rate, **settings) as writer:
        if sound:
            sound(writer)
        for frame in frames(count):
            writer.write(frame)
    return path


def test_a_clip_is_h264_420_with_bt709_tags_and_its_index_first(tmp_path):
    path = write(tmp_path / "clip.mp4")

    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.color_range, context.colorspace) == (1, 1)
        assert (context.color_primaries, context.color_trc) == (1, 1)
    data = path.read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001), Fraction(25)])
def test_every_frame_is_there_and_the_steps_are_even(tmp_path, rate):
    path = write(tmp_path / "clip.mp4", count=31, rate=rate)

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = [frame.pts for frame in container.decode(stream)]
        assert len(times) == 31
        assert {after - before for before, after in pairwise(times)} == {1 / (rate * stream.time_base)}
        assert stream.average_rate == rate


def test_the_same_frames_give_the_same_bytes(tmp_path):
    one, two = (
        write(tmp_path / f"{name}.mp4", sound=lambda writer: writer.silence()).read_bytes() for name in "ab"
    )

    assert one == two


def test_the_frames_are_those_written_although_their_planes_are_used_again(tmp_path):
    own = Yuv(*(np.empty((side[1], side[0]), np.uint8) for side in (SIZE, HALF, HALF)))
    with ClipWriter(tmp_path / "clip.mp4", SIZE, RATE, "master") as writer:
        for frame in frames(20):
            for target, plane in zip(own.planes, frame.planes, strict=True):
                target[:] = plane
            writer.write(own)

    with av.open(str(tmp_path / "clip.mp4")) as container:
        for shown, meant in zip(container.decode(video=0), frames(20), strict=True):
            assert np.abs(planes_of(shown).y.astype(int) - meant.y).mean() < 3


def test_key_frames_stand_a_second_apart_in_drafts_and_where_they_are_asked_for(tmp_path):
    with ClipWriter(tmp_path / "clip.mp4", SIZE, RATE) as writer:
        for number, frame in enumerate(frames(49)):
            writer.write(frame, key=number == 31)

    with av.open(str(tmp_path / "clip.mp4")) as container:
        keys = [
            round(packet.pts * packet.time_base * 24)
            for packet in container.demux(video=0)
            if packet.is_keyframe
        ]
    assert set(keys) >= {0, 24, 31}


def test_a_stopped_clip_leaves_no_file(tmp_path):
    path = tmp_path / "clip.mp4"

    def half():
        with ClipWriter(path, SIZE, RATE) as writer:
            for frame in frames(5):
                writer.write(frame)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()

    assert not path.exists()


def test_a_frame_of_another_size_is_named(tmp_path):
    with (
        pytest.raises(ValueError, match=r"\(160, 90\) does not fit a clip of \(320, 180\)"),
        ClipWriter(tmp_path / "clip.mp4", SIZE, RATE) as writer,
    ):
        writer.write(next(frames(1, HALF)))


def test_a_full_disk_is_an_oserror_and_leaves_no_file(tmp_path):
    script = """
import resource, sys
from fractions import Fraction
from pathlib import Path
sys.path.insert(0, "")
import numpy as np
from projects.media.colour import yuv_from_rgb
from projects.media.encode.writer import ClipWriter
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
path = Path(sys.argv[1])
noise = np.random.default_rng(1)
try:
    with ClipWriter(path, (320, 180), Fraction(24)) as writer:
        for _ in range(100):
            writer.write(yuv_from_rgb(noise.integers(0, 255, (180, 320, 3), dtype=np.uint8)))
except OSError:
    print("refused", path.exists())
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "clip.mp4")], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "refused False"


PEAK = """
import resource, sys
from fractions import Fraction
from pathlib import Path
sys.path.insert(0, "")
import numpy as np
from projects.media.colour import yuv_from_rgb
from projects.media.encode.writer import ClipWriter
noise = np.random.default_rng(1).integers(0, 255, (180, 320, 3), dtype=np.uint8)
with ClipWriter(Path(sys.argv[1]), (320, 180), Fraction(24)) as writer:
    writer.silence()
    for number in range(int(sys.argv[2]) * 24):
        writer.write(yuv_from_rgb(np.roll(noise, number, axis=1)))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_clip(tmp_path):
    short, long = (
        int(
            subprocess.run(
                [sys.executable, "-c", PEAK, str(tmp_path / f"{seconds}.mp4"), str(seconds)],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for seconds in (2, 12)
    )

    # 240 more frames of 320 x 180 would be 20 MB.
    assert long - short < 8_000


@pytest.mark.parametrize("form", ["png", "webp"])
def test_a_still_keeps_its_colours(tmp_path, form):
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:, :30], picture[:, 30:] = (200, 40, 60), (20, 90, 160)

    write_still(picture, tmp_path / f"still.{form}", form)

    with Image.open(tmp_path / f"still.{form}") as image:
        assert image.format == form.upper()
        shown = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(shown[:, 4:26] - picture[:, 4:26]).max() <= (0 if form == "png" else 3)


def test_a_still_keeps_its_transparency(tmp_path):
    picture = np.full((40, 60, 4), 255, np.uint8)
    picture[:20, :, 3] = 0

    write_still(picture, tmp_path / "still.png", "png")

    with Image.open(tmp_path / "still.png") as image:
        assert np.array_equal(np.asarray(image), picture)
