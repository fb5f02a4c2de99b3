"""Delete and restore assets, and look for the product in one. The bytes stay: others of the team may share them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models.functions import Now

from projects import policies, pool
from projects.actions.refusal import Refused
from projects.media import faults
from projects.models import Asset, files
from projects.policies import Ability

Json = dict[str, Any]
OUTLINE_SECONDS = 20
OUTLINE_KEPT = 3600
"""Seconds for which a found edge is remembered."""


def delete(user: User, asset: Asset) -> None:
    """Take an upload off the board; it can be restored."""
    policies.require(user, asset.project, Ability.MAKE)
    Asset.objects.filter(pk=asset.pk, deleted_at=None).update(deleted_at=Now())


def restore(user: User, asset: Asset) -> None:
    """Put a deleted upload back on the board."""
    policies.require(user, asset.project, Ability.MAKE)
    Asset.objects.kept().filter(pk=asset.pk).update(deleted_at=None)


@dataclass(frozen=True, slots=True)
class Outline:
    """The product's edge in a photo: closed lines of points in shares, whether to trust it, and why not."""

    lines: tuple[tuple[tuple[float, float], ...], ...]
    sure: bool
    why: str


def outline(asset: Asset, *, box: Sequence[float] | None, strokes: Sequence[Json]) -> Outline:
    """Return the product's edge in a still, found with what a person drew. The same question is answered once.

    Raises Refused when the drawing cannot be used or the file is no still.
    """
    if asset.kind != Asset.Kind.IMAGE:
        raise Refused("Only the edge of a photo can be shown. In a clip it is found frame by frame.")
    asked = hashlib.sha256(json.dumps([asset.sha256, box, strokes]).encode()).hexdigest()
    found = cache.get(f"outline:{asked}")
    if found is None:
        found = _found(asset, box, strokes)
        cache.set(f"outline:{asked}", found, OUTLINE_KEPT)
    lines = tuple(tuple((x, y) for x, y in line) for line in found["lines"])
    return Outline(lines, found["sure"], found["why"])


def _found(asset: Asset, box: Sequence[float] | None, strokes: Sequence[Json]) -> Json:
    path = files.clean(asset.project.team_id, asset.sha256, asset.extension)
    look = "projects.media.outline:find"
    try:
        found: Json = pool.run_sync("probe", look, str(path), box, list(strokes), wall=OUTLINE_SECONDS)
    except (pool.ChildDied, faults.Refused, faults.Corrupt) as error:
        raise Refused(error.sentence) from error
    except pool.HandedBack as error:
        raise Refused("The studio is restarting. Ask for the edge again in a moment.", status=503) from error
    return found
