"""Pages that ask who can be recognised: the project's, a file's own, and a task's form that has to know."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from projects.models import Asset, Consent, Member, Order, Project
from tests import factories
from tests.desk import PART, browser_of, field, form_url, page, scene

pytestmark = pytest.mark.django_db
ASKED = "Who can be recognised in <b>"


@pytest.fixture
def sold(settings: Any) -> tuple[Client, Asset]:
    """Return an owner's browser and a photo in a German project whose team can buy. Nothing is asked of the key."""
    settings.GEMINI_API_KEY = "unused"
    client, photo = scene()
    Project.objects.update(country="DE")
    return client, photo


def button(html: str, engine: str) -> str:
    """Return the tag of the button of an engine."""
    return next(tag for tag in re.findall(r"<button[^>]*>", html) if f'value="{engine}"' in tag)


class TestProject:
    """Its own form."""

    def test_a_new_project_is_asked_once_and_begins_unsure(self) -> None:
        user = factories.make_project().created_by
        client = browser_of(user)

        html = page(client, "/projects/new/")
        client.post("/projects/new/", {"name": "Winter", "country": "DE", "people": "adults"})

        assert '<option value="unsure" selected>' in html
        made = Project.objects.get(name="Winter")
        assert (made.country, made.people) == ("DE", "adults")
        assert Consent.objects.get().by == user

    def test_a_form_without_the_answer_leaves_it(self) -> None:
        project = factories.make_project()
        Project.objects.update(people="minors")

        browser_of(project.created_by).post(f"/projects/{project.pk}/edit/", {"name": "Autumn"})

        assert Project.objects.get().people == "minors"

    def test_what_was_confirmed_stands_on_the_brief(self) -> None:
        project = factories.make_project()
        Consent.objects.create(project=project, by=project.created_by, kind="adults")

        html = page(browser_of(project.created_by), f"/projects/{project.pk}/edit/")

        assert f"is an adult and agreed: {project.created_by}" in html


class TestFile:
    """Its own page."""

    def test_a_plain_form_answers(self) -> None:
        client, photo = scene()
        html = page(client, f"/assets/{photo.pk}/")
        assert "checked" in field(html, "people", "unsure")

        answer = client.post(f"/assets/{photo.pk}/people/", {"people": "none"})

        assert (answer.status_code, answer["Location"]) == (302, f"/assets/{photo.pk}/")
        assert "checked" in field(page(client, f"/assets/{photo.pk}/"), "people", "none")

    def test_htmx_gets_the_part_back(self) -> None:
        client, photo = scene()

        html = client.post(f"/assets/{photo.pk}/people/", {"people": "minors"}, headers=PART).content.decode()

        assert html.strip().startswith('<form class="stack g2" id="who"')
        assert "checked" in field(html, "people", "minors")
        assert Asset.objects.get().people == "minors"

    def test_a_wrong_answer_changes_nothing(self) -> None:
        client, photo = scene()

        answer = client.post(f"/assets/{photo.pk}/people/", {"people": "cats"}, follow=True)

        assert "“cats” is no answer." in answer.content.decode()
        assert Asset.objects.get().people == ""

    def test_a_reviewer_sees_it_and_has_nothing_to_press(self) -> None:
        _, photo = scene(people="adults")

        html = page(browser_of(factories.people(photo.project)["reviewer"]), f"/assets/{photo.pk}/")

        assert "Who can be recognised" in html
        assert 'name="people"' not in html


