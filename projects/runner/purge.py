"""Delete for good: what lay in the trash long enough, and what a person does not want to keep.

Rows stay and say so; attempts, receipts and money are never touched. Rows come first, then the bytes, then what a
provider keeps: whoever is cut off in between, the next sweep goes on.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from projects.engines import uploads
from projects.models import Asset, Attempt, Project, ProviderFile, Removal, Step, files
from projects.runner import damaged, spool
from projects.states import ENDED, Status

logger = logging.getLogger(__name__)
MANY = 200
"""So many of a kind are purged in one sweep; the rest waits for the next."""
UNDER_WAY = (Status.QUEUED, Status.RUNNING)


class Kept(Exception):
    """Something keeps it for now; the words say what."""


def step(found: Step) -> None:
    """Delete a step of the trash with all that it made. Raises Kept."""
    with transaction.atomic():
        made = list(Asset.objects.kept().filter(made_by=found))
        _require_unused(found.project_id, made)
        rows = Step.objects.kept().filter(pk=found.pk, deleted_at__isnull=False, status__in=ENDED)
        if rows.write(purged_at=Now()) != 1:
            raise Kept("It is restored, or still under way. Delete it, and wait until it has stopped.")
        _mark(made)
        attempts = list(found.attempts.select_related("step"))
        _ask(attempts)
    for attempt in attempts:
        spool.drop(attempt.uuid)
        damaged.place(attempt.uuid).unlink(missing_ok=True)
    _clear(made)


def asset(found: Asset) -> None:
    """Delete an upload of the trash. Raises Kept."""
    with transaction.atomic():
        _require_unused(found.project_id, [found])
        if not Asset.objects.kept().uploads().filter(pk=found.pk, deleted_at__isnull=False).exists():
            raise Kept("It is restored, or the result of a version. Delete it first.")
        _mark([found])
    _clear([found])


def sweep() -> None:
    """Delete what lay in the trash long enough, and finish what was cut off."""
    old = Now() - timedelta(days=settings.TRASH_DAYS)
    for project in Project.objects.filter(deleted_at__lt=old, purged_at=None)[:MANY]:
        _project(project)
    for version in Step.objects.kept().filter(deleted_at__lt=old, status__in=ENDED)[:MANY]:
        with suppress(Kept):
            step(version)
    for upload in Asset.objects.kept().uploads().filter(deleted_at__lt=old)[:MANY]:
        with suppress(Kept):
            asset(upload)
    for late in Asset.objects.kept().filter(made_by__purged_at__isnull=False)[:MANY]:
        with transaction.atomic():
            _mark([late])
            _ask(Attempt.objects.filter(step=late.made_by_id).select_related("step"))
    ProviderFile.objects.filter(expires_at__lt=Now()).delete()
    _clear(Asset.objects.filter(purged_at__isnull=False, bytes__gt=0)[:MANY])


def _project(found: Project) -> None:
    """Put all of a project in the trash, as old as the project's own place there; stop what still waits in it."""
    Step.objects.filter(project=found, status=Status.QUEUED, cancel_at=None).write(
        cancel_at=Now(), waits_for="", not_before=None
    )
    Step.objects.live().filter(project=found).write(deleted_at=found.deleted_at)
    Asset.objects.live().filter(project=found).update(deleted_at=found.deleted_at)
    if not Step.objects.kept().filter(project=found).exclude(status__in=ENDED).exists():
        Project.objects.filter(pk=found.pk).update(purged_at=Now())


def _require_unused(project_id: int, assets: Iterable[Asset]) -> None:
    going = {asset.pk for asset in assets}
    for one in Step.objects.filter(project=project_id, status__in=UNDER_WAY).select_related("order"):
        if going & {one.source_id, *(pk for pks in one.order.inputs.values() for pk in pks)}:
            raise Kept(
                f"“{one.name}” is under way and needs this file. Wait for its end, or cancel it first."
            )


def _mark(assets: Iterable[Asset]) -> None:
    """Say of files that they are gone, and ask for what providers keep of them.

    The sha of the original moves to the facts until the bytes are gone: the same file may be uploaded anew.
    """
    for one in assets:
        one.facts = {**one.facts, "pictures": {}, "original_sha": one.original_sha}
        Asset.objects.kept().filter(pk=one.pk).update(
            purged_at=Now(), deleted_at=Coalesce("deleted_at", Now()), original_sha=None, facts=one.facts
        )
        Removal.objects.ask_files(ProviderFile.objects.filter(asset=one))


def _ask(attempts: Iterable[Attempt]) -> None:
    """Ask for the work of these attempts, and for the files that it left at the provider."""
    young = timezone.now() - uploads.KEPT_AT_MOST
    for attempt in attempts:
        Removal.objects.ask_work(attempt)
        if attempt.door_id and attempt.ended_at and attempt.ended_at > young:
            for name in uploads.names_in(attempt.media):
                Removal.objects.ask(attempt.door_id, name)


def _clear(assets: Iterable[Asset]) -> None:
    """Remove the bytes of purged files, but for those that another file of the team has too."""
    for one in assets:
        try:
            _remove(one)
            Asset.objects.filter(pk=one.pk).update(bytes=0)
        except OSError:
            logger.exception(
                "The bytes of purged file %s could not be removed; the next sweep tries again", one.pk
            )


def _remove(one: Asset) -> None:
    team = one.project.team_id
    with files.placing(alone=True):
        for sha in {one.sha256, one.facts.get("original_sha") or one.sha256}:
            shared = Q(sha256=sha) | Q(original_sha=sha)
            folder = files.folder(team, sha)
            if folder.exists() and not Asset.objects.kept().filter(shared, project__team=team).exists():
                shutil.rmtree(folder)
        for turn in _turns(one):
            turn.unlink(missing_ok=True)


def _turns(one: Asset) -> Iterator[Path]:
    """Yield the private files that hold a picture: the turn that made it, and each turn that it was sent with.

    They go even where the same bytes are somebody else's too. The next edit begins anew from its version's picture.
    """
    kept = Attempt.objects.filter(step__project=one.project_id, ticket__has_key="history")
    for attempt in kept.prefetch_related("step__made"):
        sent = {entry["sha256"] for entry in attempt.request.get("inputs", ())}
        if attempt.step_id == one.made_by_id or one.sha256 in sent:
            made = [files.folder(one.project.team_id, asset.sha256) for asset in attempt.step.made.all()]
            name = str((attempt.ticket or {})["history"])
            yield from (place / name for place in (spool.folder(attempt.uuid), *made))
