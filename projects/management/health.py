"""What `manage.py doctor` looks at: each part returns its faults, a sentence each, or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import av
import pillow_heif
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core import checks
from django.core.cache import cache
from django.core.checks import CheckMessage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now
from django.http.request import validate_host
from PIL import features
from redis.exceptions import RedisError

from projects import catalogue, engines
from projects.engines import hooks
from projects.management import providers
from projects.media.typography import fonts
from projects.models import books

DECODERS = (
    "h264",
    "hevc",
    "vp8",
    "vp9",
    "libdav1d",
    "prores",
    "mjpeg",
    "aac",
    "opus",
    "mp3",
    "flac",
    "pcm_s16le",
)
ENCODERS = ("libx264", "aac")
PICTURES = ("jpg", "zlib", "webp", "avif", "libtiff", "littlecms2")
CLOCK_SECONDS = 5
FIRST_YEAR = 2026
MOST_SHOWN = 20
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

Look = Callable[[], list[str]]


def codecs() -> list[str]:
    """Return what this machine cannot read or write of the studio's formats."""
    missing = [f"reading {name}" for name in DECODERS if not _has(name, "r")]
    missing += [f"writing {name}" for name in ENCODERS if not _has(name, "w")]
    missing += [f"pictures by {name}" for name in PICTURES if not features.check(name)]
    if not pillow_heif.libheif_info()["decoders"]:
        missing.append("reading HEIC")
    if not missing:
        return []
    return [
        f"These are missing: {', '.join(missing)}. Install the wheels of requirements.txt with `make setup`."
    ]


def _has(name: str, mode: Literal["r", "w"]) -> bool:
    try:
        av.codec.Codec(name, mode)
    except av.codec.codec.UnknownCodecError:
        return False
    return True


def faces() -> list[str]:
    """Return what is wrong with the fonts that burn words in."""
    faults = []
    if not fonts.bundled(600) or not fonts.bundled(500):
        faults.append("The bundled fonts are missing. Restore projects/media/fonts from the repository.")
    if not fonts.shapes():
        faults.append(
            "Raqm with FriBiDi is missing, so Arabic and Indic letters are not joined. "
            "Install Debian's libraqm0 and libfribidi0, or your system's packages of that name."
        )
    return faults


def disk() -> list[str]:
    """Return a sentence when there is no room for uploads and renders."""
    free = shutil.disk_usage(_existing(settings.DATA_DIR)).free
    if free >= settings.LEAST_FREE_BYTES:
        return []
    wanted = settings.LEAST_FREE_BYTES // 1_000_000
    return [f"{settings.DATA_DIR} has {free // 1_000_000} MB left and needs {wanted}. Free some space."]


def data_folder() -> list[str]:
    """Return a sentence when the data folder cannot keep files, or shows its secret to others."""
    try:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
            file.write(b"0")
            os.fsync(file.fileno())
    except OSError as error:
        return [
            f"{settings.DATA_DIR} cannot be written: {error.strerror}. Set STUDIO_DATA_DIR to a folder that can."
        ]
    secret = settings.DATA_DIR / "secret-key"
    if secret.exists() and secret.stat().st_mode & 0o077:
        return [f"Others can read {secret}. Run `chmod 600` on it."]
    return []