class TestTask:
    """The form of a task."""

    def test_the_paid_way_is_off_and_asks_behind_the_price(self, sold: tuple[Client, Asset]) -> None:
        client, photo = sold

        html = page(client, form_url(photo.project, query=f"?from=asset:{photo.pk}"))

        assert "disabled" in button(html, "omni")
        assert "disabled" not in button(html, "draft")
        assert "Say first who can be recognised" in html
        # Enter presses a form's first button: it must be a free one, never an answer.
        assert html.index('name="engine" value="draft"') < html.index(f'value="{photo.pk}:none"')

    def test_an_answer_keeps_what_was_typed_and_turns_the_paid_way_on(
        self, sold: tuple[Client, Asset]
    ) -> None:
        client, photo = sold
        sent = {"product": photo.pk, "screen_text": "Warm stone.", "people": f"{photo.pk}:none"}

        answer = client.post(form_url(photo.project), sent)
        html = answer.content.decode()

        assert answer.status_code == 200
        assert 'value="Warm stone."' in field(html, "screen_text")
        assert "disabled" not in button(html, "omni")
        assert ASKED not in html
        assert Asset.objects.get().people == "none"
        assert not Order.objects.exists()

    def test_a_recheck_brings_the_question_along(self, sold: tuple[Client, Asset]) -> None:
        client, photo = sold
        recheck = form_url(photo.project, query="?quote")

        html = client.post(recheck, {"product": photo.pk}, headers=PART).content.decode()

        assert re.search(rf'id="people" hx-swap-oob="true">.*{ASKED}', html, re.S)

    def test_the_question_stands_also_where_only_a_paid_engine_could_do_it(
        self, sold: tuple[Client, Asset]
    ) -> None:
        client, photo = sold

        answer = client.post(form_url(photo.project), {"product": photo.pk, "action": "spin"})

        assert ASKED in answer.content.decode()

    def test_adults_are_confirmed_once_and_with_a_name(self, sold: tuple[Client, Asset]) -> None:
        client, photo = sold
        Project.objects.update(country="", people="adults")
        data = {"product": photo.pk, "engine": "omni", "quote": "100"}
        refused = client.post(form_url(photo.project), data)
        assert refused.status_code == 422
        assert not Order.objects.exists()

        html = client.post(form_url(photo.project), {**data, "confirm": "adults"}).content.decode()

        assert "disabled" not in button(html, "omni")
        assert 'name="confirm"' not in html
        assert Consent.objects.get().by == photo.project.created_by
        other = factories.make_asset(photo.project, name="other.jpg")
        assert 'name="confirm"' not in page(client, form_url(photo.project, query=f"?from=asset:{other.pk}"))

    def test_without_a_paid_engine_nothing_is_asked(self) -> None:
        client, photo = scene(people="adults")
        Project.objects.update(country="DE")

        html = page(client, form_url(photo.project, query=f"?from=asset:{photo.pk}"))

        assert 'name="confirm"' not in html
        assert ASKED not in html

    def test_strangers_files_and_reviewers_change_nothing(self, sold: tuple[Client, Asset]) -> None:
        client, photo = sold
        beside = Project.objects.create(
            team=photo.project.team, name="Winter", created_by=photo.project.created_by
        )
        for foreign in map(factories.make_asset, (factories.make_project(), beside)):
            sent = {"product": photo.pk, "people": f"{foreign.pk}:none"}
            assert client.post(form_url(photo.project), sent).status_code == 404
        reviewer = browser_of(factories.people(photo.project)["reviewer"])
        sent = {"product": photo.pk, "people": f"{photo.pk}:none"}
        assert reviewer.post(form_url(photo.project), sent).status_code == 403
        assert not Asset.objects.exclude(people="").exists()

    def test_the_members_own_country_counts_too(self, sold: tuple[Client, Asset]) -> None:
        client, photo = sold
        Project.objects.update(country="US")
        address = form_url(photo.project, query=f"?from=asset:{photo.pk}")
        assert "disabled" not in button(page(client, address), "omni")

        Member.objects.update(country="CH")

        assert "disabled" in button(page(client, address), "omni")


def test_the_operator_sees_answers_and_confirmations_and_changes_none(client: Client) -> None:
    from django.contrib.auth.models import User

    photo = factories.make_asset(factories.make_project(), people="adults")
    kept = Consent.objects.create(project=photo.project, by=photo.project.created_by, kind="adults")
    client.force_login(User.objects.create_superuser("operator", password=factories.PASSWORD))

    listed = page(client, reverse("admin:projects_consent_changelist"))
    one = page(client, reverse("admin:projects_consent_change", args=[kept.pk]))

    assert "is an adult and agreed" in listed
    assert 'name="_save"' not in one
    assert client.post(reverse("admin:projects_consent_delete", args=[kept.pk])).status_code == 403
    assert "Adults" in page(client, reverse("admin:projects_asset_changelist"))
    project = page(client, reverse("admin:projects_project_change", args=[photo.project_id]))
    assert 'name="people"' not in project
