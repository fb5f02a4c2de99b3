"""The clean copy of a still: nothing but its pixels, exactly as stored where that was exact."""

from pathlib import Path

from projects.media.images.stills import Picture
from projects.media.probe.sniff import KINDS, Kind

# Above this many pixels a lossless copy costs more time and space than it shows.
LOSSLESS_PIXELS = 24_000_000


def is_lossless(kind: Kind, head: bytes) -> bool:
    """Tell whether a file of this kind, beginning with `head`, stores its pixels exactly."""
    return kind.format in ("png", "gif", "tiff") or (kind.format == "webp" and b"VP8L" in head[:64])


def write_clean(picture: Picture, folder: Path, *, lossless: bool) -> tuple[Path, Kind]:
    """Write the picture, and nothing but its pixels, into the folder as clean.jpg or clean.png.

    Transparent pictures and pictures from lossless files become PNG (large opaque ones excepted), the others
    JPEG at quality 95 with full colour resolution.
    """
    image = picture.image
    large = image.width * image.height > LOSSLESS_PIXELS
    if image.mode == "RGBA" or (lossless and not large):
        kind = KINDS["png"]
        target = folder / f"clean{kind.extension}"
        image.save(target, "PNG", compress_level=1 if large else 6)
    else:
        kind = KINDS["jpeg"]
        target = folder / f"clean{kind.extension}"
        image.save(target, "JPEG", quality=95, subsampling="4:4:4")
    return target, kind
