"""Files coming in: in slices that go on after a cut, or by a plain form.

A script begins an upload (201 and its address), sends slices (204 and the new offset), asks where it stands after a
cut (HEAD), and gets the tile with the last slice. Each refusal is one sentence as plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from projects import actions, policies
from projects.actions import Refused
from projects.actions.uploads import WrongOffset
from projects.models import Project, Upload
from projects.policies import Ability
from projects.views.request import Request, project_of

PIECE = 64 * 1024
PLAIN = "text/plain; charset=utf-8"
NOTHING_CHOSEN = "Choose at least one file."
View = Callable[..., HttpResponse]


def _in_words(view: View) -> View:
    """Answer a refusal with its sentence and status."""

    @wraps(view)
    def answer(request: Request, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except WrongOffset as error:
            return _stands(409, error.offset, str(error))
        except Refused as error:
            return HttpResponse(error.sentence, status=error.status, content_type=PLAIN)
        except PermissionDenied as error:
            return HttpResponse(str(error), status=403, content_type=PLAIN)

    return answer


@login_required
@require_POST
@_in_words
def begin(request: Request, pk: int) -> HttpResponse:
    """Open an upload: `name` and `size` in, 201 with its address out."""
    project = project_of(request, pk)
    size = request.POST.get("size", "")
    if not (size.isascii() and size.isdigit() and len(size) < 19):
        raise Refused("Say how many bytes the file has, as a whole number.")
    upload = actions.uploads.begin(request.user, project, name=request.POST.get("name", ""), size=int(size))
    address = reverse("projects:upload-slice", args=[project.pk, upload.uuid])
    return HttpResponse(status=201, headers={"Location": address, "Upload-Offset": "0"})


@login_required
@require_http_methods(["PUT", "HEAD"])
@_in_words
def slice_(request: Request, pk: int, uuid: str) -> HttpResponse:
    """Add the next slice, or say how far the upload is. The last slice answers with the tile."""
    upload = _upload(request, pk, uuid)
    if request.method == "HEAD":
        return _stands(200, upload.offset)
    offset = request.headers.get("Upload-Offset", "")
    if not (offset.isascii() and offset.isdigit() and len(offset) < 19):
        raise Refused("Say where the slice begins: Upload-Offset is missing.", status=400)
    digest = request.headers.get("Content-Digest", "")
    upload = actions.uploads.add_slice(upload, offset=int(offset), body=_pieces(request), digest=digest)
    if upload.offset < upload.size:
        return _stands(204, upload.offset)
    asset = actions.uploads.finish(request.user, upload)
    return render(request, "projects/parts/asset.html", {"asset": asset, "can_make": True})


@login_required
@require_http_methods(["GET", "POST"])
def form(request: Request, pk: int) -> HttpResponse:
    """Show the plain form, or take its files: each for itself, so that a refused one leaves the others alone."""
    project = project_of(request, pk)
    policies.require(request.user, project, Ability.MAKE)
    chosen = request.FILES.getlist("file")
    refused = [sentence for file in chosen if (sentence := _refusal(request, project, file))]
    if request.method == "POST" and not chosen:
        refused = [NOTHING_CHOSEN]
    taken = len(chosen) - len(refused)
    if chosen and not refused:
        messages.success(request, f"{taken} file{'s are' if taken > 1 else ' is'} on the board.")
        return redirect(project)
    around = {"project": project, "crumb": "Upload", "tab": "board", "can_make": True}
    context = {**around, "refused": refused, "taken": max(taken, 0)}
    return render(request, "projects/upload.html", context, status=422 if refused else 200)


def _refusal(request: Request, project: Project, file: UploadedFile[bytes]) -> str:
    """Take one file in; return why it was refused, or nothing."""
    try:
        actions.uploads.receive(request.user, project, file.chunks(), file.name or "")
    except Refused as error:
        return f"{file.name}: {error.sentence}"
    return ""


def _upload(request: Request, pk: int, uuid: str) -> Upload:
    uploads = policies.uploads(request.user).select_related("project__team")
    return get_object_or_404(uploads, project_id=pk, uuid=uuid)


def _pieces(request: Request) -> Iterator[bytes]:
    while piece := request.read(PIECE):
        yield piece


def _stands(status: int, offset: int, words: str = "") -> HttpResponse:
    headers = {"Upload-Offset": str(offset)}
    return HttpResponse(words, status=status, headers=headers, content_type=PLAIN)
