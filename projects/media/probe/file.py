"""What a file holds, found in a bounded way before anything trusts it."""

from pathlib import Path

from PIL import ImageFile

from projects.media.faults import Refused
from projects.media.images.profiles import profile_name
from projects.media.images.stills import open_image, orientation_of, readable
from projects.media.probe.clip import probe_media
from projects.media.probe.facts import Caps, Facts
from projects.media.probe.sniff import Kind, sniff

FAMILIES = {"image": "picture", "video": "clip", "audio": "sound", "captions": "text", "table": "text"}
# Degrees clockwise of the stored EXIF orientations, mirroring aside.
DEGREES = {3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}
ANIMATED = frozenset({"gif", "webp", "png", "avif"})
ANIMATION_NOTE = "Animated picture: the first frame is used."
# TIFF tags that mark a camera's raw file, whose first page is only a preview (DNG 1.7, TIFF/EP).
DNG_VERSION, NEW_SUBFILE_TYPE, REDUCED = 0xC612, 0x00FE, 1


def probe(path: Path, caps: Caps | None = None) -> Facts:
    """Return the facts of the file. Raises Refused with its sentence for whatever is not taken.

    Pictures: the header is read and no pixel (the clean copy reads them all). Clips and sound: every packet
    is read, and the first, a middle and the last frames are decoded.
    """
    caps = caps or Caps()
    kind = sniff(path)
    check_bytes(path, kind, caps)
    if kind.family == "image":
        return probe_image(path, kind, caps)
    if kind.family in ("video", "audio"):
        return probe_media(path, kind, caps)
    return Facts(kind.family, kind.format, kind.mime)


def check_bytes(path: Path, kind: Kind, caps: Caps) -> None:
    """Raise Refused when the file is longer than its family may be."""
    limits = {"image": caps.image_bytes, "video": caps.video_bytes, "audio": caps.audio_bytes}
    limit, size = limits.get(kind.family, caps.text_bytes), path.stat().st_size
    if size > limit:
        raise Refused(
            f"The {FAMILIES[kind.family]} has {_megabytes(size)}, more than the {_megabytes(limit)} that are "
            "taken. Make it smaller and upload it again.",
            "file_too_large",
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size >= 10_000_000 else f"{size / 1e6:.1f} MB"


def probe_image(path: Path, kind: Kind, caps: Caps) -> Facts:
    """Return the facts of a picture from its header. Raises Refused."""
    with open_image(path, kind, caps) as image, readable():
        _refuse_raw(image)
        frames = getattr(image, "n_frames", 1) if kind.format in ANIMATED else 1
        if frames > 1 and frames * image.width * image.height > caps.animation_pixels:
            raise Refused(
                f"The animation has {frames} frames, too many for its size. Export one frame as a picture.",
                "file_too_large",
            )
        orientation = _orientation(image)
        turned = orientation > 4
        return Facts(
            kind=kind.family,
            format=kind.format,
            mime=kind.mime,
            width=image.height if turned else image.width,
            height=image.width if turned else image.height,
            frames=1,
            has_alpha=image.has_transparency_data,
            rotation=DEGREES.get(orientation, 0),
            animated=frames > 1,
            profile=profile_name(image.info.get("icc_profile") or b""),
            bits=16 if _is_deep(image) else 8,
            codec=image.mode,
            notes=_notes(image, frames),
        )


def _orientation(image: ImageFile.ImageFile) -> int:
    """Return the EXIF orientation as far as the header tells it."""
    # Pillow gives a TIFF's size as turned already, and would decode a whole PNG in search of a mark.
    if image.format == "TIFF" or (image.format == "PNG" and "exif" not in image.info):
        return 1
    return orientation_of(image)


def _refuse_raw(image: ImageFile.ImageFile) -> None:
    tags = getattr(image, "tag_v2", {})
    if DNG_VERSION in tags or tags.get(NEW_SUBFILE_TYPE, 0) & REDUCED:
        raise Refused("The file is a camera's raw picture. Export it as JPEG or TIFF and upload that.")


def _is_deep(image: ImageFile.ImageFile) -> bool:
    return "16" in image.mode or any("16" in str(tile.args) for tile in image.tile[:1])


def _notes(image: ImageFile.ImageFile, frames: int) -> tuple[str, ...]:
    if frames > 1:
        return (ANIMATION_NOTE,)
    pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
    return (f"The TIFF has {pages} pages: the first is used.",) if pages > 1 else ()
