"""The local engine: free and final, for what needs no model, such as subtitles and formats.

The operations are in `media/local.py` and run in a child.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

from projects.engines import child
from projects.engines.base import Ended, Files, Output, Progress, Quote, Request, Ticket, Verdict

CHANGES = frozenset({"text", "format"})


class Local:
    """Finishes clips and stills on this machine."""

    key = "local"
    label = "Local"
    rank = 10
    paid = False
    abilities = frozenset({"local"})

    def can(self, request: Request) -> Verdict:
        """Say yes, free, or no to a change that is not a finishing one."""
        change = request.wish.change
        if change is None or change.kind not in CHANGES:
            return Verdict.no("The local engine adds subtitles and makes other formats.")
        clip = request.first("video")
        return Verdict(Quote(Decimal(0), 3 + 1.2 * float(clip.facts.get("seconds", 0) if clip else 0)))

    async def prepare(self, request: Request, files: Files) -> Request:
        """Return the request as it is: the files are here already."""
        return request

    async def start(self, request: Request, files: Files) -> Ticket | Ended:
        """Return an empty ticket: the work is done in `follow`."""
        return {}

    def follow(self, ticket: Ticket, request: Request, files: Files) -> AsyncIterator[Progress | Ended]:
        """Do the work in a child and tell how far it is."""
        return child.follow("projects.media.local:render", request, files)

    async def fetch(self, ended: Ended, request: Request, files: Files) -> Output:
        """Return the files that the child left."""
        return child.output(ended)

    async def cancel(self, ticket: Ticket) -> None:
        """Nothing to ask for: leaving `follow` ends the child."""

    async def forget(self, ticket: Ticket) -> None:
        """Nothing is kept elsewhere."""


ENGINES = (Local(),)
