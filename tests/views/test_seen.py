"""What a person sees where an art director would wince: names, labels, counts, fields."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import escape

from projects.models import Project, Step
from projects.states import Status
from tests import factories
from tests.desk import browser_of, made_from, page, scene

pytestmark = pytest.mark.django_db
LONG = "Let it rain gently on the glass while everything else stays calm & quiet"


def bar_of(project: Project) -> str:
    """Return what the bar counts on a board."""
    html = page(browser_of(project.created_by), project.get_absolute_url())
    found = re.search(r'<a [^>]*id="running-count".*?</a>', html, re.DOTALL)
    assert found
    return found[0]


def queued(project: Project, waits_for: str = "") -> Step:
    """Return a step in line, or one that waits for something it names."""
    return factories.make_step(factories.make_asset(project), Status.QUEUED, waits_for=waits_for)


def test_a_version_in_the_tree_tells_its_whole_name() -> None:
    client, photo = scene()
    step = made_from(photo)
    Step.objects.filter(pk=step.pk).update(name=LONG)

    assert f'title="{escape(LONG)}"' in page(client, step.get_absolute_url())


def test_the_difference_says_what_is_seen_in_place_of_two_names() -> None:
    client, photo = scene()
    step = made_from(photo)

    html = page(client, f"/steps/{step.pk}/compare/?mode=difference")

    assert re.search(r'<p class="[^"]*differ[^"]*">Black is the same in both', html)


def test_what_waits_for_a_person_is_not_counted_as_running() -> None:
    project = factories.make_project()
    queued(project)
    queued(project, "rate")
    queued(project, "pick")

    bar = bar_of(project)

    assert "2 running" in bar
    assert "1 to pick" in bar


def test_a_pick_alone_runs_nothing() -> None:
    project = factories.make_project()
    queued(project, "pick")

    bar = bar_of(project)

    assert "running<" not in bar
    assert "1 to pick" in bar
    assert " hidden" not in bar


def test_what_waits_for_a_person_is_counted_on_a_phone_too_and_leads_to_it() -> None:
    project = factories.make_project()
    queued(project)
    plain = bar_of(project)
    queued(project, "pick")

    bar = bar_of(project)

    assert "wide" not in re.findall(r'class="([^"]*)"', bar)[0].split()
    assert '<span class="st run wide">1 running' in bar
    assert 'href="/#running"' in plain
    assert 'href="/#waiting-title"' in bar
    assert 'id="waiting-title"' in page(browser_of(project.created_by), "/")


def test_a_bar_with_nothing_to_say_is_hidden() -> None:
    assert " hidden" in bar_of(factories.make_project())


def test_a_pick_stands_on_home_under_what_waits_for_a_person_and_not_under_what_runs() -> None:
    project = factories.make_project()
    Step.objects.filter(pk=queued(project, "pick").pk).update(name="Golden pick")

    html = page(browser_of(project.created_by), "/")
    waiting, running = html.split('id="running"')

    assert "Golden pick" in waiting
    assert "Golden pick" not in running


def test_a_state_of_another_country_is_forgotten() -> None:
    owner = factories.make_project().created_by
    fields = {"name": "Spring", "brief": "", "country": "DE", "us_state": "CA", "due": ""}

    assert browser_of(owner).post("/projects/new/", fields).status_code == 302

    project = Project.objects.get(name="Spring")
    assert (project.country, project.us_state) == ("DE", "")


def test_an_unconfirmed_step_waits_on_home_and_its_page_counts_no_time_that_goes_on() -> None:
    project = factories.make_project()
    ended = {"started_at": timezone.now() - timedelta(hours=1), "code": "provider_down"}
    step = factories.make_step(factories.make_asset(project), Status.UNCONFIRMED, name="Lost answer", **ended)
    client = browser_of(project.created_by)

    assert "Lost answer is unconfirmed" in page(client, "/")
    assert "Stopped after" not in page(client, step.get_absolute_url())
