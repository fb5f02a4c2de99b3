"""Delete for good what lies in the trash. It cannot be undone, so only an owner may."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib.auth.models import User

from projects import policies
from projects.actions.refusal import Refused
from projects.models import Asset, Step
from projects.policies import Ability
from projects.runner import purge

Thing = TypeVar("Thing", Step, Asset)


def purge_step(user: User, step: Step) -> None:
    """Delete a version of the trash with its file, here and at the provider."""
    _purge(user, step, purge.step)


def purge_asset(user: User, asset: Asset) -> None:
    """Delete an upload of the trash, here and at the providers that it was sent to."""
    _purge(user, asset, purge.asset)


def _purge(user: User, thing: Thing, do: Callable[[Thing], None]) -> None:
    policies.require(user, thing.project, Ability.MANAGE)
    try:
        do(thing)
    except purge.Kept as kept:
        raise Refused(str(kept), status=409) from kept
