"""Masks as shapes: grow, shrink, parts, holes, outlines. A mask is a boolean array (height, width)."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from projects.media.arrays import Alpha, Box, Float, Size, dilate, erode, resize, size_of

Mask = NDArray[np.bool_]
"""True where the subject, or whatever is asked for, is."""
Labels = NDArray[np.int32]
"""The number of the part that each pixel belongs to; 0 belongs to none."""


def codes(mask: Mask) -> Alpha:
    """Return the mask as 0 and 1."""
    return mask.view(np.uint8)


def grow(mask: Mask, radius: int) -> Mask:
    """Return the mask grown by a disc of `radius` pixels."""
    return dilate(codes(mask), radius).view(np.bool_) if radius > 0 else mask


def shrink(mask: Mask, radius: int) -> Mask:
    """Return the mask shrunk by a disc of `radius` pixels; the picture's edge does not eat into it."""
    if radius <= 0:
        return mask
    wide = np.pad(codes(mask), radius, mode="edge")
    return erode(wide, radius)[radius:-radius, radius:-radius].astype(np.bool_)


def opened(mask: Mask, radius: int) -> Mask:
    """Return the mask without what is narrower than the disc."""
    return grow(shrink(mask, radius), radius)


def closed(mask: Mask, radius: int) -> Mask:
    """Return the mask with gaps narrower than the disc bridged."""
    if radius <= 0:
        return mask
    edge = 2 * radius
    wide = np.pad(mask, edge)
    return shrink(grow(wide, radius), radius)[edge:-edge, edge:-edge]


def parts(mask: Mask, *, corners: bool = False) -> tuple[int, Labels, NDArray[np.int32]]:
    """Return how many labels there are, the label of each pixel, and each label's area (0 is the outside)."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(codes(mask), connectivity=8 if corners else 4)
    return count, cast("Labels", labels), cast("NDArray[np.int32]", stats[:, cv2.CC_STAT_AREA])


def reached(mask: Mask, seed: Mask) -> Mask:
    """Return the parts of the mask that contain a pixel of the seed."""
    count, labels, _ = parts(mask)
    hit = np.zeros(count, np.bool_)
    hit[labels[mask & seed]] = True
    hit[0] = False
    found: Mask = hit[labels]
    return found


def holes(mask: Mask) -> Mask:
    """Return what the mask encloses."""
    return ~mask & ~reached(~mask, frame(mask, 1))


def frame(picture: NDArray[np.generic], width: int) -> Mask:
    """Return the outer `width` pixels of a picture's area."""
    ring = np.ones(picture.shape[:2], np.bool_)
    ring[width:-width, width:-width] = False
    return ring


def outline_of(mask: Mask) -> Mask:
    """Return the mask's own outermost pixels, without those on the picture's edge."""
    return mask & ~shrink(mask, 1)


def resized(mask: Mask, size: Size) -> Mask:
    """Return the mask at another size, its edge where it was."""
    if size_of(mask) == size:
        return mask
    grey = resize(codes(mask) * np.uint8(255), size, "area" if size[0] < mask.shape[1] else "linear")
    half: Mask = grey > 127
    return half


def solidity(mask: Mask) -> float:
    """Return the mask's area as a share of its convex hull's; 1 is convex."""
    points = np.argwhere(mask)[:, ::-1].astype(np.int32)
    if len(points) < 3:
        return 0.0
    area = cv2.contourArea(cv2.convexHull(points))
    return float(min(1.0, len(points) / max(area, 1.0)))


def box_of(mask: Mask) -> Box:
    """Return the box around the mask as shares of the picture; all zero when the mask is empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return (0.0, 0.0, 0.0, 0.0)
    height, width = mask.shape
    left, top = int(columns[0]), int(rows[0])
    wide, high = int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top
    return (left / width, top / height, wide / width, high / height)


def window(mask: Mask, margin: int) -> tuple[slice, slice]:
    """Return the rows and columns of the mask's box, `margin` pixels wider; the whole when it is empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return slice(0, mask.shape[0]), slice(0, mask.shape[1])
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + 1 + margin),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + 1 + margin),
    )


def box_mask(box: Box, size: Size) -> Mask:
    """Return the mask of a box given as shares of a picture of `size`."""
    width, height = size
    left, top, wide, high = box
    area = np.zeros((height, width), np.bool_)
    rows = slice(max(0, round(top * height)), max(1, round((top + high) * height)))
    columns = slice(max(0, round(left * width)), max(1, round((left + wide) * width)))
    area[rows, columns] = True
    return area


def overlap(one: Mask, other: Mask) -> float:
    """Return the area two masks share over the area they cover together (IoU)."""
    either = np.count_nonzero(one | other)
    return float(np.count_nonzero(one & other) / either) if either else 1.0


def centre_weight(size: Size, spread: float) -> Float:
    """Return a bell over the picture: 1 in the middle, `spread` its sigma as a share of the half sides."""
    across = np.linspace(-1, 1, size[0], dtype=np.float32)
    down = np.linspace(-1, 1, size[1], dtype=np.float32)
    square = across[None, :] ** 2 + down[:, None] ** 2
    return np.asarray(np.exp(-square / np.float32(2 * spread**2)), np.float32)
