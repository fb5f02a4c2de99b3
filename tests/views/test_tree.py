"""The versions that came of one photo or clip."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.views import versions
from tests import factories
from tests.desk import made_from, page, scene

pytestmark = pytest.mark.django_db


def shape(tree: versions.Tree) -> Any:
    """Return a tree as nested lists of numbers: a branch is a list, and ends with its forks."""

    def of(branch: list[versions.Version]) -> list[Any]:
        return [version.number for version in branch] + [of(fork) for fork in branch[-1].branches]

    return [of(branch) for branch in tree.branches]


def test_an_only_child_goes_on_in_the_branch_and_several_fork() -> None:
    _, photo = scene()
    first = made_from(photo)
    second = made_from(first.output)
    fork = made_from(second.output)
    made_from(second.output)
    made_from(fork.output)

    tree = versions.of_step(first)

    assert shape(tree) == [[1, 2, [3, 5], [4]]]
    assert tree.start == photo


def test_what_was_made_from_a_deleted_version_stays_and_keeps_its_number() -> None:
    client, photo = scene()
    first = made_from(photo)
    second = made_from(first.output)
    client.post(f"/steps/{first.pk}/delete/")

    tree = versions.of_step(second)

    assert shape(tree) == [[2]]
    assert "v2" in page(client, f"/steps/{second.pk}/")


def test_the_tree_of_one_photo_leaves_out_the_others() -> None:
    _, photo = scene()
    other = factories.make_asset(photo.project, name="other.jpg")
    mine, theirs = made_from(photo), made_from(other)

    assert set(versions.of_asset(photo).steps) == {mine.pk}
    assert set(versions.of_asset(other).steps) == {theirs.pk}


def test_the_workspace_asks_as_many_questions_for_a_large_tree_as_for_a_small_one() -> None:
    client, photo = scene()
    step = made_from(photo)
    counts = []
    for more in (2, 12):
        for _ in range(more):
            made_from(photo)
        page(client, f"/steps/{step.pk}/")
        with CaptureQueriesContext(connection) as queries:
            page(client, f"/steps/{step.pk}/")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 18