def database() -> list[str]:
    """Return what keeps the database from serving this version of the studio."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return [f"The database does not answer: {_line(error)}. Look at DATABASE_URL."]
    if waiting:
        return [f"{len(waiting)} migrations wait. Run `manage.py migrate`."]
    return []


def shared_store() -> list[str]:
    """Return a sentence when Redis is set and does not answer."""
    if not settings.REDIS_URL:
        return []
    try:
        cache.set("doctor", "well", 10)
    except RedisError as error:
        return [f"Redis does not answer: {_line(error)}. Look at REDIS_URL."]
    return []


def clock() -> list[str]:
    """Return a sentence when this machine's clock is wrong, or far from the database's."""
    now = datetime.now(UTC)
    if now.year < FIRST_YEAR:
        return [f"The clock says {now:%Y-%m-%d}. Set it, or let the system keep it by NTP."]
    try:
        theirs = ContentType.objects.annotate(now=Now()).values_list("now", flat=True).first()
    except DatabaseError:
        return []
    apart = abs((datetime.now(UTC) - theirs).total_seconds()) if theirs else 0
    if apart <= CLOCK_SECONDS:
        return []
    return [f"The clock is {apart:.0f} s away from the database's. Let both machines keep time by NTP."]


def addresses() -> list[str]:
    """Return what keeps a browser from signing in at the public address."""
    public = urlsplit(settings.PUBLIC_URL)
    if not settings.PUBLIC_URL:
        return _without_public_url()
    faults = []
    if public.scheme != "https" and public.hostname not in LOOPBACK:
        faults.append(
            "PUBLIC_URL is not https, so passwords travel in the open. Put TLS in front and write https."
        )
    if not validate_host(public.hostname or "", settings.ALLOWED_HOSTS):
        faults.append(f"ALLOWED_HOSTS lacks {public.hostname}, the host of PUBLIC_URL. Add it.")
    origin = f"{public.scheme}://{public.netloc}"
    if settings.PRODUCTION and origin not in settings.CSRF_TRUSTED_ORIGINS:
        faults.append(f"CSRF_TRUSTED_ORIGINS lacks {origin}, so forms are refused. Add it.")
    return faults


def webhooks() -> list[str]:
    """Return what keeps the provider's webhooks from arriving, where they are asked for."""
    named = [name for name in ("WEBHOOK_SECRET", "WEBHOOK_JWKS_URL") if getattr(settings, name)]
    faults = []
    if named and not settings.PUBLIC_URL.startswith("https://"):
        verb = "is" if len(named) == 1 else "are"
        faults.append(
            f"{' and '.join(named)} {verb} set, but no webhook can arrive. Set PUBLIC_URL to this site's https address."
        )
    if settings.WEBHOOK_SECRET and not hooks.is_secret(settings.WEBHOOK_SECRET):
        faults.append("WEBHOOK_SECRET is no signing secret. Copy it whole, from whsec_ on.")
    return faults


def _without_public_url() -> list[str]:
    host = os.environ.get("HOST") or "127.0.0.1"
    if host in LOOPBACK or set(settings.ALLOWED_HOSTS) - {*LOOPBACK, "[::1]"}:
        return []
    return [
        f"HOST is {host}, but only localhost is answered. Set PUBLIC_URL and ALLOWED_HOSTS to your address."
    ]


def tasks() -> list[str]:
    """Return the tasks that no engine serves without a key."""
    free = {
        ability
        for engine in engines.all_engines().values()
        if not engine.paid
        for ability in engine.abilities
    }
    return [
        f"“{task.title}” needs an engine with {', '.join(sorted(task.needs))}, and none here has it."
        for task in catalogue.all_tasks().values()
        if not task.needs & free
    ]


def money() -> list[str]:
    """Return what is off in the books, and what an operator can do: nothing here corrects money by itself."""
    try:
        found = books.faults()
    except DatabaseError:
        return []
    if not found:
        return []
    shown = "; ".join(map(str, found[:MOST_SHOWN])) + (
        f"; and {more} more" if (more := len(found) - MOST_SHOWN) > 0 else ""
    )
    return [
        f"Off: {shown}. Compare the lines in /admin/projects/spend/ with the provider's bill; while the studio is "
        "stopped, settle such an attempt with projects.models.spend.settle, and set such a budget to its lines."
    ]


def settings_in_use() -> list[str]:
    """Return what Django's own checks say, those for production too where this is one."""
    found = checks.run_checks(include_deployment_checks=settings.PRODUCTION)
    return [
        _said(message)
        for message in found
        if message.is_serious(checks.WARNING) and not message.is_silenced()
    ]


def _said(message: CheckMessage) -> str:
    return " ".join(f"{message.msg} {message.hint or ''}".split())


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


PARTS: dict[str, Look] = {
    "codecs": codecs,
    "fonts": faces,
    "disk": disk,
    "data folder": data_folder,
    "database": database,
    "Redis": shared_store,
    "clock": clock,
    "addresses": addresses,
    "webhooks": webhooks,
    "tasks": tasks,
    "keys": providers.keys,
    "models": providers.changes,
    "books": money,
    "settings": settings_in_use,
}
