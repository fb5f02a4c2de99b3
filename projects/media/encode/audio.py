"""Sound tracks of a clip that is being written: the source's own packets, new ones, or silence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Protocol, TypeAlias

import av
import numpy as np

from projects.media.clips.containers import audio_stream, open_media
from projects.media.clips.sound import RATE, Samples, base_of, decoded

BLOCK = 1024
"""Samples of an AAC packet."""
BIT_RATE = 128_000

Packet: TypeAlias = "av.Packet[av.AudioStream]"


class Track(Protocol):
    """A clip's sound while the clip is written: packets come out as the picture goes on."""

    def until(self, seconds: Fraction) -> Iterator[Packet]:
        """Yield the packets that start before `seconds` of the clip."""

    def finish(self, seconds: Fraction) -> Iterator[Packet]:
        """Yield what is left of a clip that lasts `seconds`."""

    def close(self) -> None:
        """Let go of the source."""


class CopiedTrack:
    """The source's own AAC packets, moved by `start` seconds."""

    def __init__(self, container: av.container.OutputContainer, source: Path, start: Fraction) -> None:
        self._source = ExitStack()
        opened = self._source.enter_context(open_media(source))
        stream = opened.streams.audio[0]
        self._stream = container.add_stream_from_template(stream)
        self._rate, self._shift = stream.rate, round(start * stream.rate)
        if start:
            opened.seek(max(0, self._shift - 2 * BLOCK), stream=stream, backward=True)
        self._packets = opened.demux(stream)
        self._next = self._pull()

    def until(self, seconds: Fraction) -> Iterator[Packet]:
        """Yield the packets that start before `seconds` of the clip."""
        while self._next is not None and (self._next.pts or 0) * self._next.time_base < seconds:
            yield self._next
            self._next = self._pull()

    def finish(self, seconds: Fraction) -> Iterator[Packet]:
        """Yield what is left of a clip that lasts `seconds`, to the nearest packet."""
        yield from self.until(seconds - Fraction(BLOCK, 2 * self._rate))

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()

    def _pull(self) -> Packet | None:
        for packet in self._packets:
            # One packet before the start warms the decoder up; the edit list of the file hides it.
            if packet.pts is None or packet.pts < self._shift - BLOCK:
                continue
            packet.pts -= self._shift
            packet.dts = packet.pts
            packet.stream = self._stream
            return packet
        return None


class EncodedTrack:
    """Samples as AAC; silence follows when they end before the picture does."""

    def __init__(self, container: av.container.OutputContainer, blocks: Iterator[Samples]) -> None:
        self._blocks = blocks
        self._stream = container.add_stream("aac", rate=RATE, layout="stereo", bit_rate=BIT_RATE)
        self._held: Samples = np.zeros((2, 0), np.float32)
        self._done = 0

    def until(self, seconds: Fraction) -> Iterator[Packet]:
        """Yield the packets that start before `seconds` of the clip."""
        while self._done < seconds * RATE:
            yield from self._encode(BLOCK)

    def finish(self, seconds: Fraction) -> Iterator[Packet]:
        """Yield what is left of a clip that lasts `seconds`, to the sample."""
        end = round(seconds * RATE)
        while self._done < end:
            yield from self._encode(min(BLOCK, end - self._done))
        yield from self._stream.encode(None)

    def close(self) -> None:
        """Let go of the source."""
        self._blocks = iter(())

    def _encode(self, count: int) -> list[Packet]:
        frame = av.AudioFrame.from_ndarray(self._take(count), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._done, Fraction(1, RATE)
        self._done += count
        return self._stream.encode(frame)

    def _take(self, count: int) -> Samples:
        while self._held.shape[1] < count:
            more = next(self._blocks, None)
            if more is None:
                more = np.zeros((2, count - self._held.shape[1]), np.float32)
            self._held = np.concatenate([self._held, more], axis=1)
        taken, self._held = self._held[:, :count], self._held[:, count:]
        return np.ascontiguousarray(taken)


def track_from(
    container: av.container.OutputContainer, source: Path, start: Fraction, seconds: Fraction | None
) -> Track | None:
    """Return the source's sound from `start` on as a track of the clip; None when it has none.

    Packets are copied when they are AAC-LC, mono or stereo, timed by samples, and last `seconds` if given.
    Raises Refused where the source cannot be read.
    """
    with open_media(source) as opened:
        stream = audio_stream(opened)
        if stream is None:
            return None
        copies = _can_copy(stream, start, seconds) and stream is opened.streams.audio[0]
    return (
        CopiedTrack(container, source, start) if copies else EncodedTrack(container, decoded(source, start))
    )


def _can_copy(stream: av.AudioStream, start: Fraction, seconds: Fraction | None) -> bool:
    context, base = stream.codec_context, base_of(stream)
    plain = context.name == "aac" and context.profile == "LC" and context.channels <= 2
    if not plain or not context.extradata or base != Fraction(1, stream.rate):
        return False
    return seconds is None or (stream.duration or 0) * base >= start + seconds - BLOCK * base
