"""The first start: who can sign in, what is queued, and that a second one leaves all of it alone."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import call_command

from projects import catalogue
from projects.management import sample
from projects.models import Asset, Member, Order, Project, Role, Step, files
from projects.states import Status

pytestmark = pytest.mark.django_db


def begin(*arguments: str) -> str:
    """Run the command and return what it prints."""
    said = io.StringIO()
    call_command("begin", *arguments, stdout=said)
    return said.getvalue()


def test_the_first_start_makes_an_operator_with_a_password_that_is_shown_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PORT", raising=False)
    first = begin("--no-sample")
    second = begin("--no-sample")

    password = first.partition("password ")[2].partition(".")[0]
    assert authenticate(username="admin", password=password) == User.objects.get()
    assert Member.objects.get().role == Role.OWNER
    assert "http://127.0.0.1:8000/" in first
    assert password not in second
    assert "Sign in as admin" in second


def test_a_password_of_the_environment_is_taken_and_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_ADMIN_PASSWORD", "chosen-by-the-operator")
    monkeypatch.setenv("PORT", "9123")

    said = begin("--no-sample")

    assert authenticate(username="admin", password="chosen-by-the-operator") is not None
    assert "chosen-by-the-operator" not in said
    assert "http://127.0.0.1:9123/" in said


def test_the_sample_project_is_queued_with_a_step_of_five_tasks() -> None:
    begin()

    project = Project.objects.get(name=sample.NAME)
    steps = Step.objects.filter(project=project)
    tasks = {step.task for step in steps}
    assert len(tasks) == 5
    assert tasks <= set(catalogue.all_tasks())
    assert {step.status for step in steps} == {Status.QUEUED}
    assert {step.engine for step in steps} == {"draft", "local"}
    assert sorted(asset.name for asset in Asset.objects.all()) == [path.name for path in sample.media()]
    for asset in Asset.objects.all():
        assert files.clean(project.team_id, asset.sha256, asset.extension).exists()


def test_a_second_start_adds_nothing_even_after_the_sample_was_deleted() -> None:
    begin("--no-sample")
    Project.objects.all().delete()

    begin()

    assert (User.objects.count(), Project.objects.count(), Order.objects.count()) == (1, 0, 0)


def test_every_sample_file_is_small_and_credited() -> None:
    credits_ = (sample.FOLDER / "CREDITS.txt").read_text()

    assert len(sample.media()) >= 5
    for path in sample.media():
        assert path.stat().st_size < 300_000
        assert path.name in credits_
