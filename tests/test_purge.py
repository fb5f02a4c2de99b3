"""What is deleted for good: which bytes go, which stay, who may, and what a sweep finishes."""

from __future__ import annotations

import fcntl
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from projects import actions
from projects.models import Asset, Project, Role, Step, files
from projects.runner import purge
from projects.states import Status
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.rows]
LONG_AGO = timedelta(days=31)


def folder_of(asset: Asset) -> Path:
    """Return where an asset's bytes lie."""
    return files.folder(asset.project.team_id, asset.sha256)


def test_bytes_that_another_file_of_the_team_has_stay() -> None:
    photo = factories.make_asset(factories.make_project(), name="one.jpg")
    other = Project.objects.create(
        team=photo.project.team, name="Winter", created_by=photo.project.created_by
    )
    twin = factories.make_asset(other, name="two.jpg")
    restorable = factories.make_asset(other, name="three.jpg", deleted_at=timezone.now())
    for one in (photo, twin):
        actions.assets.delete(photo.project.created_by, one)
        actions.trash.purge_asset(photo.project.created_by, one)
    kept = folder_of(photo).exists()
    actions.trash.purge_asset(photo.project.created_by, restorable)

    assert photo.sha256 == twin.sha256 == restorable.sha256
    assert kept
    assert not folder_of(photo).exists()


def test_the_original_goes_too_and_the_same_file_can_be_uploaded_anew() -> None:
    project = factories.make_project()
    user, data = project.created_by, factories.photo_bytes(64, 48)
    first = actions.uploads.receive(user, project, [data], "a.jpg")
    original = files.original(project.team_id, str(first.original_sha))
    assert original.exists()
    actions.assets.delete(user, first)
    actions.trash.purge_asset(user, first)
    gone = not original.exists()

    again = actions.uploads.receive(user, project, [data], "a.jpg")

    assert gone
    assert again.pk != first.pk
    assert original.exists()
    assert files.clean(project.team_id, again.sha256, again.extension).exists()


def test_what_a_step_under_way_needs_is_kept() -> None:
    photo = factories.make_asset(factories.make_project())
    step = factories.make_step(photo, Status.QUEUED)
    user = photo.project.created_by
    actions.assets.delete(user, photo)

    with pytest.raises(actions.Refused, match="is under way and needs this file"):
        actions.trash.purge_asset(user, photo)
    Asset.objects.update(deleted_at=timezone.now() - LONG_AGO)
    purge.sweep()
    kept = folder_of(photo).exists()
    actions.steps.cancel(user, step)
    purge.sweep()

    assert kept
    assert not folder_of(photo).exists()


def test_only_what_lies_in_the_trash_is_deleted_for_good() -> None:
    photo = factories.make_asset(factories.make_project())
    step = factories.make_step(photo, Status.SUCCEEDED)
    user = photo.project.created_by

    for purge_it, thing in ((actions.trash.purge_asset, photo), (actions.trash.purge_step, step)):
        with pytest.raises(actions.Refused):
            purge_it(user, thing)

    assert folder_of(photo).exists()
    assert folder_of(step.output).exists()


@pytest.mark.parametrize("role", [Role.PRODUCER, Role.EDITOR, Role.REVIEWER])
def test_only_an_owner_may(role: str) -> None:
    photo = factories.make_asset(factories.make_project())
    actions.assets.delete(photo.project.created_by, photo)

    with pytest.raises(PermissionDenied):
        actions.trash.purge_asset(factories.make_member(photo.project.team, role), photo)

    assert folder_of(photo).exists()


def test_an_interrupted_purge_is_finished_by_the_next_sweep() -> None:
    photo = factories.make_asset(factories.make_project())
    Asset.objects.update(deleted_at=timezone.now(), purged_at=timezone.now())

    purge.sweep()

    assert not folder_of(photo).exists()
    assert Asset.objects.get().bytes == 0


def test_a_project_put_away_goes_with_all_that_is_in_it() -> None:
    photo = factories.make_asset(factories.make_project())
    done = factories.make_step(photo, Status.SUCCEEDED)
    project = photo.project
    actions.projects.delete(project.created_by, project)
    Project.objects.update(deleted_at=timezone.now() - LONG_AGO)

    purge.sweep()
    purge.sweep()
    actions.projects.restore(project.created_by, project)

    project.refresh_from_db()
    assert project.deleted_at is not None
    assert project.purged_at is not None
    assert not Asset.objects.kept().exists()
    assert Step.objects.get(pk=done.pk).purged_at is not None
    assert not folder_of(photo).exists()


@pytest.mark.parametrize(
    ("alone", "other", "waits"),
    [(False, fcntl.LOCK_SH, False), (False, fcntl.LOCK_EX, True), (True, fcntl.LOCK_SH, True)],
)
def test_bytes_are_removed_only_while_nobody_places_any(alone: bool, other: int, waits: bool) -> None:
    with files.placing(alone=alone), (Path(settings.DATA_DIR) / "media.lock").open("w") as lock:
        try:
            fcntl.flock(lock, other | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = True
        else:
            waited = False

    assert waited == waits
