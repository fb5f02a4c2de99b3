"""Cutting products out: against masks known from the making, with and without a person's help."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest

from projects.media.arrays import Alpha, Box, Rgb, dilate, erode, gaussian, resize, warp_affine
from projects.media.cutout.matte import decontaminate
from projects.media.cutout.morphology import Mask, box_of, overlap
from projects.media.cutout.segmentation import Cut, cut_out
from projects.media.cutout.strokes import Stroke, strokes_mask
from projects.media.faults import Refused

WIDTH, HEIGHT = 384, 480
PHOTO, LARGER = (192, 240), (240, 300)
"""Products and grounds are drawn at the first size and photographed at one of these."""
BLUE, RED, WHITE, CREAM = (32, 74, 150), (176, 44, 38), (250, 250, 249), (226, 214, 190)


def draw(draws: Callable[[Alpha], object], supersample: int = 4) -> Alpha:
    """Return the alpha of a shape drawn on a canvas four times as large, smooth at its edge."""
    canvas = np.zeros((HEIGHT * supersample, WIDTH * supersample), np.uint8)
    draws(canvas)
    return resize(canvas, (WIDTH, HEIGHT), "area")


def make_bottle() -> tuple[Alpha, Rgb]:
    """Return a bottle with a cap and a label: alpha and colours."""

    def shape(canvas: Alpha) -> None:
        cv2.rectangle(canvas, (480, 760), (1056, 1680), 255, -1)
        cv2.ellipse(canvas, (768, 770), (288, 170), 0, 0, 360, 255, -1)
        cv2.rectangle(canvas, (668, 380), (868, 720), 255, -1)

    colours = shaded((HEIGHT, WIDTH), BLUE)
    colours[95:180] = (24, 24, 26)
    cv2.rectangle(colours, (140, 240), (244, 360), CREAM, -1)
    cv2.putText(colours, "AQUA", (150, 305), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (30, 30, 30), 2, cv2.LINE_AA)
    return draw(shape), colours


def make_mug() -> tuple[Alpha, Rgb]:
    """Return a mug whose handle one can look through."""

    def shape(canvas: Alpha) -> None:
        cv2.rectangle(canvas, (420, 760), (980, 1500), 255, -1)
        cv2.ellipse(canvas, (990, 1120), (250, 260), 0, 0, 360, 255, 96)

    return draw(shape), shaded((HEIGHT, WIDTH), RED)


def make_ball(colour: tuple[int, int, int] = (40, 40, 44)) -> tuple[Alpha, Rgb]:
    """Return a ball in one colour."""
    return draw(lambda canvas: cv2.circle(canvas, (768, 1040), 420, 255, -1)), shaded((HEIGHT, WIDTH), colour)


def shaded(shape: tuple[int, int], colour: tuple[int, int, int]) -> Rgb:
    """Return a colour lit from the left."""
    light = np.linspace(1.15, 0.72, shape[1])[None, :, None]
    return np.clip(np.broadcast_to(np.array(colour) * light, (*shape, 3)), 0, 255).astype(np.uint8)


def make_plain() -> Rgb:
    """Return white paper."""
    return np.full((HEIGHT, WIDTH, 3), 246, np.uint8)


def make_sweep() -> Rgb:
    """Return a studio sweep: a wall that turns into a brighter floor."""
    down = np.linspace(0, 1, HEIGHT)[:, None, None]
    step = 1 / (1 + np.exp(-(down - 0.68) * 40))
    return np.broadcast_to(176 - 30 * down + 62 * step, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def make_gradient() -> Rgb:
    """Return a coloured paper that darkens towards the ground."""
    down = np.linspace(1.0, 0.72, HEIGHT)[:, None, None]
    return np.broadcast_to(np.array((222, 184, 170)) * down, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def make_gravel() -> Rgb:
    """Return pebbles in greys and browns."""
    random = np.random.default_rng(5)
    picture = np.full((HEIGHT, WIDTH, 3), 70, np.uint8)
    for _ in range(2600):
        centre = (int(random.integers(0, WIDTH)), int(random.integers(0, HEIGHT)))
        tone = int(random.integers(95, 190))
        axes = (int(random.integers(4, 9)), int(random.integers(3, 7)))
        cv2.ellipse(
            picture, centre, axes, float(random.uniform(0, 180)), 0, 360, (tone, tone - 6, tone - 16), -1
        )
    return picture


def make_photo(
    product: tuple[Alpha, Rgb], ground: Rgb, *, shadow: bool = True, size: tuple[int, int] = PHOTO
) -> tuple[Rgb, Mask]:
    """Return a photo of the product on the ground with a soft shadow and sensor noise, and its true mask."""
    alpha, colours = product
    share = alpha[..., None] / 255
    behind = ground.astype(float)
    if shadow:
        cast = gaussian(np.roll(alpha, (10, 22), (0, 1)), 16)[..., None] / 255
        behind = behind * (1 - 0.30 * cast)
    noise = np.random.default_rng(1).normal(0, 2.5, colours.shape)
    photo = np.clip(colours * share + behind * (1 - share) + noise, 0, 255).astype(np.uint8)
    return resize(photo, size, "area"), resize(alpha, size, "area") > 127


def box_around(mask: Mask, slack: float = 0.02) -> Box:
    """Return the box that a person would drag around a mask."""
    left, top, wide, high = box_of(mask)
    return (left - slack, top - slack, wide + 2 * slack, high + 2 * slack)


def found(cut: Cut) -> Mask:
    """Return what a cut keeps."""
    return cut.alpha > 127


@cache
def shot(product: Callable[[], tuple[Alpha, Rgb]], ground: Callable[[], Rgb]) -> tuple[Rgb, Mask, Cut]:
    """Return a photo of a product on a ground, its true mask, and what is cut out of it."""
    photo, truth = make_photo(product(), ground())
    return photo, truth, cut_out(photo)


@pytest.mark.parametrize(
    ("product", "ground"),
    [
        (make_bottle, make_plain),
        (make_mug, make_sweep),
        (make_ball, make_gradient),
    ],
)
def test_a_coloured_product_on_a_plain_ground_is_cut_and_sure(
    product: Callable[[], tuple[Alpha, Rgb]], ground: Callable[[], Rgb]
) -> None:
    _, truth, cut = shot(product, ground)

    assert overlap(found(cut), truth) >= 0.95
    assert cut.sure
    assert cut.why == ""


def test_a_product_on_gravel_is_cut() -> None:
    photo, truth = make_photo(make_mug(), make_gravel())

    assert overlap(found(cut_out(photo)), truth) >= 0.94


def test_one_sees_through_the_handle_but_not_through_the_label() -> None:
    mug, _ = make_photo(make_mug(), make_plain())
    bottle, _ = make_photo(make_bottle(), np.full((HEIGHT, WIDTH, 3), CREAM, np.uint8))

    through, label = cut_out(mug).alpha[140, 131], cut_out(bottle).alpha[165:175, 75:115]

    assert through < 40
    assert label.min() > 250


def test_an_edge_is_as_soft_as_the_photos_own() -> None:
    product = make_ball()
    photo, _ = make_photo(product, make_plain(), shadow=False)

    alpha = resize(product[0], PHOTO, "area")
    near = dilate(alpha, 2) != erode(alpha, 2)
    apart = np.abs(cut_out(photo).alpha.astype(int) - alpha)

    assert apart[near].mean() < 14
    assert apart[~near].max() == 0


def test_the_old_ground_is_taken_out_of_the_edge() -> None:
    photo, _ = make_photo(
        make_ball((30, 60, 150)), np.full((HEIGHT, WIDTH, 3), (240, 210, 40), np.uint8), shadow=False
    )
    cut = cut_out(photo)
    edge = (cut.alpha > 60) & (cut.alpha < 200)

    before, after = photo[edge].astype(int), decontaminate(photo, cut.alpha)[edge].astype(int)

    assert (before[:, 0] > before[:, 2]).mean() > 0.3
    assert (after[:, 2] > after[:, 0]).mean() > 0.97
    assert np.array_equal(decontaminate(photo, cut.alpha)[cut.alpha == 255], photo[cut.alpha == 255])


def test_the_same_photo_gives_the_same_bytes() -> None:
    photo, _, one = shot(make_mug, make_sweep)

    other = cut_out(photo)

    assert np.array_equal(one.alpha, other.alpha)
    assert (one.score, one.agree, one.why) == (other.score, other.agree, other.why)


def test_white_on_white_is_doubted_and_the_sentence_names_the_colour() -> None:
    photo, _ = make_photo(
        make_ball((251, 251, 250)), np.full((HEIGHT, WIDTH, 3), 250, np.uint8), shadow=False
    )

    cut = cut_out(photo)

    assert not cut.sure
    assert "use the photo as it is" in cut.why


def test_two_like_products_are_doubted_and_a_box_says_which() -> None:
    alpha, colours = make_ball()
    left, right = np.roll(alpha, -95, 1), np.roll(alpha, 95, 1)
    small = [
        warp_affine(a, np.array([[2.5, 0, -2.5 * x], [0, 2.5, -400]], np.float32), (WIDTH, HEIGHT), "zero")
        for a, x in ((left, 60), (right, 150))
    ]
    photo, _ = make_photo((np.maximum(*small), colours), make_plain(), size=LARGER)

    second = resize(small[1], LARGER, "area") > 127
    both, one = cut_out(photo), cut_out(photo, box_around(second))

    assert not both.sure
    assert "several" in both.why
    assert overlap(found(one), second) > 0.95


def test_a_picture_without_a_product_is_doubted() -> None:
    assert not cut_out(resize(make_gravel(), PHOTO)).sure


def test_a_product_that_fills_the_picture_is_doubted() -> None:
    photo = shaded((HEIGHT, WIDTH), RED)
    photo[:40] = 240

    assert not cut_out(resize(photo, PHOTO)).sure


def test_what_is_cut_only_in_part_is_doubted_and_a_box_brings_the_rest() -> None:
    photo, truth = make_photo(make_bottle(), make_gravel())

    alone, boxed = cut_out(photo), cut_out(photo, box_around(truth))

    assert overlap(found(alone), truth) < 0.9
    assert not alone.sure
    assert overlap(found(boxed), truth) > 0.95


def test_strokes_are_obeyed_to_the_pixel_and_win_over_everything() -> None:
    photo, _ = make_photo(make_bottle(), make_plain())
    keep: list[Stroke] = [{"points": [[0.1, 0.5], [0.1, 0.8]], "radius": 0.02, "keep": True}]
    drop: list[Stroke] = [{"points": [[0.5, 0.6]], "radius": 0.05, "keep": False}]

    cut = cut_out(photo, keep=keep, drop=drop)

    assert (cut.alpha[strokes_mask(keep, photo.shape)] == 255).all()
    assert (cut.alpha[strokes_mask(drop, photo.shape)] == 0).all()
    assert cut.sure


def test_a_mask_does_for_strokes() -> None:
    photo, truth = make_photo(make_mug(), make_plain())
    drop = np.zeros_like(truth)
    drop[165:] = True

    assert not cut_out(photo, drop=drop).alpha[165:].any()


@pytest.mark.parametrize(
    "stroke",
    [
        {"points": [], "radius": 0.02, "keep": True},
        {"points": [[0.1, float("nan")]], "radius": 0.02, "keep": True},
        {"points": [[0.1]], "radius": 0.02, "keep": True},
        {"points": [[0.1, 0.2]], "radius": 9, "keep": True},
        {"points": [[0.1, 0.2]], "keep": True},
        {"points": "all", "radius": 0.02, "keep": True},
    ],
)
def test_a_stroke_that_cannot_be_read_is_refused(stroke: Stroke) -> None:
    with pytest.raises(Refused, match="Draw it again"):
        strokes_mask([stroke], (HEIGHT, WIDTH))


@pytest.mark.parametrize("box", [(0.5, 0.5, 0.001, 0.4), (1.2, 0.1, 0.5, 0.5), (float("nan"), 0, 1, 1)])
def test_a_box_that_holds_nothing_is_refused(box: Box) -> None:
    with pytest.raises(Refused, match="box"):
        cut_out(make_plain(), box)


def test_a_tiny_picture_is_survived() -> None:
    tiny = np.random.default_rng(2).integers(0, 255, (9, 14, 3)).astype(np.uint8)

    assert cut_out(tiny).alpha.shape == (9, 14)
