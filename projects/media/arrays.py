"""Picture arrays and the few OpenCV calls that work on them, typed.

OpenCV's own stubs return an array of any number; these wrappers give back the kind that went in, and fix the
settings the whole package relies on: one thread, so that the same input gives the same bytes on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
"""An sRGB picture, (height, width, 3), upright."""
Alpha = NDArray[np.uint8]
"""A mask, (height, width): 0 is background, 255 is subject."""
Plane = NDArray[np.uint8]
"""One plane of a video frame, (height, width)."""
Float = NDArray[np.float32]
"""Any real-valued picture, mask or map."""
Size = tuple[int, int]
"""Width and height in pixels."""
Box = tuple[float, float, float, float]
"""Left, top, width and height as shares of the picture, 0 to 1."""

Border = Literal["reflect", "edge", "zero"]
Sampling = Literal["nearest", "linear", "cubic", "area", "lanczos"]
Number = TypeVar("Number", bound="np.integer[Any] | np.floating[Any]")

cv2.setNumThreads(1)

BORDERS: dict[Border, int] = {
    "reflect": cv2.BORDER_REFLECT_101,
    "edge": cv2.BORDER_REPLICATE,
    "zero": cv2.BORDER_CONSTANT,
}
SAMPLINGS: dict[Sampling, int] = {
    "nearest": cv2.INTER_NEAREST,
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "area": cv2.INTER_AREA,
    "lanczos": cv2.INTER_LANCZOS4,
}


def size_of(picture: NDArray[Any]) -> Size:
    """Return the width and height of a picture or a plane."""
    return int(picture.shape[1]), int(picture.shape[0])


def resize(picture: NDArray[Number], size: Size, sampling: Sampling | None = None) -> NDArray[Number]:
    """Return the picture at another size: by area when it shrinks and Lanczos when it grows, unless told."""
    if size_of(picture) == size:
        return picture
    shrinks = size[0] * size[1] < picture.shape[0] * picture.shape[1]
    chosen = sampling or ("area" if shrinks else "lanczos")
    return cast("NDArray[Number]", cv2.resize(picture, size, interpolation=SAMPLINGS[chosen]))


def enlarge(picture: NDArray[Number], size: Size) -> NDArray[Number]:
    """Return the picture at a larger size by Lanczos, without the fringes that Lanczos draws along edges.

    No pixel becomes lighter or darker than the nine of the picture around its place.
    """
    if size_of(picture) == size:
        return picture
    near = np.ones((3, 3), np.uint8)
    low, high = (
        cv2.resize(ends, size, interpolation=cv2.INTER_NEAREST)
        for ends in (cv2.erode(picture, near), cv2.dilate(picture, near))
    )
    return cast("NDArray[Number]", np.clip(resize(picture, size, "lanczos"), low, high))


def warp_affine(
    picture: NDArray[Number],
    inverse: NDArray[np.floating[Any]],
    size: Size,
    border: Border = "reflect",
    *,
    sampling: Sampling = "linear",
    out: NDArray[Number] | None = None,
) -> NDArray[Number]:
    """Return what each pixel of a `size` picture finds where `inverse` (2, 3) sends it.

    Coordinates are pixel centres: (0, 0) is the middle of the first pixel. `out` is filled when it is given.
    """
    flags = SAMPLINGS[sampling] | cv2.WARP_INVERSE_MAP
    done = cv2.warpAffine(picture, inverse, size, out, flags=flags, borderMode=BORDERS[border])
    return cast("NDArray[Number]", done)


def remap(
    picture: NDArray[Number],
    x: Float,
    y: Float,
    border: Border = "reflect",
    *,
    sampling: Sampling = "linear",
    out: NDArray[Number] | None = None,
) -> NDArray[Number]:
    """Return what each pixel finds at (x, y) of the picture; x and y are maps of the result's size."""
    done = cv2.remap(picture, x, y, SAMPLINGS[sampling], out, borderMode=BORDERS[border])
    return cast("NDArray[Number]", done)


