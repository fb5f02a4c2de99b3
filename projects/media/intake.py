"""The doors for a child process: take a file in, or finish what an engine made. Plain values in and out.

Everything is written into `folder`; nothing else is touched. `dict`s of facts are `Facts.as_dict()`.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from projects.media.encode.copies import clean_audio, clean_clip
from projects.media.images.clean import is_lossless, write_clean
from projects.media.images.filmstrip import clip_pictures
from projects.media.images.stills import open_image, upright
from projects.media.images.thumbnails import Saved, cover, thumbs
from projects.media.probe.facts import Caps, Facts
from projects.media.probe.file import probe, probe_image
from projects.media.probe.sniff import KINDS, sniff
from projects.media.probe.text import clean_text
from projects.media.quality.report import report
from projects.media.share import Share


def look(path: str, caps: dict[str, int]) -> dict[str, Any]:
    """Return the facts of a file and write nothing. Raises Refused."""
    return probe(Path(path), Caps.from_dict(caps)).as_dict()


def take_in(path: str, folder: str, caps: dict[str, int]) -> dict[str, Any]:
    """Check an upload and write its clean copy and small pictures into the folder.

    Returns original: facts of the upload · facts: facts of the clean copy, with all notes for people · clean:
    its file name · thumbs: {"320": {name, width, height, bytes}, ...}, empty without picture · filmstrip: such
    a dict, None but for clips · report: technical facts, empty for text. Raises Refused, Corrupt; OSError(ENOSPC)
    on a full disk.
    """
    source, target, limits = Path(path), Path(folder), Caps.from_dict(caps)
    facts = probe(source, limits)
    if facts.kind == "image":
        return _take_picture(source, target, limits, facts)
    if facts.kind == "video":
        clean, _ = clean_clip(source, target, facts, tell=Share(target), stop=_never)
        return _described(clean, target, facts, probe(clean, limits))
    if facts.kind == "audio":
        clean, _ = clean_audio(source, target, facts)
        return _described(clean, target, facts, probe(clean, limits))
    clean = target / f"clean{KINDS[facts.format].extension}"
    clean_text(source, clean)
    return _described(clean, target, facts, facts)


def finish(path: str, folder: str) -> dict[str, Any]:
    """Open and check a file that an engine made, and write its small pictures into the folder.

    Returns what `take_in` does, with `clean` the file's own name: it is kept as it is. Raises Refused, Corrupt.
    """
    made = Path(path)
    facts = probe(made)
    if facts.kind == "image":
        with open_image(made, sniff(made), Caps()) as image:
            picture = upright(image)
        return _result(made, facts, facts, thumbs(picture.image, Path(folder)))
    return _described(made, Path(folder), facts, facts)


def compose_cover(pictures: list[str], target: str) -> dict[str, Any]:
    """Write a project's cover out of one to three pictures. Returns {name, width, height, bytes}."""
    return cover([Path(path) for path in pictures], Path(target)).as_dict()


def _take_picture(source: Path, folder: Path, caps: Caps, facts: Facts) -> dict[str, Any]:
    kind = sniff(source)
    with open_image(source, kind, caps) as image:
        picture = upright(image)
    with source.open("rb") as file:
        lossless = is_lossless(kind, file.read(64))
    clean, clean_kind = write_clean(picture, folder, lossless=lossless)
    cleaned = replace(probe_image(clean, clean_kind, caps), notes=facts.notes + picture.notes)
    return _result(clean, facts, cleaned, thumbs(picture.image, folder))


def _described(clean: Path, folder: Path, original: Facts, facts: Facts) -> dict[str, Any]:
    """Return the result for what is no still, with the pictures of a clip."""
    notes = tuple(dict.fromkeys(original.notes + facts.notes))
    facts = replace(facts, notes=notes)
    if facts.kind != "video":
        return _result(clean, original, facts, {})
    posters, strip = clip_pictures(clean, facts.seconds, folder)
    return _result(clean, original, facts, posters) | {"filmstrip": strip.as_dict()}


def _result(clean: Path, original: Facts, facts: Facts, small: dict[int, Saved]) -> dict[str, Any]:
    return {
        "original": original.as_dict(),
        "facts": facts.as_dict(),
        "clean": clean.name,
        "thumbs": {str(width): saved.as_dict() for width, saved in small.items()},
        "filmstrip": None,
        "report": {} if facts.kind in {"captions", "table"} else report(clean).as_dict(),
    }


def _never() -> bool:
    """A child is stopped by its end, not by being asked."""
    return False
