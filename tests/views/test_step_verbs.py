"""What can be done with a step: cancel, start again, delete, restore; and by whom."""

from __future__ import annotations

import re

import pytest

from projects.models import Step
from projects.states import Status
from tests import factories
from tests.desk import PART, browser_of, made_from, page, scene

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("verb", ["cancel", "retry", "delete", "restore"])
def test_a_plain_link_is_asked_about_first(verb: str) -> None:
    client, photo = scene()
    step = factories.make_step(photo, Status.RUNNING)

    html = page(client, f"/steps/{step.pk}/{verb}/")

    assert '<form method="post"' in html
    assert Step.objects.get(pk=step.pk).version == step.version


def test_a_queued_step_is_cancelled_and_queued_again() -> None:
    client, photo = scene()
    step = factories.make_step(photo)

    client.post(f"/steps/{step.pk}/cancel/")
    cancelled = Step.objects.get(pk=step.pk).status
    answer = client.post(f"/steps/{step.pk}/retry/")

    assert cancelled == Status.CANCELLED
    assert Step.objects.get(pk=step.pk).status == Status.QUEUED
    assert answer["Location"] == f"/steps/{step.pk}/"


def test_what_moved_on_meanwhile_is_said_not_done_twice() -> None:
    client, photo = scene()
    step = made_from(photo)

    html = client.post(f"/steps/{step.pk}/retry/", follow=True).content.decode()

    assert "This step has already moved on." in html


def test_a_deleted_version_offers_undo_and_its_page_offers_to_restore_it() -> None:
    client, photo = scene()
    first = made_from(photo)
    second = made_from(first.output)

    answer = client.post(f"/steps/{second.pk}/delete/", follow=True)
    html = page(client, f"/steps/{second.pk}/")

    assert answer.redirect_chain[-1][0] == f"/steps/{first.pk}/"
    assert f'formaction="/steps/{second.pk}/restore/"' in answer.content.decode()
    assert "This version is deleted." in html


def test_undo_brings_a_version_back() -> None:
    client, photo = scene()
    step = made_from(photo)
    client.post(f"/steps/{step.pk}/delete/")

    part = client.post(f"/steps/{step.pk}/restore/", headers=PART).content.decode()

    assert Step.objects.get(pk=step.pk).deleted_at is None
    assert "data-toast" in part
    assert f'href="/steps/{step.pk}/"' in part


@pytest.mark.parametrize("verb", ["cancel", "retry", "delete", "restore"])
def test_reviewers_look_and_strangers_find_nothing(verb: str) -> None:
    _, photo = scene()
    step = factories.make_step(photo)
    people = factories.people(photo.project)

    answers = [
        browser_of(people[who]).post(f"/steps/{step.pk}/{verb}/").status_code
        for who in ("reviewer", "stranger")
    ]

    assert answers == [403, 404]
    assert Step.objects.get(pk=step.pk).version == step.version


def test_a_reviewer_sees_the_result_without_a_way_to_change_it() -> None:
    _, photo = scene()
    step = made_from(photo)
    client = browser_of(factories.people(photo.project)["reviewer"])

    html = page(client, f"/steps/{step.pk}/")

    assert "Reviewers look and approve." in html
    assert "/make/" not in re.sub(r"<header.*?</header>", "", html, flags=re.S)
    assert f"/steps/{step.pk}/delete/" not in html
