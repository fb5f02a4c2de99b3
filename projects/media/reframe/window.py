"""Reframing: the window of another shape that keeps what matters in the picture, over a clip or on a still."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from projects.media.arrays import Box, Float, Plane, Rgb, Sampling, Size, resize, size_of, warp_affine
from projects.media.clips.footage import Stop, never
from projects.media.clips.samples import Watched, watch
from projects.media.colour import Yuv
from projects.media.probe.file import probe
from projects.media.reframe.attention import profiles
from projects.media.reframe.path import CropPath, Point, window_for
from projects.media.reframe.steering import judge, smooth, steer
from projects.media.reframe.subject import matters

Focus = tuple[float, float]
"""What a person pointed at: x and y as shares of the picture."""
Keyframe = tuple[float, float, float]
"""Seconds, x, y: where the middle of the window is to be at a time."""

MIDDLE: Focus = (0.5, 0.5)
EASE_STEPS = 16


def follow(
    path: Path,
    target: Size,
    focus: Focus | None = None,
    keyframes: Sequence[Keyframe] = (),
    stop: Stop = never,
) -> CropPath:
    """Return the window of the target's shape over the clip.

    keyframes move it by hand, eased; else a focus holds it still; else it follows what moves or draws the eye,
    as calmly as it can, and jumps only at cuts. Raises Refused, Stopped, Corrupt.
    """
    facts = probe(path)
    window = window_for((facts.width, facts.height), target)
    if keyframes:
        return CropPath(window, tuple(_eased(sorted(keyframes))))
    if focus is not None or window == (1.0, 1.0):
        return CropPath(window, (Point(0.0, *(focus or MIDDLE)),))
    return _followed(watch(path, facts, stop), window)


def place(rgb: Rgb, target: Size, focus: Focus | None = None) -> CropPath:
    """Return the window of the target's shape on a still: around the focus, or what matters in it."""
    window = window_for(size_of(rgb), target)
    if focus is not None or window == (1.0, 1.0):
        return CropPath(window, (Point(0.0, *(focus or MIDDLE)),))
    weights = matters(rgb)
    sums = weights.sum(axis=0), weights.sum(axis=1)
    x, y = (float(steer([along], wide)[0]) for along, wide in zip(sums, window, strict=True))
    path = CropPath(window, (Point(0.0, x, y),))
    left, top, width, height = path.box(0.0)
    across, down = judge(sums[0], left + width / 2, width), judge(sums[1], top + height / 2, height)
    return replace(path, held=across[0] * down[0], cut=max(across[1], down[1]))


def cut(rgb: Rgb, box: Box, size: Size) -> Rgb:
    """Return a part of the still at `size`."""
    width, height = size_of(rgb)
    left, top = round(box[0] * width), round(box[1] * height)
    right, bottom = left + max(1, round(box[2] * width)), top + max(1, round(box[3] * height))
    return resize(np.ascontiguousarray(rgb[top:bottom, left:right]), size)


def cropped(frames: Iterator[tuple[float, Yuv]], path: CropPath, size: Size) -> Iterator[Yuv]:
    """Yield each frame's part inside the path's window at `size`, moved by fractions of a pixel.

    frames: (seconds, frame), no finer than needed: a window of more than twice `size` would shimmer.
    """
    for seconds, frame in frames:
        left, top, width, height = path.box(seconds)
        if path.still:
            # Whole pixels, also of the chroma planes: sampling between them would only soften.
            left, top = (
                round(at * side / 2) * 2 / side for at, side in zip((left, top), frame.size, strict=True)
            )
        yield part_of(frame, (left, top, width, height), size)


def part_of(frame: Yuv, box: Box, size: Size) -> Yuv:
    """Return a part of a frame at `size`, taken by fractions of a pixel."""
    half = (size[0] // 2, size[1] // 2)
    y = _sampled(frame.y, box, size, "cubic")
    return Yuv(y, _sampled(frame.u, box, half, "linear"), _sampled(frame.v, box, half, "linear"))


def _sampled(plane: Plane, box: Box, size: Size, sampling: Sampling) -> Plane:
    """Return a part of a plane at `size`."""
    across, down = size_of(plane)
    left, top, width, height = box[0] * across, box[1] * down, box[2] * across, box[3] * down
    scale = width / size[0], height / size[1]
    # Pixel (0, 0) is counted from its middle, the box from its corner.
    start = left + scale[0] / 2 - 0.5, top + scale[1] / 2 - 0.5
    inverse = np.array([[scale[0], 0, start[0]], [0, scale[1], start[1]]], np.float32)
    return warp_affine(plane, inverse, size, "edge", sampling=sampling)


def _followed(watched: Watched, window: tuple[float, float]) -> CropPath:
    """Return the calm path of the window along its free axis, one stretch a shot."""
    axis = 0 if window[0] < 1 else 1
    points, judged = list[Point](), list[tuple[float, float]]()
    rows = list(zip(watched.samples, profiles(watched, axis), strict=True))
    for shot, start in enumerate(watched.starts):
        own = [(float(sample.seconds), along) for sample, along in rows if sample.shot == shot]
        if points:
            # The window of the shot before stays where it was up to the cut.
            points.append(replace(points[-1], seconds=float(start)))
        for (seconds, along), middle in zip(own, _calm(own, window[axis]), strict=True):
            points.append(Point(seconds, *((float(middle), 0.5) if axis == 0 else (0.5, float(middle)))))
            judged.append(judge(along, float(middle), window[axis]))
    held, cuts = np.mean(judged, axis=0)
    return CropPath(window, tuple(points), float(held), float(cuts))


def _calm(timed: Sequence[tuple[float, Float]], width: float) -> Float:
    seconds = timed[-1][0] - timed[0][0]
    pace = (len(timed) - 1) / seconds if seconds else 1.0
    return smooth(steer([along for _, along in timed], width), pace)


def _eased(keyframes: Sequence[Keyframe]) -> Iterator[Point]:
    """Yield points that leave and reach each keyframe slowly (a cosine between them)."""
    for (start, x, y), (end, to_x, to_y) in pairwise(keyframes):
        for step in range(EASE_STEPS):
            share = step / EASE_STEPS
            eased = (1 - np.cos(np.pi * share)) / 2
            place = float(x + (to_x - x) * eased), float(y + (to_y - y) * eased)
            yield Point(start + (end - start) * share, *place)
    yield Point(*keyframes[-1])
