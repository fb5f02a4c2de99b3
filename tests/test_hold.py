"""Holding steps: what looking after many of them costs, and what each is told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from projects.models import Step
from projects.runner.hold import Hold, looked
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.rows]
Counted = Callable[[int], AbstractContextManager[Any]]


def hold_some(count: int) -> list[Hold]:
    """Return holds of so many steps that are claimed for a minute."""
    project = factories.make_project()
    steps = [
        factories.make_step(factories.make_asset(project, name=f"{number}.jpg")) for number in range(count)
    ]
    claims = [Step.objects.claim(step.pk, "here", timedelta(minutes=1)) for step in steps]
    return [Hold(step, claim) for step, claim in zip(steps, claims, strict=True) if claim]


def test_one_read_looks_after_every_step(django_assert_num_queries: Counted) -> None:
    held = hold_some(4)

    with django_assert_num_queries(1):
        rows = looked(held, [])

    assert [rows[hold.step_id]["claim"] for hold in held] == [hold.claim for hold in held]


def test_only_the_lease_that_is_due_and_still_ours_is_renewed() -> None:
    due, lost, other = hold_some(3)
    soon = timezone.now() + timedelta(seconds=1)
    Step.objects.update(lease_until=soon)
    Step.objects.filter(pk=lost.step_id).update(claim=uuid4())

    looked([due, lost, other], [due, lost])

    until = dict(Step.objects.values_list("pk", "lease_until"))
    assert until[due.step_id] != soon
    assert (until[lost.step_id], until[other.step_id]) == (soon, soon)
