"""The wall of a board: uploads and steps in one order, counted, filtered, and paged by where the last one stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django.db.models import Count, Q, QuerySet

from projects.models import Asset, Project, Step
from projects.models.asset import AssetQuerySet
from projects.models.step import StepQuerySet
from projects.states import Status

FIRST_SCREEN, FIRST_PAGE, NEXT_PAGE = 12, 24, 36
ENDED_BADLY = (Status.FAILED, Status.CANCELLED, Status.UNCONFIRMED)
PLACE = re.compile(r"([as])(\d{1,18})\.(\d{1,17})", re.ASCII)
EPOCH = datetime.fromtimestamp(0, UTC)
UNDER_WAY = (Status.QUEUED, Status.RUNNING)


@dataclass(frozen=True, slots=True)
class Filter:
    """What one filter shows: of uploads and of steps, or of neither (None)."""

    label: str
    uploads: Q | None
    steps: Q | None


ALL = Filter("All", Q(), Q())
FILTERS = {
    "all": ALL,
    "uploads": Filter("Uploads", Q(), None),
    "images": Filter("Images", Q(kind="image"), Q(output__kind="image")),
    "clips": Filter("Clips", Q(kind="video"), Q(output__kind="video")),
    "running": Filter("Running", None, Q(status__in=UNDER_WAY)),
    "failed": Filter("Failed", None, Q(status__in=ENDED_BADLY)),
}
ORDERS = {"newest": "Newest first", "oldest": "Oldest first"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One upload or one step."""

    letter: Literal["a", "s"]
    row: Any
    is_later: bool = False
    """Whether it stands below the first screen, where its picture waits until it comes near."""

    @property
    def step(self) -> Step | None:
        """Return the step, when it is one."""
        return self.row if self.letter == "s" else None

    @property
    def asset(self) -> Asset | None:
        """Return the upload, when it is one."""
        return self.row if self.letter == "a" else None


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where a tile stands: when it was made, and what decides between two of the same moment."""

    made: datetime
    letter: str
    pk: int

    @classmethod
    def of(cls, tile: Tile) -> Place:
        """Return a tile's place."""
        return cls(tile.row.created_at, tile.letter, tile.row.pk)

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
    falling, place = order == "newest", Place.parse(after)
    size = NEXT_PAGE if place else FIRST_PAGE
    sorting = ("-created_at", "-pk") if falling else ("created_at", "pk")
    found: list[Tile] = []
    for letter, rows in _sources(project, FILTERS[show]):
        behind = rows.filter(_behind(letter, place, falling)).order_by(*sorting)
        found += [Tile(letter, row) for row in behind[: size + 1]]
    found.sort(key=Place.of, reverse=falling)
    rest = str(Place.of(found[size - 1])) if len(found) > size else ""
    tiles = [replace(tile, is_later=number >= FIRST_SCREEN) for number, tile in enumerate(found[:size])]
    return Wall(tiles, rest, show, order)


def counts(project: Project) -> dict[str, int]:
    """Return how many tiles each filter has, in two queries."""
    uploads = {
        name: Count("pk", filter=entry.uploads)
        for name, entry in FILTERS.items()
        if entry.uploads is not None
    }
    steps = {
        name: Count("pk", filter=entry.steps) for name, entry in FILTERS.items() if entry.steps is not None
    }
    of_uploads = _uploads(project).aggregate(**uploads)
    of_steps = _steps(project).aggregate(**steps)
    return {name: of_uploads.get(name, 0) + of_steps.get(name, 0) for name in FILTERS}


def _uploads(project: Project) -> AssetQuerySet:
    return Asset.objects.live().uploads().filter(project=project)


def _steps(project: Project) -> StepQuerySet:
    return Step.objects.live().filter(project=project)


def _sources(project: Project, shown: Filter) -> list[tuple[Literal["a", "s"], QuerySet[Any]]]:
    sources: list[tuple[Literal["a", "s"], QuerySet[Any]]] = []
    if shown.uploads is not None:
        sources.append(("a", _uploads(project).filter(shown.uploads)))
    if shown.steps is not None:
        sources.append(("s", _steps(project).filter(shown.steps).select_related("output", "source")))
    return sources


def _behind(letter: str, place: Place | None, falling: bool) -> Q:
    """Return what follows a place, among rows of one letter: later on, or of the same moment and behind it there."""
    if place is None:
        return Q()
    beyond = "lt" if falling else "gt"
    further, equal = Q(**{f"created_at__{beyond}": place.made}), Q(created_at=place.made)
    if letter == place.letter:
        return further | equal & Q(**{f"pk__{beyond}": place.pk})
    return further | equal if (letter < place.letter) == falling else further
