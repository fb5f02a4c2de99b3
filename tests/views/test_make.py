"""A task's form that is filled and sent: what it says on every change, and the order that it places."""

from __future__ import annotations

import io
import re
import uuid

import pytest

from projects.models import Asset, Order, Step
from projects.states import Status
from tests import factories
from tests.desk import PART, browser_of, clip_of, field, form_url, page, scene

pytestmark = pytest.mark.django_db
CUES = {"cues-0-start": "0.5", "cues-0-end": "0:02,5", "cues-0-text": "After the heat."}
SRT = b"1\n00:00:00,500 --> 00:00:02,000\nAfter the heat.\n"


def test_a_sent_form_becomes_one_queued_step() -> None:
    client, photo = scene()

    answer = client.post(form_url(photo.project), {"product": photo.pk, "camera": "orbit", "seconds": "4"})

    step = Step.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/steps/{step.pk}/")
    assert step.order.controls["camera"] == "orbit"
    assert (step.status, step.source) == (Status.QUEUED, photo)


def test_a_double_click_is_one_order() -> None:
    client, photo = scene()
    sent = {"product": photo.pk, "request_key": str(uuid.uuid4())}

    answers = [client.post(form_url(photo.project), sent) for _ in range(2)]

    assert answers[0]["Location"] == answers[1]["Location"]
    assert Order.objects.count() == 1


def test_htmx_is_sent_to_the_new_step() -> None:
    client, photo = scene()

    answer = client.post(form_url(photo.project), {"product": photo.pk}, headers=PART)

    assert answer["HX-Redirect"] == f"/steps/{Step.objects.get().pk}/"


def test_a_wrong_field_answers_422_with_its_sentence_its_text_and_the_focus() -> None:
    client, photo = scene()

    answer = client.post(
        form_url(photo.project), {"product": photo.pk, "seconds": "900", "screen_text": "Warm stone."}
    )
    html = answer.content.decode()

    assert answer.status_code == 422
    assert "autofocus" in field(html, "seconds")
    assert 'aria-invalid="true"' in field(html, "seconds")
    assert 'id="seconds-err"' in html
    assert 'value="Warm stone."' in field(html, "screen_text")
    assert not Order.objects.exists()


def test_a_missing_input_names_its_slot() -> None:
    client, photo = scene()

    answer = client.post(form_url(photo.project), {"seconds": "5"})

    assert answer.status_code == 422
    assert "Choose something for “Product photo”." in answer.content.decode()


def test_what_the_task_itself_refuses_stands_at_its_field() -> None:
    client, photo = scene()
    shots = {"shots-0-start": "0", "shots-0-end": "9", "shots-0-action": "It turns."}

    html = client.post(
        form_url(photo.project), {"product": photo.pk, "seconds": "5", **shots}
    ).content.decode()

    assert re.search(r'id="shots-err".{0,500}The shots run to 9 s', html, re.S)
    assert 'value="It turns."' in field(html, "shots-0-action")


def test_the_engines_refusal_is_said_and_keeps_the_other_choices_on() -> None:
    client, photo = scene()

    sent = {"product": photo.pk, "action": "own", "own_action": "It pours itself."}
    answer = client.post(form_url(photo.project), sent)
    html = answer.content.decode()

    assert answer.status_code == 422
    assert 'role="alert"' in html
    assert "A draft moves the camera, not the product." in html
    assert "disabled" not in field(html, "camera", "orbit")


def test_a_choice_that_no_engine_can_do_is_off_with_the_reason() -> None:
    client, photo = scene()

    animate = page(client, form_url(photo.project, query=f"?from=asset:{photo.pk}"))
    place = page(client, form_url(photo.project, "replace-background", f"?from=asset:{photo.pk}"))

    assert "disabled" in field(animate, "action", "spin")
    assert "disabled" not in field(animate, "action", "still")
    assert "<b>Spin, Pour, Open, Splash, Own</b>" in animate
    assert "disabled" in field(place, "place", "scene")
    assert "disabled" not in field(place, "place", "gradient")


def test_a_recheck_answers_the_line_the_price_and_the_notes() -> None:
    client, photo = scene()
    sent = {"product": photo.pk, "camera": "crane", "sound": "Wind.", "shown": str(photo.pk)}

    html = client.post(form_url(photo.project, query="?quote"), sent, headers=PART).content.decode()

    assert "The camera cranes up" in html
    assert "A draft is silent." in html
    assert re.search(r'id="pay" hx-swap-oob="true"', html)
    assert 'id="start"' not in html
    assert not Order.objects.exists()


