"""Finished files: H.264 clips that play everywhere, and stills."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import av
import numpy as np
from av.video.frame import PictureType
from PIL import Image, PngImagePlugin

from projects.media.arrays import Rgb, Size
from projects.media.clips.sound import Samples
from projects.media.clips.upright import planes_of
from projects.media.colour import Yuv
from projects.media.encode.audio import EncodedTrack, Packet, Track, track_from
from projects.media.encode.settings import CONTAINER, SETTINGS, Quality, add_video_stream

WAITING = 3


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
        self._video = add_video_stream(self._container, size, self.rate, SETTINGS[quality], key_seconds)
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

    def audio_of(self, blocks: Iterator[Samples]) -> None:
        """Give the clip these samples as its sound; silence follows when they end before the picture does."""
        self._before_first_frame()
        self._track = EncodedTrack(self._container, blocks)

    def silence(self) -> None:
        """Give the clip a silent track, which some players and every cutting table expect."""
        self.audio_of(iter(()))

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


def _fill(frame: av.VideoFrame, yuv: Yuv) -> None:
    for target, plane in zip(planes_of(frame).planes, yuv.planes, strict=True):
        np.copyto(target, plane)
