"""The one picture that stands for a project: its three newest, composed once and kept until a newer one comes."""

from __future__ import annotations

import math
from pathlib import Path

from django.conf import settings

from projects import pool
from projects.media import faults
from projects.models import Asset, Project, files
from projects.models.asset import AssetQuerySet

PARTS = 3
PREFERRED = ("640", "320", "1280", "240")


class NoPicture(Exception):
    """A project has nothing to show yet."""


def pictured() -> AssetQuerySet:
    """Return the assets that have a picture to show and are not in the trash."""
    return Asset.objects.live().filter(made_by__deleted_at=None).exclude(facts__pictures={})


def of(project: Project) -> Path:
    """Return the file of a project's cover, made when it is not there. Raises NoPicture."""
    assets = list(pictured().filter(project=project).select_related("project").order_by("-pk")[:PARTS])
    if not assets:
        raise NoPicture
    folder = Path(settings.MEDIA_DIR) / str(project.team_id) / "covers"
    target = folder / f"{project.pk}-{'-'.join(str(asset.pk) for asset in assets)}.webp"
    return target if target.exists() else _made(project, assets, target)


def _made(project: Project, assets: list[Asset], target: Path) -> Path:
    sources = [_source(asset) for asset in sorted(assets, key=_off_square)]
    with files.work_folder("cover") as folder:
        try:
            pool.run_sync(
                "probe",
                "projects.media.intake:compose_cover",
                [str(path) for path in sources],
                str(folder / "cover.webp"),
                wall=10,
            )
        except (pool.ChildDied, pool.HandedBack, faults.Refused, faults.Corrupt):
            return sources[0]
        for older in target.parent.glob(f"{project.pk}-*.webp"):
            older.unlink(missing_ok=True)
        files.place(folder / "cover.webp", target)
    return target


def _off_square(asset: Asset) -> float:
    """Return how far a picture is from a square: the one nearest fills the large cell, which is almost one."""
    return abs(math.log(asset.width / asset.height))


def _source(asset: Asset) -> Path:
    name: str = next(asset.pictures[key]["file"] for key in PREFERRED if key in asset.pictures)
    return files.folder(asset.project.team_id, asset.sha256) / name
