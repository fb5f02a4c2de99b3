"""Fill a studio's board: `python -m tests.bench.fill COUNT` takes our sample photos in and shows each many times.

The rows share a few files, as the same upload in several projects does; addresses differ, so a browser fetches each.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from projects.models import Asset


def fill(count: int) -> int:
    """Return the number of a project with `count` photos."""
    from django.contrib.auth.models import User

    from projects import actions
    from projects.management import sample
    from projects.models import Asset, Team

    user, team = User.objects.get(username="admin"), Team.objects.get()
    project = actions.projects.create(user, team, name="Sixty photos")
    photos = [path for path in sample.media() if path.suffix == ".jpg"]
    taken = [actions.uploads.take_in(user, project, path, path.name) for path in photos]
    Asset.objects.bulk_create(
        [copy_of(taken[index % len(taken)], index) for index in range(count - len(taken))]
    )
    return project.pk


def copy_of(asset: Asset, index: int) -> Asset:
    """Return another row on the files of an asset."""
    from projects.models import Asset

    fields = ("project", "kind", "extension", "mime", "sha256", "bytes", "width", "height", "facts", "report")
    values = {name: getattr(asset, name) for name in fields}
    return Asset(name=f"photo-{index}.jpg", **values)


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(f"{fill(int(sys.argv[1]))}\n")
