"""Small media files made on the spot: pictures, clips with sound, and headers that lie."""

import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Rgb = NDArray[np.uint8]

RED, GREEN, BLUE, GREY = (220, 30, 40), (20, 190, 60), (30, 60, 210), (128, 128, 128)
CORNERS = [RED, GREEN, BLUE, GREY]


def quarters(width: int = 96, height: int = 64) -> Rgb:
    """Return a picture with red, green, blue and grey corners, so that every turn shows."""
    rgb = np.empty((height, width, 3), np.uint8)
    rgb[: height // 2, : width // 2], rgb[: height // 2, width // 2 :] = RED, GREEN
    rgb[height // 2 :, : width // 2], rgb[height // 2 :, width // 2 :] = BLUE, GREY
    return rgb


def corners(rgb: Rgb) -> list[tuple[int, ...]]:
    """Return the colours a little inside the four corners: top left, top right, bottom left, bottom right."""
    y, x = rgb.shape[0] // 6, rgb.shape[1] // 6
    return [tuple(int(code) for code in rgb[at]) for at in ((y, x), (y, -x), (-y, x), (-y, -x))]


def closest(rgb: Rgb) -> list[tuple[int, int, int]]:
    """Return which of the four colours each corner shows, at most 30 codes away (untagged small clips)."""
    seen = []
    for colour in corners(rgb):
        away = {known: max(abs(a - b) for a, b in zip(colour, known, strict=True)) for known in CORNERS}
        nearest = min(away, key=lambda known: away[known])
        assert away[nearest] <= 30, (colour, nearest)
        seen.append(nearest)
    return seen


# With threads of its own x265's first packet now and then comes without what the file's head needs.
CODEC_OPTIONS = {"libx265": {"x265-params": "log-level=none:info=0:pools=none:frame-threads=1"}}


def clip(
    path: Path,
    rgb: Rgb | None = None,
    *,
    form: str = "mp4",
    codec: str = "libx264",
    frames: int = 24,
    rate: Fraction = Fraction(24),
    pixels: str = "yuv420p",
    sound: bool = False,
    times: list[int] | None = None,
    turn: float | None = None,
    flip: bool = False,
    tags: dict[str, object] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Write a clip of a still picture with a moving bar. times: milliseconds of each frame."""
    rgb = quarters() if rgb is None else rgb
    with av.open(str(path), "w", format=form, options=options or {}) as output:
        stream = output.add_stream(codec, rate=rate)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = rgb.shape[:2]
        stream.pix_fmt = pixels
        stream.codec_context.thread_count = 1
        stream.options = CODEC_OPTIONS.get(codec, {})
        for name, value in (tags or {}).items():
            setattr(stream.codec_context, name, value)
        if times is not None:
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        if turn is not None:
            stream.set_display_rotation(turn, hflip=flip)
        track = output.add_stream("aac", rate=48000, layout="stereo") if sound else None
        for number in range(frames):
            output.mux(stream.encode(video_frame(rgb, number, pixels, times)))
            if track is not None:
                output.mux(track.encode(_tone(number, rate)))
        output.mux(stream.encode(None))
        if track is not None:
            output.mux(track.encode(None))
    return path


def video_frame(rgb: Rgb, number: int, pixels: str, times: list[int] | None = None) -> av.VideoFrame:
    """Return the picture as a frame, with a white bar that grows with the number."""
    drawn = rgb.copy()
    middle = rgb.shape[0] // 2
    drawn[middle - 2 : middle + 2, : (number * 4) % rgb.shape[1] + 1] = 255
    frame = av.VideoFrame.from_ndarray(drawn, format="rgb24").reformat(format=pixels)
    if times is not None:
        frame.pts, frame.time_base = times[number], Fraction(1, 1000)
    return frame


def _tone(number: int, rate: Fraction) -> av.AudioFrame:
    count = round(48000 / rate)
    at = np.arange(number * count, (number + 1) * count) / 48000
    wave = (0.2 * np.sin(2 * np.pi * 440 * at)).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), "fltp", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = 48000, number * count, Fraction(1, 48000)
    return frame


def picture(path: Path, rgb: Rgb | None = None, form: str | None = None, **options: Any) -> Path:
    """Write a picture with Pillow's own settings but for `options`."""
    Image.fromarray(quarters() if rgb is None else rgb).save(path, form, **options)
    return path


def png_of(width: int, height: int, *, depth: int = 8, colour: int = 2, rows: bytes = b"") -> bytes:
    """Return a PNG that claims this size; `rows` are the raw scan lines, empty for a header without pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def write(folder: Path, name: str, body: bytes) -> Path:
    """Write the bytes under the name."""
    path = folder / name
    path.write_bytes(body)
    return path


def cut(path: Path, share: float) -> Path:
    """Cut the file off after this share of its bytes."""
    body = path.read_bytes()
    path.write_bytes(body[: int(len(body) * share)])
    return path


def jpeg_bytes(**options: Any) -> bytes:
    """Return a small JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(quarters()).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def gif_bytes(frames: int = 3) -> bytes:
    """Return an animated GIF whose first frame shows the quarters."""
    buffer = io.BytesIO()
    others = [Image.new("RGB", (96, 64), (number * 8, 0, 0)) for number in range(1, frames)]
    Image.fromarray(quarters()).save(buffer, "GIF", save_all=True, append_images=others, duration=40)
    return buffer.getvalue()