def test_a_recheck_with_another_photo_brings_its_stage() -> None:
    client, photo = scene()
    other = factories.make_asset(photo.project, name="other.jpg")

    sent = {"product": other.pk, "shown": str(photo.pk)}
    html = client.post(form_url(photo.project, query="?quote"), sent, headers=PART).content.decode()

    assert 'id="start"' in html
    assert "other.jpg" in html


def test_a_recheck_says_what_is_missing_and_marks_no_field() -> None:
    client, photo = scene()
    clip = clip_of(photo.project)

    sent = {"video": clip.pk}
    html = client.post(
        form_url(photo.project, "add-subtitles", "?quote"), sent, headers=PART
    ).content.decode()

    assert "Type at least one subtitle, or choose an SRT or VTT file." in html
    assert "Not complete yet." in html


def test_lines_without_javascript_arrive_as_subtitles() -> None:
    client, photo = scene()
    clip = clip_of(photo.project)

    answer = client.post(form_url(photo.project, "add-subtitles"), {"video": clip.pk, **CUES})

    assert answer.status_code == 302
    assert Order.objects.get().controls["cues"] == [{"start": 0.5, "end": 2.5, "text": "After the heat."}]


def test_an_optional_input_may_be_set_to_none() -> None:
    client, photo = scene()
    clip = clip_of(photo.project)

    answer = client.post(form_url(photo.project, "add-subtitles"), {"video": clip.pk, "cue_file": "", **CUES})

    assert answer.status_code == 302
    assert Order.objects.get().inputs == {"video": [clip.pk]}


def test_a_subtitle_file_can_be_given_on_the_form() -> None:
    client, photo = scene()
    clip = clip_of(photo.project)
    file = io.BytesIO(SRT)
    file.name = "words.srt"

    answer = client.post(form_url(photo.project, "add-subtitles"), {"video": clip.pk, "cue_file-file": file})

    assert answer.status_code == 302
    assert Order.objects.get().inputs["cue_file"] == [Asset.objects.get(kind="captions").pk]


def test_a_broken_subtitle_file_is_refused_at_its_slot() -> None:
    client, photo = scene()
    clip = clip_of(photo.project)
    file = io.BytesIO(b"\x00\x01\x02 no words")
    file.name = "words.srt"

    answer = client.post(form_url(photo.project, "add-subtitles"), {"video": clip.pk, "cue_file-file": file})

    assert answer.status_code == 422
    assert 'id="cue_file-err"' in answer.content.decode()


def test_a_reviewer_is_told_who_can_open_the_form_and_send_it() -> None:
    _, photo = scene()
    client = browser_of(factories.people(photo.project)["reviewer"])

    opened = client.get(form_url(photo.project, query=f"?from=asset:{photo.pk}"))
    answer = client.post(form_url(photo.project), {"product": photo.pk})

    assert [opened.status_code, answer.status_code] == [403, 403]
    assert "Reviewers look and approve." in opened.content.decode()


def test_what_is_not_yours_is_not_there() -> None:
    client, photo = scene()
    theirs = factories.make_asset(factories.make_project(factories.make_user()))
    their_step = factories.make_step(theirs)

    asked = [
        form_url(theirs.project),
        form_url(photo.project, "no-such-task"),
        form_url(photo.project, query=f"?from=asset:{theirs.pk}"),
        form_url(photo.project, query="?from=asset:x"),
        form_url(photo.project, query=f"?like=step:{their_step.pk}"),
        form_url(photo.project, query="?like=step:" + "9" * 30),
    ]

    assert [client.get(address).status_code for address in asked] == [404] * len(asked)
    assert client.post(form_url(photo.project), {"product": theirs.pk}).status_code == 422


def test_typed_words_are_shown_as_text_in_the_composed_line() -> None:
    client, photo = scene()
    sent = {"product": photo.pk, "screen_text": "<script>Warm & dry</script>"}

    html = client.post(form_url(photo.project, query="?quote"), sent, headers=PART).content.decode()

    assert "<mark>“&lt;script&gt;Warm &amp; dry&lt;/script&gt;”</mark>" in html
    assert "<script>" not in html
