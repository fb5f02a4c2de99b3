"""The picture a shot is filmed from when the photo does not suit the format."""

from fractions import Fraction

import cv2
import numpy as np
import pytest

from projects.media.colour import rgb_from_yuv
from projects.media.motion.canvas import Parts, Still, canvases, extended
from projects.media.motion.shot import Shot, stage

RATE = Fraction(24)
WALL, RED = (190, 190, 186), (200, 30, 40)


def still(size, box, *, parts=True):
    """A red product in its box (pixels) before a grey wall."""
    plate = np.full((size[1], size[0], 3), WALL, np.uint8)
    mask = np.zeros((size[1], size[0]), np.uint8)
    left, top, right, bottom = box
    mask[top:bottom, left:right] = 255
    photo = np.where(mask[..., None] > 0, np.array(RED, np.uint8), plate)
    return Still(photo, Parts(mask, plate)) if parts else Still(photo)


def red_box(rgb):
    """Left, top, right and bottom of what is red in a picture; fails when nothing is."""
    red = rgb[..., 0].astype(int) - rgb[..., 1] > 90
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def shown(photo, size, move="locked"):
    """The first and last frame of a shot."""
    scene, framing = stage(photo, Shot(move, "normal", Fraction(1)), size, RATE)
    return [rgb_from_yuv(scene.frame(framing.poses[at])).copy() for at in (0, -1)]


@pytest.mark.parametrize("move", ["push-in", "orbit", "tilt"])
@pytest.mark.parametrize(
    ("photo", "box", "size"),
    [
        ((480, 270), (168, 36, 312, 234), (180, 320)),
        ((320, 400), (60, 46, 260, 374), (320, 180)),
        ((320, 400), (40, 20, 280, 390), (320, 180)),
        ((480, 270), (84, 36, 396, 234), (240, 240)),
    ],
)
def test_a_product_that_the_format_would_cut_is_whole_with_air_around_it(move, photo, box, size):
    for frame in shown(still(photo, box), size, move):
        left, top, right, bottom = red_box(frame)
        assert min(left, top) > 2
        assert right < size[0] - 2
        assert bottom < size[1] - 2
        assert max((right - left) / size[0], (bottom - top) / size[1]) > 0.5
        ratio = (right - left) / (bottom - top)
        assert ratio == pytest.approx((box[2] - box[0]) / (box[3] - box[1]), rel=0.05)


def test_a_photo_that_suits_the_format_is_left_alone():
    photo = still((800, 450), (300, 100, 500, 350))

    first, _ = next(canvases(photo, (480, 270)))

    assert first is photo
    assert red_box(shown(photo, (480, 270))[0]) == pytest.approx((180, 60, 300, 210), abs=1)


def test_a_product_near_the_edge_is_not_mirrored_beyond_it():
    photo = still((800, 450), (280, 30, 520, 440))

    made = extended(photo, (270, 480))

    left, top, right, bottom = red_box(made.rgb)
    assert (right - left) / (bottom - top) == pytest.approx(240 / 410, rel=0.02)
    rows, columns = np.flatnonzero(made.parts.alpha.any(1)), np.flatnonzero(made.parts.alpha.any(0))
    assert (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) == pytest.approx(
        (left, top, right, bottom), abs=2
    )
    assert np.abs(made.parts.plate.astype(int)[..., 0] - made.parts.plate[..., 1]).max() < 20


def test_the_middle_of_an_extended_photo_is_the_photo_itself_with_its_shadows():
    photo = still((800, 450), (280, 60, 520, 390))
    shade = photo.rgb.copy()
    cv2.ellipse(shade, (400, 396), (160, 8), 0, 0, 360, (90, 88, 84), -1, cv2.LINE_AA)
    shade[60:390, 280:520] = RED

    made = extended(Still(shade, photo.parts), (270, 480))

    left, top, right, _ = red_box(made.rgb)
    scale = (right - left) / 240
    where = np.array([[scale, 0, left - 280 * scale], [0, scale, top - 60 * scale]])
    meant = cv2.warpAffine(shade, where, made.size, flags=cv2.INTER_LINEAR)
    rows = slice(top, round(top + 360 * scale))  # from the product's top to well below its shadow
    same = np.abs(made.rgb[rows].astype(int) - meant[rows])
    assert same.mean() < 2
    assert np.percentile(same, 98) < 40  # without the shadow it would be 100


def test_without_a_product_the_whole_photo_is_kept_in_another_format():
    photo = still((800, 450), (4, 180, 60, 270), parts=False)

    for frame in shown(photo, (270, 480), "push-in")[:1]:
        left, _, right, _ = red_box(frame)
        assert left < 4
        assert right == pytest.approx(60 * 270 / 800, abs=3)


def test_a_box_drawn_by_a_person_is_kept_in_the_frame_too():
    photo = Still(still((800, 450), (60, 60, 560, 390), parts=False).rgb, subject=(0.075, 0.13, 0.625, 0.74))

    for frame in shown(photo, (270, 480), "push-in"):
        left, top, right, bottom = red_box(frame)
        assert min(left, top) > 0
        assert right < 270
        assert bottom < 480