def gaussian(picture: NDArray[Number], sigma: float) -> NDArray[Number]:
    """Return the picture blurred by `sigma` pixels, mirrored at its edges."""
    if sigma <= 0:
        return picture
    return cast(
        "NDArray[Number]", cv2.GaussianBlur(picture, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101)
    )


def wide_blur(picture: NDArray[Number], sigma: float) -> NDArray[Number]:
    """Return what `gaussian` does, near enough, in a time that does not grow with `sigma`: made small, then back."""
    smaller = 2 ** max(0, int(np.log2(max(sigma, 1) / 4)))
    if smaller == 1:
        return gaussian(picture, sigma)
    size = size_of(picture)
    small = resize(picture, (max(1, size[0] // smaller), max(1, size[1] // smaller)), "area")
    return resize(gaussian(small, sigma / smaller), size, "linear")


def box_mean(picture: NDArray[Number], radius: int) -> NDArray[Number]:
    """Return the mean of the square of 2 * radius + 1 pixels around each pixel."""
    side = 2 * radius + 1
    return cast("NDArray[Number]", cv2.blur(picture, (side, side), borderType=cv2.BORDER_REFLECT_101))


def recolour(picture: NDArray[Number], matrix: Float) -> NDArray[Number]:
    """Return the channels times a matrix (channels, 3), or (channels, 4) with an offset, rounded."""
    return cast("NDArray[Number]", cv2.transform(picture, matrix))


def dilate(mask: NDArray[Number], radius: int) -> NDArray[Number]:
    """Return the mask grown by a disc of `radius` pixels."""
    return cast("NDArray[Number]", cv2.dilate(mask, _disc(radius)))


def erode(mask: NDArray[Number], radius: int) -> NDArray[Number]:
    """Return the mask shrunk by a disc of `radius` pixels."""
    return cast("NDArray[Number]", cv2.erode(mask, _disc(radius)))


def distance(mask: Alpha) -> Float:
    """Return how many pixels each pixel of the mask lies from the nearest zero."""
    return cast("Float", cv2.distanceTransform(mask, cv2.DIST_L2, 5))


def lookup(picture: NDArray[np.uint8], table: NDArray[Number]) -> NDArray[Number]:
    """Return the picture with each code replaced by its entry of a table of 256."""
    return cast("NDArray[Number]", cv2.LUT(picture, table))


def times(one: Plane, other: Plane, out: Plane | None = None) -> Plane:
    """Return one * other / 255, rounded: how a mask weakens a plane."""
    return cast("Plane", cv2.multiply(one, other, out, scale=1 / 255))


def plus(one: Plane, other: Plane, out: Plane | None = None) -> Plane:
    """Return one + other, held at 255."""
    return cast("Plane", cv2.add(one, other, out))


def mixed(one: Plane, other: Plane, share: float) -> Plane:
    """Return the plane `share` of the way from one to another."""
    return cast("Plane", cv2.addWeighted(one, 1 - share, other, share, 0))


def rounded(values: Float) -> NDArray[np.uint8]:
    """Return the values as the nearest codes, held at 0 and 255."""
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def channels(picture: NDArray[Number]) -> Sequence[NDArray[Number]]:
    """Return the channels of a picture as planes of their own."""
    return cast("Sequence[NDArray[Number]]", cv2.split(picture))


def stack(planes: Sequence[NDArray[Number]]) -> NDArray[Number]:
    """Return the picture whose channels are the planes."""
    return cast("NDArray[Number]", cv2.merge(list(planes)))


def grain(size: Size, sigma: float, seed: int) -> Float:
    """Return still film grain: zero-mean noise of `sigma` codes, the same for the same seed."""
    noise = np.random.default_rng(seed).standard_normal((size[1], size[0]), dtype=np.float32)
    return np.multiply(noise, np.float32(sigma), dtype=np.float32)


def _disc(radius: int) -> NDArray[np.uint8]:
    side = 2 * radius + 1
    return cast("NDArray[np.uint8]", cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
