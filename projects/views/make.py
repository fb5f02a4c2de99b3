"""A task's form: open it, check it while it is filled, and order what it asks for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from projects import actions, policies
from projects.catalogue.base import Slot, Task
from projects.forms import TaskForm
from projects.models import Asset, Project
from projects.policies import Ability
from projects.views import opening, people
from projects.views.request import Request, project_of, wants_part

OVER_BUDGET = 402


@login_required
@require_http_methods(["GET", "POST"])
def make(request: Request, pk: int, slug: str) -> HttpResponse:
    """Show a task's form; sent, it becomes an order. With `?quote` only its price and notes are asked for."""
    project, task = project_of(request, pk), opening.task_of(slug)
    policies.require(request.user, project, Ability.MAKE)
    if request.method == "GET":
        before = opening.has_kept(request, project, task)
        return _page(request, opening.opened(request, project, task), before=before)
    data = _sent(request, task)
    try:
        form = TaskForm(task, project, request.user, _with_files(request, project, task, data))
        if "check" in request.POST or people.said(request, project):
            return _asked_again(request, form)
        return _quote(request, form) if "quote" in request.GET else _order(request, form)
    except actions.Refused as refusal:
        return _refused(request, TaskForm(task, project, request.user, data), refusal)


def _page(request: Request, form: TaskForm, *, before: bool = False, status: int = 200) -> HttpResponse:
    around = {"project": form.project, "crumb": form.task.title, "tab": "board", "can_make": form.can_make}
    context = {"form": form, "task": form.task, "before": before, **around, **_checked(form)}
    return render(request, "projects/make.html", context, status=status)


def _checked(form: TaskForm) -> dict[str, Any]:
    """Check the form, so that its parts can show the plan, the price and what is missing."""
    return {"valid": form.is_valid(), "plan": form.found.plan if form.found else None}


def _quote(request: Request, form: TaskForm) -> HttpResponse:
    """Answer a re-check: the composed line, the price and the notes. What is typed is kept."""
    opening.keep(request, form.project, form.task)
    form.quiet = True
    return render(request, "projects/parts/quote.html", {"form": form, "task": form.task, **_checked(form)})


def _asked_again(request: Request, form: TaskForm) -> HttpResponse:
    """Show the form as it was typed, with its prices and what is known about people now."""
    opening.keep(request, form.project, form.task)
    form.quiet = True
    return _page(request, form)


def _order(request: Request, form: TaskForm) -> HttpResponse:
    """Place the order and go to its first step, or show the form again with what is wrong."""
    if not form.is_valid():
        return _page(request, form, status=422)
    order = actions.orders.request(request.user, form.project, form.ask())
    opening.forget(request, form.project, form.task)
    address = order.steps.earliest("pk").get_absolute_url()
    return HttpResponseClientRedirect(address) if wants_part(request) else redirect(address)


def _refused(request: Request, form: TaskForm, refusal: actions.Refused) -> HttpResponse:
    """Show the form with the refusal; the pay bar tells of a budget that is too small, so nothing else does."""
    if form.is_valid() and refusal.status == OVER_BUDGET and form.is_short:
        form.was_refused = True
    else:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    answer = _page(request, form, status=refusal.status)
    return _in_place(answer) if wants_part(request) else answer


def _in_place(answer: HttpResponse) -> HttpResponse:
    """Let htmx show the form anew: other answers with such a status become toasts. What has the focus is in view."""
    answer["HX-Retarget"] = answer["HX-Reselect"] = "#main"
    answer["HX-Reswap"] = "outerHTML show:none"
    return answer


def _sent(request: Request, task: Task) -> QueryDict:
    """Return what was sent; an input that was set to none holds nothing."""
    data = request.POST.copy()
    for slot in task.slots:
        data.setlist(slot.role, [value for value in data.getlist(slot.role) if value])
    return data


def _with_files(request: Request, project: Project, task: Task, data: QueryDict) -> QueryDict:
    """Return the data with each file that was chosen on the form taken in and put into its slot."""
    for slot in task.slots:
        file = request.FILES.get(f"{slot.role}-file")
        if file is not None:
            data.setlist(slot.role, [str(_taken_in(request, project, slot, file).pk)])
    return data


def _taken_in(request: Request, project: Project, slot: Slot, file: UploadedFile[Any]) -> Asset:
    try:
        return actions.uploads.receive(request.user, project, file.chunks(), file.name or slot.title)
    except actions.Refused as refusal:
        raise actions.Refused(refusal.sentence, refusal.status, slot.role) from refusal
