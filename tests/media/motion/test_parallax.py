"""Layers that part: no hole, no halo, nothing bent, nothing floats."""

from fractions import Fraction

import cv2
import numpy as np
import pytest

from projects.media.colour import rgb_from_yuv
from projects.media.motion.camera import MOVES
from projects.media.motion.canvas import Parts, Still
from projects.media.motion.framing import fit
from projects.media.motion.parallax import PARTING, Parallax, parted
from projects.media.motion.relief import Relief
from projects.media.motion.shot import Shot, stage

PHOTO, FRAME, RATE = (960, 540), (640, 360), Fraction(12)
LEFT, TOP, RIGHT, BOTTOM = 380, 130, 580, 440
BOX = (LEFT / 960, TOP / 540, (RIGHT - LEFT) / 960, (BOTTOM - TOP) / 540)
DEEP = [name for name, move in MOVES.items() if move.deep]
WALL, PRODUCT = (196, 190, 180), (60, 66, 80)


def product_mask(soft=1.2):
    mask = np.zeros((540, 960), np.uint8)
    cv2.rectangle(mask, (LEFT, TOP), (RIGHT - 1, BOTTOM - 1), 255, -1)
    return cv2.GaussianBlur(mask, (0, 0), soft)


def laid(product, mask, plate):
    """A photo of the product before the plate."""
    weight = mask[..., None] / 255
    return np.rint(product * weight + plate * (1 - weight)).astype(np.uint8)


def dot(picture, at, colour=(255, 255, 255), spread=4.0):
    """Paint a soft dot, its middle at `at` (pixels from the corner)."""
    x, y = (int(value) for value in at)
    part = picture[y - 24 : y + 25, x - 24 : x + 25]
    across, down = np.meshgrid(np.arange(x - 24, x + 25) + 0.5, np.arange(y - 24, y + 25) + 0.5)
    weight = np.exp(-((across - at[0]) ** 2 + (down - at[1]) ** 2) / (2 * spread**2))[..., None]
    part[:] = np.rint(part * (1 - weight) + np.array(colour) * weight)


def plain(colour):
    return np.full((540, 960, 3), colour, np.uint8)


def still(product=None, plate=None):
    product = plain(PRODUCT) if product is None else product
    plate = plain(WALL) if plate is None else plate
    mask = product_mask()
    return Still(laid(product, mask, plate), Parts(mask, plate))


def taken(photo, move, speed="normal", size=FRAME):
    """The scene and framing of a one-second shot."""
    return stage(photo, Shot(move, speed, Fraction(1), seed=2), size, RATE)


def weighed(luma, near):
    """Where the dot that lies near a place is, by its weight."""
    x, y = (int(value) for value in near)
    part = luma[y - 11 : y + 12, x - 11 : x + 12].astype(float)
    weight = np.clip(part - part.min() - 8, 0, None)
    span = np.arange(-11, 12) + 0.5
    shift = np.array([(weight.sum(axis=0) * span).sum(), (weight.sum(axis=1) * span).sum()])
    return np.array([x, y]) + shift / weight.sum()


def tracked(scene, framing, start, *, dark=False):
    """The way of the white or dark dot that lies at `start` (photo pixels), frame by frame."""
    window, near, size = framing.window, framing.poses[0].near, np.array(framing.window.size)
    focus = framing.focus * size
    place = (np.array(start) - [window.left, window.top]) / window.scale
    place = focus + near.zoom * (place - focus) + np.array([near.x, near.y]) * size
    way = []
    for pose in framing.poses:
        luma = scene.frame(pose).y
        place = weighed(255 - luma if dark else luma, place)
        way.append(place)
    return np.array(way)


