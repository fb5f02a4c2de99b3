"""The backdrop of a studio photo: a smooth surface in Lab, the part of the picture it explains, its shadows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from projects.media.arrays import Float, Size
from projects.media.colour import to_linear
from projects.media.cutout.lab import View, distance_to, light_of
from projects.media.cutout.morphology import Mask, frame, reached


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A fitted backdrop: its colour everywhere, its noise in Lab units, where it is seen, its share of the rim.

    `shade` is what could be backdrop in light or in a soft shadow, wherever it lies.
    """

    lab: Float
    noise: float
    seen: Mask
    rim: float
    shade: Mask

    @property
    def plain(self) -> bool:
        """Whether the photo stands on one smooth backdrop that fills its rim."""
        return self.noise < 4 and self.rim > 0.94


def fit_surface(lab: Float, known: Mask, degree: int) -> tuple[Float, float]:
    """Return a polynomial surface through the known pixels, and the spread of what it leaves.

    Least squares over u^i v^j with i + j <= degree, weights 1 / (1 + (r / 2.5 s)^2) three times over, so that
    a product that reaches into the known part does not bend the surface.
    """
    terms = _terms((lab.shape[1], lab.shape[0]), degree)
    inputs, targets = terms[known], lab[known]
    step = max(1, len(inputs) // 4000)
    inputs, targets = inputs[::step], targets[::step]
    weight = np.ones((len(inputs), 1), np.float32)
    ridge = np.eye(inputs.shape[1], dtype=np.float32) * np.float32(1e-6 * len(inputs))
    for _ in range(4):
        weighted = (inputs * weight).T
        factors = np.linalg.solve(weighted @ inputs + ridge, weighted @ targets)
        left = np.linalg.norm(inputs @ factors - targets, axis=1)
        spread = 1.4826 * float(np.median(left)) + 1e-3
        weight = (1 / (1 + (left / (2.5 * spread)) ** 2)).astype(np.float32)[:, None]
    return (terms @ factors).astype(np.float32), spread


def find_backdrop(view: View) -> Backdrop:
    """Return the backdrop grown inwards from the 5 % border: fitted, extended to what it explains, four times."""
    edge, rim = frame(view.rgb, view.pixels(0.05)), frame(view.rgb, view.pixels(0.012))
    lab, noise, known = grown_from(view.lab, edge, rim, 4)
    return Backdrop(lab, noise, known, float(known[rim].mean()), _shaded(view, lab))


def grown_from(lab: Float, edge: Mask, rim: Mask, rounds: int) -> tuple[Float, float, Mask]:
    """Return the surface through what grows from the edge, its noise in Lab units, and what it explains."""
    known = edge
    for _ in range(rounds):
        surface, noise = fit_surface(lab, known, 3)
        grown = reached(distance_to(lab, surface) < max(4 * noise, 7), rim)
        if np.count_nonzero(grown) < 0.3 * np.count_nonzero(edge):
            break
        known = grown
    return surface, noise, known


def with_shadows(view: View, backdrop: Backdrop, steepest: float) -> Mask:
    """Return the backdrop together with the soft shadows that it leads to."""
    return reached((backdrop.shade & (view.change < steepest)) | backdrop.seen, backdrop.seen)


def _shaded(view: View, lab: Float) -> Mask:
    """Return which pixels could be backdrop in light or in a soft shadow.

    A shadow is the backdrop times one factor in linear light: its channels fall together (spread < .10), it
    lies between deep shade and full light (.18 to 1.06), and it has no hard edge.
    """
    ratio = (to_linear(view.rgb) + 0.004) / (light_of(lab) + 0.004)
    factor = ratio.mean(axis=-1)
    spread = (ratio.max(axis=-1) - ratio.min(axis=-1)) / np.maximum(factor, 1e-3)
    shade: Mask = (spread < 0.10) & (factor > 0.18) & (factor < 1.06)
    return shade


def _terms(size: Size, degree: int) -> Float:
    u, v = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
    powers = [u**i * v**j for i in range(degree + 1) for j in range(degree + 1 - i)]
    return np.stack(powers, axis=-1).astype(np.float32)
