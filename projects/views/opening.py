"""How a task's form opens: with what was kept while typing, with the settings of another step, with a file.

A form is always bound, to what a browser would send for these values, so that its price and notes stand from the
start. What a person types is kept in the session by each re-check of the form: it outlives the page and the
browser window, and is gone when the order is placed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.http import Http404, QueryDict

from projects import catalogue, policies
from projects.actions import choice
from projects.catalogue.base import Task
from projects.forms import TaskForm
from projects.models import Asset, Order, Project, model
from projects.views import refs
from projects.views.request import Request

KEPT = "kept_forms"
MOST_KEPT = 8
LARGEST_KEPT = 60_000
"""Characters: a form beyond it (thousands of brush points) is not kept."""


def task_of(slug: str) -> Task:
    """Return the task of an address. Raises Http404."""
    try:
        return catalogue.get(slug)
    except KeyError as error:
        raise Http404 from error


def opened(request: Request, project: Project, task: Task) -> TaskForm:
    """Return the form as it opens; it holds its errors back until it is sent."""
    data = _kept(request, project, task)
    like = _like(request, project, task)
    if like is not None:
        data = posted(task, like.controls)
        if request.GET.get("without") != "files":
            _fill(data, like.inputs)
    start = refs.asset_of(request.user, request.GET.get("from", ""))
    if start is not None and start.project_id == project.pk:
        _begin_with(data, task, start)
    if "engine" in request.GET:
        data["engine"] = request.GET["engine"]
    if _is_known(task, asked := request.GET.get("model", ""), data.get("engine", "")):
        data["model_id"] = asked
    data["request_key"] = str(uuid.uuid4())
    form = TaskForm(task, project, request.user, data)
    form.quiet = True
    return form


def keep(request: Request, project: Project, task: Task) -> None:
    """Keep what is typed, for this person's next visit to the form; the oldest form makes room."""
    entry = {
        name: values
        for name, values in request.POST.lists()
        if name not in {"csrfmiddlewaretoken", "request_key", "people", "confirm"}
    }
    if sum(len(value) for values in entry.values() for value in values) > LARGEST_KEPT:
        return
    kept: dict[str, Any] = request.session.get(KEPT, {})
    kept.pop(_name(project, task), None)
    kept[_name(project, task)] = entry
    request.session[KEPT] = dict(list(kept.items())[-MOST_KEPT:])


def forget(request: Request, project: Project, task: Task) -> None:
    """Drop what was kept: the order is placed."""
    kept: dict[str, Any] = request.session.get(KEPT, {})
    if kept.pop(_name(project, task), None) is not None:
        request.session[KEPT] = kept


def posted(task: Task, controls: Mapping[str, Any]) -> QueryDict:
    """Return what a browser would send for these values of a task's controls."""
    data = QueryDict(mutable=True)
    for control in task.controls:
        value = controls.get(control.name, control.default)
        if control.kind in {"rows", "strokes", "box", "point"}:
            data[control.name] = json.dumps(value) if value else ""
        else:
            data[control.name] = str(value)
    return data


def has_kept(request: Request, project: Project, task: Task) -> bool:
    """Return whether the form opens with what was typed before."""
    asked = {"like", "fresh"} & set(request.GET)
    return not asked and _name(project, task) in request.session.get(KEPT, {})


def _kept(request: Request, project: Project, task: Task) -> QueryDict:
    data = posted(task, {})
    if not has_kept(request, project, task):
        return data
    roles = {slot.role for slot in task.slots}
    for name, values in request.session[KEPT][_name(project, task)].items():
        data.setlist(name, [value for value in values if value or name not in roles])
    return data


def _name(project: Project, task: Task) -> str:
    return f"{project.pk}:{task.slug}"


def _like(request: Request, project: Project, task: Task) -> Order | None:
    """Return the order whose settings are wanted again. Raises Http404 for a step of another team or task."""
    reference = request.GET.get("like", "")
    if not reference:
        return None
    kind, _, number = reference.partition(":")
    if kind != "step" or not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Http404
    step = (
        policies.steps(request.user)
        .select_related("order")
        .filter(pk=number, project=project, task=task.slug)
        .first()
    )
    if step is None:
        raise Http404
    return step.order


def _is_known(task: Task, model_id: str, engine: str) -> bool:
    """Return whether a model of the address is one for this form; a retired one stands for its own engine only."""
    if not model_id:
        return False
    keys = {engine.key for engine in choice.engines_for(task)}
    found = [one for one in model.merged() if one.id == model_id and one.engine in keys]
    return any(one.is_offered or engine in ("", one.engine) for one in found)


def _fill(data: QueryDict, inputs: Mapping[str, list[int]]) -> None:
    for role, pks in inputs.items():
        data.setlist(role, [str(pk) for pk in pks])


def _begin_with(data: QueryDict, task: Task, start: Asset) -> None:
    """Put a file into the first slot that takes its kind."""
    slot = next((slot for slot in task.slots if start.kind in slot.kinds), None)
    if slot is not None:
        data.setlist(slot.role, [str(start.pk)])
