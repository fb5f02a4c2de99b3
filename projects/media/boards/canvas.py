"""A canvas for backdrops: washes of colour, and flat shapes with smooth edges, in short sides of the frame."""

from __future__ import annotations

import numpy as np

from projects.media.arrays import Float, Size
from projects.media.background.plates import Colour


class Canvas:
    """A backdrop under work: colour codes as floats, and where each pixel lies in short sides of the frame."""

    def __init__(self, size: Size) -> None:
        width, height = size
        self.short = min(size)
        self.width, self.height = width / self.short, height / self.short
        self.x: Float = (np.arange(width, dtype=np.float32)[None, :] + np.float32(0.5)) / np.float32(
            self.short
        )
        self.y: Float = (np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)) / np.float32(
            self.short
        )
        self.codes: Float = np.zeros((height, width, 3), np.float32)

    @property
    def heart(self) -> tuple[float, float]:
        """Where the main thing stands: right of the middle in a wide frame, below it in a tall one."""
        if self.width >= 1.05 * self.height:
            return 0.68 * self.width, 0.56 * self.height
        return 0.56 * self.width, 0.60 * self.height

    def wash(self, top: Colour, bottom: Colour, start: float = 0.0, end: float | None = None) -> None:
        """Lay one colour turning into another from one height to another over the whole width."""
        last = self.height if end is None else end
        share = np.clip((self.y - start) / max(last - start, 1e-3), 0, 1)
        share = (share * share * (3 - 2 * share))[..., None]
        rows = np.array(top, np.float32) * (1 - share) + np.array(bottom, np.float32) * share
        inside = self.edge(np.minimum(self.y - start, last - self.y))[..., None]
        self.codes += (rows - self.codes) * inside

    def edge(self, inside: Float) -> Float:
        """Return the cover of a shape by how far each pixel lies inside it: smooth over one pixel."""
        cover: Float = np.clip(inside * self.short + 0.5, 0, 1)
        return cover

    def fill(self, cover: Float, colour: Colour, opacity: float = 1.0) -> None:
        """Lay a colour where the cover says so."""
        amount = np.broadcast_to(cover * np.float32(opacity), self.codes.shape[:2])[..., None]
        self.codes += (np.array(colour, np.float32) - self.codes) * amount

    def disc(self, x: float, y: float, radius: float) -> Float:
        """Return the cover of a disc."""
        return self.edge(radius - np.hypot(self.x - x, self.y - y))

    def glow(self, x: float, y: float, radius: float) -> Float:
        """Return light that falls off around a point."""
        away = ((self.x - x) ** 2 + (self.y - y) ** 2) / (radius * radius)
        light: Float = np.exp(-away)
        return light

    def block(self, left: float, top: float, right: float, bottom: float) -> Float:
        """Return the cover of a rectangle."""
        across = np.minimum(self.x - left, right - self.x)
        return self.edge(np.minimum(across, np.minimum(self.y - top, bottom - self.y)))
