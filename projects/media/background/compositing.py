"""A cut-out product on a new plate: where it stands, its shadow, and how the plate's light meets its edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from projects.media.arrays import Alpha, Float, Rgb, Size, gaussian, resize, rounded, size_of, wide_blur
from projects.media.background.plates import Plate
from projects.media.background.shadow import Foot, Kind, flat_shadow, floor_shadow
from projects.media.colour import from_linear, to_linear
from projects.media.cutout.matte import decontaminate
from projects.media.cutout.morphology import box_of, window

FILL, BASE_LINE = 0.64, 0.84
"""Share of the frame that a placed product fills, and how far down it stands."""
WRAP, RIM = 0.12, 0.004
"""Light wrap: how much of the plate's light enters the product's edge, and how deep (share of the frame)."""
WHITE_POINT = 0.25
"""How far a product goes towards the white of a supplied plate."""
REFLECTION, REFLECTED = 0.12, 0.30
"""A glossy floor's reflection: its strength at the foot, and the share of the height over which it fades."""
SPARE = 0.02
"""A product that stays in its place keeps at least this share of the frame around it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the photo goes: every point p of it to scale * p + (left, top), in pixels of the new frame."""

    scale: float
    left: float
    top: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A finished picture and the product's alpha in it, so that a camera move can part them.

    `plate` is the same picture without the product, but with its shadow.
    """

    rgb: Rgb
    alpha: Alpha
    plate: Rgb


def kept(alpha: Alpha, size: Size) -> Spot | None:
    """Return the spot that leaves the product where it is in its photo, at the photo's scale in the frame.

    The photo covers the frame, slid so that the product is inside. None when it does not fit that way.
    """
    width, height = size_of(alpha)
    scale = max(size[0] / width, size[1] / height)
    left, top, wide, high = box_of(alpha > 127)
    offsets = []
    for start, share, photo, frame in ((left, wide, width, size[0]), (top, high, height, size[1])):
        first, last = start * photo * scale, (start + share) * photo * scale
        room, slack = SPARE * frame, photo * scale - frame
        if last - first > frame - 2 * room:
            return None
        wanted = min(max(-slack / 2, room - first), frame - room - last)
        offsets.append(wanted)
    return Spot(scale, offsets[0], offsets[1])


def stood(alpha: Alpha, size: Size, *, floor: bool = True, fill: float = FILL) -> Spot:
    """Return the spot that fills the frame well: on the base line, or in the middle when seen from above."""
    width, height = size_of(alpha)
    left, top, wide, high = box_of(alpha > 127)
    wide, high = max(1.0, wide * width), max(1.0, high * height)
    scale = fill * min(size[0] / wide, size[1] / high)
    foot = BASE_LINE * size[1] if floor else (size[1] + scale * high) / 2
    return Spot(scale, size[0] / 2 - scale * (left * width + wide / 2), foot - scale * (top * height + high))


def place(
    rgb: Rgb,
    alpha: Alpha,
    plate: Plate,
    spot: Spot | None = None,
    shadow: Kind = "soft",
    *,
    floor: bool = True,
) -> Placed:
    """Return the product on a plate, in the plate's size.

    spot: from `kept` or `stood`; by default the product stays where it is if it fits, else it is stood anew.
    Inside its edge the product's pixels are the photo's own (on a supplied plate, tinted towards its white).
    """
    size = size_of(plate.rgb)
    spot = spot or kept(alpha, size) or stood(alpha, size, floor=floor)
    product, cover = moved(decontaminate(rgb, alpha), alpha, spot, size)
    light = to_linear(plate.rgb)
    if floor and plate.glossy:
        light = _reflected(light, product, cover)
    shade = floor_shadow(cover, shadow) if floor else flat_shadow(cover, shadow)
    ground = from_linear(light * shade[..., None])
    if plate.supplied:
        product = _tinted(product, plate.rgb)
    return Placed(_laid_over(ground, product, cover), cover, ground)


def moved(rgb: Rgb, alpha: Alpha, spot: Spot, size: Size) -> tuple[Rgb, Alpha]:
    """Return product and alpha in a frame of `size`, resampled only when the scale asks for it."""
    rows, columns = window(alpha > 0, 4)
    part, cover = rgb[rows, columns], alpha[rows, columns]
    left, top = spot.scale * columns.start + spot.left, spot.scale * rows.start + spot.top
    if abs(spot.scale - 1) > 1e-3:
        fitted = tuple(max(1, round(spot.scale * side)) for side in size_of(cover))
        part, cover = _scaled(part, cover, (fitted[0], fitted[1]))
        if spot.scale > 1.2:
            cover = gaussian(cover, 0.5 * spot.scale)
    return _pasted(part, cover, (round(left), round(top)), size)


def _scaled(part: Rgb, cover: Alpha, size: Size) -> tuple[Rgb, Alpha]:
    """Return both at another size; colours weigh as much as they cover, so the old backdrop stays out."""
    weight = cover.astype(np.float32)[..., None] / np.float32(255)
    colour = resize(part.astype(np.float32) * weight, size)
    amount = np.clip(resize(weight[..., 0], size), 0, 1)
    solid = np.clip(colour / np.maximum(amount, 1 / 255)[..., None], 0, 255)
    return rounded(solid), rounded(amount * np.float32(255))


def _pasted(part: Rgb, cover: Alpha, corner: tuple[int, int], size: Size) -> tuple[Rgb, Alpha]:
    product, alpha = np.zeros((size[1], size[0], 3), np.uint8), np.zeros((size[1], size[0]), np.uint8)
    left, top = corner
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(size[0], left + cover.shape[1]), min(size[1], top + cover.shape[0])
    if x1 > x0 and y1 > y0:
        inner = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
        product[y0:y1, x0:x1], alpha[y0:y1, x0:x1] = part[inner], cover[inner]
    return product, alpha


def _laid_over(ground: Rgb, product: Rgb, cover: Alpha) -> Rgb:
    """Return product over ground, mixed in linear light, the ground's light wrapped around the edge."""
    rows, columns = window(cover > 0, 2)
    behind, front, share = ground[rows, columns], product[rows, columns], cover[rows, columns]
    light = to_linear(behind)
    amount = share.astype(np.float32)[..., None] / np.float32(255)
    reach = RIM * max(ground.shape)
    rim = np.clip(wide_blur(1 - amount[..., 0], reach) * 2, 0, 1)[..., None] * np.float32(WRAP)
    around = wide_blur(light, 3 * reach)
    inside = to_linear(front)
    wrapped = inside + (around - inside) * np.where(around > inside, rim, 0)
    mixed = from_linear(wrapped * amount + light * (1 - amount))
    deep = (share == 255) & (rim[..., 0] < 0.004)
    done = ground.copy()
    done[rows, columns] = np.where(deep[..., None], front, mixed)
    return done