@pytest.mark.parametrize("speed", ["normal", "fast"])
@pytest.mark.parametrize("move", DEEP)
def test_what_the_product_hid_never_shows_further_than_the_layers_may_part(move, speed):
    plate = plain(WALL)
    reach = round(PARTING * 960) + 4
    plate[TOP + reach : BOTTOM - reach // 2, LEFT + reach : RIGHT - reach] = (255, 0, 255)
    photo = still(plate=plate)

    scene, framing = taken(photo, move, speed)

    assert isinstance(scene, Parallax)
    for pose in (*framing.poses[::6], framing.poses[-1]):
        seen = rgb_from_yuv(scene.frame(pose)).astype(int)
        assert (seen[..., 0] - seen[..., 1]).max() < 60  # magenta is 255, wall and product are below 20


@pytest.mark.parametrize("move", DEEP)
def test_the_edge_has_no_halo(move):
    scene, framing = taken(still(), move)

    for pose in framing.poses[::4]:
        luma = scene.frame(pose).y
        # 219 codes of BT.709 luma: the wall is 180, the product 73. Nothing may be lighter or darker than both.
        assert luma.max() <= 182
        assert luma.min() >= 71


def test_at_rest_the_layers_make_the_photo_again():
    photo = still(product=np.random.default_rng(1).integers(40, 90, (540, 960, 3), dtype=np.uint8))

    scene, framing = taken(photo, "push-in")
    first = rgb_from_yuv(scene.frame(framing.poses[0])).astype(int)

    meant = cv2.resize(photo.rgb, FRAME, interpolation=cv2.INTER_AREA)
    assert np.abs(first - meant).mean() < 3
    assert np.abs(first[:60] - meant[:60]).max() <= 2


@pytest.mark.parametrize("move", ["orbit", "push-in", "slide", "crane"])
def test_the_product_is_moved_as_a_whole_and_never_bent(move):
    places = [
        (LEFT + 30, TOP + 30),
        (RIGHT - 30, TOP + 30),
        (LEFT + 30, BOTTOM - 40),
        (RIGHT - 30, BOTTOM - 40),
    ]
    product = plain(PRODUCT)
    for place in places:
        dot(product, place)

    scene, framing = taken(still(product=product), move)
    ways = np.stack([tracked(scene, framing, place) for place in places], axis=1)

    shape = np.array(places, float) - np.mean(places, axis=0)
    for now in ways:
        form = now - now.mean(axis=0)
        scale = (form * shape).sum() / (shape * shape).sum()
        assert np.abs(form - scale * shape).max() < 0.15


@pytest.mark.parametrize("move", DEEP)
def test_the_ground_at_the_foot_goes_with_the_product(move):
    product, plate = plain(PRODUCT), plain(WALL)
    middle = (LEFT + RIGHT) / 2
    dot(product, (middle, BOTTOM - 30))
    dot(plate, (middle, BOTTOM + 24), (20, 20, 20))

    scene, framing = taken(still(product, plate), move)
    above = tracked(scene, framing, (middle, BOTTOM - 30))
    below = tracked(scene, framing, (middle, BOTTOM + 24), dark=True)

    apart = below - above
    grown = np.array([max(pose.near.zoom, pose.far.zoom) for pose in framing.poses])
    rest = 54 / framing.window.scale
    assert np.abs(apart[:, 0]).max() < 0.5
    assert (apart[:, 1] > rest - 1.2).all()
    assert (apart[:, 1] < rest * grown + 1.2).all()


def test_an_orbit_moves_the_wall_behind_the_product_and_leaves_upright_things_upright():
    plate = plain(WALL)
    far = [(LEFT - 240, 120), (LEFT - 240, 420)]
    for place in far:
        dot(plate, place, (20, 20, 20))

    scene, framing = taken(still(plate=plate), "orbit")
    high, low = (tracked(scene, framing, place, dark=True) for place in far)

    gone = high[-1] - high[0]
    assert gone[0] > 0.015 * FRAME[0]
    lean = (high - low)[:, 0]
    assert np.abs(lean - lean[0]).max() < 0.6


@pytest.mark.parametrize("move", ["orbit", "push-in"])
def test_colour_stays_on_the_thing_it_belongs_to(move):
    plate = plain(WALL)
    dot(plate, (200, 200), (250, 60, 60), 6)

    scene, framing = taken(still(plate=plate), move)

    for pose in (framing.poses[0], framing.poses[-1]):
        yuv = scene.frame(pose)
        light, red = 180.0 - yuv.y[:, :200], np.maximum(yuv.v[:, :100].astype(float) - 136, 0)
        light[light < 6] = 0
        middles = []
        for weight, step in ((light, 1), (red, 2)):
            rows, columns = np.indices(weight.shape) + 0.5
            middles.append(np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum() * step)
        assert middles[1] == pytest.approx(middles[0], abs=0.25)


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (400, 400)])
@pytest.mark.parametrize("move", DEEP)
def test_the_layers_never_part_by_more_than_four_percent(move, size):
    box = (0.4, 0.1, 0.2, 0.8)
    framing = fit(
        PHOTO,
        size,
        box,
        lambda strength: Shot(move, "fast", Fraction(1)).poses(Fraction(24), strength),
        deep=True,
    )
    assert framing
    left, top, width, height = framing.window.inside(box, PHOTO)

    for pose in parted(framing, (left, top, width, height)).poses:
        for x, y in ((left, top), (left + width, top), (left, top + height)):
            fx, fy = (share * side for share, side in zip(framing.focus, size, strict=True))
            gx, gy = (share * side for share, side in zip(framing.foot, size, strict=True))
            near = np.array([fx + pose.near.zoom * (x - fx), fy + pose.near.zoom * (y - fy)])
            foot = np.array([fx + pose.near.zoom * (gx - fx), fy + pose.near.zoom * (gy - fy)])
            wall = foot + pose.far.zoom * (np.array([x, y]) - [gx, gy])
            lag = np.array([pose.far.x - pose.near.x, pose.far.y - pose.near.y]) * size
            if move != "handheld":
                assert np.abs(near - wall - lag).max() <= PARTING * size[0] + 0.01


