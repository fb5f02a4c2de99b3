"""What a clip shows at a glance: twelve frames, their strip, and the one that makes the best poster."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from operator import itemgetter
from pathlib import Path

import av
import numpy as np
from PIL import Image

from projects.media.arrays import Rgb, channels, resize, size_of
from projects.media.clips.containers import open_media, video_stream
from projects.media.clips.frames import decoded, read
from projects.media.clips.upright import Upright, even, upright_size
from projects.media.colour import rgb_from_yuv
from projects.media.faults import Corrupt, Refused
from projects.media.images.thumbnails import Saved, save_webp, thumbs

FRAMES, HEIGHT, QUALITY = 12, 92, 50
# Twelve tiles side by side stay below the 16,383 pixels that WebP allows.
WIDEST = 1360
# Beyond this distance between two frames, seeking is cheaper than decoding what lies between them.
SEEK_SECONDS = 2
# In clips longer than 24 times this, frames that no other needs are not decoded: a tenth of a second is lost.
SKIP_SECONDS = Fraction(1, 6)
# Frames decoded in search of one moment; in a shot without key frames the nearest so far is shown.
LOOK_ON = 240
# Posters come from the middle of a clip: its ends are often black, titles or a fade.
EDGE = Fraction(8, 100)
BLACK = 24


def poster(path: Path, seconds: Fraction) -> Rgb:
    """Return the frame that shows a clip best: sharp, colourful, not black, not from its ends.

    Raises Refused or Corrupt.
    """
    return _full(path, _best(film(path, seconds), seconds))


def clip_pictures(path: Path, seconds: Fraction, folder: Path) -> tuple[dict[int, Saved], Saved]:
    """Write the thumbnails of the clip's poster, and filmstrip.webp: one row of twelve frames."""
    frames = film(path, seconds)
    posters = thumbs(Image.fromarray(_full(path, _best(frames, seconds))), folder)
    return posters, filmstrip([rgb for _, rgb in frames], folder / "filmstrip.webp")


def film(path: Path, seconds: Fraction) -> list[tuple[Fraction, Rgb]]:
    """Return twelve (seconds, small upright picture), evenly over the clip. Raises Refused or Corrupt."""
    middles = [seconds * (2 * number + 1) / (2 * FRAMES) for number in range(FRAMES)]
    frames: list[tuple[Fraction, Rgb]] = []
    upright: Upright | None = None
    for at, frame, pixel in _frames_at(path, middles):
        if upright is None:
            width, height = upright_size(frame, pixel)
            share = 2 * HEIGHT / height
            upright = Upright(even((min(WIDEST, round(width * share)), 2 * HEIGHT)))
        frames.append((at, rgb_from_yuv(upright(frame))))
    return frames


def filmstrip(frames: Sequence[Rgb], path: Path) -> Saved:
    """Write the frames side by side, each HEIGHT high."""
    width, height = size_of(frames[0])
    size = max(1, width * HEIGHT // height), HEIGHT
    row = np.concatenate([resize(frame, size) for frame in frames], axis=1)
    return save_webp(Image.fromarray(row), path, QUALITY)


def _frames_at(
    path: Path, times: Sequence[Fraction]
) -> Iterator[tuple[Fraction, av.VideoFrame, Fraction | None]]:
    """Yield (seconds, frame, shape of a pixel) for each time: the frame on show, or the nearest found."""
    with open_media(path) as container:
        stream = video_stream(container)
        if stream is None:
            raise Refused("The file has no moving picture.")
        if times[0] > SKIP_SECONDS:
            stream.codec_context.skip_frame = "NONREF"
        at = end = Fraction(-SEEK_SECONDS - 1)
        shown: av.VideoFrame | None = None
        for time in times:
            if time - at > SEEK_SECONDS:
                frames, end = decoded(container, stream, time), time
            for _ in range(LOOK_ON):
                if end > time or (coming := next(frames, None)) is None:
                    break
                at, duration, shown = coming
                end = at + duration
            if shown is None:
                raise Corrupt(float(time))
            yield at, shown, stream.sample_aspect_ratio


def _full(path: Path, at: Fraction) -> Rgb:
    frame = next(read(path, start=at), None)
    if frame is None:
        raise Corrupt(float(at))
    return rgb_from_yuv(frame)


def _best(frames: Sequence[tuple[Fraction, Rgb]], seconds: Fraction) -> Fraction:
    """Return the time of the frame with the highest score, the middle one where all score the same."""
    inner = [(at, score(rgb)) for at, rgb in frames if EDGE <= at / seconds <= 1 - EDGE]
    middle = inner[len(inner) // 2] if inner else (frames[0][0], 0.0)
    return max([middle, *inner], key=itemgetter(1))[0]


def score(rgb: Rgb) -> float:
    """Return how well a frame shows: the root of its sharpness, more for colour, 0 for black.

    Sharpness is the variance of the Laplacian; colourfulness is Hasler and Suesstrunk 2003, equation 6.
    """
    red, green, blue = (plane.astype(np.float32) for plane in channels(rgb))
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    if min(light.shape) < 3 or light.mean() < BLACK:
        return 0.0
    edges = 4 * light[1:-1, 1:-1] - light[:-2, 1:-1] - light[2:, 1:-1] - light[1:-1, :-2] - light[1:-1, 2:]
    first, second = red - green, (red + green) / 2 - blue
    colour = np.hypot(first.std(), second.std()) + 0.3 * np.hypot(first.mean(), second.mean())
    return float(np.sqrt(edges.var()) * (1 + colour / 60))
