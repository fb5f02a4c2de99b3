"""The baseline of a web server: Django, channels and stock daphne with one page and one upload, and nothing else.

`python -m daphne tests.bench.bare:application` answers `/` with the bytes of the file that BENCH_PAGE names,
`/healthz` with two letters, and reads what is posted to `/upload`.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ROOT_URLCONF=__name__,
    SECRET_KEY="bare",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["channels"],
    MIDDLEWARE=["django.middleware.gzip.GZipMiddleware"],
)
PAGE = Path(os.environ["BENCH_PAGE"]).read_bytes() if os.environ.get("BENCH_PAGE") else b"<!doctype html>"


def page(request: HttpRequest) -> HttpResponse:
    """Answer with the page, compressed like ours."""
    return HttpResponse(PAGE)


def well(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse(b"ok")


def upload(request: HttpRequest) -> HttpResponse:
    """Read every byte of the file that a form sends."""
    file = request.FILES["file"]
    assert isinstance(file, UploadedFile)
    return HttpResponse(str(sum(len(piece) for piece in file.chunks())))


urlpatterns = [path("", page), path("healthz", well), path("upload", upload)]
http = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402 - Django must be set up first

application = ProtocolTypeRouter({"http": http})
