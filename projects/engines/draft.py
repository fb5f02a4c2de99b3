"""The draft engine: every task that a model would do, made here from real media operations, free and marked.

Deterministic from inputs, wish and seed. It never claims to be a model: what it cannot do it refuses with the
reason. The operations are in `media/draft.py` and run in a child.
"""

from __future__ import annotations

from decimal import Decimal

from projects.engines import child
from projects.engines.base import Quote, Request, Verdict
from projects.failures import Code

LONGEST_SECONDS = 60
SILENT = "A draft is silent. Sound and dialogue come with a Gemini engine."
KEPT = "A draft keeps the background of the photo."


class Draft(child.FreeEngine):
    """Free stand-in for the image and video models."""

    key = "draft"
    label = "Draft"
    rank = 90
    function = "projects.media.draft:render"
    abilities = frozenset({"image.edit", "video.image", "video.refs", "video.edit", "video.edit_upload"})

    def can(self, request: Request) -> Verdict:
        """Say yes, free, or name what only a model can do."""
        refusal = _refusal(request)
        if refusal:
            return Verdict.no(refusal, Code.CREDENTIALS_MISSING)
        wish = request.wish
        notes = ((SILENT,) if wish.sound or wish.dialogue else ()) + (
            (KEPT,) if request.ability.startswith("video.") and not wish.change and not wish.place else ()
        )
        return Verdict(Quote(Decimal(0), _usual(request)), notes=notes)


def _refusal(request: Request) -> str:
    wish = request.wish
    if wish.change is None:
        return _clip_refusal(request)
    if wish.change.kind == "background" and wish.extra.get("place") == "scene":
        return "A scene needs a Gemini engine. Colours, a gradient, a sweep or your own plate work here."
    if wish.change.kind == "light" and wish.extra.get("own_look"):
        return "A light in your own words needs a Gemini engine. The other lights work here."
    if wish.change.kind not in {"background", "light"}:
        return "Only a Gemini engine can render this anew. The other choices work here."
    return ""


def _clip_refusal(request: Request) -> str:
    wish = request.wish
    if wish.action not in {"", "still"}:
        return "A draft moves the camera, not the product. What the product does needs a Gemini engine."
    if wish.seconds > LONGEST_SECONDS:
        return f"A draft is {LONGEST_SECONDS} s long at most. Ask for a shorter clip."
    return ""


def _usual(request: Request) -> float:
    clip = request.first("video")
    seconds = request.wish.seconds or (float(clip.facts.get("seconds", 0)) if clip else 0)
    return 4 + 1.2 * seconds


ENGINES = (Draft(),)
