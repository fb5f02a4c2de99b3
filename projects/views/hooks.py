"""Where the provider posts that work has ended. No person comes here: no session, no token of a form, no page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from projects import actions

MOST_BYTES = 64 << 10


@csrf_exempt
@require_POST
def of_attempt(request: HttpRequest, attempt: UUID, mark: str) -> HttpResponse:
    """Take the hook that a create asked for."""
    return _answer(request, lambda headers, _: actions.hooks.of_attempt(attempt, mark, headers))


@csrf_exempt
@require_POST
def registered(request: HttpRequest) -> HttpResponse:
    """Take a hook of the provider's project."""
    return _answer(request, actions.hooks.registered)


def _answer(request: HttpRequest, take: Callable[[Mapping[str, str], bytes], None]) -> HttpResponse:
    """Answer with a status alone."""
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        take(request.headers, body)
    except actions.Refused as refusal:
        return HttpResponse(status=refusal.status)
    return HttpResponse(status=202)
