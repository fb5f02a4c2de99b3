"""Build an engine's request from a step's row; after a take-over it is built anew, so nothing else is kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from projects.engines.base import Input, Request
from projects.models import Asset, Step, files
from projects.wish import Wish


def path_of(asset: Asset) -> Path:
    """Return the path of an asset's clean file."""
    return files.clean(asset.project.team_id, asset.sha256, asset.extension)


def facts_of(asset: Asset) -> dict[str, Any]:
    """Return what engines and tasks may know of an asset: no row, no name, no place on disk."""
    return {
        "kind": asset.kind,
        "width": asset.width,
        "height": asset.height,
        "seconds": float(asset.seconds),
        "has_audio": bool(asset.facts.get("has_audio")),
        "made_here": asset.made_by_id is not None,
        "sha256": asset.sha256,
    }


def inputs_of(chosen: dict[str, list[Asset]]) -> tuple[Input, ...]:
    """Return an engine's inputs, in the order of the roles."""
    return tuple(
        Input(role, asset.kind, path_of(asset), facts_of(asset))
        for role, assets in chosen.items()
        for asset in assets
    )


def of_step(step: Step) -> Request:
    """Return the request of a step, with the paths of its files."""
    return Request(
        wish=Wish.from_json(step.wish),
        task=step.task,
        ability=step.ability,
        inputs=inputs_of(_assets(step.order.inputs)),
        model=step.model,
        seed=step.seed,
    )


def _assets(inputs: dict[str, Iterable[int]]) -> dict[str, list[Asset]]:
    wanted = [pk for pks in inputs.values() for pk in pks]
    found = {asset.pk: asset for asset in Asset.objects.filter(pk__in=wanted).select_related("project")}
    return {role: [found[pk] for pk in pks] for role, pks in inputs.items()}
