"""What the eye tells apart: pictures in CIE Lab with the colour axes stretched, and how fast they change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from projects.media.arrays import Float, Rgb, gaussian, resize, size_of
from projects.media.cutout.morphology import Mask

COLOUR_WEIGHT = np.float32(1.6)
"""a and b count more than lightness: shading changes lightness, another material changes colour."""


def to_lab(rgb: Rgb) -> Float:
    """Return Lab (height, width, 3), lightness 0 to 100, a and b times COLOUR_WEIGHT."""
    lab = cast("Float", cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab))
    lab[..., 1:] *= COLOUR_WEIGHT
    return lab


def light_of(lab: Float) -> Float:
    """Return linear RGB, 0 to 1, of such a Lab picture."""
    plain = lab.copy()
    plain[..., 1:] /= COLOUR_WEIGHT
    light: Float = np.clip(cv2.cvtColor(plain, cv2.COLOR_Lab2LRGB), 0, 1).astype(np.float32)
    return light


def lab_codes(rgb: Rgb) -> NDArray[np.uint8]:
    """Return Lab in bytes, as OpenCV's grabCut takes it."""
    return cast("NDArray[np.uint8]", cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab))


def gradient(lab: Float) -> Float:
    """Return how much the picture changes per pixel, in Lab units."""
    across = cv2.Scharr(lab, cv2.CV_32F, 1, 0)
    down = cv2.Scharr(lab, cv2.CV_32F, 0, 1)
    return cast("Float", np.sqrt((across * across + down * down).sum(axis=-1)) / np.float32(32))


def distance_to(lab: Float, other: Float) -> Float:
    """Return the distance of each pixel to another picture or to one colour."""
    off = lab - other
    return cast("Float", np.sqrt(np.einsum("...c,...c->...", off, off)))


def fit_within(rgb: Rgb, side: int) -> Rgb:
    """Return the picture with its longer side at most `side` pixels."""
    width, height = size_of(rgb)
    scale = side / max(width, height)
    if scale >= 1:
        return rgb
    return resize(rgb, (max(8, round(width * scale)), max(8, round(height * scale))), "area")


@dataclass(frozen=True, slots=True)
class View:
    """One picture at one working size, with what is asked of it often."""

    rgb: Rgb
    lab: Float
    change: Float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return size_of(self.rgb)

    @property
    def side(self) -> int:
        """The longer side in pixels."""
        return max(self.size)

    def pixels(self, share: float) -> int:
        """Return a share of the longer side in whole pixels, at least 1."""
        return max(1, round(share * self.side))


def view(rgb: Rgb, side: int, soften: float = 0.8) -> View:
    """Return the picture within `side` pixels, its change measured after a blur of `soften` pixels."""
    small = fit_within(rgb, side)
    lab = to_lab(small)
    return View(small, lab, gradient(gaussian(lab, soften)))


def colours_of(lab: Float, where: Mask, count: int) -> Float:
    """Return `count` typical colours (count, 3) of a part of the picture, by k-means with a fixed seed."""
    samples = lab[where]
    samples = samples[:: max(1, len(samples) // 3000)]
    if len(samples) <= count:
        return samples
    cv2.setRNGSeed(1)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    start = cast("NDArray[np.int32]", None)
    _, _, centres = cv2.kmeans(samples, count, start, stop, 2, cv2.KMEANS_PP_CENTERS)
    return cast("Float", centres)


def nearest(lab: Float, colours: Float) -> Float:
    """Return each pixel's distance to the nearest of some colours (count, 3)."""
    return cast("Float", np.min([distance_to(lab, colour) for colour in colours], axis=0))
