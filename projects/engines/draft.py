"""The draft engine: every task that a model would do, made here from real media operations, free and marked.

Deterministic from inputs, wish and seed. It never claims to be a model: what it cannot do it refuses with the
reason. The operations are in `media/draft.py` and run in a child.
"""

from __future__ import annotations

from decimal import Decimal

from projects.engines import child
from projects.engines.base import Quote, Request, Verdict
from projects.failures import Code
from projects.media.edits import words
from projects.wish import Change, Wish

LONGEST_SECONDS = 60
FIRST_SECONDS, EACH_SECOND = 4.0, 1.2
"""What a draft takes: so long at first, and so long for each second of its clip."""
SILENT = "A draft is silent. Sound and dialogue come with a Gemini engine."
HELD = "A draft holds the last frame under a slow push. A Gemini engine goes on with what happens."
KEPT = "A draft keeps the background of the photo."
SHOWN = {
    "image.generate": "A draft lays the idea out as a storyboard frame. A Gemini engine draws it.",
    "video.text": "A draft sets your words over a quiet backdrop, shot by shot. A Gemini engine films the scene.",
    "video.refs": "A draft shows the pictures on a board by their roles, then films one. A Gemini engine unites them.",
    "video.image": "A draft shows the picture on a board, then moves the camera over it.",
    "video.frames": "A draft goes over from one still to the other. What happens between is a Gemini engine's.",
}
"""What a draft makes of a wish that has no product to cut out, by ability."""


class Draft(child.FreeEngine):
    """Free stand-in for the image and video models."""

    key = "draft"
    label = "Draft"
    rank = 90
    function = "projects.media.draft:render"
    abilities = frozenset(
        {
            "image.generate",
            "image.edit",
            "video.text",
            "video.image",
            "video.refs",
            "video.frames",
            "video.edit",
            "video.edit_upload",
            "video.extend",
            "video.extend_upload",
        }
    )

    def can(self, request: Request) -> Verdict:
        """Say yes, free, or name what only a model can do."""
        refusal = _refusal(request)
        if refusal:
            return Verdict.no(refusal, Code.CREDENTIALS_MISSING)
        wish = request.wish
        notes = (
            _edit_notes(wish)
            + ((SILENT,) if wish.sound or wish.dialogue else ())
            + _board_notes(request)
            + ((KEPT,) if _is_filmed(wish) and not wish.place else ())
        )
        length = _length(request)
        usual = FIRST_SECONDS + EACH_SECOND * length
        return Verdict(Quote(Decimal(0), usual, clip_seconds=length, each_second=EACH_SECOND), notes=notes)


def _refusal(request: Request) -> str:
    wish = request.wish
    if wish.change is None:
        return _clip_refusal(request)
    return _change_refusal(request, wish.change) if wish.change.target else ""


def _change_refusal(request: Request, change: Change) -> str:
    """Return why a draft cannot make a change that a task has put into settings."""
    extra = request.wish.extra
    if change.kind == "extend":
        return _length_refusal(request)
    if change.kind == "background" and extra.get("place") == "scene":
        return "A scene needs a Gemini engine. Colours, a gradient, a sweep or your own plate work here."
    if change.kind == "light" and extra.get("own_look"):
        return "A light in your own words needs a Gemini engine. The other lights work here."
    if change.kind not in {"background", "light"}:
        return "Only a Gemini engine can render this anew. The other choices work here."
    return ""


def _clip_refusal(request: Request) -> str:
    wish = request.wish
    if wish.extra.get("how") == "morph":
        return "A morph needs a Gemini engine. A move and a match cut work here."
    if _is_filmed(wish) and wish.action not in {"", "still"}:
        return "A draft moves the camera, not the product. What the product does needs a Gemini engine."
    if wish.seconds > LONGEST_SECONDS:
        return f"A draft is {LONGEST_SECONDS} s long at most. Ask for a shorter clip."
    return ""


def _is_filmed(wish: Wish) -> bool:
    """Return whether the wish is a clip from the photo of a product; what has no edge to cut out becomes a board."""
    return wish.change is None and "cutout" in wish.extra


def _board_notes(request: Request) -> tuple[str, ...]:
    if request.wish.change is not None or _is_filmed(request.wish):
        return ()
    return (SHOWN[request.ability],) if request.ability in SHOWN else ()


def _length_refusal(request: Request) -> str:
    length = _source_seconds(request)
    if length + request.wish.seconds > LONGEST_SECONDS:
        return f"A draft is {LONGEST_SECONDS} s long at most, and this clip has {length:.0f} s. Add fewer seconds."
    return ""


def _edit_notes(wish: Wish) -> tuple[str, ...]:
    """Return what an edit in a person's own words comes to: where it is only written on the picture."""
    if wish.change is None:
        return ()
    if wish.change.kind == "extend":
        return (HELD,)
    muted = (SILENT,) if wish.extra.get("audio") == "new" else ()
    if wish.change.target or words.read(wish.change) != words.WRITTEN:
        return muted
    return (words.reason(wish.change), *muted)


def _source_seconds(request: Request) -> float:
    clip = request.first("video")
    return float(clip.facts.get("seconds", 0)) if clip else 0.0


def _length(request: Request) -> float:
    """Return the seconds of the clip that comes of it: what goes on is as long as before, and longer."""
    wish = request.wish
    if wish.change is not None and wish.change.kind == "extend":
        return _source_seconds(request) + wish.seconds
    return wish.seconds or _source_seconds(request)


ENGINES = (Draft(),)
