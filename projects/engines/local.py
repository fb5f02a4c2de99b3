"""The local engine: free and final, for what needs no model, such as subtitles and formats.

The operations are in `media/local.py` and run in a child.
"""

from __future__ import annotations

from decimal import Decimal

from projects.engines import child
from projects.engines.base import Quote, Request, Verdict

CHANGES = frozenset({"text", "format"})


class Local(child.FreeEngine):
    """Finishes clips and stills on this machine."""

    key = "local"
    label = "Local"
    rank = 10
    function = "projects.media.local:render"
    abilities = frozenset({"local"})

    def can(self, request: Request) -> Verdict:
        """Say yes, free, or no to a change that is not a finishing one."""
        change = request.wish.change
        if change is None or change.kind not in CHANGES:
            return Verdict.no("The local engine adds subtitles and makes other formats.")
        clip = request.first("video")
        length = float(clip.facts.get("seconds", 0)) if clip else 0.0
        return Verdict(Quote(Decimal(0), 3 + 1.2 * length, clip_seconds=length, each_second=1.2))


ENGINES = (Local(),)
