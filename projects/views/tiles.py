"""Tiles drawn once: what stands on a wall is kept as HTML, under a name that holds all that it depends on.

An upload never changes and every write of a step counts up its version, so what changed has another name and is drawn
anew. A running step shows the time, and what a failed one cost may be corrected: neither is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.core.cache.backends.locmem import LocMemCache
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from projects.models import Asset, Attempt, Step
from projects.models.approval import with_approval
from projects.states import Status
from projects.templatetags.bills import in_short

Letter = Literal["a", "s", "c"]
"""An upload, a step, or a file among those that one can begin with."""
BILLS = Prefetch("attempts", Attempt.objects.only("step", "number", "state", "bill", "cost_usd"))
SOURCES: dict[Letter, tuple[str, str, QuerySet[Any]]] = {
    "a": ("asset", "projects/parts/asset.html", Asset.objects.live()),
    "s": (
        "step",
        "projects/parts/tile.html",
        with_approval(Step.objects.live().select_related("output", "source")),
    ),
    "c": ("asset", "projects/parts/choice.html", Asset.objects.live()),
}
"""By letter: what the row is, its template, and where the rows are."""
ENDED = (Status.FAILED, Status.CANCELLED)
"""Tiles of these say what was paid."""
KEPT = LocMemCache("tiles", {"OPTIONS": {"MAX_ENTRIES": 3000}})
"""Some megabytes of this process, never shared: another process may draw by other templates."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One row as a wall lists it."""

    letter: Letter
    pk: int
    made: datetime
    version: int = 0
    look: Literal["", "later", "current"] = ""
    """`later` stands below the first screen, where a picture waits until it comes near; `current` is the chosen one."""

    def name(self, can_make: bool, can_see_money: bool) -> str:
        """Return what its HTML is kept under; a row that was made at another moment is another row."""
        able = f"{can_make:d}{can_see_money:d}"
        return f"{self.letter}{self.pk}.{self.version}.{self.made.timestamp()}.{self.look}.{able}"


def drawn(tiles: Iterable[Tile], *, can_make: bool, can_see_money: bool = False) -> SafeString:
    """Return the HTML of the tiles, of those that are still there."""
    names = {tile.name(can_make, can_see_money): tile for tile in tiles}
    found: dict[str, SafeString] = KEPT.get_many(names)
    missing = {name: tile for name, tile in names.items() if name not in found}
    rows = _rows(missing.values())
    for name, tile in missing.items():
        if row := rows.get((tile.letter, tile.pk)):
            found[name] = _draw(tile, row, {"can_make": can_make, "can_see_money": can_see_money})
            if _lasts(row):
                KEPT.set(name, found[name])
    return SafeString("".join(found[name] for name in names if name in found))


def _rows(tiles: Collection[Tile]) -> dict[tuple[Letter, int], Asset | Step]:
    found = {
        (letter, row.pk): row
        for letter, (_, _, rows) in SOURCES.items()
        for row in rows.in_bulk([tile.pk for tile in tiles if tile.letter == letter]).values()
    }
    prefetch_related_objects(
        [row for row in found.values() if isinstance(row, Step) and row.status in ENDED], BILLS
    )
    return found


def _draw(tile: Tile, row: Asset | Step, able: dict[str, bool]) -> SafeString:
    kind, template, _ = SOURCES[tile.letter]
    return render_to_string(template, {kind: row, tile.look: True, **able})


def _lasts(row: Asset | Step) -> bool:
    """Return whether its version holds all that its tile says."""
    if isinstance(row, Asset):
        return True
    return row.status != Status.RUNNING and not (row.status in ENDED and in_short(row))
