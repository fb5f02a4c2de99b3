"""Stored files, sent to those who may see them: with a type of our own choosing, in ranges, never as a page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from projects import policies
from projects.models import Asset, files
from projects.views.ranges import span_of
from projects.views.request import Request

PIECE = 256 * 1024
HEADERS = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
BESIDE = {
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
    ".webp": "image/webp",
}

UNSAFE = re.compile(r'[\x00-\x1f/\\:*?"<>|]')
"""What a file's name cannot hold on one of the systems that people work on."""


@login_required
@require_safe
def file(request: Request, pk: int, name: str) -> HttpResponseBase:
    """Send an asset's clean file, one of its pictures, or a file that was made beside it."""
    asset = _asset(request, pk)
    if name == f"file.{asset.extension}":
        return _answer(request, _clean(asset), _type(asset), asset.sha256[:16])
    beside = {picture["file"] for picture in asset.pictures.values()} | set(asset.facts.get("beside", {}))
    if name not in beside:
        raise Http404
    path = files.folder(asset.project.team_id, asset.sha256) / name
    return _answer(request, path, BESIDE[path.suffix], f"{asset.sha256[:16]}-{name}")


@login_required
@require_safe
def download(request: Request, pk: int) -> HttpResponseBase:
    """Send an asset's clean file, to be kept: an upload under its own name, a result under its project's too."""
    asset = _asset(request, pk)
    response = _answer(request, _clean(asset), _type(asset), asset.sha256[:16])
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=_name(asset))
    return response


def _name(asset: Asset) -> str:
    """Return what a file is called where it is kept: `Autumn launch, Push in 5 s.mp4`."""
    stem = Path(asset.name).stem or "file"
    if asset.made_by_id:
        stem = UNSAFE.sub("-", f"{asset.project.name}, {stem.replace(',', '')}")
    return f"{stem}.{asset.extension}"


def picture(request: Request, path: Path) -> HttpResponseBase:
    """Send a picture of ours whose address changes with its content."""
    return _answer(request, path, "image/webp", f"{path.parent.name}-{path.name}")


def _asset(request: Request, pk: int) -> Asset:
    return get_object_or_404(policies.assets(request.user).live().select_related("project"), pk=pk)


def _clean(asset: Asset) -> Path:
    return files.clean(asset.project.team_id, asset.sha256, asset.extension)


def _type(asset: Asset) -> str:
    """Return the type of an asset's row; a text says its letters too, and what is no media is only bytes."""
    if asset.kind == Asset.Kind.CAPTIONS:
        return BESIDE.get(f".{asset.extension}", "application/octet-stream")
    return asset.mime if asset.mime.startswith(("image/", "video/", "audio/")) else "application/octet-stream"


def _answer(request: Request, path: Path, kind: str, tag: str) -> HttpResponseBase:
    """Return the file or the part of it that is asked for; 304 when the browser has it."""
    if not path.is_file():
        raise Http404
    headers = {**HEADERS, "ETag": f'"{tag}"'}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers=headers)
    size = path.stat().st_size
    ranged = request.headers.get("If-Range", headers["ETag"]) == headers["ETag"]
    span = span_of(request.headers.get("Range", "") if ranged else "", size)
    headers |= {"Content-Type": kind, "Content-Length": str(span.length)}
    if span.status != 200:
        headers["Content-Range"] = span.content_range(size)
    if span.status == 416 or request.method == "HEAD":
        return HttpResponse(status=span.status, headers=headers)
    return StreamingHttpResponse(_pieces(path, span.start, span.length), status=span.status, headers=headers)


async def _pieces(path: Path, start: int, length: int) -> AsyncIterator[bytes]:
    """Yield so many bytes of a file; each read waits in a thread, so that a slow disk stops nobody else."""
    source = await asyncio.to_thread(path.open, "rb")
    try:
        await asyncio.to_thread(source.seek, start)
        while length > 0:
            piece = await asyncio.to_thread(source.read, min(PIECE, length))
            if not piece:
                return
            length -= len(piece)
            yield piece
    finally:
        await asyncio.to_thread(source.close)