def _reflected(light: Float, product: Rgb, cover: Alpha) -> Float:
    """Return the plate with the product mirrored in it below its base line, fading."""
    foot = Foot.of(cover)
    if foot is None:
        return light
    line, high = int(foot.line), light.shape[0]
    depth = min(high - line, line, max(1, round(REFLECTED * foot.scale)))
    if depth < 2:
        return light
    mirror = slice(line - depth, line)
    amount = cover[mirror][::-1].astype(np.float32)[..., None] / np.float32(255)
    fade = np.float32(REFLECTION) * np.linspace(1, 0, depth, dtype=np.float32)[:, None, None] ** 2
    image, share = (
        to_linear(product[mirror][::-1]),
        wide_blur(amount[..., 0], 0.003 * foot.scale)[..., None] * fade,
    )
    done = light.copy()
    done[line : line + depth] += (image - light[line : line + depth]) * share
    return done


def _tinted(product: Rgb, plate: Rgb) -> Rgb:
    """Return the product a quarter of the way towards the white point of the plate, as bright as it was."""
    mean = to_linear(plate).reshape(-1, 3).mean(axis=0)
    white = mean / max(float(mean @ np.array([0.2126, 0.7152, 0.0722], np.float32)), 1e-3)
    return from_linear(to_linear(product) * (1 + (np.clip(white, 0.6, 1.6) - 1) * np.float32(WHITE_POINT)))
