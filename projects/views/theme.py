"""Light, dark, or as the system has it: a cookie, so that the first byte of a page already knows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from projects.views.context import THEME_COOKIE, THEMES
from projects.views.request import Request, wants_part

YEAR = 365 * 24 * 3600


@require_POST
def switch(request: Request) -> HttpResponse:
    """Keep the theme that was chosen, and go back to the page it was chosen on."""
    chosen = request.POST.get("theme", "")
    response = HttpResponse(status=204) if wants_part(request) else redirect(_back(request))
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE, chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.PRODUCTION
        )
    return response


def _back(request: Request) -> str:
    came_from = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return came_from if safe else "/"
