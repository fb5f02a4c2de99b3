"""From the words of a command line to an order: the same form and the same verb as the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict

from projects import actions, catalogue, policies
from projects.actions import Refused, choice
from projects.actions.orders import Ask
from projects.catalogue.base import Task
from projects.forms import TaskForm
from projects.management import inputs, people
from projects.models import Asset, Order, Project

OWN_PROJECT = "Command line"


def user_named(name: str) -> User:
    """Return who asks: the person of this name, or the first superuser. Raises Refused."""
    people = User.objects.filter(is_active=True)
    user = (
        people.filter(username=name).first()
        if name
        else people.filter(is_superuser=True).order_by("pk").first()
    )
    if user is None and name:
        raise Refused(f"There is no user “{name}”. Name one that can sign in.")
    if user is None:
        raise Refused("There is no user yet. Run `manage.py begin` once, then try again.")
    return user


def ordered(user: User, options: dict[str, Any], owner: str) -> Order:
    """Return the order of a command line, its step already claimed by `owner`. Raises Refused."""
    task = _task(options["task"])
    values = inputs.controls(task, options["set"])
    named = inputs.named(user, task, options["input"])
    if named and not task.slots:
        raise Refused(f"“{task.title}” takes no input. Leave --input out.")
    project = _project(user, options["project"], named)
    if options["engine"]:
        values["engine"] = _engine(task, options["engine"])
    assets = inputs.by_role(task, [(entry.role, entry.taken_in(user, project)) for entry in named])
    chosen = [asset for group in assets.values() for asset in group]
    people.settle(
        user, project, chosen, options["engine"], who=options["people"], consents=options["consent"]
    )
    ask = replace(_asked(user, project, task, values, assets), stop_after=options["stop"], owner=owner)
    return actions.orders.request(user, project, ask)


def _task(slug: str) -> Task:
    tasks = catalogue.all_tasks()
    if slug not in tasks:
        raise Refused(f"There is no task “{slug}”. There are {', '.join(tasks)}.")
    return tasks[slug]


def _engine(task: Task, key: str) -> str:
    keys = [engine.key for engine in choice.engines_for(task)]
    if key not in keys:
        raise Refused(f"“{task.title}” has no engine “{key}”. It has {', '.join(keys)}.")
    return key


def _project(user: User, wanted: str, named: list[inputs.Named]) -> Project:
    """Return the project that was named, that of the first asset or step, or the command line's own."""
    if wanted:
        return _found(user, wanted)
    asset = next((entry.asset for entry in named if entry.asset is not None), None)
    if asset is not None:
        return asset.project
    team = policies.makers_teams(user).first()
    if team is None:
        raise Refused(f"{user} makes nothing in any team. Add them to one as an editor in Django admin.")
    own = policies.projects(user).filter(team=team, name=OWN_PROJECT).first()
    return own or actions.projects.create(user, team, name=OWN_PROJECT)


def _found(user: User, wanted: str) -> Project:
    projects = policies.projects(user)
    project = projects.filter(name=wanted).first()
    if project is None and wanted.isdecimal():
        project = projects.filter(pk=wanted).first()
    if project is None:
        raise Refused(f"There is no project “{wanted}” in a team of {user}.")
    return project


def _asked(
    user: User, project: Project, task: Task, values: dict[str, str], assets: dict[str, list[Asset]]
) -> Ask:
    data = QueryDict(mutable=True)
    data.update(values)
    for role, chosen in assets.items():
        data.setlist(role, [str(asset.pk) for asset in chosen])
    form = TaskForm(task, project, user, data=data)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise Refused(str(errors[0]) if name == "__all__" else f"{name}: {errors[0]}")
    return form.ask(origin=Order.Origin.CLI)
