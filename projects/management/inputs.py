"""What the command line names: inputs as files, assets or steps, each for a role, and values for controls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User

from projects import policies
from projects.actions import Refused, uploads
from projects.catalogue.base import Task
from projects.models import Asset, Project
from projects.states import Status

_WITH_ROLE = re.compile(r"([A-Za-z][\w-]*)=(.+)", re.DOTALL)
_REFERENCE = re.compile(r"(asset|step):(\d+)")


@dataclass(frozen=True, slots=True)
class Named:
    """One word of `--input`: its role, empty where none was said, and the asset or the file that it names."""

    word: str
    role: str
    asset: Asset | None
    path: Path

    def taken_in(self, user: User, project: Project) -> Asset:
        """Return the asset, a file's own after it was taken in. Raises Refused."""
        if self.asset is None:
            return uploads.take_in(user, project, self.path, self.path.name)
        if self.asset.project_id != project.pk:
            where = f"“{self.asset.project}”"
            raise Refused(f"{self.word} is in the project {where}. Add --project {self.asset.project_id}.")
        return self.asset


def named(user: User, task: Task, words: Iterable[str]) -> list[Named]:
    """Return what the words of `--input` name. Raises Refused for a role, a row or a file that does not exist."""
    return [_named(user, task, word) for word in words]


def _named(user: User, task: Task, word: str) -> Named:
    role, rest = _role_of(task, word)
    reference = _REFERENCE.fullmatch(rest)
    if reference is None:
        path = Path(rest).expanduser()
        if not path.is_file():
            raise Refused(f"There is no file at {rest}.")
        return Named(word, role, None, path)
    find = _asset if reference[1] == "asset" else _output
    return Named(rest, role, find(user, int(reference[2])), Path())


def _role_of(task: Task, word: str) -> tuple[str, str]:
    found = _WITH_ROLE.fullmatch(word)
    if found is None or Path(word).exists():
        return "", word
    roles = [slot.role for slot in task.slots]
    if found[1] not in roles:
        raise Refused(f"“{task.title}” has no role “{found[1]}”. It has {', '.join(roles)}.")
    return found[1], found[2]


def _asset(user: User, pk: int) -> Asset:
    asset = policies.assets(user).live().filter(pk=pk).select_related("project").first()
    if asset is None:
        raise Refused(f"There is no asset {pk} in a project of {user}.")
    return asset


def _output(user: User, pk: int) -> Asset:
    """Return a step's result; what is made from it continues the step."""
    step = policies.steps(user).live().filter(pk=pk).select_related("output__project").first()
    if step is None:
        raise Refused(f"There is no step {pk} in a project of {user}.")
    if step.output is None or step.status != Status.SUCCEEDED:
        raise Refused(f"Step {pk} is {step.status} and has no result. Name one that succeeded.")
    return step.output


def by_role(task: Task, chosen: Iterable[tuple[str, Asset]]) -> dict[str, list[Asset]]:
    """Return the assets by role; one without a role goes to the first that takes its kind and has room.

    Raises Refused for a kind that the role does not take.
    """
    found: dict[str, list[Asset]] = {slot.role: [] for slot in task.slots}
    for said, asset in chosen:
        slot = task.slot(said or next(_fitting(task, found, asset), task.slots[0].role))
        if asset.kind not in slot.kinds:
            raise Refused(f"{slot.role}: “{slot.title}” takes {' or '.join(slot.kinds)}, not {asset.kind}.")
        found[slot.role].append(asset)
    return found


def _fitting(task: Task, found: dict[str, list[Asset]], asset: Asset) -> Iterator[str]:
    return (
        slot.role for slot in task.slots if asset.kind in slot.kinds and len(found[slot.role]) < slot.most
    )


def controls(task: Task, words: Iterable[str]) -> dict[str, str]:
    """Return the values of `--set`, by control. Raises Refused for one that the task does not have."""
    values = {}
    names = [control.name for control in task.controls]
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise Refused(f"“{word}” sets nothing. Write CONTROL=VALUE.")
        if name not in names:
            raise Refused(f"“{task.title}” has no control “{name}”. It has {', '.join(names)}.")
        values[name] = value
    return values
