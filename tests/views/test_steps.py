"""The workspace: every state of a step, its tree, compare, and what can be done with it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects import hub, policies
from projects.failures import FAILURES, Code
from projects.models import Asset, Project, Step
from projects.policies import ABILITIES
from projects.states import Status
from projects.templatetags import steps as said
from projects.views import versions
from tests import factories

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


def scene() -> tuple[Client, Asset]:
    """Return an owner's browser and a photo in an otherwise empty project."""
    project = factories.make_project()
    return browser_of(project.created_by), factories.make_asset(project)


def browser_of(user: Any) -> Client:
    """Return a browser of this person."""
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, address: str) -> str:
    """Return a page that answers with 200."""
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def clip_of(project: Project, **fields: Any) -> Asset:
    """Return a clip of two seconds at the rate of American television, as a row."""
    facts = {
        "kind": "video",
        "rate": "24000/1001",
        "frames": 48,
        "has_audio": True,
        "notes": [],
        "pictures": {},
    }
    shown = {"width": 1280, "height": 720, "seconds": "2.002", **fields}
    return factories.make_asset(project, kind="video", name="clip.mp4", facts=facts, **shown)


def made_from(asset: Asset | None, **fields: Any) -> Step:
    """Return a finished step that began with this file; its result is a still."""
    assert asset is not None
    step = factories.make_step(asset, Status.SUCCEEDED, "change-lighting", **fields)
    return Step.objects.select_related("output__project").get(pk=step.pk)


def with_clip(photo: Asset, **fields: Any) -> Step:
    """Return a finished step whose result is a clip."""
    step = made_from(photo)
    clip = clip_of(photo.project, **fields)
    Asset.objects.filter(pk=clip.pk).update(made_by=step)
    Step.objects.filter(pk=step.pk).update(output=clip)
    return Step.objects.get(pk=step.pk)


def test_a_still_is_shown_with_what_was_measured_and_what_comes_next() -> None:
    client, photo = scene()
    step = made_from(photo, notes=["The edge of the product is not sure."])

    html = page(client, f"/steps/{step.pk}/")

    assert "<studio-viewer" in html
    assert "The edge of the product is not sure." in html
    assert f"/make/change-lighting/?like=step:{step.pk}" in html
    assert f"?from=step:{step.pk}" in html
    assert "Free" in html
    assert "96 × 72" in html  # noqa: RUF001 - the sign people read in sizes


def test_a_clip_is_played_by_the_browser_itself_with_its_exact_rate() -> None:
    client, photo = scene()
    step = with_clip(photo)

    html = page(client, f"/steps/{step.pk}/")

    assert re.search(r"<video controls [^>]*>", html)
    assert 'data-fps="24000/1001" data-frames="48"' in html
    assert "2.00 s" in html
    assert "23.98 frames/s" in html


def test_a_report_is_told_in_words() -> None:
    client, photo = scene()
    report = {"lufs": -16.24, "black": [[0.5, 1.0], [1.5, 1.8]], "frozen": [], "flickers": True, "flashes": 5}
    step = with_clip(photo, report=report)

    html = page(client, f"/steps/{step.pk}/")

    assert "−16.2 LUFS" in html  # noqa: RUF001 - a minus sign
    assert "0.50 to 1.00 s, and 1 more" in html
    assert "5 in one second" in html


def test_what_lies_beside_a_clip_can_be_taken_away() -> None:
    client, photo = scene()
    step = with_clip(photo)
    clip = Asset.objects.get(made_by=step, kind="video")
    clip.facts["beside"] = {"subtitles.vtt": "en", "subtitles.srt": "en"}
    clip.save()

    html = page(client, f"/steps/{step.pk}/")

    assert f'<track kind="subtitles" src="/assets/{clip.pk}/file/subtitles.vtt" srclang="en"' in html
    assert f'href="/assets/{clip.pk}/file/subtitles.srt" download' in html


def test_only_tasks_that_take_the_result_are_offered() -> None:
    client, photo = scene()
    still, clip = made_from(photo), with_clip(photo)

    of_still = page(client, f"/steps/{still.pk}/")
    of_clip = page(client, f"/steps/{clip.pk}/")

    assert f"/make/animate-product/?from=step:{still.pk}" in of_still
    assert f"/make/add-subtitles/?from=step:{still.pk}" not in of_still
    assert f"/make/add-subtitles/?from=step:{clip.pk}" in of_clip
    assert f"/make/animate-product/?from=step:{clip.pk}" not in of_clip


def test_a_waiting_step_says_its_place_in_line() -> None:
    client, photo = scene()
    steps = [factories.make_step(photo) for _ in range(3)]

    texts = [page(client, f"/steps/{step.pk}/") for step in steps]

    assert "Next in line" in texts[0]
    assert "3rd in line" in texts[2]
    assert '<noscript><meta http-equiv="refresh"' in texts[0]


@pytest.mark.parametrize(
    ("number", "word"), [(2, "2nd"), (11, "11th"), (12, "12th"), (21, "21st"), (113, "113th")]
)
def test_places_are_counted_as_people_do(number: int, word: str) -> None:
    assert f"{number}{said.ordinal_ending(number)}" == word


