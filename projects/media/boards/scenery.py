"""Scenery: quiet backdrops of a few flat shapes and soft light, one composition each.

They say where things stand, how light falls and which colours rule. They are no pictures of anything, on purpose.
Positions are in short sides of the frame, so that a composition holds in every format.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from projects.media.arrays import Float, Rgb, Size, grain, resize, rounded
from projects.media.background.plates import FILM_GRAIN, Colour
from projects.media.boards.canvas import Canvas
from projects.media.boards.palette import Palette, mixed

LONGEST = 2048
"""Longer side, in pixels, at which a backdrop is painted; a larger one is enlarged, its shapes are soft anyhow."""
GRAIN_SEED = 7
Rng = np.random.Generator


def horizon(canvas: Canvas, palette: Palette, rng: Rng) -> None:
    """A sun over water."""
    x, y = canvas.heart
    line = y + 0.10 + rng.uniform(-0.04, 0.06)
    sky = (palette.deep, palette.dim) if palette.dark else (palette.light, palette.pale)
    sea = (palette.dim, palette.deep) if palette.dark else (palette.mid, palette.dim)
    canvas.wash(*sky, end=line)
    radius = rng.uniform(0.13, 0.19)
    sun = mixed(palette.accent, palette.pale, 0.35)
    canvas.fill(canvas.glow(x, line - radius * 0.9, 0.55), sun, 0.45)
    canvas.fill(canvas.disc(x, line - radius * rng.uniform(0.55, 1.1), radius), sun)
    canvas.wash(*sea, start=line)
    below = np.clip(canvas.y - line, 0, None)
    ripple = 0.5 + 0.5 * np.sin(60 * np.sqrt(below + 1e-4) + 9 * np.sin(7 * canvas.x + 31 * below))
    path = np.exp(-(((canvas.x - x) / (radius * 0.75 + 0.5 * below)) ** 2)) * np.exp(-below / 0.45)
    canvas.fill(np.where(canvas.y > line, path * ripple, 0), sun, 0.55)


def hills(canvas: Canvas, palette: Palette, rng: Rng) -> None:
    """Ranges of hills, paler as they go away."""
    x, y = canvas.heart
    sky = (palette.deep, palette.dim) if palette.dark else (palette.pale, palette.light)
    canvas.wash(*sky)
    canvas.fill(canvas.disc(x, y - rng.uniform(0.20, 0.26), 0.085), mixed(palette.accent, palette.pale, 0.5))
    near, far = (palette.deep, palette.mid) if palette.dark else (palette.dim, palette.light)
    for number in range(4):
        share = number / 3
        line = y - 0.10 + share * (canvas.height - y) * 0.72
        slow, quick = rng.uniform(0, 6.3, 2)
        swell = 0.055 * np.sin(1.9 * canvas.x + slow) + 0.022 * np.sin(4.7 * canvas.x + quick)
        colour = mixed(mixed(far, sky[1], 0.30), near, share)
        foot = mixed(colour, sky[1], 0.22 * (1 - share))
        cover = canvas.edge(canvas.y - line - swell)
        canvas.fill(cover, colour)
        canvas.fill(cover * np.clip((canvas.y - line) / 0.35, 0, 1), foot)


def plinth(canvas: Canvas, palette: Palette, rng: Rng) -> None:
    """A studio: a sphere on a plinth before a sweep."""
    x, y = canvas.heart
    wall, floor = (palette.dim, palette.deep) if palette.dark else (palette.pale, palette.light)
    canvas.wash(wall, mixed(wall, floor, 0.5))
    canvas.fill(canvas.glow(x - 0.25, y - 0.35, 0.8), mixed(wall, palette.pale, 0.5), 0.5)
    foot = min(y + 0.34, canvas.height - 0.08)
    canvas.fill(np.clip((canvas.y - foot + 0.24) / 0.2, 0, 1), floor)
    wide, top = rng.uniform(0.20, 0.26), y + rng.uniform(0.06, 0.12)
    canvas.fill(_lying(canvas, x + 0.16, foot + 0.01, wide + 0.16, 0.07), palette.deep, 0.35)
    body, flat = mixed(palette.mid, floor, 0.35), wide * 0.22
    _column(canvas, (x, top, foot, wide), body)
    canvas.fill(canvas.edge(flat - _round(canvas, x, top, flat / wide)), mixed(body, palette.pale, 0.45))
    radius = rng.uniform(0.10, 0.135)
    centre = top - radius + flat * 0.25
    canvas.fill(_lying(canvas, x + 0.03, top + 0.012, radius * 0.9, 0.022), palette.deep, 0.4)
    ball = canvas.disc(x, centre, radius)
    canvas.fill(ball, palette.accent)
    shade = np.clip(
        np.hypot(canvas.x - x + radius * 0.4, canvas.y - centre + radius * 0.45) / (1.75 * radius), 0, 1
    )
    canvas.fill(ball * shade**2.2, mixed(palette.accent, palette.deep, 0.7), 0.8)
    canvas.fill(
        ball * canvas.glow(x - radius * 0.38, centre - radius * 0.42, radius * 0.42), palette.pale, 0.6
    )


def _column(canvas: Canvas, place: tuple[float, float, float, float], colour: Colour) -> None:
    """Lay an upright cylinder (middle, top, foot, half width), lit from the left."""
    x, top, foot, wide = place
    bow = wide * 0.22 * np.sqrt(np.clip(1 - ((canvas.x - x) / wide) ** 2, 0, 1))
    inside = np.minimum(wide - np.abs(canvas.x - x), np.minimum(canvas.y - top, foot - 0.04 + bow - canvas.y))
    cover = canvas.edge(inside)
    canvas.fill(cover, colour)
    across = np.clip((canvas.x - x) / wide * 0.5 + 0.5, 0, 1)
    canvas.fill(cover * across**1.6, mixed(colour, (20, 20, 24), 0.55), 0.6)
    canvas.fill(cover * np.exp(-(((across - 0.24) / 0.13) ** 2)), (255, 255, 255), 0.16)


def _round(canvas: Canvas, x: float, y: float, flatness: float) -> Float:
    """Return how far each pixel lies from a point, seen from low: ellipses in place of circles."""
    away: Float = np.hypot((canvas.x - x) * flatness, canvas.y - y)
    return away


def _lying(canvas: Canvas, x: float, y: float, wide: float, high: float) -> Float:
    """Return a soft shadow that lies on the floor."""
    shade: Float = np.exp(-(((canvas.x - x) / wide) ** 2) - ((canvas.y - y) / high) ** 2)
    return shade


def arch(canvas: Canvas, palette: Palette, rng: Rng) -> None:
    """A wall with an arched opening, and light behind it."""
    x, y = canvas.heart
    wall = palette.dim if palette.dark else palette.light
    canvas.wash(mixed(wall, palette.pale, 0.12), mixed(wall, palette.deep, 0.14))
    wide, foot = rng.uniform(0.20, 0.25), min(y + 0.32, canvas.height - 0.10)
    spring = y - rng.uniform(0.02, 0.10)
    for grown, colour in (
        (0.028, mixed(wall, palette.deep, 0.4)),
        (0.0, mixed(palette.pale, palette.accent, 0.22)),
    ):
        shift = grown * 0.7
        upper = canvas.disc(x - shift, spring, wide + grown)
        canvas.fill(
            np.maximum(upper, canvas.block(x - shift - wide - grown, spring, x - shift + wide + grown, foot)),
            colour,
        )
    inside = np.maximum(canvas.disc(x, spring, wide), canvas.block(x - wide, spring, x + wide, foot))
    canvas.fill(
        inside * np.clip((canvas.y - spring + wide) / (foot - spring + wide), 0, 1), palette.accent, 0.55
    )
    canvas.fill(inside * canvas.disc(x + wide * 0.2, spring + 0.05, wide * 0.36), palette.pale)
    floor = mixed(wall, palette.deep, 0.32)
    canvas.wash(floor, mixed(floor, palette.deep, 0.4), start=foot)
    spill = np.abs(canvas.x - x - (canvas.y - foot) * 0.8) - wide * (1 + 0.5 * (canvas.y - foot))
    light = (
        np.clip(-spill / 0.05, 0, 1) * np.exp(-np.clip(canvas.y - foot, 0, None) / 0.3) * (canvas.y > foot)
    )
    canvas.fill(light, mixed(palette.pale, palette.accent, 0.4), 0.45)


def window(canvas: Canvas, palette: Palette, rng: Rng) -> None:
    """Window light that falls slanted on a wall."""
    x, y = canvas.heart
    wall = palette.dim if palette.dark else mixed(palette.light, palette.mid, 0.35)
    canvas.wash(mixed(wall, palette.pale, 0.08), mixed(wall, palette.deep, 0.22))
    light, slant = mixed(palette.pale, palette.accent, 0.16), rng.uniform(0.28, 0.42)
    high, wide = 0.46, 0.42
    for row in range(3):
        for column in range(2):
            left, top = x - wide / 2 + column * (wide / 2 + 0.012), y - high * 0.62 + row * (high / 3 + 0.012)
            slid = canvas.x - (canvas.y - y) * slant
            across = np.minimum(slid - left, left + wide / 2 - 0.012 - slid)
            down = np.minimum(canvas.y - top, top + high / 3 - 0.012 - canvas.y)
            soft = 0.006 + 0.010 * row
            canvas.fill(np.clip(np.minimum(across, down) / soft + 0.5, 0, 1), light, 0.82 - 0.12 * row)
    foot = min(y + 0.36, canvas.height - 0.06)
    floor = mixed(wall, palette.deep, 0.42)
    canvas.wash(floor, mixed(floor, palette.deep, 0.35), start=foot)


def skyline(canvas: Canvas, palette: Palette, rng: Rng) -> None:
    """Rows of houses before a tall sky."""
    x, y = canvas.heart
    sky = (palette.deep, palette.mid) if palette.dark else (palette.light, palette.pale)
    canvas.wash(*sky)
    canvas.fill(canvas.glow(x, y + 0.2, 0.6), palette.accent, 0.35 if palette.dark else 0.2)
    rows = ((palette.mid, 0.02), (palette.dim, 0.14), (palette.deep, 0.27))
    for number, (colour, drop) in enumerate(rows):
        shown = mixed(colour, sky[1], 0.45 - 0.2 * number)
        left = -rng.uniform(0, 0.1)
        while left < canvas.width:
            wide = rng.uniform(0.07, 0.15)
            near = np.exp(-(((left - x) / 0.5) ** 2))
            top = y + drop + 0.10 - rng.uniform(0.0, 0.26) * (0.35 + 0.65 * near)
            canvas.fill(canvas.block(left, top, left + wide, canvas.height + 1), shown)
            left += wide


def discs(canvas: Canvas, palette: Palette, rng: Rng) -> None:
    """Two large discs that overlap on plain paper."""
    x, y = canvas.heart
    ground = palette.deep if palette.dark else palette.pale
    canvas.wash(ground, mixed(ground, palette.mid, 0.3))
    radius, turn = rng.uniform(0.25, 0.31), rng.uniform(-0.6, 0.9)
    away = radius * 0.62
    canvas.fill(canvas.disc(x, y, radius), palette.mid, 0.92)
    canvas.fill(
        canvas.glow(x - radius * 0.5, y - radius * 0.6, radius) * canvas.disc(x, y, radius),
        palette.light,
        0.6,
    )
    other = (x - away * np.cos(turn), y + away * np.sin(turn) * 0.6, radius * 0.56)
    canvas.fill(canvas.disc(*other), palette.accent, 0.88)


@dataclass(frozen=True, slots=True)
class Composition:
    """A way to build a frame: how a director names it, the words that call it, and who paints it."""

    name: str
    words: str
    paint: Callable[[Canvas, Palette, Rng], None]


COMPOSITIONS = (
    Composition(
        "Wide, low horizon", "sea ocean beach coast lake water sunset sunrise island sail wave waves", horizon
    ),
    Composition(
        "Wide, layers of land",
        "mountain mountains hill hills desert dune dunes landscape field forest valley",
        hills,
    ),
    Composition(
        "On a plinth", "product bottle cup mug shoe perfume watch jar can pack studio cream speaker", plinth
    ),
    Composition(
        "Framed by an arch", "door gate palace garden temple villa village courtyard wedding portrait", arch
    ),
    Composition(
        "Window light", "room house home kitchen interior table bed sofa morning bakery café office", window
    ),
    Composition(
        "Long view of a city",
        "city street skyline tower traffic night neon roof new york tokyo london",
        skyline,
    ),
    Composition("Graphic, close", "logo poster type abstract icon sound music colour fruit", discs),
)


def chosen(words: str, seed: int) -> Composition:
    """Return the composition that the words call; another seed turns to the next best one."""
    said = set(re.findall(r"\w+", words.lower()))
    scores = [len(said & set(entry.words.split())) for entry in COMPOSITIONS]
    start = zlib.crc32(words.encode()) % len(COMPOSITIONS)
    order = sorted(range(len(COMPOSITIONS)), key=lambda at: (-scores[at], (at - start) % len(COMPOSITIONS)))
    return COMPOSITIONS[order[seed % len(COMPOSITIONS)]]


def painted(size: Size, composition: Composition, palette: Palette, seed: int) -> Rgb:
    """Return the backdrop in a size, with still grain, so that no gradient shows bands."""
    shrink = min(1.0, LONGEST / max(size))
    canvas = Canvas((max(2, round(size[0] * shrink)), max(2, round(size[1] * shrink))))
    composition.paint(canvas, palette, np.random.default_rng(seed))
    height, width = canvas.codes.shape[:2]
    fine = rounded(canvas.codes + grain((width, height), FILM_GRAIN, GRAIN_SEED)[..., None])
    return resize(fine, size)
