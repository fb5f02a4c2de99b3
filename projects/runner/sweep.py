"""Clear away what a killed process or a closed browser left behind, and look at the books once a day."""

from __future__ import annotations

import logging
import shutil
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db.models.functions import Now

from projects.models import Upload, books
from projects.runner import purge

logger = logging.getLogger(__name__)
DAY = timedelta(days=1)


def at_start() -> None:
    """Remove every work folder that no other process is using: this server has just begun."""
    _remove_old(Path(settings.WORK_DIR), older_than=0, but="render-")
    hourly()


def hourly() -> None:
    """Remove uploads that stopped a day ago, what their files left, and what lay in the trash long enough."""
    purge.sweep()
    Upload.objects.filter(created_at__lt=Now() - DAY).delete()
    for root in (settings.WORK_DIR, settings.FILE_UPLOAD_TEMP_DIR, Path(settings.DATA_DIR) / "uploads"):
        _remove_old(Path(root), older_than=DAY.total_seconds())
    _remove_old(Path(settings.DATA_DIR) / "damaged", older_than=settings.TRASH_DAYS * DAY.total_seconds())
    for part in Path(settings.MEDIA_DIR).glob("*/*/*/.*.part"):
        _remove_if_old(part, DAY.total_seconds())


def daily() -> None:
    """Look once a day, however often it is called, whether the books are right; what is off is for the operator."""
    if cache.get("books"):
        return
    for fault in books.faults():
        logger.error("The books are off: %s. `manage.py doctor` says what helps", fault)
    cache.set("books", True, DAY.total_seconds())


def _remove_old(root: Path, older_than: float, but: str = "\0") -> None:
    for path in root.iterdir() if root.exists() else ():
        if not path.name.startswith(but):
            _remove_if_old(path, older_than)


def _remove_if_old(path: Path, older_than: float) -> None:
    if time.time() - path.stat().st_mtime < older_than:
        return
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
