"""The workspace in every state of a step, and what the socket sends to it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from projects import hub, policies
from projects.failures import FAILURES, Code
from projects.models import Asset, Step
from projects.policies import ABILITIES
from projects.states import Status
from projects.templatetags import steps as said
from tests import factories
from tests.desk import made_from, page, scene, with_clip

pytestmark = pytest.mark.django_db


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
    assert "23.98 a second" in html


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
    began = timezone.now() - timedelta(seconds=4100)
    step = factories.make_step(photo, Status.RUNNING, share=0.625, started_at=began, seconds_usual=60)

    html = page(client, f"/steps/{step.pk}/")

    assert re.search(r"<span data-so-far>41\d\d</span> s so far", html)
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
    # It would send the lost id again, or ask for a model that is gone.
    may_retry = code not in {Code.CHAIN_EXPIRED, Code.MODEL_UNAVAILABLE}
    assert (f'formaction="/steps/{step.pk}/retry/"' in html) == may_retry


def test_while_the_fold_is_still_asked_for_nothing_else_is_the_first_choice() -> None:
    _, photo = scene()
    step = factories.make_step(photo, Status.FAILED, code=Code.CHAIN_EXPIRED)

    html = render_to_string(
        "projects/parts/ended.html", {"step": step, "can_make": True, "can_manage": False}
    )

    assert 'hx-trigger="load"' in html
    assert 'class="btn primary' not in html


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


def test_results_of_one_order_are_takes_of_each_other() -> None:
    client, photo = scene()
    first = made_from(photo)
    values = {"order": first.order, "project": photo.project, "task": first.task, "wish": first.wish}
    second = Step.objects.create(
        **values, name="Golden hour", take=2, engine="draft", ability="image.edit", source=photo
    )

    html = page(client, f"/steps/{first.pk}/")

    assert re.search(rf'href="/steps/{first.pk}/" data-take="1" aria-current="page"', html)
    assert f'href="/steps/{second.pk}/" data-take="2"' in html


def test_many_steps_go_out_in_messages_that_the_socket_takes() -> None:
    _, photo = scene()
    ended = [made_from(photo) for _ in range(12)]

    messages = hub.messages(ended, ABILITIES["editor"])

    assert len(messages) > 1
    assert all(len(message.encode()) <= hub.LARGEST for message in messages)
    assert sum(f'id="step-{step.pk}-stage"' in "".join(messages) for step in ended) == len(ended)
