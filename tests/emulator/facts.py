"""What each model can do and costs in tokens. Source: reference/gemini-api.md sections 1, 3 and 4."""

from __future__ import annotations

from dataclasses import dataclass

Size = tuple[int, int]

TEN = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
FOURTEEN = (*TEN, "1:8", "8:1", "1:4", "4:1")

# Pixels at 1K; 512 halves them, 2K and 4K are twice and four times as large. Ratios that are not documented are
# their documented twins turned round.
AT_1K: dict[str, Size] = {
    "1:1": (1024, 1024),
    "16:9": (1376, 768),
    "9:16": (768, 1376),
    "4:3": (1200, 896),
    "3:4": (896, 1200),
    "3:2": (1264, 848),
    "2:3": (848, 1264),
    "4:5": (928, 1152),
    "5:4": (1152, 928),
    "21:9": (1584, 672),
    "4:1": (2048, 512),
    "1:4": (512, 2048),
    "8:1": (3072, 384),
    "1:8": (384, 3072),
}
SCALES = {"512": 0.5, "1K": 1, "2K": 2, "4K": 4}

VIDEO_SIZES: dict[str, Size] = {
    "360p": (640, 360),
    "720p": (1280, 720),
    "1080p": (1920, 1080),
    "4k": (3840, 2160),
}
VIDEO_RATIOS = ("16:9", "9:16")
TOKENS_A_SECOND = {"360p": 1931, "720p": 5792, "1080p": 8688, "4k": 17376}
INPUT_TOKENS = {"image": 1120, "video": 1290}
THOUGHT_TOKENS = 180
DEFAULT_SECONDS = 10
EXTENSION_SECONDS = (3, 10)
FRAMES_A_SECOND = 24


@dataclass(frozen=True, slots=True)
class Video:
    """A video model: seconds of a clip and of a source clip, references, and how long extensions may make it."""

    id: str
    seconds: tuple[int, int]
    references: int
    source_seconds: tuple[float, float]
    longest: int
    kind = "video"


@dataclass(frozen=True, slots=True)
class Image:
    """An image model: tokens by size, ratios, and how many pictures it takes."""

    id: str
    tokens: dict[str, int]
    ratios: tuple[str, ...]
    references: int
    kind = "image"


@dataclass(frozen=True, slots=True)
class Veo:
    """A model of long-running operations on Vertex: seconds, sizes and references."""

    id: str
    sizes: tuple[str, ...]
    references: int
    kind = "veo"


Model = Video | Image | Veo

THREE = {"1K": 1120, "2K": 1680, "4K": 2520}
ROWS: tuple[Model, ...] = (
    Video("gemini-omni-1.2-flash", (3, 15), 6, (3, 15), 30),
    Video("gemini-omni-1.1-flash", (3, 10), 10, (0, 10), 40),
    Image("gemini-nano-banana-2.1", THREE, FOURTEEN, 14),
    Image("gemini-3-pro-image", {"1K": 1120, "2K": 1120, "4K": 2000}, TEN, 14),
    Image("gemini-3.1-flash-image", {"512": 747, **THREE}, FOURTEEN, 14),
    Image("gemini-3.1-flash-lite-image", {"1K": 1120}, FOURTEEN, 14),
    Veo("veo-3.1-generate-001", ("720p", "1080p", "4k"), 3),
    Veo("veo-3.1-fast-generate-001", ("720p", "1080p"), 3),
    Veo("veo-3.1-lite-generate-001", ("720p", "1080p"), 0),
)
MODELS = {row.id: row for row in ROWS}
# Dollars for a million tokens of pictures.
USD_A_MILLION = {
    "gemini-nano-banana-2.1": 30,
    "gemini-3-pro-image": 120,
    "gemini-3.1-flash-image": 60,
    "gemini-3.1-flash-lite-image": 30,
}
RETIRED = frozenset(
    {
        "gemini-omni-flash-preview",
        "gemini-3.1-flash-image",
        "gemini-2.5-flash-image",
        "gemini-3.1-flash-image-preview",
        "gemini-3-pro-image-preview",
        "veo-3.1-generate-preview",
        "veo-3.1-fast-generate-preview",
        "veo-3.1-lite-generate-preview",
        "imagen-4.0-generate-001",
    }
)


def video_pixels(size: str, ratio: str) -> Size:
    """Return width and height of a clip."""
    width, height = VIDEO_SIZES[size]
    return (width, height) if ratio == "16:9" else (height, width)


def image_pixels(size: str, ratio: str) -> Size:
    """Return width and height of a still."""
    width, height = AT_1K[ratio]
    return round(width * SCALES[size]), round(height * SCALES[size])


def nearest_ratio(width: int, height: int, ratios: tuple[str, ...]) -> str:
    """Return the ratio that comes closest to a picture's own."""
    return min(ratios, key=lambda ratio: abs(width / height - AT_1K[ratio][0] / AT_1K[ratio][1]))
