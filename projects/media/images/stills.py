"""Stills: one upright sRGB picture out of any file that a camera or a program writes."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageFile

from projects.media.arrays import Alpha, Rgb
from projects.media.faults import Refused
from projects.media.images.profiles import to_srgb
from projects.media.probe.facts import Caps
from projects.media.probe.sniff import Kind, sniff

DECODERS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WEBP",
    "avif": "AVIF",
    "heic": "HEIF",
    "gif": "GIF",
    "tiff": "TIFF",
}
# What the decoders raise for damaged pixels. An OSError with a number is the disk's fault, not the file's.
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    ArithmeticError,
    TypeError,
    RuntimeError,
    struct.error,
)

ORIENTATION = 0x0112
# EXIF 2.32, tag 274: what turns each stored orientation upright.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


# Pillow's own guard knows one size for all files; `open_image` checks the caller's before any pixel is read.
Image.MAX_IMAGE_PIXELS = None
pillow_heif.register_heif_opener()


@dataclass(frozen=True, slots=True)
class Picture:
    """image: mode RGB, or RGBA where something is transparent; upright, sRGB, without metadata."""

    image: Image.Image
    notes: tuple[str, ...] = ()


@contextmanager
def readable() -> Iterator[None]:
    """Turn what decoders raise for a damaged picture into Refused, and keep their warnings quiet."""
    with warnings.catch_warnings():
        # Decoders warn about odd files; whether one is good enough is decided here.
        warnings.simplefilter("ignore")
        try:
            yield
        except UNREADABLE as error:
            if isinstance(error, OSError) and error.errno:
                raise
            raise Refused(
                "The picture is damaged or cut off. Open it, export it again and upload that."
            ) from error


@contextmanager
def open_image(path: Path, kind: Kind, caps: Caps) -> Iterator[ImageFile.ImageFile]:
    """Give the picture with its header read and its size checked, and no pixel decoded. Raises Refused."""
    with readable():
        image = Image.open(path, formats=[DECODERS[kind.format]])
    with image:
        pixels = image.width * image.height
        if pixels == 0:
            raise Refused("The picture has no pixels. Export it again.")
        if pixels > caps.image_pixels:
            raise Refused(
                f"The picture has {pixels / 1e6:.0f} megapixels, more than the {caps.image_pixels / 1e6:.0f} "
                "that are taken. Make it smaller and upload it again.",
                "file_too_large",
            )
        yield image


def load(path: Path, longest: int | None = None) -> Rgb:
    """Return the upright sRGB picture, transparent parts on white, its long side at most `longest` pixels.

    Raises Refused when the file is no picture or is damaged.
    """
    rgb, alpha = load_with_alpha(path, longest)
    if alpha is None:
        return rgb
    share = alpha[:, :, None].astype(np.uint16)
    return ((rgb * share + 255 * (255 - share) + 127) // 255).astype(np.uint8)


def load_with_alpha(path: Path, longest: int | None = None) -> tuple[Rgb, Alpha | None]:
    """Return the upright sRGB picture and its alpha, None where nothing is transparent. Raises Refused."""
    with open_image(path, sniff(path), Caps()) as image:
        picture = upright(image, longest).image
    pixels = np.array(picture)
    if picture.mode == "RGB":
        return pixels, None
    return np.ascontiguousarray(pixels[:, :, :3]), np.ascontiguousarray(pixels[:, :, 3])


def upright(image: Image.Image, longest: int | None = None) -> Picture:
    """Return the decoded picture as people see it, in sRGB, at most `longest` pixels on its long side.

    At most two full-size copies exist at once. Raises Refused for damaged pixels.
    """
    with readable():
        profile: bytes = image.info.get("icc_profile") or b""
        flat = _eight_bit(image)
        if longest is not None:
            # For JPEG this decodes at an eighth, a quarter or half of the size: ten times faster.
            flat.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
        flat.load()
        # Pillow turns a TIFF itself when it loads one, and a PNG may tell its orientation after its pixels.
        orientation = orientation_of(image)
        colour, notes = to_srgb(flat, profile)
    del flat
    if orientation in UPRIGHT:
        colour = colour.transpose(UPRIGHT[orientation])
    colour.info = {}
    return Picture(colour, notes)


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 (upright) where there is none or none that makes sense."""
    try:
        value = image.getexif().get(ORIENTATION)
    except UNREADABLE:
        # A damaged note about a picture does not make the picture unusable.
        return 1
    return value if isinstance(value, int) and value in UPRIGHT else 1


def _eight_bit(image: Image.Image) -> Image.Image:
    """Return the picture in a mode of 8-bit channels that can be scaled: L, LA, RGB, RGBA, CMYK or LAB."""
    if image.mode.startswith("I;16"):
        # Pillow's own conversion to L clips at 255 instead of scaling.
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise Refused("The picture holds 32-bit numbers. Export it with 8 or 16 bits for each colour.")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK", "LAB") and "transparency" not in image.info:
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode == "1" else "RGB")
