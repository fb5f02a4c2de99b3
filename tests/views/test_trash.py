"""The trash of a project: what lies there, who may bring it back, and the last question before it is gone."""

from __future__ import annotations

import re

import pytest

from projects.models import Asset, Role, Step
from projects.states import Status
from tests import factories
from tests.desk import browser_of, made_from, page, scene

pytestmark = pytest.mark.django_db


def test_deleted_versions_and_uploads_lie_in_the_trash_the_last_first() -> None:
    client, photo = scene(name="shoe.jpg")
    step = made_from(photo)
    client.post(f"/assets/{photo.pk}/delete/")
    client.post(f"/steps/{step.pk}/delete/")

    html = page(client, f"/projects/{photo.project_id}/trash/")

    assert re.findall(r'data-(step|asset)="(\d+)"', html) == [
        ("step", str(step.pk)),
        ("asset", str(photo.pk)),
    ]
    assert f'formaction="/assets/{photo.pk}/restore/"' in html
    assert "1 version was made from it" in html
    assert len(set(re.findall(r'<dialog[^>]*id="(purge-[^"]*)"', html))) == 2


def test_an_empty_trash_says_so_and_the_board_leads_there() -> None:
    client, photo = scene()

    assert f'href="/projects/{photo.project_id}/trash/"' in page(client, f"/projects/{photo.project_id}/")
    assert "Nothing is here" in page(client, f"/projects/{photo.project_id}/trash/")


@pytest.mark.parametrize("kind", ["steps", "assets"])
def test_it_is_asked_about_and_then_gone_from_every_page(kind: str) -> None:
    client, photo = scene(name="shoe.jpg")
    thing = made_from(photo) if kind == "steps" else photo
    address = f"/{kind}/{thing.pk}/"
    client.post(f"{address}delete/")
    assert f'href="{address}purge/"' in page(client, address)
    assert '<form method="post"' in page(client, f"{address}purge/")
    assert client.get(address).status_code == 200

    answer = client.post(f"{address}purge/", follow=True)

    assert answer.redirect_chain[-1][0] == f"/projects/{photo.project_id}/trash/"
    assert "is deleted for good." in answer.content.decode()
    assert f"{address}restore/" not in answer.content.decode()
    assert [client.get(address).status_code, client.post(f"{address}restore/").status_code] == [404, 404]


def test_versions_made_from_what_is_gone_stay_and_lead_nowhere_dead() -> None:
    client, photo = scene(name="shoe.jpg")
    step = made_from(photo)
    client.post(f"/assets/{photo.pk}/delete/")
    client.post(f"/assets/{photo.pk}/purge/")

    html = page(client, f"/steps/{step.pk}/")

    dead = [
        link
        for link in set(re.findall(r'(?:href|src)="(/[^"#]*)"', html))
        if client.get(link).status_code == 404
    ]
    assert "shoe.jpg" in html
    assert [link for link in dead if not link.startswith("/static/")] == []


def test_what_is_not_in_the_trash_is_left_with_a_sentence() -> None:
    client, photo = scene()

    html = client.post(f"/assets/{photo.pk}/purge/", follow=True).content.decode()

    assert "Delete it first." in html
    assert Asset.objects.get().purged_at is None


def test_an_editor_restores_and_is_not_offered_the_end() -> None:
    _, photo = scene()
    step = factories.make_step(photo, Status.FAILED)
    client = browser_of(factories.make_member(photo.project.team, Role.EDITOR))
    client.post(f"/steps/{step.pk}/delete/")

    html = page(client, f"/projects/{photo.project_id}/trash/")

    assert f'formaction="/steps/{step.pk}/restore/"' in html
    assert "for good</a>" not in html
    assert client.post(f"/steps/{step.pk}/purge/").status_code == 403
    assert Step.objects.get().purged_at is None


def test_the_operator_sees_what_could_not_be_deleted_and_tries_again() -> None:
    from projects.models import Door, Removal

    door = Door.objects.create(kind=Door.Kind.DEVELOPER, last4="abcd")
    row = Removal.objects.create(door=door, name="v1_lost", engine="omni", state="given_up", tries=9)
    user = factories.make_user()
    type(user).objects.update(is_staff=True, is_superuser=True)
    client = browser_of(user)

    html = page(client, "/admin/projects/removal/?state__exact=given_up")
    client.post("/admin/projects/removal/", {"action": "try_again", "_selected_action": [row.pk]})

    assert "v1_lost" in html
    assert list(Removal.objects.due()) == [row]
