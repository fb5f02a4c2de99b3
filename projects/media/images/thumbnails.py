"""Small pictures for pages, all WebP: the thumbnails of a picture and the cover of a project."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps

from projects.media.images.stills import load

# Widths and WebP qualities: workspace, board on dense screens, board, library.
THUMBS = ((1280, 75), (640, 60), (320, 60), (240, 50))
COVER_SIZE, COVER_BYTES, COVER_GAP = (480, 300), 9000, 4
# WebP quality and blur in pixels, tried in turn: foliage and noise are softened rather than left heavy.
COVER_SETTINGS = ((60, 0), (50, 0), (40, 0), (30, 0), (30, 1), (30, 2), (20, 4), (20, 12))


@dataclass(frozen=True, slots=True)
class Saved:
    """A picture that was written: its file name in the folder, size in pixels and length in bytes."""

    name: str
    width: int
    height: int
    bytes: int

    def as_dict(self) -> dict[str, str | int]:
        """Return plain values."""
        return asdict(self)


def save_webp(image: Image.Image, path: Path, quality: int) -> Saved:
    """Write the picture as lossy WebP without metadata."""
    # Method 2 is within a twentieth of the smallest file in a third of the time.
    image.save(path, "WEBP", quality=quality, method=2)
    return Saved(path.name, image.width, image.height, path.stat().st_size)


def thumbs(image: Image.Image, folder: Path) -> dict[int, Saved]:
    """Write 1280.webp, 640.webp, 320.webp and 240.webp, each from the one before; no picture is enlarged.

    image: RGB or RGBA. The names are widths; a picture more than twice as high as wide is fitted into twice
    its width, so that a tower weighs no more than a board.
    """
    saved = {}
    for width, quality in THUMBS:
        share = min(1.0, width / image.width, 2 * width / image.height)
        if share < 1:
            size = max(1, round(image.width * share)), max(1, round(image.height * share))
            image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        saved[width] = save_webp(image, folder / f"{width}.webp", quality)
    return saved


def cover(pictures: Sequence[Path], target: Path) -> Saved:
    """Write one image of 480 x 300 out of one to three pictures, at most 9 kB."""
    canvas = Image.new("RGBA", COVER_SIZE)
    cells = _cells(len(pictures))
    for path, (x, y, width, height) in zip(pictures, cells, strict=False):
        picture = Image.fromarray(load(path, longest=2 * COVER_SIZE[0]))
        canvas.paste(ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS), (x, y))
    image = canvas if len(cells) > 1 else canvas.convert("RGB")
    for quality, blur in COVER_SETTINGS:
        saved = save_webp(image.filter(ImageFilter.GaussianBlur(blur)), target, quality)
        if saved.bytes <= COVER_BYTES:
            break
    return saved


def _cells(count: int) -> list[tuple[int, int, int, int]]:
    """Return (x, y, width, height) of each picture: one fills, two share the width, three are one and two."""
    width, height = COVER_SIZE
    left = width if count == 1 else width // 2 if count == 2 else width * 2 // 3
    right = left + COVER_GAP, width - left - COVER_GAP
    half = (height - COVER_GAP) // 2
    return {
        1: [(0, 0, width, height)],
        2: [(0, 0, left, height), (right[0], 0, right[1], height)],
    }.get(
        count,
        [
            (0, 0, left, height),
            (right[0], 0, right[1], half),
            (right[0], half + COVER_GAP, right[1], half),
        ],
    )