def test_the_same_photo_gives_the_same_frames():
    one, two = (
        [scene.frame(pose).y.tobytes() for pose in framing.poses]
        for scene, framing in (taken(still(), "orbit") for _ in range(2))
    )

    assert one == two


def test_a_product_that_the_photo_cuts_off_is_not_taken_apart():
    mask = product_mask()
    mask[BOTTOM - 20 :, LEFT:RIGHT] = 255
    photo = still()

    orbit, _ = taken(Still(photo.rgb, Parts(mask, photo.parts.plate)), "orbit")
    push, _ = taken(Still(photo.rgb, Parts(mask, photo.parts.plate)), "push-in")

    assert isinstance(orbit, Relief)
    assert not isinstance(push, Parallax | Relief)


def test_relief_goes_round_without_a_cut_out_and_keeps_upright_lines_nearly_upright():
    photo = plain(WALL)
    places = [(LEFT + 60, TOP + 40), (LEFT + 60, BOTTOM - 40), (140, 100), (140, 400)]
    for place in places:
        dot(photo, place)

    scene, framing = taken(Still(photo, subject=BOX), "orbit")
    top, bottom, far, low = (tracked(scene, framing, place) for place in places)

    assert isinstance(scene, Relief)
    assert (far[-1] - far[0])[0] - (bottom[-1] - bottom[0])[0] > 0.005 * FRAME[0]
    for upper, lower in ((top, bottom), (far, low)):
        across, down = np.abs((upper - lower)[-1] - (upper - lower)[0] * 1.05)
        assert across < 0.05 * 240
        assert down < 3


def test_the_shadow_at_the_foot_is_the_photos_own():
    photo = still()
    shade = photo.rgb.copy()
    shade[BOTTOM + 2 : BOTTOM + 5, LEFT + 10 : RIGHT - 10] = (50, 48, 44)

    scene, framing = taken(Still(shade, photo.parts), "orbit")

    window, middle = framing.window, (LEFT + RIGHT) / 2
    for pose in framing.poses:
        y = scene.frame(pose).y
        x = framing.focus[0] * 640 + pose.near.zoom * (
            (middle - window.left) / window.scale - framing.focus[0] * 640
        )
        foot = framing.near([pose])[0] @ [0, (BOTTOM - window.top) / window.scale, 1]
        under = y[round(foot[1]) + 1 : round(foot[1]) + 8, round(x) - 30 : round(x) + 30]
        assert under.min(axis=0).max() < 120  # the plate, which has no shadow, is 180


def test_a_plate_of_another_tone_takes_on_the_photos():
    photo = still()
    dark = plain(WALL)
    dark[TOP - 12 : BOTTOM + 12, LEFT - 12 : RIGHT + 12] = (172, 160, 150)  # luma 152; the wall is 180

    def darker_than_the_wall(plate):
        scene, framing = taken(Still(photo.rgb, Parts(photo.parts.alpha, plate)), "orbit")
        luma = scene.frame(framing.poses[-1]).y
        return int(((luma > 140) & (luma < 174)).sum())

    assert darker_than_the_wall(dark) < 1.5 * darker_than_the_wall(plain(WALL))
