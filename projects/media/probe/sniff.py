"""What a file is, told by its own bytes. The declared name and type never decide."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from projects.media.faults import Refused
from projects.media.probe.text import text_format

HEAD = 65536
ACCEPTED = (
    "Use a picture (JPEG, PNG, WebP, AVIF, HEIC, GIF, TIFF), a clip (MP4, MOV, WebM, MKV), "
    "sound (WAV, MP3, M4A, FLAC) or subtitles (SRT, VTT)."
)


@dataclass(frozen=True, slots=True)
class Kind:
    """family: image, video, audio, captions or table. extension: with its dot, the one we write."""

    family: str
    format: str
    extension: str
    mime: str


KINDS = {
    kind.format: kind
    for kind in (
        Kind("image", "jpeg", ".jpg", "image/jpeg"),
        Kind("image", "png", ".png", "image/png"),
        Kind("image", "webp", ".webp", "image/webp"),
        Kind("image", "avif", ".avif", "image/avif"),
        Kind("image", "heic", ".heic", "image/heic"),
        Kind("image", "gif", ".gif", "image/gif"),
        Kind("image", "tiff", ".tif", "image/tiff"),
        Kind("video", "mp4", ".mp4", "video/mp4"),
        Kind("video", "mov", ".mov", "video/quicktime"),
        Kind("video", "webm", ".webm", "video/webm"),
        Kind("video", "mkv", ".mkv", "video/x-matroska"),
        Kind("audio", "wav", ".wav", "audio/wav"),
        Kind("audio", "mp3", ".mp3", "audio/mpeg"),
        Kind("audio", "m4a", ".m4a", "audio/mp4"),
        Kind("audio", "flac", ".flac", "audio/flac"),
        Kind("captions", "srt", ".srt", "application/x-subrip"),
        Kind("captions", "vtt", ".vtt", "text/vtt"),
        Kind("table", "csv", ".csv", "text/csv"),
    )
}

# Brands of ISO base media files (mp4ra.org); the first row that shares a brand with the file decides.
BRANDS: tuple[tuple[str, frozenset[bytes]], ...] = (
    ("avif", frozenset({b"avif", b"avis"})),
    ("heic", frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})),
    ("m4a", frozenset({b"M4A ", b"M4B "})),
    ("mov", frozenset({b"qt  "})),
)
MP4_BRAND = re.compile(rb"iso[2-9m]|mp4[12v]|avc1|M4V |M4VH|M4VP|dash|MSNV|XAVC|3g[2p][4-9a-g]")
# QuickTime files older than `ftyp` begin with one of these atoms.
QUICKTIME_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# A reader of these kinds looks for its mark anywhere in the first kilobyte, so a picture must not carry one.
SECOND_NATURE = re.compile(rb"%PDF-|<!doctype|<html|<script|<svg|<\?php", re.IGNORECASE)


def sniff(path: Path) -> Kind:
    """Return the kind of the file. Raises Refused, naming what is taken, for every other file."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Refused("The file is empty. Upload it again, or export it again.")
    if head.startswith(UTF_16):
        raise Refused("The text is stored as UTF-16. Save it as UTF-8 and upload that.")
    name = _magic(head)
    if name is None:
        name = text_format(path, head)
    elif SECOND_NATURE.search(head, 0, 1024):
        raise Refused("The file is two kinds of file at once. Open it and export it again as a plain one.")
    if name is None:
        raise Refused(f"This kind of file is not taken. {ACCEPTED}")
    return KINDS[name]


def _magic(head: bytes) -> str | None:
    for mark, name in MARKS:
        if head.startswith(mark):
            return name if isinstance(name, str) else name(head)
    if head[4:8] == b"ftyp":
        return _brand(head)
    if head[4:8] in QUICKTIME_ATOMS:
        return "mov"
    return "mp3" if _is_mp3_frame(head) else None


def _brand(head: bytes) -> str | None:
    size = min(max(int.from_bytes(head[:4]), 16), 1024)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    for name, known in BRANDS:
        # An MP4 may list `qt  ` or `M4A ` as brands it is compatible with: there only the first counts.
        if known & set(brands if name in ("avif", "heic") else brands[:1]):
            return name
    return "mp4" if any(MP4_BRAND.fullmatch(brand) for brand in brands) else None


def _riff(head: bytes) -> str | None:
    return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12])


def _ebml(head: bytes) -> str | None:
    found = re.search(rb"\x42\x82[\x81-\x88](webm|matroska)", head[:128])
    return {b"webm": "webm", b"matroska": "mkv"}[found[1]] if found else None


def _id3(head: bytes) -> str | None:
    """Return what follows the ID3 tag: a FLAC file may carry one too."""
    size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=False))
    body = head[10 + size :].lstrip(b"\0")
    if body.startswith(b"fLaC"):
        return "flac"
    return "mp3" if not body or _is_mp3_frame(body) else None


def _is_mp3_frame(head: bytes) -> bool:
    """Tell whether an MPEG audio layer III header stands here and another one where the frame ends."""
    length = _mp3_frame_length(head[:4])
    if length == 0:
        return False
    after = head[length : length + 4]
    return len(after) < 4 or _mp3_frame_length(after) > 0


# ISO 11172-3 and 13818-3: kbit/s of layer III for MPEG 1 and for MPEG 2 and 2.5, sample rates of MPEG 1.
MP3_RATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
MP3_SAMPLES = (44100, 48000, 32000)


def _mp3_frame_length(header: bytes) -> int:
    """Return the bytes of the frame, 0 when this is no layer III header."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, samples = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or samples == 3:
        return 0
    first = version == 3
    hertz = MP3_SAMPLES[samples] >> (0 if first else 1 if version == 2 else 2)
    kilobits = MP3_RATES[0 if first else 1][rate]
    return (144 if first else 72) * kilobits * 1000 // hertz + (header[2] >> 1 & 1)


MARKS: tuple[tuple[bytes, str | Callable[[bytes], str | None]], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"RIFF", _riff),
    (b"RF64", _riff),
    (b"\x1aE\xdf\xa3", _ebml),
    (b"fLaC", "flac"),
    (b"ID3", _id3),
)
