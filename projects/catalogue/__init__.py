"""The catalogue of tasks: one file each, with `TASK`. Adding one touches no other file."""

from __future__ import annotations

from functools import cache

from projects import discover
from projects.catalogue.base import Task


@cache
def all_tasks() -> dict[str, Task]:
    """Return every task by its slug, in the order of the board."""
    import projects.catalogue as package  # noqa: PLC0415 - a package can only find its files once it exists

    found = [module.TASK for module in discover.modules(package)]
    return {task.slug: task for task in sorted(found, key=lambda task: task.rank)}


def get(slug: str) -> Task:
    """Return the task with this slug. Raises KeyError."""
    return all_tasks()[slug]
