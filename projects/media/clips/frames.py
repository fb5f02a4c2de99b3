"""Clips: the frames of any video, upright, at a constant rate, one by one."""

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer

from projects.media.arrays import Size
from projects.media.clips.containers import open_media, video_stream
from projects.media.clips.deinterlace import Timed, progressive
from projects.media.clips.upright import Upright
from projects.media.colour import Yuv
from projects.media.faults import Corrupt, Refused

USUAL_RATES = (
    Fraction(10),
    Fraction(12),
    Fraction(25, 2),
    Fraction(15),
    Fraction(20),
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(48),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
    Fraction(100),
    Fraction(120000, 1001),
    Fraction(120),
)
THREADS = 2


def usual_rate(rate: Fraction) -> Fraction:
    """Return the standard rate within half a percent, else the next one above, which loses no frame."""
    nearest = min(USUAL_RATES, key=lambda usual: abs(usual - rate))
    if abs(nearest - rate) * 200 <= nearest:
        return nearest
    return next((usual for usual in USUAL_RATES if usual > rate), USUAL_RATES[-1])


def read(
    path: Path,
    *,
    size: Size | None = None,
    rate: Fraction | None = None,
    start: Fraction = Fraction(0),
    stop: Fraction | None = None,
) -> Iterator[Yuv]:
    """Yield upright yuv420p BT.709 limited frames at a constant rate, from `start` up to `stop` seconds.

    size: even (width, height) to scale to, else the upright size of the clip made even. rate: frames a
    second, else the clip's own made standard. Each frame is the one on show at its time, so a variable time
    base is evened out by repeating and leaving out. The planes of a frame are the caller's to change.
    Raises Refused for what is no clip, Corrupt where a frame cannot be decoded.
    """
    with open_media(path) as container:
        stream = _video(container)
        pace = rate or usual_rate(stream.average_rate or Fraction(25))
        upright = Upright(size, stream.sample_aspect_ratio)
        for count, frame in _paced(decoded(container, stream, start), pace, start, stop):
            yuv = upright(frame)
            for _ in range(count - 1):
                yield Yuv(yuv.y.copy(), yuv.u.copy(), yuv.v.copy())
            yield yuv


def _video(container: InputContainer) -> av.VideoStream:
    stream = video_stream(container)
    if stream is None:
        raise Refused("The file has no moving picture.")
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = THREADS
    return stream


def decoded(
    container: InputContainer, stream: av.VideoStream, start: Fraction = Fraction(0)
) -> Iterator[Timed]:
    """Yield (seconds, duration, frame) from the key frame before `start` on; time 0 is the container's start.

    Every frame is a whole picture, also of interlaced clips. Raises Corrupt where decoding fails.
    """
    return progressive(_stored(container, stream, start))


def _stored(container: InputContainer, stream: av.VideoStream, start: Fraction) -> Iterator[Timed]:
    """Yield the frames as they are stored."""
    origin = Fraction(container.start_time or 0, av.time_base)
    if start > 0:
        container.seek(math.floor((start + origin) * av.time_base), backward=True)
    base = stream.time_base or Fraction(1, av.time_base)
    usual = 1 / (stream.average_rate or Fraction(25))
    at = Fraction(0)
    frames = container.decode(stream)
    while True:
        try:
            frame = next(frames)
        except (StopIteration, av.error.EOFError):
            return
        except av.error.InvalidDataError as error:
            raise Corrupt(float(at)) from error
        if frame.pts is not None:
            at = max(frame.pts * base - origin, Fraction(0))
        yield at, (frame.duration * base if frame.duration else usual), frame
        at += usual


def _paced(
    frames: Iterator[Timed],
    rate: Fraction,
    start: Fraction,
    stop: Fraction | None,
) -> Iterator[tuple[int, av.VideoFrame]]:
    """Yield (how often, frame): the n-th of the result is the frame on show at start + n / rate.

    A frame counts as on show a quarter of an interval early: times that are rounded or tremble make neither
    pairs nor gaps, at the clip's own rate and at half of it.
    """
    written = 0

    def due(until: Fraction) -> int:
        if stop is not None:
            until = min(until, stop)
        return max(0, math.ceil((until - start) * rate - Fraction(1, 4)) - written)

    held: av.VideoFrame | None = None
    end = start
    for at, duration, frame in frames:
        if stop is not None and at >= stop:
            break
        if held is not None and (count := due(at)):
            yield count, held
            written += count
        held, end = frame, at + duration
    if held is not None and (count := due(end)):
        yield count, held