def test_a_running_step_shows_its_phase_its_time_and_a_way_to_stop_it() -> None:
    client, photo = scene()
    began = timezone.now() - timedelta(seconds=41)
    step = factories.make_step(photo, Status.RUNNING, share=0.625, started_at=began, seconds_usual=60)

    html = page(client, f"/steps/{step.pk}/")

    assert re.search(r"<span data-so-far>4[12]</span> s so far", html)
    assert "Usually about 60 s" in html
    assert 'value="62.5" max="100"' in html
    assert re.search(
        r'<li class="now" aria-current="step">\s*<progress[^>]*></progress>\s*<b>Generating</b>', html
    )
    assert f'formaction="/steps/{step.pk}/cancel/"' in html


def test_a_bar_of_seconds_stops_before_the_end() -> None:
    _, photo = scene()
    began = timezone.now() - timedelta(seconds=500)
    step = factories.make_step(photo, Status.RUNNING, started_at=began, seconds_usual=60)

    stretch = next(phase for phase in said.phases(step) if phase.state == "now")

    assert (stretch.value, stretch.most) == (57.0, 60.0)


def test_a_step_that_is_being_cancelled_says_so() -> None:
    client, photo = scene()
    step = factories.make_step(photo, Status.RUNNING, cancel_at=timezone.now())

    html = page(client, f"/steps/{step.pk}/")

    assert "It stops after the frame that is being made" in html
    assert re.search(r'formaction="/steps/\d+/cancel/" disabled', html)


@pytest.mark.parametrize("code", list(Code))
def test_every_failure_has_its_sentence_and_one_first_choice(code: Code) -> None:
    client, photo = scene()
    step = factories.make_step(photo, Status.FAILED, code=code, sentence="The clip is 11 minutes long.")

    html = page(client, f"/steps/{step.pk}/")

    assert str(FAILURES[code].title) in html.replace("&#x27;", "'")
    assert "The clip is 11 minutes long." in html
    assert "Not billed" in html
    assert len(re.findall(r'class="btn primary"', html)) == 1
    assert f'formaction="/steps/{step.pk}/retry/"' in html


def test_a_failed_draft_does_not_offer_a_draft() -> None:
    _, photo = scene()
    step = factories.make_step(photo, Status.FAILED, code=Code.PROVIDER_DOWN)
    paid = factories.make_step(photo, Status.FAILED, code=Code.PROVIDER_DOWN, engine="omni")

    assert "Make a draft" not in [offer.verb for offer in said.offers(step)]
    assert "Make a draft" in [offer.verb for offer in said.offers(paid)]


def test_the_operators_words_stay_with_the_operator() -> None:
    client, photo = scene()
    step = factories.make_step(photo, Status.FAILED, detail="Traceback: /srv/secret/path")

    assert "/srv/secret" not in page(client, f"/steps/{step.pk}/")


def test_a_cancelled_step_can_be_started_again() -> None:
    client, photo = scene()
    step = factories.make_step(photo, Status.CANCELLED)

    html = page(client, f"/steps/{step.pk}/")

    assert "This step was cancelled." in html
    assert re.search(r'class="btn primary" form="act" formaction="/steps/\d+/retry/"', html)


def test_the_socket_sends_small_parts_while_a_step_runs_and_the_stage_when_it_ends() -> None:
    _, photo = scene()
    running, ended = factories.make_step(photo, Status.RUNNING, phase="generating"), made_from(photo)
    able = ABILITIES["editor"]

    (small,), (whole,) = (hub.messages([step], able) for step in (running, ended))

    assert set(re.findall(rf'id="step-{running.pk}-(\w+)"', small)) >= {"st", "say", "phases", "log", "node"}
    assert f"step-{running.pk}-stage" not in small
    assert set(re.findall(rf'id="step-{ended.pk}-(\w+)"', whole)) >= {"st", "acts", "stage", "panel", "node"}
    assert whole.count("hx-swap-oob") >= 6


def test_a_reviewers_socket_gets_no_buttons() -> None:
    _, photo = scene()
    step = factories.make_step(photo, Status.FAILED)

    (html,) = hub.messages([step], policies.ABILITIES["reviewer"])

    assert "/retry/" not in html
    assert "/delete/" not in html


# --- the tree ---------------------------------------------------------------------------------------------------------


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

    assert counts[0] == counts[1] <= 16


# --- compare ----------------------------------------------------------------------------------------------------------


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


def test_only_files_of_the_same_project_are_compared() -> None:
    client, photo = scene()
    step, waiting = made_from(photo), factories.make_step(photo)
    elsewhere = factories.make_asset(factories.make_project(photo.project.created_by, "Winter"))
    theirs = factories.make_asset(factories.make_project(factories.make_user()))

    asked = [f"/steps/{step.pk}/compare/?with=asset:{pk}" for pk in (elsewhere.pk, theirs.pk)]
    asked += [f"/steps/{waiting.pk}/compare/", f"/steps/{step.pk}/compare/?with=nonsense"]

    assert [client.get(address).status_code for address in asked] == [404] * 4


# --- verbs ------------------------------------------------------------------------------------------------------------


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
