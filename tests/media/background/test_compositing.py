"""Products on new plates: the product untouched, the shadow under it, no bands, no halo, and clips alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from projects.media.arrays import Alpha, Rgb, Size, erode, gaussian, resize, warp_affine
from projects.media.background.card import card, card_frame
from projects.media.background.clean_plate import clean_plate
from projects.media.background.compositing import kept, place, stood
from projects.media.background.plates import Colour, Plate, gradient, solid, supplied, sweep
from projects.media.background.recompose import recompose
from projects.media.background.replacement import carded, steady, swapped
from projects.media.background.shadow import Kind
from projects.media.colour import Yuv, from_linear, rgb_from_yuv, to_linear, yuv_from_rgb
from projects.media.cutout.morphology import box_of

SIZE = (480, 360)
GREEN = (20, 120, 60)


def make_photo() -> tuple[Rgb, Alpha]:
    """Return a jar with stripes standing on a yellow ground, and its alpha."""
    large = np.zeros((SIZE[1] * 4, SIZE[0] * 4), np.uint8)
    cv2.rectangle(large, (760, 440), (1160, 1160), 255, -1)
    cv2.ellipse(large, (960, 1160), (200, 60), 0, 0, 360, 255, -1)
    alpha = resize(large, SIZE, "area")
    colours = np.full((SIZE[1], SIZE[0], 3), GREEN, np.uint8)
    colours[::7] = (210, 60, 40)
    share = alpha[..., None] / 255
    return (colours * share + np.array((235, 200, 60)) * (1 - share)).astype(np.uint8), alpha


def luma(rgb: Rgb) -> np.ndarray:
    """Return how light each pixel is, 0 to 255."""
    return rgb.astype(np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32)


def white(size: Size = SIZE) -> Plate:
    """Return light grey paper."""
    return solid((236, 236, 236), size)


def test_inside_its_edge_the_product_keeps_every_byte() -> None:
    rgb, alpha = make_photo()

    placed = place(rgb, alpha, white())

    inner = erode(alpha, 10) == 255
    assert inner.sum() > 5000
    assert np.array_equal(placed.rgb[inner], rgb[inner])
    assert np.array_equal(placed.alpha, alpha)


@pytest.mark.parametrize("paper", [(20, 20, 22), (120, 40, 140)])
def test_no_halo_of_the_old_ground_is_left(paper: Colour) -> None:
    _, alpha = make_photo()
    share = alpha[..., None] / 255
    photo = (np.array(GREEN) * share + np.array((235, 200, 60)) * (1 - share)).astype(np.uint8)

    placed = place(photo, alpha, solid(paper, SIZE), shadow="none")

    product, ground = (to_linear(np.full((1, 1, 3), colour, np.uint8)) for colour in (GREEN, paper))
    ideal = from_linear((product * share + ground * (1 - share)).astype(np.float32))
    edge = (alpha > 0) & (alpha < 255)
    assert edge.sum() > 200
    assert np.abs(placed.rgb.astype(int) - ideal)[edge].mean() < 5


@pytest.mark.parametrize("kind", ["soft", "hard"])
def test_the_shadow_is_darkest_where_the_product_stands(kind: Kind) -> None:
    rgb, alpha = make_photo()

    placed = place(rgb, alpha, white(), shadow=kind)

    lost = luma(white().rgb) - luma(placed.plate)
    lost[alpha > 0] = 0
    row, column = np.unravel_index(int(lost.argmax()), lost.shape)
    foot = int(np.flatnonzero((alpha > 127).any(1))[-1])
    assert lost.max() > 110
    assert abs(row - foot) <= 3
    assert lost[foot + 8, column] < 0.75 * lost.max()
    assert 185 < column < 295
    assert lost[:60].max() < 2


def test_a_hard_shadow_falls_to_one_side_and_none_leaves_the_plate_alone() -> None:
    rgb, alpha = make_photo()

    hard, none = place(rgb, alpha, white(), shadow="hard"), place(rgb, alpha, white(), shadow="none")

    lost = luma(white().rgb) - luma(hard.plate)
    assert lost[260:, 300:].sum() > 3 * lost[260:, :180].sum()
    assert np.array_equal(none.plate, white().rgb)


def test_seen_from_above_the_shadow_lies_around_the_product() -> None:
    rgb, alpha = make_photo()

    flat = place(rgb, alpha, white(), floor=False)

    lost = luma(white().rgb) - luma(flat.plate)
    assert lost[200, 292:298].mean() > 8
    assert lost[306:312, 240].mean() > 8


def test_a_sweep_mirrors_the_product_faintly_and_paper_does_not() -> None:
    rgb, alpha = make_photo()
    rgb[alpha > 0] = (255, 20, 20)

    under = (slice(308, 316), slice(230, 250))
    red = [
        (picture[under].astype(int)[..., 0] - picture[under][..., 1]).mean()
        for picture in (
            place(rgb, alpha, sweep((90, 90, 90), SIZE)).plate,
            place(rgb, alpha, solid((90, 90, 90), SIZE)).plate,
        )
    ]

    assert red[0] > 4
    assert abs(red[1]) < 1


PLATES: list[Callable[[Size], Plate]] = [
    lambda size: solid((31, 33, 36), size, film=True),
    lambda size: gradient((70, 30, 60), (24, 22, 40), size, film=True),
    lambda size: sweep((60, 66, 64), size, film=True),
]


@pytest.mark.parametrize("make", PLATES)
def test_plates_for_film_have_no_flat_bands(make: Callable[[Size], Plate]) -> None:
    plate = make((640, 360)).rgb

    runs = np.diff(plate[..., 1].astype(int), axis=1) == 0

    assert 1.2 < np.std(plate[..., 1] - gaussian(np.ascontiguousarray(plate[..., 1]), 3).astype(int)) < 3
    assert runs.mean() < 0.3


def test_a_gradient_for_a_still_mixes_its_steps_instead_of_drawing_lines() -> None:
    plate = gradient((70, 70, 70), (60, 60, 60), (300, 400)).rgb[..., 1].astype(int)

    steps = np.abs(np.diff(plate.mean(axis=1)))

    assert plate[0].mean() > 69
    assert plate[-1].mean() < 61
    assert steps.max() < 0.3


def test_a_gradient_is_mixed_in_light_not_in_codes() -> None:
    middle = gradient((255, 255, 255), (0, 0, 0), (64, 401)).rgb[200]

    assert abs(middle.mean() - 188) < 2


def test_a_supplied_plate_covers_the_frame_from_its_middle() -> None:
    wide = np.zeros((100, 400, 3), np.uint8)
    wide[:, 150:250] = 200

    plate = supplied(wide, (200, 200))

    assert plate.rgb.shape == (200, 200, 3)
    assert plate.rgb[100, 100].min() > 195


def test_the_product_stays_where_it_is_while_it_fits() -> None:
    _, alpha = make_photo()

    same, cropped, thin = kept(alpha, SIZE), kept(alpha, (360, 360)), kept(alpha, (90, 360))

    assert same is not None
    assert (same.scale, same.left, same.top) == (1, 0, 0)
    assert cropped is not None
    assert cropped.scale == 1
    assert thin is None


def test_where_it_does_not_fit_the_product_stands_whole_on_the_base_line() -> None:
    rgb, alpha = make_photo()

    placed = place(rgb, alpha, white((180, 640)))

    left, top, wide, high = box_of(placed.alpha > 127)
    assert top + high == pytest.approx(0.84, abs=0.01)
    assert left + wide / 2 == pytest.approx(0.5, abs=0.01)
    assert wide == pytest.approx(0.64, abs=0.02)


def test_enlarging_resamples_product_and_alpha_together() -> None:
    rgb, alpha = make_photo()
    spot = stood(alpha, (960, 720), fill=0.9)

    placed = place(rgb, alpha, solid((20, 20, 22), (960, 720)), spot, "none")

    edge = (placed.alpha > 20) & (placed.alpha < 235)
    assert spot.scale > 1.2
    assert (placed.rgb[edge][:, 0].astype(int) + placed.rgb[edge][:, 1] < 420).all()


def test_an_unsure_photo_becomes_a_card_that_shows_all_of_it() -> None:
    rgb, _ = make_photo()
    plate = white((400, 600))

    made = card(rgb, plate)

    frame = card_frame(SIZE, (400, 600))
    inside = resize(np.ascontiguousarray(made[frame.window]), SIZE, "linear")
    assert np.abs(inside[20:-20, 20:-20].astype(int) - rgb[20:-20, 20:-20]).mean() < 6
    assert np.abs(made[frame.top, frame.left].astype(int) - plate.rgb[frame.top, frame.left]).max() < 40
    below = luma(plate.rgb) - luma(made)
    assert below[frame.top + frame.size[1] + 3, 200] > 10


def test_the_plate_without_the_product_goes_on_behind_it() -> None:
    rgb, alpha = make_photo()
    ground = np.zeros_like(rgb)
    ground[:200], ground[200:] = (190, 190, 196), (120, 84, 60)
    photo = np.where(alpha[..., None] > 127, rgb, ground)

    plate = clean_plate(photo, alpha)

    apart = np.abs(plate.astype(int) - ground).mean(axis=-1)
    assert apart[alpha == 0].mean() < 2
    assert apart[np.abs(np.arange(SIZE[1]) - 200) > 25].mean() < 6


def test_a_new_format_keeps_the_product_whole_before_its_own_ground() -> None:
    rgb, alpha = make_photo()

    made = recompose(rgb, alpha, clean_plate(rgb, alpha), (360, 640))

    left, top, wide, high = box_of(made.alpha > 127)
    assert made.rgb.shape == made.plate.shape == (640, 360, 3)
    assert min(left, top, 1 - left - wide, 1 - top - high) > 0.05
    assert np.abs(made.plate[20, 20].astype(int) - (235, 200, 60)).max() < 16


def make_clip(shift: float, count: int = 6) -> Iterator[Yuv]:
    """Yield frames of the photo with sensor noise; the product drifts to the right by `shift` a frame."""
    rgb, alpha = make_photo()
    for number in range(count):
        back = np.array([[1, 0, -number * shift], [0, 1, 0]], np.float32)
        over = warp_affine(alpha, back, SIZE, "zero")[..., None] / 255
        moved = warp_affine(rgb, back, SIZE, "edge")
        noise = np.random.default_rng(number).normal(0, 1.2, rgb.shape)
        frame = moved * over + np.array((235, 200, 60)) * (1 - over) + noise
        yield yuv_from_rgb(np.clip(frame, 0, 255).astype(np.uint8))


def test_a_product_that_stands_still_keeps_its_mask_and_one_that_moves_does_not() -> None:
    _, alpha = make_photo()

    assert steady(make_clip(0.0), alpha)
    assert steady(make_clip(0.2), alpha)
    assert not steady(make_clip(1.5), alpha)


def test_something_in_front_of_the_product_is_not_steady() -> None:
    _, alpha = make_photo()
    frames = list(make_clip(0.0))
    frames[-1].y[150:220, 180:300] = 40

    assert not steady(frames, alpha)


def test_every_frame_of_a_clip_stands_on_the_new_plate() -> None:
    rgb, alpha = make_photo()
    ground = solid((40, 60, 90), SIZE, film=True)

    frames = [rgb_from_yuv(frame) for frame in swapped(make_clip(0.0), rgb, alpha, ground)]

    inner = erode(alpha, 4) == 255
    far = np.zeros(alpha.shape, np.bool_)
    far[:50] = True
    assert len(frames) == 6
    for frame, before in zip(frames, map(rgb_from_yuv, make_clip(0.0)), strict=True):
        assert np.abs(frame[inner].astype(int) - before[inner]).mean() < 3
        assert np.abs(frame[far].astype(int) - ground.rgb[far]).mean() < 4
    assert np.array_equal(frames[0][far], frames[5][far])


def test_a_clip_on_a_card_shows_every_frame_whole() -> None:
    frames = [rgb_from_yuv(frame) for frame in carded(make_clip(3.0), SIZE, white((640, 640)))]

    frame = card_frame(SIZE, (640, 640))
    truth = [rgb_from_yuv(yuv) for yuv in make_clip(3.0)]
    for made, whole in zip(frames, truth, strict=True):
        inside = resize(np.ascontiguousarray(made[frame.window]), SIZE, "linear")
        assert np.abs(inside[20:-20, 20:-20].astype(int) - whole[20:-20, 20:-20]).mean() < 8
