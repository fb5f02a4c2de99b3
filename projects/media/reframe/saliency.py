"""Saliency: where a picture draws the eye, on planes of about 128 pixels."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from projects.media.arrays import Float, Plane, Rgb, Size, box_mean, gaussian, resize, size_of
from projects.media.colour import Yuv, yuv_from_rgb

LONG_SIDE = 128
BORDER_COLOURS = 4
# A colour this far (in codes, chroma counted double) from every colour of the border stands out fully.
FAR = 70.0


def small_size(size: Size) -> Size:
    """Return even sides for looking at a picture of a size: its shape, the long side 128 pixels."""
    share = LONG_SIDE / max(size)
    width, height = (max(16, round(side * share / 2) * 2) for side in size)
    return width, height


def small(rgb: Rgb) -> Yuv:
    """Return the picture's planes at the size for looking."""
    return yuv_from_rgb(resize(rgb, small_size(size_of(rgb)), "area"))


def saliency(yuv: Yuv) -> Float:
    """Return how much each pixel of the luma plane draws the eye, (height, width), summing to 1.

    The sum of three views, stronger near the middle: what breaks the picture's regular spectrum (spectral
    residual, Hou and Zhang 2007), what has another colour than the border, and where fine detail is.
    """
    views = _even(_residual(yuv.y)) + _even(_detail(yuv.y)) + 1.5 * _even(_unlike_border(yuv))
    drawn = views * _middle(yuv.size) + np.float32(1e-6)
    share: Float = (drawn / drawn.sum()).astype(np.float32)
    return share


def _even(view: Float) -> Float:
    """Return the view with its strong end at 1 and its weak half at 0, so that none rules by its scale."""
    low, high = np.percentile(view, (50, 99))
    scaled: Float = np.clip((view - low) / max(float(high - low), 1e-6), 0, 1).astype(np.float32)
    return scaled


def _residual(luma: Plane) -> Float:
    width, height = size_of(luma)
    tiny = resize(luma, (64, max(8, round(64 * height / width))), "area").astype(np.float32)
    spectrum = np.fft.fft2(tiny)
    strength: Float = np.log(np.abs(spectrum) + 1e-6).astype(np.float32)
    rest = np.exp(strength - box_mean(strength, 1) + 1j * np.angle(spectrum))
    back: Float = (np.abs(np.fft.ifft2(rest)) ** 2).astype(np.float32)
    return resize(gaussian(back, 2.5), (width, height), "linear")


def _detail(luma: Plane) -> Float:
    picture = luma.astype(np.float32)
    return gaussian(np.abs(picture - gaussian(picture, 1.5)), 2.5)


def _unlike_border(yuv: Yuv) -> Float:
    half = size_of(yuv.u)
    picture = np.dstack([resize(yuv.y, half, "area"), yuv.u, yuv.v]).astype(np.float32)
    picture *= np.array([1, 2, 2], np.float32)
    down, across = max(1, half[1] // 16), max(1, half[0] // 16)
    edges = (picture[:down], picture[-down:], picture[:, :across], picture[:, -across:])
    colours = _main_colours(np.concatenate([edge.reshape(-1, 3) for edge in edges]))
    nearest = np.min([np.linalg.norm(picture - colour, axis=2) for colour in colours], axis=0)
    apart: Float = np.clip(nearest / FAR, 0, 1).astype(np.float32)
    return resize(gaussian(apart, 1.0), yuv.size, "linear")


def _main_colours(samples: Float) -> Float:
    # k-means starts at random points; the same picture must give the same answer.
    cv2.setRNGSeed(1)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 1.0)
    labels = np.zeros((len(samples), 1), np.int32)
    _, _, colours = cv2.kmeans(samples, BORDER_COLOURS, labels, stop, 2, cv2.KMEANS_PP_CENTERS)
    return cast("Float", colours)


def _middle(size: Size) -> Float:
    """Return a weight that falls from 1 in the middle to about a half at the corners."""
    across, down = (np.linspace(-1, 1, side, dtype=np.float32) for side in size)
    return cast("Float", 0.35 + 0.65 * np.exp(-(down[:, None] ** 2 + across[None, :] ** 2) / 0.9))
