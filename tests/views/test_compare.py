"""Two files next to each other."""

from __future__ import annotations

import re

import pytest

from projects import actions
from tests import factories
from tests.desk import made_from, page, scene, with_clip

pytestmark = pytest.mark.django_db


def test_two_pictures_of_one_shape_are_wiped() -> None:
    client, photo = scene()
    step = made_from(photo)

    html = page(client, f"/steps/{step.pk}/compare/")

    assert 'data-mode="wipe"' in html
    assert f'data-with="asset:{photo.pk}"' in html
    assert re.search(
        r'<input class="wipe" type="range"[^>]*aria-label="Divider between product.jpg and v1', html
    )


def test_different_shapes_stand_side_by_side() -> None:
    client, photo = scene()
    step = with_clip(photo)

    html = page(client, f"/steps/{step.pk}/compare/?mode=wipe")

    assert '<studio-compare class="compare" data-mode="side"' in html
    assert "The two have different shapes" in html


def test_the_address_holds_the_pair_the_way_and_the_frame() -> None:
    client, photo = scene()
    first, second = with_clip(photo), with_clip(photo)

    html = page(client, f"/steps/{second.pk}/compare/?with=step:{first.pk}&mode=difference&frame=12")
    beyond = page(client, f"/steps/{second.pk}/compare/?with=step:{first.pk}&mode=nonsense&frame=99999")

    assert 'data-mode="difference" data-frame="12"' in html
    assert f'data-with="step:{first.pk}"' in html
    assert 'data-mode="wipe" data-frame="47"' in beyond


def test_a_version_whose_parent_was_deleted_is_compared_with_the_nearest_before_it() -> None:
    client, photo = scene()
    first = made_from(photo)
    assert first.output is not None
    second = made_from(first.output)
    actions.steps.delete(photo.project.created_by, first)

    assert f'data-with="asset:{photo.pk}"' in page(client, f"/steps/{second.pk}/compare/")


def test_only_files_of_the_same_project_are_compared() -> None:
    client, photo = scene()
    step, waiting = made_from(photo), factories.make_step(photo)
    elsewhere = factories.make_asset(factories.make_project(photo.project.created_by, "Winter"))
    theirs = factories.make_asset(factories.make_project(factories.make_user()))

    asked = [f"/steps/{step.pk}/compare/?with=asset:{pk}" for pk in (elsewhere.pk, theirs.pk)]
    asked += [f"/steps/{waiting.pk}/compare/", f"/steps/{step.pk}/compare/?with=nonsense"]

    assert [client.get(address).status_code for address in asked] == [404] * 4
