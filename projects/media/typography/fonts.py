"""Fonts: which face draws a sign. Ours first, then the data folder's, then Noto fonts of the system.

Ours (open licence, in media/fonts/) cover Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Bengali, Tamil and
Thai. Chinese, Japanese and Korean are 20 MB a face and come from the data folder or the system.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from fontTools.ttLib import TTCollection, TTFont, TTLibError
from PIL import ImageFont, features

from projects.media.faults import Refused

Weight = Literal[500, 600]

FOLDER = Path(__file__).parents[1] / "fonts"
SYSTEM = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
NAMES: dict[Weight, str] = {500: "Medium", 600: "SemiBold"}
# Families in the order asked, each with the size that makes it look as large as Inter beside it.
BUNDLED = {
    "Inter": 1.0,
    "NotoSansArabic": 1.14,
    "NotoSansHebrew": 1.06,
    "NotoSansDevanagari": 1.06,
    "NotoSansBengali": 1.08,
    "NotoSansTamil": 0.96,
    "NotoSansThai": 1.08,
    "NotoSansSymbols": 1.0,
}
# Han characters are drawn differently in each country; the face of the collection follows the language.
HAN = {"ja": "JP", "ko": "KR", "zh": "SC", "zh-hant": "TC", "zh-tw": "TC", "zh-hk": "HK"}
# Kana before Han: Japanese has both.
SCRIPTS = {"ja": {"HIRAGANA", "KATAKANA"}, "ko": {"HANGUL"}, "zh": {"CJK", "BOPOMOFO"}, "th": {"THAI"}}
CJK_BLOCKS = ((0x1100, 0x11FF), (0x2E80, 0x9FFF), (0xA960, 0xD7FF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F))
CJK_WIDE = ((0xFF00, 0xFFEF), (0x20000, 0x3FFFF))
# Invisible signs that steer shaping; no font needs a glyph for them.
STEERING = frozenset([0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x00AD, 0x2060, 0x061C, *range(0xFE00, 0xFE10)])


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font file; `scale` makes it look as large as Inter."""

    path: Path
    index: int = 0
    scale: float = 1.0
    family: str = ""
    weight: int = 400


@dataclass(frozen=True, slots=True)
class Fonts:
    """What to draw with: a weight, more folders to look in, and the language for Han characters."""

    weight: Weight = 600
    folders: tuple[Path, ...] = ()
    language: str = ""

    def face(self, cluster: str) -> Face:
        """Return the first face that draws every sign of the cluster.

        Raises Refused, naming the sign and what to install.
        """
        for face in self._order():
            if draws(face, cluster):
                return face
        raise Refused(_missing(next(sign for sign in cluster if ord(sign) not in STEERING)))

    def _order(self) -> Iterator[Face]:
        yield from bundled(self.weight)
        for folder in self.folders:
            yield from self._nearest(installed(folder, "", _changed(folder)))
        for folder in SYSTEM:
            yield from self._nearest(installed(folder, "NotoSans", _changed(folder)))

    def _nearest(self, faces: tuple[Face, ...]) -> list[Face]:
        tag = self.language.lower()
        region = HAN.get(tag) or HAN.get(tag[:2], "SC")

        def distance(face: Face) -> tuple[bool, int, str]:
            other_region = "CJK" in face.family and not face.family.endswith(region)
            return other_region, abs(face.weight - self.weight - 1), str(face.path)

        return sorted(faces, key=distance)


def draws(face: Face, cluster: str) -> bool:
    """Return whether the face has every sign of the cluster."""
    return frozenset(map(ord, cluster)) - STEERING <= signs(face)


def is_cjk(sign: str) -> bool:
    """Return whether the sign belongs to Chinese, Japanese or Korean."""
    return any(first <= ord(sign) <= last for first, last in CJK_BLOCKS + CJK_WIDE)


def language_of(text: str) -> str:
    """Return the language that the script of the words gives away: ja, ko, zh, th, or "" for all others."""
    names = {unicodedata.name(sign, "").split(" ")[0] for sign in text}
    return next((tag for tag, scripts in SCRIPTS.items() if names & scripts), "")


def shapes() -> bool:
    """Return whether this machine joins Arabic and stacks Indic letters (Raqm with FriBiDi)."""
    return bool(features.check("raqm"))


@lru_cache(maxsize=256)
def drawn(face: Face, pixels: float) -> ImageFont.FreeTypeFont:
    """Return the face at a size in pixels, ready to draw."""
    engine = ImageFont.Layout.RAQM if shapes() else ImageFont.Layout.BASIC
    return ImageFont.truetype(str(face.path), pixels * face.scale, face.index, layout_engine=engine)


@lru_cache
def bundled(weight: Weight) -> tuple[Face, ...]:
    """Return our own faces in a weight."""
    found = ((next(FOLDER.glob(f"{stem}-{NAMES[weight]}.*")), stem, scale) for stem, scale in BUNDLED.items())
    return tuple(Face(path, 0, scale, stem, weight) for path, stem, scale in found)


@lru_cache
def installed(folder: Path, prefix: str, changed: int) -> tuple[Face, ...]:
    """Return the upright faces of the files in a folder that start with `prefix`; a broken file has none.

    `changed` is when the folder changed last, so that a font that is added counts at once.
    """
    files = sorted(
        path for path in folder.rglob(f"{prefix}*") if path.suffix.lower() in {".ttf", ".otf", ".ttc"}
    )
    return tuple(face for path in files for face in _faces_in(path))


@lru_cache
def signs(face: Face) -> frozenset[int]:
    """Return the code points that the face draws."""
    with TTFont(face.path, fontNumber=face.index, lazy=True) as font:
        # Any names for the glyphs: for their own ones an OpenType font would be read whole.
        font.setGlyphOrder([str(glyph) for glyph in range(font["maxp"].numGlyphs)])
        return frozenset(font.getBestCmap() or ())


def _changed(folder: Path) -> int:
    return folder.stat().st_mtime_ns if folder.is_dir() else 0


def _faces_in(path: Path) -> list[Face]:
    try:
        # Opened here, because fontTools leaves a file open that it cannot read.
        with path.open("rb") as file:
            fonts = (
                TTCollection(file, lazy=True) if path.suffix.lower() == ".ttc" else [TTFont(file, lazy=True)]
            )
            return [face for index, font in enumerate(fonts) for face in _upright(font, path, index)]
    except (TTLibError, OSError):
        return []


def _upright(font: TTFont, path: Path, index: int) -> list[Face]:
    names, metrics = font["name"], font["OS/2"]
    family = names.getDebugName(16) or names.getDebugName(1) or ""
    slanted = bool(metrics.fsSelection & 1) or "Mono" in family
    return [] if slanted else [Face(path, index, 1.0, family, metrics.usWeightClass)]


def _missing(sign: str) -> str:
    named = f"“{sign}” (U+{ord(sign):04X}, {unicodedata.name(sign, 'unnamed').lower()})"
    if is_cjk(sign):
        return (
            f"No font here draws {named}. Ask the operator to install Chinese, Japanese and Korean fonts "
            "(apt-get install fonts-noto-cjk) or to put one into the data folder's fonts."
        )
    if unicodedata.category(sign) == "So":
        return f"No font here draws {named}. Take the sign out of the captions."
    return (
        f"No font here draws {named}. Take it out, or ask the operator to install more fonts "
        "(apt-get install fonts-noto-core)."
    )
