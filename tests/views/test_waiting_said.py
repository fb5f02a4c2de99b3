"""What pages say of steps that wait: until when, and for whom."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from projects.models import Role, Step
from projects.states import Status
from projects.templatetags.steps import seconds_so_far
from tests import factories
from tests.desk import browser_of, page, scene

pytestmark = pytest.mark.django_db


def test_a_wait_of_seconds_is_told_in_seconds_and_a_longer_one_by_the_clock() -> None:
    client, photo = scene()
    soon, later = factories.make_step(photo), factories.make_step(photo)
    for step, seconds in ((soon, 20), (later, 600)):
        at = timezone.now() + timedelta(seconds=seconds)
        Step.objects.filter(pk=step.pk).update(waits_for="rate", not_before=at)

    assert "It goes on by itself in 20 s" in page(client, f"/steps/{soon.pk}/")
    assert "It goes on by itself at <time" in page(client, f"/steps/{later.pk}/")


def test_what_is_unconfirmed_is_counted_by_itself_and_its_clock_stands() -> None:
    client, photo = scene()
    step = factories.make_step(photo)
    began = timezone.now() - timedelta(minutes=20)
    changed = began + timedelta(seconds=5)
    Step.objects.filter(pk=step.pk).update(status=Status.UNCONFIRMED, started_at=began, changed_at=changed)

    html = page(client, "/running/")

    assert "1 to check" in html
    assert not re.search(r"\d running", html)
    assert seconds_so_far(Step.objects.get(pk=step.pk)) == 5


def test_what_the_bar_counts_is_what_home_lists_also_of_a_colleague() -> None:
    _, photo = scene()
    step = factories.make_step(photo)
    Step.objects.filter(pk=step.pk).update(status=Status.UNCONFIRMED, name="Low orbit")
    colleague = factories.make_member(photo.project.team, Role.EDITOR)

    html = page(browser_of(colleague), "/")

    assert "1 to check" in html
    assert "Low orbit" in html[html.index('id="waiting"') :]
    reviewer = page(browser_of(factories.make_member(photo.project.team, Role.REVIEWER)), "/")
    assert "to check" not in reviewer
    assert 'id="waiting"' not in reviewer
