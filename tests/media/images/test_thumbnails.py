"""Thumbnails, posters, filmstrips and covers show the right moment at the right size, in few bytes."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from projects.media.images.filmstrip import clip_pictures, film, poster, score
from projects.media.images.thumbnails import COVER_BYTES, cover, thumbs
from tests.making import BLUE, CORNERS, GREEN, RED, Rgb, closest, corners, picture, quarters


def noise(seed: int, width: int = 320, height: int = 176) -> Rgb:
    """Return a sharp, colourful picture."""
    return (
        np.random.default_rng(seed)
        .integers(0, 256, (height // 8, width // 8, 3), np.uint8)
        .repeat(8, 0)
        .repeat(8, 1)
    )


def film_of(path: Path, frames: list[Rgb], rate: int = 24, key: int = 12) -> Path:
    """Write the pictures as a clip with a key frame every `key` frames."""
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=rate, options={"crf": "10"})
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt, stream.codec_context.gop_size = "yuv420p", key
        for rgb in frames:
            output.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        output.mux(stream.encode(None))
    return path


def greys(count: int) -> list[Rgb]:
    """Return pictures that grow lighter, from black to white."""
    return [np.full((36, 64, 3), 255 * number // (count - 1), np.uint8) for number in range(count)]


def test_thumbnails_have_their_widths_and_keep_the_picture(tmp_path: Path) -> None:
    saved = thumbs(Image.fromarray(quarters(1500, 1000)), tmp_path)

    assert [(width, each.width, each.height) for width, each in saved.items()] == [
        (1280, 1280, 853),
        (640, 640, 426),
        (320, 320, 213),
        (240, 240, 160),
    ]
    for each in saved.values():
        path = tmp_path / each.name
        with Image.open(path) as image:
            assert (image.format, image.size) == ("WEBP", (each.width, each.height))
            assert closest(np.asarray(image)) == CORNERS
        assert each.bytes == path.stat().st_size


def test_a_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    saved = thumbs(Image.fromarray(quarters(300, 200)), tmp_path)

    assert [(each.width, each.height) for each in saved.values()] == [(300, 200)] * 3 + [(240, 160)]


def test_a_tower_weighs_no_more_than_a_board(tmp_path: Path) -> None:
    saved = thumbs(Image.fromarray(quarters(500, 4000)), tmp_path)

    assert (saved[320].width, saved[320].height) == (80, 640)


def test_a_line_of_one_pixel_still_has_thumbnails(tmp_path: Path) -> None:
    assert thumbs(Image.new("RGB", (3000, 1)), tmp_path)[240].height == 1


def test_thumbnails_keep_transparency(tmp_path: Path) -> None:
    rgba = np.dstack([quarters(400, 400), np.zeros((400, 400), np.uint8)])
    rgba[200:, :, 3] = 255
    thumbs(Image.fromarray(rgba), tmp_path)

    with Image.open(tmp_path / "320.webp") as image:
        alpha = np.asarray(image.convert("RGBA"))[:, :, 3]
    assert alpha[40, 160] == 0
    assert alpha[280, 160] == 255


def test_the_poster_is_sharp_colourful_and_from_the_middle(tmp_path: Path) -> None:
    black, flat = np.zeros((176, 320, 3), np.uint8), np.full((176, 320, 3), 90, np.uint8)
    best = noise(1)
    # The sharpest frames of all stand at the very ends, where posters are not taken from.
    ends = [np.random.default_rng(2).integers(0, 256, (176, 320, 3), np.uint8)] * 3
    path = film_of(
        tmp_path / "a.mp4", ends + [black] * 20 + [flat] * 20 + [best] * 8 + [flat] * 18 + ends, key=6
    )

    shown = poster(path, Fraction(72, 24))

    assert np.abs(shown.astype(int) - best).mean() < 25


def test_a_black_clip_has_its_middle_for_a_poster(tmp_path: Path) -> None:
    path = film_of(tmp_path / "a.mp4", [np.zeros((36, 64, 3), np.uint8)] * 24)

    assert poster(path, Fraction(1)).max() < 5


def test_black_scores_nothing_and_colour_more_than_grey() -> None:
    coloured = noise(3)
    grey = np.repeat(coloured.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)

    assert score(np.zeros((36, 64, 3), np.uint8)) == 0
    assert score(coloured) > score(grey) > score(np.full((36, 64, 3), 128, np.uint8))


@pytest.mark.parametrize(
    ("frames", "rate", "key"), [(48, 24, 48), (12, 24, 12), (6, 24, 6), (90, 3, 15), (40, 1, 4)]
)
def test_the_filmstrip_shows_twelve_moments_in_order(
    tmp_path: Path, frames: int, rate: int, key: int
) -> None:
    path = film_of(tmp_path / "a.mp4", greys(frames), rate=rate, key=key)
    seconds = Fraction(frames, rate)

    shown = [float(rgb.mean()) for _, rgb in film(path, seconds)]

    # The frame on show in the middle of each twelfth; in long clips a frame or three later.
    expected = [255 * int(frames * (2 * number + 1) / 24) / (frames - 1) for number in range(12)]
    late = 0 if seconds < 4 else 3
    away = np.array(shown) - expected
    assert away.min() >= -4
    assert away.max() <= late * 255 / frames + 4
    assert shown == sorted(shown)


def test_a_clip_gets_its_posters_and_one_strip_of_twelve(tmp_path: Path) -> None:
    path = film_of(tmp_path / "a.mp4", [quarters(320, 180)] * 24)

    posters, strip = clip_pictures(path, Fraction(1), tmp_path)

    assert (posters[240].width, posters[240].height) == (240, 135)
    assert (strip.width, strip.height) == (12 * 163, 92)
    with Image.open(tmp_path / strip.name) as image:
        tiles = np.split(np.asarray(image), 12, axis=1)
    assert all(closest(tile) == CORNERS for tile in tiles)


def test_a_cover_shows_one_two_or_three_pictures(tmp_path: Path) -> None:
    paths = [
        picture(tmp_path / f"{number}.jpg", np.full((300, 400, 3), colour, np.uint8))
        for number, colour in enumerate((RED, GREEN, BLUE))
    ]

    shown = []
    for count in (1, 2, 3):
        saved = cover(paths[:count], tmp_path / "cover.webp")
        assert (saved.width, saved.height) == (480, 300)
        with Image.open(tmp_path / "cover.webp") as image:
            shown.append(nearest(corners(np.asarray(image.convert("RGB")))))

    assert shown == [[RED] * 4, [RED, GREEN, RED, GREEN], [RED, GREEN, RED, BLUE]]


def nearest(colours: list[tuple[int, ...]]) -> list[tuple[int, int, int]]:
    """Return which of the colours of a cover's pictures each one is."""
    return [
        min((RED, GREEN, BLUE), key=lambda known: abs(np.subtract(colour, known)).max()) for colour in colours
    ]


def test_a_busy_cover_stays_small(tmp_path: Path) -> None:
    paths = [picture(tmp_path / f"{seed}.jpg", noise(seed, 960, 720)) for seed in range(3)]

    assert cover(paths, tmp_path / "cover.webp").bytes <= COVER_BYTES
