"""Frames of any clip come out upright, on time and in the right colours."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import psutil
import pytest
from av.video.reformatter import ColorPrimaries, Colorspace, ColorTrc

from projects.media.clips.frames import read, usual_rate
from projects.media.colour import Yuv, rgb_from_yuv
from projects.media.faults import Corrupt, Refused
from tests.making import CORNERS, clip, closest, corners, picture, quarters

PATCHES = [(220, 30, 40), (30, 160, 60), (40, 60, 200), (200, 200, 40), (128, 128, 128), (235, 180, 150)]


def counted(path: Path, times: list[int] | None = None, frames: int = 12, rate: int = 24) -> Path:
    """Write a clip whose n-th frame is grey of 20 + 8 n."""
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=rate, options={"crf": "1"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        if times:
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(np.full((72, 64), 128, np.uint8), format="yuv420p")
            np.frombuffer(memoryview(frame.planes[0]), np.uint8)[:] = 20 + 8 * number
            if times:
                frame.pts, frame.time_base = times[number], Fraction(1, 1000)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def numbers(frames: Iterable[Yuv]) -> list[int]:
    """Return which frame of `counted` each frame shows."""
    return [round((float(frame.y.mean()) - 20) / 8) for frame in frames]


def test_a_steady_clip_is_read_frame_by_frame(tmp_path: Path) -> None:
    path = counted(tmp_path / "a.mp4")

    assert numbers(read(path)) == list(range(12))


def test_a_variable_time_base_shows_each_frame_at_its_time(tmp_path: Path) -> None:
    times = [0, 20, 60, 160, 180, 220, 320, 340, 380, 480, 500, 540]
    path = counted(tmp_path / "a.mp4", times)
    # At n / 50 s the frame on show is the last one that began by then; the times are multiples of 20 ms.
    expected = [max(n for n, at in enumerate(times) if at <= 20 * step) for step in range(28)]

    shown = numbers(read(path, rate=Fraction(50)))

    assert shown[:28] == expected


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (12, [0, 2, 4, 6, 8, 10]),
        (8, [0, 3, 6, 9]),
        (48, [number // 2 for number in range(24)]),
        (30, [0, 1, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 9, 10, 11]),
    ],
)
def test_another_rate_repeats_or_leaves_out_frames_evenly(
    tmp_path: Path, rate: int, expected: list[int]
) -> None:
    assert numbers(read(counted(tmp_path / "a.mp4"), rate=Fraction(rate))) == expected


def test_times_that_tremble_make_neither_pairs_nor_gaps(tmp_path: Path) -> None:
    tremble = [0, 46, 80, 131, 160, 215, 246, 296, 330, 381, 410, 464]
    path = counted(tmp_path / "a.mp4", tremble)

    assert numbers(read(path, rate=Fraction(24)))[:12] == list(range(12))


def test_start_and_stop_cut_on_the_frame(tmp_path: Path) -> None:
    path = counted(tmp_path / "a.mp4", frames=24)

    assert numbers(read(path, start=Fraction(6, 24), stop=Fraction(12, 24))) == list(range(6, 12))
    assert numbers(read(path, start=Fraction(20, 24))) == [20, 21, 22, 23]


def test_the_planes_of_a_frame_are_the_callers_own(tmp_path: Path) -> None:
    path = counted(tmp_path / "a.mp4")
    shown = []
    for frame in read(path, rate=Fraction(48)):
        shown.append(round((float(frame.y.mean()) - 20) / 8))
        frame.y[:] = 255

    assert shown == [number for number in range(12) for _ in range(2)]


@pytest.mark.parametrize("turn", [0, 90, 180, -90])
def test_a_turned_clip_is_read_upright(tmp_path: Path, turn: int) -> None:
    # The file is stored turned the other way, so that its mark makes it upright.
    stored = np.ascontiguousarray(np.rot90(quarters(), -turn // 90))
    path = clip(tmp_path / "a.mp4", stored, turn=turn, frames=2)

    frame = next(read(path))

    assert frame.size == (96, 64)
    assert closest(rgb_from_yuv(frame)) == CORNERS


def test_a_mirrored_clip_is_read_upright(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", quarters()[:, ::-1].copy(), turn=0, flip=True, frames=2)

    assert closest(rgb_from_yuv(next(read(path)))) == CORNERS


@pytest.mark.parametrize(
    ("codec", "form", "pixels"),
    [
        ("libx264", "mp4", "yuv444p"),
        ("libx265", "mp4", "yuv420p10le"),
        ("prores_ks", "mov", "yuv422p10le"),
        ("libvpx-vp9", "webm", "yuv420p"),
        ("mjpeg", "mov", "yuvj422p"),
        ("libx264", "matroska", "yuvj420p"),
    ],
)
def test_every_pixel_format_becomes_the_same_planes(
    tmp_path: Path, codec: str, form: str, pixels: str
) -> None:
    frame = next(read(clip(tmp_path / "a", codec=codec, form=form, pixels=pixels, frames=2)))

    assert (frame.y.shape, frame.u.shape, frame.v.shape) == ((64, 96), (32, 48), (32, 48))
    assert closest(rgb_from_yuv(frame)) == CORNERS


@pytest.mark.parametrize(("tag", "matrix"), [(1, Colorspace.ITU709), (6, Colorspace.ITU601)])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuvj420p"])
def test_colours_survive_whatever_matrix_and_range_the_file_has(
    tmp_path: Path, tag: int, matrix: Colorspace, pixels: str
) -> None:
    patches = np.repeat(np.repeat(np.array([PATCHES], np.uint8), 32, axis=0), 32, axis=1)
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=24, options={"crf": "1"})
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = patches.shape[:2]
        stream.pix_fmt = pixels
        stream.codec_context.colorspace = tag
        frame = av.VideoFrame.from_ndarray(patches, format="rgb24")
        output.mux(stream.encode(frame.reformat(format=pixels, dst_colorspace=matrix)))
        output.mux(stream.encode(None))

    rgb = rgb_from_yuv(next(read(path)))

    centres = rgb[16, 16::32].astype(int)
    assert np.abs(centres - PATCHES).max() <= 3


# ITU-R BT.2408, table 1: diffuse white is 75 % HLG and 58 % PQ, a grey card 38 % and 38 %. White meets the
# shoulder at 0.7 + 0.3 (1 - 1/e) = 0.89 of light, sRGB 242; the card's 26 of 203 cd/m2 are sRGB 101.
@pytest.mark.parametrize("transfer", [ColorTrc.ARIB_STD_B67, ColorTrc.SMPTE2084])
def test_hdr_is_brought_to_standard_range_at_the_levels_of_bt_2408(
    tmp_path: Path, transfer: ColorTrc
) -> None:
    signals = (0.75, 0.38) if transfer == ColorTrc.ARIB_STD_B67 else (0.58, 0.38)
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w", format="matroska") as output:
        stream = output.add_stream("libx265", rate=24, options={"x265-params": "log-level=none"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 128, 64, "yuv420p10le"
        context = stream.codec_context
        context.color_trc, context.color_primaries, context.colorspace = transfer, ColorPrimaries.BT2020, 9
        frame = av.VideoFrame(128, 64, "yuv420p10le")
        for number, plane in enumerate(frame.planes):
            codes = np.frombuffer(memoryview(plane), np.uint16).reshape(plane.height, -1)
            codes[:] = 512
            if number == 0:
                codes[:, :64], codes[:, 64:] = (round(64 + 876 * signal) for signal in signals)
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))

    rgb = rgb_from_yuv(next(read(path)))

    assert np.abs(rgb[32, 32].astype(int) - 242).max() <= 5
    assert np.abs(rgb[32, 96].astype(int) - 101).max() <= 8


def test_memory_does_not_grow_with_the_length_of_a_clip(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", quarters(1280, 720), frames=120, options={"movflags": "+faststart"})
    process = psutil.Process()

    sizes = [process.memory_info().rss for _ in read(path)]

    # Ninety frames that were kept would be 120 MB.
    assert max(sizes[30:]) - sizes[30] < 30_000_000


def test_transparent_parts_of_a_clip_are_white(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    with av.open(str(path), "w", format="mov") as output:
        stream = output.add_stream("prores_ks", rate=24)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuva444p10le"
        rgba = np.dstack([quarters(), np.full((64, 96), 255, np.uint8)])
        rgba[:32, :48, 3] = 0
        frame = av.VideoFrame.from_ndarray(rgba, format="rgba")
        output.mux(stream.encode(frame.reformat(format="yuva444p10le")))
        output.mux(stream.encode(None))

    rgb = rgb_from_yuv(next(read(path)))

    assert min(corners(rgb)[0]) >= 250
    assert max(corners(rgb)[2]) <= 230


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", tags={"sample_aspect_ratio": Fraction(3, 2)}, frames=2)

    assert next(read(path)).size == (144, 64)


def test_a_frame_that_cannot_be_decoded_says_when(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mov", form="mov", codec="mjpeg", pixels="yuvj420p", frames=12)
    with av.open(str(path)) as container:
        damaged = [packet for packet in container.demux(video=0) if packet.pts is not None][6]
        at, size = damaged.pos, damaged.size
    assert at is not None
    body = bytearray(path.read_bytes())
    body[at : at + size] = bytes(size)
    path.write_bytes(bytes(body))

    with pytest.raises(Corrupt) as fault:
        list(read(path))

    assert abs(fault.value.at_seconds - 6 / 24) < 0.1


def test_a_picture_is_no_clip(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="neither a clip nor sound"):
        next(read(picture(tmp_path / "a.jpg")))


@pytest.mark.parametrize(
    ("measured", "meant"),
    [("24", "24"), ("2997/100", "30000/1001"), ("23976/1000", "24000/1001"), ("15", "15"), ("173/10", "20")],
)
def test_rates_are_the_usual_ones(measured: str, meant: str) -> None:
    assert usual_rate(Fraction(measured)) == Fraction(meant)
