"""Finished files: H.264 clips that play everywhere, and stills."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import av
import cv2
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from PIL import Image, PngImagePlugin

from projects.media.arrays import Rgb, Size
from projects.media.colour import Yuv
from projects.media.tracks import EncodedTrack, Packet, Track, track_from

Quality = Literal["draft", "master"]

WAITING = 3
# Bit-exact leaves the encoder's version out of the file, so that the same frames give the same bytes.
CONTAINER = {"movflags": "+faststart", "fflags": "+bitexact"}

# x264's AVX-512 code for the macroblock tree reads past the end of its rows: one small clip in four came out with
# other bytes. Its AVX2 code does not, and is as fast. OpenCV counts the feature but does not export its name.
AVX_512F = 13
STEADY = {"x264-params": "asm=AVX2"} if cv2.checkHardwareSupport(AVX_512F) else {}


@dataclass(frozen=True, slots=True)
class Setting:
    """How a quality is encoded: x264's preset and rate factor, seconds between key frames, further options."""

    preset: str
    crf: int
    key_seconds: Fraction
    options: tuple[tuple[str, str], ...] = ()


# Measured: superfast writes six times the bytes for the same time; fast 18 is where grain starts to survive. Five
# frames of foresight instead of ten save 33 MB of memory at 1080p and cost a draft .8 dB at 46 dB.
SETTINGS: dict[Quality, Setting] = {
    "draft": Setting("veryfast", 20, Fraction(1), (("rc-lookahead", "5"),)),
    "master": Setting("fast", 18, Fraction(2), (("maxrate", "12M"), ("bufsize", "24M"))),
}


class ClipWriter:
    """Writes frames, one by one, to an MP4: H.264 high, yuv420p, BT.709, constant rate, moov first.

    One thread encodes while the caller makes the next frames; at most three wait, so memory does not grow
    with the clip. Two encoder threads always: another number would give other bytes. A block that ends with
    an exception leaves no file. Errors of disk and encoder come out of `write` or of the end of the block.
    """

    def __init__(
        self,
        path: Path,
        size: Size,
        rate: Fraction,
        quality: Quality = "draft",
        key_seconds: Fraction | None = None,
    ) -> None:
        """size: even pixels. rate: frames a second. key_seconds: distance of key frames, or the quality's."""
        self.path, self.size, self.rate = path, size, Fraction(rate)
        self.written = 0
        self._container = av.open(str(path), "w", format="mp4", options=CONTAINER)
        self._video = _video_stream(self._container, size, self.rate, SETTINGS[quality], key_seconds)
        self._track: Track | None = None
        self._ring = [av.VideoFrame(*size, "yuv420p") for _ in range(WAITING + 1)]
        self._waiting: deque[Future[None]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encoder")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        except BaseException:
            self._discard()
            raise
        if kind is not None:
            self._discard()

    def audio_from(
        self, source: Path, *, start: Fraction = Fraction(0), seconds: Fraction | None = None
    ) -> None:
        """Give the clip the source's sound from `start` on, cut or padded with silence to its own length.

        AAC packets are copied untouched when they can be and, with `seconds` (the clip's length) known, last
        that long; anything else becomes AAC at 128 kbit/s, 48 kHz. Without sound in the source there is none.
        Call it before the first frame: a stream that is added later kills the process.
        """
        self._before_first_frame()
        self._track = track_from(self._container, source, start, seconds)

    def silence(self) -> None:
        """Give the clip a silent track, which some players and every cutting table expect."""
        self._before_first_frame()
        self._track = EncodedTrack(self._container, iter(()))

    def write(self, yuv: Yuv, *, key: bool = False) -> None:
        """Append a frame; its planes may be changed as soon as this returns. `key` makes it a key frame."""
        if yuv.size != self.size:
            raise ValueError(f"A frame of {yuv.size} does not fit a clip of {self.size}.")
        if len(self._waiting) == WAITING:
            self._waiting.popleft().result()
        frame = self._ring[self.written % len(self._ring)]
        _fill(frame, yuv)
        frame.pts, frame.time_base = self.written, 1 / self.rate
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self.written += 1
        self._waiting.append(self._thread.submit(self._encode, frame))

    def _encode(self, frame: av.VideoFrame) -> None:
        self._container.mux(self._video.encode(frame))
        self._mux_sound(self._track.until(frame.pts / self.rate) if self._track and frame.pts else ())

    def _mux_sound(self, packets: Iterable[Packet]) -> None:
        for packet in packets:
            self._container.mux_one(packet)

    def _finish(self) -> None:
        while self._waiting:
            self._waiting.popleft().result()
        self._container.mux(self._video.encode(None))
        if self._track:
            self._mux_sound(self._track.finish(self.written / self.rate))
        self._container.close()
        self._release()

    def _discard(self) -> None:
        self._release()
        # A full disk has no room for the index either; the file goes anyway.
        with suppress(OSError, av.FFmpegError):
            self._container.close()
        self.path.unlink(missing_ok=True)

    def _release(self) -> None:
        self._thread.shutdown(cancel_futures=True)
        if self._track:
            self._track.close()

    def _before_first_frame(self) -> None:
        if self.written or self._track:
            raise ValueError("The sound is chosen once, before the first frame.")


def write_still(rgb: Rgb, path: Path, form: Literal["png", "webp"] = "png") -> None:
    """Write an sRGB picture (height, width, 3), or with alpha (height, width, 4), as PNG or WebP."""
    picture = Image.fromarray(rgb)
    if form == "webp":
        picture.save(path, "WEBP", quality=90, method=2, exact=True)
        return
    chunks = PngImagePlugin.PngInfo()
    chunks.add(b"sRGB", b"\x00")
    picture.save(path, "PNG", compress_level=6, pnginfo=chunks)


def planes_of(frame: av.VideoFrame) -> Yuv:
    """Return the planes of a yuv420p frame as views: writing to them writes to the frame."""
    y, u, v = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    )
    return Yuv(y, u, v)


def _fill(frame: av.VideoFrame, yuv: Yuv) -> None:
    for target, plane in zip(planes_of(frame).planes, yuv.planes, strict=True):
        np.copyto(target, plane)


def _video_stream(
    container: av.container.OutputContainer,
    size: Size,
    rate: Fraction,
    setting: Setting,
    key_seconds: Fraction | None,
) -> av.VideoStream:
    stream = container.add_stream("libx264", rate=rate)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.time_base = 1 / rate
    context = stream.codec_context
    context.thread_count = 2
    context.gop_size = max(1, round((key_seconds or setting.key_seconds) * rate))
    context.color_range = ColorRange.MPEG
    context.colorspace = Colorspace.ITU709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    context.options = {
        "preset": setting.preset,
        "crf": str(setting.crf),
        "profile": "high",
        "forced-idr": "1",
        **dict(setting.options),
        **STEADY,
    }
    return stream
