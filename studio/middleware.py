"""Headers that every answer carries, and the cookie that lets a signed-in page upload."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers

from studio import gate

Handler = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()"


def headers(get_response: Handler) -> Handler:
    """Set the content policy on every answer; pages are never kept by a shared cache."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["Permissions-Policy"] = PERMISSIONS
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ["HX-Request"])
        return response

    return respond


def gate_cookie(get_response: Handler) -> Handler:
    """Give a signed-in person the cookie that the server's upload gate asks for."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            if gate.COOKIE in request.COOKIES:
                response.delete_cookie(gate.COOKIE)
            return response
        if gate.check(request.COOKIES.get(gate.COOKIE, "")) != str(user.pk):
            response.set_cookie(
                gate.COOKIE,
                gate.make(user.pk),
                max_age=gate.MAX_AGE,
                httponly=True,
                samesite="Lax",
                secure=settings.PRODUCTION,
            )
        return response

    return respond


def sign_in_again(get_response: Handler) -> Handler:
    """Lead a part's request to the sign-in page when its session has ended: a part cannot show that page."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        address = response.headers.get("Location", "")
        if not getattr(request, "htmx", None) or not address.startswith(
            resolve_url(settings.LOGIN_URL) + "?"
        ):
            return response
        here = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
        login = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: here})}"
        return HttpResponse(status=401, headers={"HX-Redirect": login})

    return respond


class GzipPages(GZipMiddleware):
    """Compress pages and parts. Files are streamed as they are, so that ranges and lengths stay true."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the compressed page, or the untouched stream."""
        return response if response.streaming else super().process_response(request, response)
