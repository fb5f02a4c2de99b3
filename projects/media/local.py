"""Finishing work, free and final, in a child process: subtitles and other formats, from the same wish as all else."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from projects.media.captions import cues
from projects.media.captions.cues import Cue
from projects.media.captions.layout import Wanted
from projects.media.captions.subtitles import caption
from projects.media.clips.footage import never
from projects.media.faults import Refused
from projects.media.reframe.formats import Format, Method, vertical
from projects.media.share import Share
from projects.wish import Wish, pixels

METHODS: dict[str, Method] = {"crop-path": "auto", "blur-fit": "extend"}


def render(request: dict[str, Any], folder: str) -> dict[str, Any]:
    """Return what the wish's change makes of the inputs: `files` (path, kind, role) in the folder, and `notes`.

    request: wish, inputs (role, kind, path) and fonts, as `engines/child.py` writes them. Raises Refused, Corrupt.
    """
    wish = Wish.from_json(request["wish"])
    if wish.change is None or wish.change.kind not in CHANGES:
        raise Refused("This is not a finishing task.")
    return CHANGES[wish.change.kind](wish, request, Path(folder))


def _format(wish: Wish, request: dict[str, Any], folder: Path) -> dict[str, Any]:
    source = request["inputs"][0]
    target = folder / ("result.mp4" if source["kind"] == "video" else "result.png")
    size = pixels(wish.format, wish.size)
    focus = tuple(wish.extra["focus"]) if wish.extra["focus"] else None
    keyframes = tuple(_keyframe(row) for row in wish.extra["keyframes"])
    method = METHODS[wish.extra["method"]]
    wanted = Format((size.width, size.height), method, focus, keyframes)
    made = vertical(Path(source["path"]), target, wanted, never, Share(folder))
    return {"files": [_file(made.target, source["kind"])], "notes": list(made.notes)}


def _keyframe(row: dict[str, Any]) -> tuple[float, float, float]:
    """Return seconds and shares of a row whose places are in per cent. Raises Refused."""
    try:
        x, y = (float(str(row[name]).replace(",", ".")) / 100 for name in ("x", "y"))
    except ValueError as error:
        raise Refused("A crop by hand needs per cent from the left and from the top in every row.") from error
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise Refused("A crop by hand lies between 0 and 100 per cent of the picture.")
    return row["at"], x, y


def _subtitles(wish: Wish, request: dict[str, Any], folder: Path) -> dict[str, Any]:
    video = next(entry for entry in request["inputs"] if entry["kind"] == "video")
    wanted = Wanted(
        style=wish.extra["style"],
        place=wish.extra["place"],
        mode=wish.extra["mode"],
        language=wish.extra["language"],
        folders=(Path(request["fonts"]),),
    )
    words = _words(wish, request)
    made = caption(Path(video["path"]), folder / "result.mp4", words, wanted, never, Share(folder))
    tracks = [_file(path, "captions", "subtitles", wanted.language) for path in (made.vtt, made.srt)]
    return {"files": [_file(made.video, "video"), *tracks], "notes": list(made.notes)}


def _words(wish: Wish, request: dict[str, Any]) -> list[Cue]:
    """Return the typed cues and those of the file, by their start. Raises Refused, naming the row or line."""
    rows = [(_stamp(row["start"]), _stamp(row["end"]), row["text"]) for row in wish.extra["cues"]]
    typed = cues.typed(rows) if rows else ()
    given = [cues.read(Path(entry["path"])) for entry in request["inputs"] if entry["kind"] == "captions"]
    return sorted((cue for words in (typed, *given) for cue in words), key=lambda cue: cue.start)


def _stamp(seconds: float) -> str:
    return f"{float(Fraction(seconds)):.3f}"


def _file(path: Path, kind: str, role: str = "result", language: str = "") -> dict[str, str]:
    return {"path": str(path), "kind": kind, "role": role, "language": language}


CHANGES: dict[str, Callable[[Wish, dict[str, Any], Path], dict[str, Any]]] = {
    "format": _format,
    "text": _subtitles,
}
