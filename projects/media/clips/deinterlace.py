"""Interlaced clips: two moments woven into each frame become one whole picture, without combs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from typing import TypeAlias

import av
from av.filter import Graph

Timed: TypeAlias = "tuple[Fraction, Fraction, av.VideoFrame]"
"""Seconds, duration, frame."""
# One picture a frame, so that the rate stays; frames that say they are whole pass untouched.
SETTING = "mode=send_frame:parity=auto:deint=interlaced"
THREADS = 2
PROGRESSIVE = (0, 1)
"""FFmpeg's numbers for a field order that is unknown and for none."""


def is_interlaced(stream: av.VideoStream, frame: av.VideoFrame) -> bool:
    """Return whether a clip, as it says itself or by one of its frames, has fields."""
    return frame.interlaced_frame or stream.codec_context.field_order not in PROGRESSIVE


def progressive(frames: Iterator[Timed]) -> Iterator[Timed]:
    """Yield the frames with each that has fields made whole (bwdif), at its own time.

    A clip without fields passes as it is. From the first frame with fields on, each comes one frame late.
    """
    weaver: _Weaver | None = None
    for timed in frames:
        frame = timed[2]
        if weaver is None and not frame.interlaced_frame:
            yield timed
            continue
        if weaver is None or not weaver.takes(frame):
            yield from weaver.rest() if weaver else ()
            weaver = _Weaver(frame)
        yield from weaver.after(timed)
    yield from weaver.rest() if weaver else ()


class _Weaver:
    """The filter for frames of one size and format, and the times of those that it still holds."""

    def __init__(self, frame: av.VideoFrame) -> None:
        self._shape = (frame.width, frame.height, frame.format.name)
        self._taken = 0
        self._held = deque[tuple[Fraction, Fraction]]()
        self._graph = Graph()
        self._graph.threads = THREADS
        source = self._graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000)
        )
        filters = self._graph.add("bwdif", SETTING), self._graph.add("buffersink")
        self._graph.link_nodes(source, *filters).configure()

    def takes(self, frame: av.VideoFrame) -> bool:
        return self._shape == (frame.width, frame.height, frame.format.name)

    def after(self, timed: Timed) -> Iterator[Timed]:
        """Yield the frames that are ready once this one has come."""
        at, duration, frame = timed
        self._held.append((at, duration))
        # Files have times that do not rise; the filter needs such that do.
        self._taken += 1
        frame.pts, frame.time_base = self._taken, Fraction(1, 1000)
        self._graph.vpush(frame)
        yield from self._ready()

    def rest(self) -> Iterator[Timed]:
        """Yield the frames that are still held."""
        self._graph.vpush(None)
        yield from self._ready()

    def _ready(self) -> Iterator[Timed]:
        while True:
            try:
                frame = self._graph.vpull()
            except (BlockingIOError, EOFError):
                return
            at, duration = self._held.popleft()
            yield at, duration, frame
