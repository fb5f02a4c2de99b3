"""Who can be recognised: answers, what inherits them, and what a send to a provider needs of them."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from projects import actions, policies
from projects.actions import Refused
from projects.models import Asset, Consent, Order, Project, Role, Step
from projects.models.asset import STRICTER, strictest
from projects.models.project import People
from projects.policies import SENTENCES, Need, need
from projects.progress import Book
from projects.runner.run import run_step
from projects.states import Status
from tests import factories, making

LIMITED, FREE = {"is_limited": True}, {"is_limited": False}


@pytest.mark.parametrize(
    ("said", "confirmed", "where", "found"),
    [
        (["none"], [], LIMITED, None),
        ([], [], LIMITED, None),
        (["none", "unsure"], [], LIMITED, Need.ANSWER),
        (["unsure", "minors"], ["adults", "rights"], LIMITED, Need.OTHER),
        (["adults", "unsure"], [], LIMITED, Need.ANSWER),
        (["adults"], [], LIMITED, Need.ADULTS),
        (["adults"], ["rights"], FREE, Need.ADULTS),
        (["adults"], ["adults"], LIMITED, None),
        (["unsure"], [], FREE, None),
        (["minors", "adults"], ["adults"], FREE, Need.RIGHTS),
        (["minors"], ["rights"], FREE, None),
    ],
)
def test_what_a_send_needs(
    said: list[str], confirmed: list[str], where: dict[str, bool], found: Need | None
) -> None:
    assert need(said, confirmed, **where) == found


def test_the_strictest_answer_covers_the_others() -> None:
    assert set(STRICTER) == set(People)
    assert all(strictest(pair) == pair[1] == strictest(reversed(pair)) for pair in pairwise(STRICTER))
    assert strictest([]) == People.NONE


@pytest.mark.django_db
class TestAnswers:
    """Who says it, for which file, and what follows."""

    def test_an_upload_has_its_projects_answer_until_it_has_its_own(self) -> None:
        project = factories.make_project()
        photo = actions.uploads.receive(project.created_by, project, [making.jpeg_bytes()], "team.jpg")
        assert (photo.people, photo.who) == ("", People.UNSURE)

        actions.projects.change(project.created_by, project, people="adults")
        assert Asset.objects.get().who == People.ADULTS
        actions.people.answer(project.created_by, photo, "none")
        actions.projects.change(project.created_by, project, people="minors")

        assert Asset.objects.get().who == People.NONE

    def test_subtitles_show_nobody(self) -> None:
        cues = factories.make_asset(factories.make_project(), kind="captions", name="a.srt", data=b"1")

        assert cues.who == People.NONE

    def test_what_was_made_from_a_file_follows_its_answer(self) -> None:
        project = factories.make_project()
        photo, other = (factories.make_asset(project) for _ in range(2))
        first = factories.make_step(photo, Status.SUCCEEDED).output
        assert first is not None
        second = factories.make_step(first, Status.SUCCEEDED, "change-lighting").output
        beside = factories.make_step(other, Status.SUCCEEDED).output
        assert second is not None
        assert beside is not None

        actions.people.answer(project.created_by, photo, "minors")
        made = Asset.objects.in_bulk([first.pk, second.pk, beside.pk])
        assert [made[one.pk].who for one in (first, second, beside)] == ["minors", "minors", "unsure"]

        with pytest.raises(Refused, match="Change it there"):
            actions.people.answer(project.created_by, made[second.pk], "none")
        actions.people.answer(project.created_by, photo, "adults")
        assert Asset.objects.get(pk=second.pk).who == "adults"

    def test_a_result_follows_its_project_too(self) -> None:
        project = factories.make_project()
        made = factories.make_step(factories.make_asset(project), Status.SUCCEEDED).output
        assert made is not None
        Asset.objects.filter(pk=made.pk).update(people="unsure")

        actions.projects.change(project.created_by, project, people="minors")

        assert Asset.objects.get(pk=made.pk).people == "minors"

    def test_that_nobody_is_a_minor_is_kept_with_a_name(self) -> None:
        photo = factories.make_asset(factories.make_project())

        actions.people.answer(photo.project.created_by, photo, "unsure")
        assert not Consent.objects.exists()
        for _ in range(2):
            actions.people.answer(photo.project.created_by, photo, "none")

        kept = Consent.objects.get()
        assert (kept.kind, kept.asset, kept.by) == ("minors_none", photo, photo.project.created_by)

    def test_a_confirmation_is_kept_once_for_the_project(self) -> None:
        project = factories.make_project()

        for _ in range(2):
            actions.people.confirm(project.created_by, project, "adults")

        kept = Consent.objects.get()
        assert (kept.kind, kept.project, kept.asset, kept.by) == ("adults", project, None, project.created_by)
        assert policies.confirmed(factories.make_project()) == frozenset()

    def test_no_other_words_are_taken(self) -> None:
        photo = factories.make_asset(factories.make_project())

        with pytest.raises(Refused, match="Say none, adults, minors, unsure"):
            actions.people.answer(photo.project.created_by, photo, "cats")
        with pytest.raises(Refused, match="nothing that can be confirmed"):
            actions.people.confirm(photo.project.created_by, photo.project, "minors_none")

    def test_a_reviewer_answers_and_confirms_nothing(self) -> None:
        photo = factories.make_asset(factories.make_project())
        reviewer = factories.make_member(photo.project.team, Role.REVIEWER)

        with pytest.raises(PermissionDenied):
            actions.people.answer(reviewer, photo, "none")
        with pytest.raises(PermissionDenied):
            actions.people.confirm(reviewer, photo.project, "adults")
        assert not Consent.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("said", "found"), [("adults", "adults"), ("", "unsure")])
async def test_a_result_is_born_with_the_answer_of_its_inputs(said: str, found: str) -> None:
    from channels.db import database_sync_to_async

    def order() -> Step:
        photo = factories.make_asset(factories.make_project(), people=said)
        return factories.make_order(photo, "change-lighting").steps.get()

    step = await database_sync_to_async(order)()

    await run_step(step.pk, "here", Book())

    assert (await Asset.objects.aget(made_by=step)).people == found


@pytest.fixture
def german(db: None) -> Project:
    """Return a project in Germany of the first superuser."""
    owner = factories.make_user("root")
    owner.is_superuser = True
    owner.save()
    project = factories.make_project(owner)
    project.country = "DE"
    project.save()
    return project


def render(project: Project, photo: Path, *more: str) -> str:
    """Run the command with a paid engine, which must refuse; return its one sentence."""
    said, words = io.StringIO(), ["--input", str(photo), "--engine", "omni", "--project", str(project.pk)]
    out = str(photo.with_suffix(".mp4"))
    with pytest.raises(SystemExit) as end:
        call_command("render", "animate-product", *words, *more, "--out", out, stderr=said, no_color=True)
    assert end.value.code == 2
    assert not Order.objects.exists()
    (sentence,) = said.getvalue().splitlines()
    return sentence


def test_the_command_line_asks_refuses_and_names_its_flags(german: Project, tmp_path: Path) -> None:
    photo = tmp_path / "team.jpg"
    photo.write_bytes(factories.photo_bytes())

    assert render(german, photo).endswith("Add --people none, adults or minors.")
    assert render(german, photo, "--people", "minors") == SENTENCES[Need.OTHER]
    assert render(german, photo, "--people", "adults").endswith("Add --consent if that is so.")
    assert "“cats” is no answer" in render(german, photo, "--people", "cats")
    assert not Consent.objects.filter(kind="adults").exists()
    # With both it is a matter of keys, of which this studio has none.
    assert "recognised" not in render(german, photo, "--people", "adults", "--consent")
    assert Consent.objects.filter(kind="adults", project=german).count() == 1
