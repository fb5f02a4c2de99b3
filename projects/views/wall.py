"""The wall of a board: uploads and steps in one order, counted, filtered, and paged by where the last one stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from projects.models import Asset, Project, Step
from projects.models.approval import with_approval
from projects.models.asked import Asked
from projects.models.asset import AssetQuerySet
from projects.models.step import StepQuerySet
from projects.states import Status
from projects.views.tiles import Letter, Tile

FIRST_SCREEN, FIRST_PAGE, NEXT_PAGE = 12, 24, 36
ENDED_BADLY = (Status.FAILED, Status.CANCELLED, Status.UNCONFIRMED)
PLACE = re.compile(r"([as])(\d{1,18})\.(\d{1,17})", re.ASCII)
EPOCH = datetime.fromtimestamp(0, UTC)
UNDER_WAY = (Status.QUEUED, Status.RUNNING)


@dataclass(frozen=True, slots=True)
class Filter:
    """What one filter shows: tiles of these letters; where it says so, of this kind, in these states, approved."""

    label: str
    letters: tuple[Letter, ...] = ("a", "s")
    kind: str = ""
    statuses: tuple[str, ...] = ()
    approved: bool = False

    def shows(self, letter: str, kind: str | None, status: str) -> bool:
        """Return whether it shows such tiles."""
        return (
            letter in self.letters
            and self.kind in {"", kind}
            and (not self.statuses or status in self.statuses)
        )


FILTERS = {
    "all": Filter("All"),
    "uploads": Filter("Uploads", ("a",)),
    "images": Filter("Images", kind="image"),
    "clips": Filter("Clips", kind="video"),
    "approved": Filter("Approved", ("s",), statuses=(Status.SUCCEEDED,), approved=True),
    "running": Filter("Running", ("s",), statuses=UNDER_WAY),
    "failed": Filter("Failed", ("s",), statuses=ENDED_BADLY),
}
ORDERS = {"newest": "Newest first", "oldest": "Oldest first"}


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where a tile stands: when it was made, and what decides between two of the same moment."""

    made: datetime
    letter: str
    pk: int

    @classmethod
    def of(cls, tile: Tile) -> Place:
        """Return a tile's place."""
        return cls(tile.made, tile.letter, tile.pk)

    def __str__(self) -> str:
        return f"{self.letter}{self.pk}.{self.made.timestamp() * 1_000_000:.0f}"

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """Return the place that an address names; nothing for an empty or a damaged one."""
        found = PLACE.fullmatch(text)
        if found is None:
            return None
        letter, pk, microseconds = found.groups()
        return cls(EPOCH + timedelta(microseconds=int(microseconds)), letter, int(pk))


@dataclass(frozen=True, slots=True)
class Wall:
    """One page of tiles, and where the next one begins."""

    tiles: list[Tile]
    after: str
    show: str
    order: str

    @property
    def is_plain(self) -> bool:
        """Return whether a new step belongs at its top."""
        return self.show == "all" and self.order == "newest"


def page(project: Project, show: str, order: str, after: str) -> Wall:
    """Return a page of a project's wall. What is unknown in the address counts as left out."""
    show, order = show if show in FILTERS else "all", order if order in ORDERS else "newest"
    place = Place.parse(after)
    size = NEXT_PAGE if place else FIRST_PAGE
    found: list[Tile] = []
    for letter in FILTERS[show].letters:
        rows = (
            _further(project.pk, letter, show, order, place)
            if place
            else _first(project.pk, letter, show, order)
        )
        found += [Tile(letter, *row) for row in rows]
    found.sort(key=Place.of, reverse=order == "newest")
    rest = str(Place.of(found[size - 1])) if len(found) > size else ""
    below = [replace(tile, look="later") for tile in found[FIRST_SCREEN:size]]
    return Wall([*found[:FIRST_SCREEN], *below], rest, show, order)


def counts(project: Project) -> dict[str, int]:
    """Return how many tiles each filter has, in two queries."""
    groups = [("a", kind, "", count, 0) for kind, count in _counted_uploads(project.pk)]
    groups += [("s", *group) for group in _counted_steps(project.pk)]
    return {
        name: sum(
            approved if entry.approved else every
            for letter, kind, status, every, approved in groups
            if entry.shows(letter, kind, status)
        )
        for name, entry in FILTERS.items()
    }


def _uploads(project: int) -> AssetQuerySet:
    return Asset.objects.live().uploads().filter(project_id=project)


def _steps(project: int) -> StepQuerySet:
    return Step.objects.live().filter(project_id=project)


@Asked
def _counted_uploads(project: int) -> QuerySet[Any, Any]:
    return _uploads(project).values_list("kind").annotate(count=Count("pk"))


@Asked
def _counted_steps(project: int) -> QuerySet[Any, Any]:
    groups = with_approval(_steps(project)).values_list("output__kind", "status")
    return groups.annotate(count=Count("pk"), approved=Count("standing"))


def _rows(project: int, letter: str, show: str, order: str) -> QuerySet[Any, Any]:
    """Return what makes the tiles of one letter that a filter shows, in order."""
    shown = FILTERS[show]
    sorting = ("-created_at", "-pk") if order == "newest" else ("created_at", "pk")
    if letter == "a":
        uploads = _uploads(project).filter(Q(kind=shown.kind) if shown.kind else Q())
        return uploads.order_by(*sorting).values_list("pk", "created_at")
    of_kind = Q(output__kind=shown.kind) if shown.kind else Q()
    in_state = Q(status__in=shown.statuses) if shown.statuses else Q()
    approved = Q(standing__isnull=False) if shown.approved else Q()
    steps = with_approval(_steps(project)).filter(of_kind, in_state, approved)
    return steps.order_by(*sorting).values_list("pk", "created_at", "version")


@Asked
def _first(project: int, letter: str, show: str, order: str) -> QuerySet[Any, Any]:
    return _rows(project, letter, show, order)[: FIRST_PAGE + 1]


def _further(project: int, letter: str, show: str, order: str, place: Place) -> QuerySet[Any, Any]:
    behind = _behind(letter, place, falling=order == "newest")
    return _rows(project, letter, show, order).filter(behind)[: NEXT_PAGE + 1]


def _behind(letter: str, place: Place, *, falling: bool) -> Q:
    """Return what follows a place, among rows of one letter: later on, or of the same moment and behind it there."""
    beyond = "lt" if falling else "gt"
    further, equal = Q(**{f"created_at__{beyond}": place.made}), Q(created_at=place.made)
    if letter == place.letter:
        return further | equal & Q(**{f"pk__{beyond}": place.pk})
    return further | equal if (letter < place.letter) == falling else further
