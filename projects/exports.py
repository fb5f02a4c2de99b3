"""Output sizes that a clip can be asked for: one row each, read by the forms and by the engines."""

from __future__ import annotations

from projects.wish import Size

FORMATS = ("16:9", "9:16", "1:1", "4:5")
TIERS = {"sketch": "360p", "standard": "720p", "finish": "1080p"}
RATIOS = {
    "1:1": Size(1024, 1024),
    "4:5": Size(928, 1152),
    "5:4": Size(1152, 928),
    "3:4": Size(896, 1200),
    "4:3": Size(1200, 896),
    "2:3": Size(848, 1264),
    "3:2": Size(1264, 848),
    "9:16": Size(768, 1376),
    "16:9": Size(1376, 768),
    "21:9": Size(1584, 672),
    "1:4": Size(512, 2048),
    "4:1": Size(2048, 512),
    "1:8": Size(384, 3072),
    "8:1": Size(3072, 384),
}
"""The formats of a still and their pixels at 1K, as the image models give them: not exactly the ratio's."""
IMAGE_SIZES = {"1K": 1, "2K": 2, "4K": 4}


def image_pixels(ratio: str, size: str) -> Size:
    """Return the pixels of a still: `image_pixels("16:9", "2K")` is 2752 by 1536."""
    base, times = RATIOS[ratio], IMAGE_SIZES[size]
    return Size(base.width * times, base.height * times)
