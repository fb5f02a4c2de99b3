"""The banner of a project that uses a model which retires."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from projects.models import Door, ModelChange, Project, Step
from tests import factories

pytestmark = pytest.mark.django_db
MODEL = "gemini-omni-1.1-flash"


def scene(*, model: str = MODEL) -> tuple[Client, Step]:
    """Return an owner's browser and a step that went through a door to this model."""
    project = factories.make_project()
    door = Door.objects.create(team=project.team, kind=Door.Kind.DEVELOPER, last4="k3y4")
    step = factories.make_step(factories.make_asset(project))
    Step.objects.filter(pk=step.pk).update(model=model, door=door)
    client = Client()
    client.force_login(project.created_by)
    return client, step


def retires_in(days: int) -> str:
    """Make the model retire so many days from today, and return the day in words."""
    day = (datetime.now(UTC) + timedelta(days=days)).date()
    ModelChange.objects.create(model_id=MODEL, door="developer", values={"retires_on": day.isoformat()})
    return f"{day.day} {day:%B %Y}"


def board(client: Client, project: Project) -> str:
    """Return the project's board."""
    return client.get(project.get_absolute_url()).content.decode()


def test_thirty_days_ahead_the_board_names_the_model_its_day_and_where_new_work_goes() -> None:
    client, step = scene()
    day = retires_in(30)

    assert f"Omni 1.1 retires on {day}. New work goes to Omni 1.2." in board(client, step.project)


def test_a_model_that_retires_later_is_not_named() -> None:
    client, step = scene()
    retires_in(31)

    assert "Omni 1.1 retires" not in board(client, step.project)


def test_a_retired_model_is_named_while_its_steps_are_younger_than_ninety_days() -> None:
    client, step = scene(model="gemini-omni-flash-preview")
    said = "Omni preview retired on 30 September 2026. New work goes to Omni 1.2."
    young = board(client, step.project)

    Step.objects.update(created_at=datetime.now(UTC) - timedelta(days=91))

    assert said in young
    assert said not in board(client, step.project)


def test_a_project_that_uses_nothing_of_it_has_no_banner() -> None:
    client, step = scene(model="gemini-omni-1.2-flash")
    retires_in(3)

    assert 'class="note warn' not in board(client, step.project)


def test_a_deleted_step_counts_no_more() -> None:
    client, step = scene()
    retires_in(3)
    before = board(client, step.project)

    Step.objects.filter(pk=step.pk).update(deleted_at=datetime.now(UTC))

    assert "Omni 1.1 retires" in before
    assert "Omni 1.1 retires" not in board(client, step.project)
