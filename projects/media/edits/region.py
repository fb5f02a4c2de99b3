"""A change in one box only: outside it every pixel stays what it was."""

from __future__ import annotations

import numpy as np

from projects.media.arrays import Alpha, Box, Float, Plane, Rgb, Size, resize
from projects.media.colour import Yuv

FEATHER = 0.16
"""The soft edge, inside the box, as a share of its shorter side."""


def soft(box: Box, size: Size) -> Alpha:
    """Return 255 inside the box, falling to 0 at its edge, and 0 outside."""
    width, height = size
    reach = max(2.0, FEATHER * min(box[2] * width, box[3] * height))
    across = _ramp(width, box[0] * width, (box[0] + box[2]) * width, reach)
    down = _ramp(height, box[1] * height, (box[1] + box[3]) * height, reach)
    mask: Alpha = np.rint(255 * down[:, None] * across[None, :]).astype(np.uint8)
    return mask


def solid(box: Box, size: Size) -> Alpha:
    """Return 255 in the box and 0 outside, without a soft edge."""
    width, height = size
    mask: Alpha = np.zeros((height, width), np.uint8)
    left, top = int(box[0] * width), int(box[1] * height)
    mask[top : round((box[1] + box[3]) * height), left : round((box[0] + box[2]) * width)] = 255
    return mask


def wider(box: Box, share: float) -> Box:
    """Return the box grown by a share of the picture on each side, within the picture."""
    left, top = max(0.0, box[0] - share), max(0.0, box[1] - share)
    right, bottom = min(1.0, box[0] + box[2] + share), min(1.0, box[1] + box[3] + share)
    return left, top, right - left, bottom - top


def mixed(before: Rgb, after: Rgb, mask: Alpha) -> Rgb:
    """Return `after` where the mask is 255 and `before`, untouched, where it is 0."""
    done = before.copy()
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return done
    part = (slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1))
    share = mask[part].astype(np.float32)[..., None] / np.float32(255)
    done[part] = _between(before[part], after[part], share)
    return done


def mixed_frame(before: Yuv, after: Yuv, mask: Alpha) -> Yuv:
    """Return what `mixed` does, for a frame; the mask has the frame's size."""
    half = resize(mask, (before.size[0] // 2, before.size[1] // 2), "area")
    layers = zip(before.planes, after.planes, (mask, half, half), strict=True)
    return Yuv(*(_plane(one, other, cover) for one, other, cover in layers))


def _plane(before: Plane, after: Plane, mask: Alpha) -> Plane:
    return _between(before, after, mask.astype(np.float32) / np.float32(255))


def _between(before: Rgb, after: Rgb, share: Float) -> Rgb:
    between = before.astype(np.float32) * (1 - share) + after.astype(np.float32) * share
    return np.asarray(np.rint(between), np.uint8)


def _ramp(length: int, first: float, last: float, reach: float) -> Float:
    """Return 0 outside first to last, rising smoothly to 1 over `reach` pixels inside; none at a picture's edge."""
    at = np.arange(length, dtype=np.float32) + 0.5
    rise = np.ones_like(at) if first <= 0.5 else np.clip((at - first) / reach, 0, 1)
    fall = np.ones_like(at) if last >= length - 0.5 else np.clip((last - at) / reach, 0, 1)
    low: Float = np.minimum(rise, fall)
    return np.asarray(low * low * (3 - 2 * low), np.float32)
