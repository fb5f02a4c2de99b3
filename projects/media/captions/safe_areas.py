"""Safe areas: the part of a picture that no app covers with its own buttons and names.

Dated data: the apps change their screens. Reels and Stories are Meta's published shares; TikTok and Shorts
are a cautious reading of their advertising guides. AS_OF says when they were read.
"""

from __future__ import annotations

from dataclasses import dataclass

from projects.media.arrays import Box, Size

AS_OF = "2025-11"


@dataclass(frozen=True, slots=True)
class Margins:
    """What to keep free at each edge: shares of the height (top, bottom) and of the width (left, right)."""

    top: float
    bottom: float
    left: float
    right: float

    @property
    def box(self) -> Box:
        """The free part: left, top, width, height."""
        return self.left, self.top, 1 - self.left - self.right, 1 - self.top - self.bottom

    @property
    def centred(self) -> Margins:
        """The same with equal sides, for text that stands on the picture's middle line."""
        side = max(self.left, self.right)
        return Margins(self.top, self.bottom, side, side)


PLATFORMS = {
    "title": Margins(0.05, 0.05, 0.05, 0.05),
    "reels": Margins(0.14, 0.35, 0.06, 0.06),
    "stories": Margins(0.14, 0.35, 0.06, 0.06),
    "tiktok": Margins(0.08, 0.25, 0.06, 0.13),
    "shorts": Margins(0.10, 0.25, 0.05, 0.13),
    "feed": Margins(0.05, 0.05, 0.06, 0.06),
    "vertical": Margins(0.14, 0.35, 0.06, 0.13),
}


def margins(size: Size, platform: str = "") -> Margins:
    """Return the margins of a platform, or the safest ones for the picture's shape.

    Wider than square: title safe. Square to 4:5: feed. Taller: the worst of all vertical apps.
    Raises KeyError for an unknown platform.
    """
    if platform:
        return PLATFORMS[platform]
    shape = size[0] / size[1]
    if shape > 1.05:
        return PLATFORMS["title"]
    return PLATFORMS["feed"] if shape >= 0.75 else PLATFORMS["vertical"]
