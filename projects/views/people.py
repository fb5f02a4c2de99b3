"""Who can be recognised in a file: asked on its page, and on a task's form where a provider has to know."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from projects import actions, policies
from projects.models import Project
from projects.views.request import Request, wants_part


@login_required
@require_POST
def answer(request: Request, pk: int) -> HttpResponse:
    """Take the answer that was given on a file's own page."""
    found = get_object_or_404(policies.assets(request.user).select_related("project"), pk=pk)
    try:
        actions.people.answer(request.user, found, request.POST.get("people", ""))
    except actions.Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect(found)
    if wants_part(request):
        return render(request, "projects/parts/who.html", {"asset": found, "can_make": True, "saved": True})
    return redirect(found)


def said(request: Request, project: Project) -> bool:
    """Keep what a task's form says about people, an answer or a confirmation; return whether it said anything."""
    pk, _, who = request.POST.get("people", "").partition(":")
    if pk:
        key = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0
        found = get_object_or_404(
            policies.assets(request.user).select_related("project"), pk=key, project=project
        )
        actions.people.answer(request.user, found, who)
    elif kind := request.POST.get("confirm", ""):
        actions.people.confirm(request.user, project, kind)
    else:
        return False
    return True
