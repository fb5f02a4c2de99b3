"""Any still comes out upright, in sRGB and without metadata, and its colours are the right ones."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from projects.media.faults import Refused
from projects.media.images.clean import write_clean
from projects.media.images.stills import Picture, load, load_with_alpha, open_image, upright
from projects.media.probe.facts import Caps
from projects.media.probe.sniff import KINDS, sniff
from tests.making import BLUE, CORNERS, GREEN, GREY, Rgb, corners, gif_bytes, picture, quarters, write
from tests.odd import SECRETS, cmyk, deep_png, exif, turned
from tests.profiles import WIDE_PRIMARIES, ink_profile, wide_gamut_profile

# IEC 61966-2-1, adapted to D50 as ICC profiles are (Lindbloom).
SRGB_PRIMARIES = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]])


def near(rgb: Rgb, colours: list[tuple[int, int, int]], most: int = 6) -> bool:
    """Tell whether the corners show these colours, as closely as JPEG keeps them."""
    return bool(np.abs(np.array(corners(rgb)) - np.array(colours)).max() <= most)


def srgb(xyz: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[int]:
    """Return the sRGB codes of a D50 XYZ colour."""
    light = np.clip(np.linalg.inv(SRGB_PRIMARIES) @ xyz, 0, 1)
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return [round(255 * value) for value in code]


def clean(path: Path) -> Path:
    """Return the clean copy of a picture, in a folder of its own."""
    folder = path.parent / "clean"
    folder.mkdir()
    with open_image(path, sniff(path), Caps()) as image:
        made = upright(image)
    return write_clean(made, folder, lossless=sniff(path).format in ("png", "gif", "tiff"))[0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(tmp_path: Path, orientation: int) -> None:
    path = turned(tmp_path / "a.jpg", orientation)

    assert near(load(path), CORNERS)
    assert near(load(path, longest=48), CORNERS)


@pytest.mark.parametrize(
    ("form", "name"), [("PNG", "png"), ("WEBP", "webp"), ("AVIF", "avif"), ("HEIF", "heic"), ("TIFF", "tiff")]
)
def test_other_formats_are_turned_too(tmp_path: Path, form: str, name: str) -> None:
    path = turned(tmp_path / "a", 6, form)

    assert sniff(path) == KINDS[name]
    assert near(load(path), CORNERS, most=12)


def test_a_wide_gamut_picture_is_converted_not_relabelled(tmp_path: Path) -> None:
    codes = (180, 120, 90)
    path = picture(tmp_path / "a.png", np.full((8, 8, 3), codes, np.uint8), icc_profile=wide_gamut_profile())
    light = (np.array(codes) / 255) ** 2.2
    expected = srgb(np.array([WIDE_PRIMARIES[name] for name in (b"rXYZ", b"gXYZ", b"bXYZ")]).T @ light)

    rgb = load(path)

    assert np.abs(rgb[4, 4].astype(int) - expected).max() <= 2
    assert np.abs(rgb[4, 4].astype(int) - codes).max() > 4


def test_a_cmyk_picture_gets_the_colours_of_its_profile(tmp_path: Path) -> None:
    # The colour of cyan ink alone, and paper: L 60, a -30, b -20.
    profile = ink_profile({(0, 0, 0, 0): (100, 0, 0), (1, 0, 0, 0): (60, -30, -20)})
    Image.new("CMYK", (8, 8), (255, 0, 0, 0)).save(tmp_path / "a.tif", icc_profile=profile)
    y = (60 + 16) / 116
    xyz = np.array([0.9642, 1.0, 0.8249]) * np.array([y - 30 / 500, y, y + 20 / 200]) ** 3

    rgb = load(tmp_path / "a.tif")

    assert np.abs(rgb[4, 4].astype(int) - srgb(xyz)).max() <= 4


def test_a_cmyk_picture_without_a_profile_says_that_its_colours_are_approximate(tmp_path: Path) -> None:
    path = cmyk(tmp_path / "a.jpg")
    with open_image(path, sniff(path), Caps()) as image:
        made = upright(image)

    assert made.image.mode == "RGB"
    assert near(np.asarray(made.image), CORNERS, most=20)
    assert made.notes == ("The picture is CMYK without a colour profile: its colours are approximate.",)


@pytest.mark.parametrize("colour", [0, 2])
def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path, colour: int) -> None:
    rgb = load(deep_png(tmp_path / "a.png", colour=colour))

    assert np.abs(rgb[32, :, 1].astype(int) - np.arange(256)).max() <= 1


def test_a_profile_that_does_not_fit_is_left_out_and_said(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", icc_profile=b"this is no profile")
    with open_image(path, sniff(path), Caps()) as image:
        made = upright(image)

    assert near(np.asarray(made.image), CORNERS, most=0)
    assert made.notes == ("The colour profile does not fit the picture and was left out.",)


def test_transparency_is_kept_in_the_clean_copy_and_laid_on_white_by_load(tmp_path: Path) -> None:
    rgba = np.dstack([quarters(), np.full((64, 96), 255, np.uint8)])
    rgba[:32, :48, 3] = 0
    path = picture(tmp_path / "a.webp", rgba, lossless=True)

    with Image.open(clean(path)) as copy:
        assert (copy.format, copy.mode) == ("PNG", "RGBA")
        assert np.asarray(copy)[10, 10, 3] == 0
    assert near(load(path), [(255, 255, 255), GREEN, BLUE, GREY], most=0)
    alpha = load_with_alpha(path)[1]
    assert alpha is not None
    assert np.array_equal(alpha, rgba[:, :, 3])


def test_an_opaque_alpha_channel_is_dropped(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", np.dstack([quarters(), np.full((64, 96), 255, np.uint8)]))

    assert load_with_alpha(path)[1] is None


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK"])
def test_every_mode_of_a_tiff_becomes_rgb_or_rgba(tmp_path: Path, mode: str) -> None:
    Image.fromarray(quarters()).convert("RGB").convert(mode).save(tmp_path / "a.tif")

    assert load(tmp_path / "a.tif").shape == (64, 96, 3)


def test_the_first_frame_of_an_animation_is_used(tmp_path: Path) -> None:
    path = write(tmp_path, "a.gif", gif_bytes())

    assert near(load(path), CORNERS)


def test_a_clean_copy_holds_pixels_and_nothing_else(tmp_path: Path) -> None:
    path = turned(tmp_path / "a.jpg", 6)
    assert all(secret in path.read_bytes() for secret in SECRETS[:4])

    copy = clean(path)

    body = copy.read_bytes()
    assert not [secret for secret in (*SECRETS, b"Exif", b"ICC_PROFILE", b"http") if secret in body]
    with Image.open(copy) as image:
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert near(np.asarray(image), CORNERS)


def test_a_clean_png_drops_comment_profile_and_exif(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", exif=exif(), icc_profile=wide_gamut_profile(), dpi=(300, 300))

    with Image.open(clean(path)) as image:
        assert image.info == {}


def test_a_clean_jpeg_keeps_full_colour_resolution(tmp_path: Path) -> None:
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2, 0], stripes[:, 1::2, 2] = 255, 255
    copy = clean(picture(tmp_path / "a.jpg", stripes, quality=100, subsampling=0))

    with Image.open(copy) as image:
        assert image.format == "JPEG"
        red, _, blue = np.asarray(image)[16, 16]
    assert red > 200
    assert blue < 60


@pytest.mark.parametrize(
    ("size", "lossless", "form"),
    [((60, 40), True, "PNG"), ((60, 40), False, "JPEG"), ((6000, 4001), True, "JPEG")],
)
def test_the_format_of_a_clean_copy_follows_the_source_and_its_size(
    tmp_path: Path, size: tuple[int, int], lossless: bool, form: str
) -> None:
    path, kind = write_clean(Picture(Image.new("RGB", size)), tmp_path, lossless=lossless)

    with Image.open(path) as image:
        assert image.format == form
    assert kind == sniff(path)


def test_a_smaller_copy_has_the_asked_long_side(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.jpg", quarters(960, 640))

    assert load(path, longest=240).shape == (160, 240, 3)
    assert load(path, longest=5000).shape == (640, 960, 3)


def test_numbers_of_32_bits_are_refused_with_the_remedy(tmp_path: Path) -> None:
    Image.new("F", (8, 8)).save(tmp_path / "a.tif")

    with pytest.raises(Refused, match="8 or 16 bits"):
        load(tmp_path / "a.tif")


def test_damaged_exif_does_not_cost_the_picture(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(quarters()).save(buffer, "JPEG", quality=95, exif=b"Exif\0\0MM\0*\0\0\xff\xff\xff\xff")
    path = write(tmp_path, "a.jpg", buffer.getvalue())

    assert near(load(path), CORNERS)
