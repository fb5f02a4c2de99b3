"""Questions whose SQL is written once answer like the query that they are written from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from projects.models import Asset
from projects.models.asked import Asked
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.rows]


def files(project: int, order: str = "pk") -> QuerySet[Any, Any]:
    """Return the files of a project, as values of several types."""
    rows = Asset.objects.live().filter(project_id=project, kind__in=("image", "video")).order_by(order)
    return rows.values_list("pk", "name", "seconds", "created_at", "deleted_at", "facts", "is_draft")[:2]


@pytest.fixture
def ask() -> Callable[..., Any]:
    """Return the question about files."""
    return Asked(files)


def test_it_answers_for_each_number_with_the_values_of_the_query(ask: Asked) -> None:
    photos = [
        factories.make_asset(factories.make_project(), name=name, seconds="2.5")
        for name in ("a.jpg", "b.jpg")
    ]

    for photo in photos:
        assert ask(photo.project_id) == list(files(photo.project_id))
        assert ask(photo.project_id)[0][0] == photo.pk
    assert ask(photos[1].project_id + 1) == []


def test_it_sees_what_has_changed_since(ask: Asked) -> None:
    photo = factories.make_asset(factories.make_project())
    before = ask(photo.project_id)

    factories.make_asset(photo.project, name="other.jpg")

    assert len(ask(photo.project_id)) == len(before) + 1


def test_what_follows_the_number_chooses_the_query(ask: Asked) -> None:
    project = factories.make_project()
    keys = [factories.make_asset(project, name=name).pk for name in ("a.jpg", "b.jpg", "c.jpg")]

    assert [row[0] for row in ask(project.pk, "pk")] == keys[:2]
    assert [row[0] for row in ask(project.pk, "-name")] == [keys[2], keys[1]]


def test_each_answer_is_one_query(ask: Asked) -> None:
    project = factories.make_project()

    with CaptureQueriesContext(connection) as queries:
        ask(project.pk)
        ask(project.pk)

    assert len(queries) == 2
