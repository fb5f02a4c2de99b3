"""Health, for platforms and people: no sign-in, nothing secret, never cached."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from projects.models import files
from studio import readiness


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Say that the process answers. It asks nothing else, so that a slow database never restarts it."""
    return JsonResponse({"status": "live"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Say whether new work is welcome here: 503 while stopping, without database or without disk."""
    checks = {"serving": _serving(), "database": _database(), "disk": _disk()}
    fine = all(state == "ok" for state in checks.values())
    return JsonResponse({"status": "ready" if fine else "not ready", **checks}, status=200 if fine else 503)


def _serving() -> str:
    return "stopping" if readiness.draining() else "ok"


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "no answer"
    return "ok"


def _disk() -> str:
    try:
        files.require_space()
    except files.DiskFull:
        return "almost full"
    except OSError:
        return "not writable"
    return "ok"
