"""The form of a task: how it opens, what it keeps, what it says on every change, and the order that it places."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects import catalogue
from projects.models import Asset, Order, Project, Step
from projects.states import Status
from tests import factories

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}
CUES = {"cues-0-start": "0.5", "cues-0-end": "0:02,5", "cues-0-text": "After the heat."}
SRT = b"1\n00:00:00,500 --> 00:00:02,000\nAfter the heat.\n"


def scene() -> tuple[Client, Asset]:
    """Return an owner's browser and a photo in an otherwise empty project."""
    project = factories.make_project()
    return browser_of(project.created_by), factories.make_asset(project)


def browser_of(user: Any) -> Client:
    """Return a browser of this person; without one nobody is signed in."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def clip_of(project: Project) -> Asset:
    """Return a clip of six seconds, as a row."""
    facts = {"kind": "video", "rate": "24", "frames": 144, "notes": [], "pictures": {}}
    return factories.make_asset(
        project, kind="video", name="clip.mp4", width=960, height=540, seconds=6, facts=facts
    )


def url(project: Project, task: str = "animate-product", query: str = "") -> str:
    """Return the address of a task's form."""
    return f"/projects/{project.pk}/make/{task}/{query}"


def page(client: Client, address: str) -> str:
    """Return a page that answers with 200."""
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def field(html: str, name: str, value: str = "") -> str:
    """Return the tag of a form's field; of a choice, the one with this value."""
    tags = re.findall(rf'<(?:input|textarea|select)[^>]*name="{name}"[^>]*>', html)
    return next(tag for tag in tags if not value or f'value="{value}"' in tag)


@pytest.mark.parametrize("slug", list(catalogue.all_tasks()))
def test_every_task_opens_with_all_its_inputs_and_controls(slug: str) -> None:
    client, photo = scene()
    task = catalogue.get(slug)
    start = photo if "image" in task.slots[0].kinds else clip_of(photo.project)

    html = page(client, url(photo.project, slug, f"?from=asset:{start.pk}"))

    drawn = set(re.findall(r'name="([a-z_0-9]+)(?:-\d|")', html))
    wanted = {slot.role for slot in task.slots} | {control.name for control in task.controls}
    assert wanted - {"cue_file"} <= drawn
    assert re.search(r'<span class="price">free</span>', html)
    assert "aria-invalid" not in html


def test_a_form_that_is_opened_from_a_photo_holds_it_and_its_price() -> None:
    client, photo = scene()

    html = page(client, url(photo.project, query=f"?from=asset:{photo.pk}"))

    assert "checked" in field(html, "product", str(photo.pk))
    assert "One continuous, unbroken 5-second shot, 16:9" in html
    assert "Make a draft" in html
    assert "Usually about" in html


def test_a_sent_form_becomes_one_queued_step() -> None:
    client, photo = scene()

    answer = client.post(url(photo.project), {"product": photo.pk, "camera": "orbit", "seconds": "4"})

    step = Step.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/steps/{step.pk}/")
    assert step.order.controls["camera"] == "orbit"
    assert (step.status, step.source) == (Status.QUEUED, photo)


def test_a_double_click_is_one_order() -> None:
    client, photo = scene()
    sent = {"product": photo.pk, "request_key": str(uuid.uuid4())}

    answers = [client.post(url(photo.project), sent) for _ in range(2)]

    assert answers[0]["Location"] == answers[1]["Location"]
    assert Order.objects.count() == 1


def test_htmx_is_sent_to_the_new_step() -> None:
    client, photo = scene()

    answer = client.post(url(photo.project), {"product": photo.pk}, headers=PART)

    assert answer["HX-Redirect"] == f"/steps/{Step.objects.get().pk}/"


def test_a_wrong_field_answers_422_with_its_sentence_its_text_and_the_focus() -> None:
    client, photo = scene()

    answer = client.post(
        url(photo.project), {"product": photo.pk, "seconds": "900", "screen_text": "Warm stone."}
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

    answer = client.post(url(photo.project), {"seconds": "5"})

    assert answer.status_code == 422
    assert "Choose something for “Product photo”." in answer.content.decode()


def test_what_the_task_itself_refuses_stands_at_its_field() -> None:
    client, photo = scene()
    shots = {"shots-0-start": "0", "shots-0-end": "9", "shots-0-action": "It turns."}

    html = client.post(url(photo.project), {"product": photo.pk, "seconds": "5", **shots}).content.decode()

    assert re.search(r'id="shots-err".{0,500}The shots run to 9 s', html, re.S)
    assert 'value="It turns."' in field(html, "shots-0-action")


def test_the_engines_refusal_is_said_and_keeps_the_other_choices_on() -> None:
    client, photo = scene()

    sent = {"product": photo.pk, "action": "own", "own_action": "It pours itself."}
    answer = client.post(url(photo.project), sent)
    html = answer.content.decode()

    assert answer.status_code == 422
    assert 'role="alert"' in html
    assert "A draft moves the camera, not the product." in html
    assert "disabled" not in field(html, "camera", "orbit")


def test_a_choice_that_no_engine_can_do_is_off_with_the_reason() -> None:
    client, photo = scene()

    animate = page(client, url(photo.project, query=f"?from=asset:{photo.pk}"))
    place = page(client, url(photo.project, "replace-background", f"?from=asset:{photo.pk}"))

    assert "disabled" in field(animate, "action", "spin")
    assert "disabled" not in field(animate, "action", "still")
    assert "<b>Spin, Pour, Open, Splash, Own</b>" in animate
    assert "disabled" in field(place, "place", "scene")
    assert "disabled" not in field(place, "place", "gradient")


def test_a_recheck_answers_the_line_the_price_and_the_notes() -> None:
    client, photo = scene()
    sent = {"product": photo.pk, "camera": "crane", "sound": "Wind.", "shown": str(photo.pk)}

    html = client.post(url(photo.project, query="?quote"), sent, headers=PART).content.decode()

    assert "The camera cranes up" in html
    assert "A draft is silent." in html
    assert re.search(r'id="pay" hx-swap-oob="true"', html)
    assert 'id="start"' not in html
    assert not Order.objects.exists()


def test_a_recheck_with_another_photo_brings_its_stage() -> None:
    client, photo = scene()
    other = factories.make_asset(photo.project, name="other.jpg")

    sent = {"product": other.pk, "shown": str(photo.pk)}
    html = client.post(url(photo.project, query="?quote"), sent, headers=PART).content.decode()

    assert 'id="start"' in html
    assert "other.jpg" in html


def test_a_recheck_says_what_is_missing_and_marks_no_field() -> None:
    client, photo = scene()
    clip = clip_of(photo.project)

    sent = {"video": clip.pk}
    html = client.post(url(photo.project, "add-subtitles", "?quote"), sent, headers=PART).content.decode()

    assert "Type at least one subtitle, or choose an SRT or VTT file." in html
    assert "Not complete yet." in html


def test_what_is_typed_is_kept_until_it_is_sent() -> None:
    client, photo = scene()
    sent = {"product": photo.pk, "screen_text": "After the heat.", "camera": "tilt"}
    client.post(url(photo.project, query="?quote"), sent, headers=PART)

    kept = page(client, url(photo.project))
    client.post(url(photo.project), sent)
    fresh = page(client, url(photo.project))

    assert 'value="After the heat."' in field(kept, "screen_text")
    assert "checked" in field(kept, "camera", "tilt")
    assert 'value="After the heat."' not in field(fresh, "screen_text")


def test_an_input_that_was_set_to_none_is_kept_empty() -> None:
    client, photo = scene()
    clip = clip_of(photo.project)
    address = url(photo.project, "add-subtitles")
    client.post(f"{address}?quote", {"video": clip.pk, "cue_file": "", **CUES}, headers=PART)

    html = page(client, address)

    assert "After the heat." in html
    assert "is not a valid value" not in html


def test_kept_words_belong_to_one_task_of_one_project() -> None:
    client, photo = scene()
    sent = {"product": photo.pk, "instructions": "Slowly."}
    client.post(url(photo.project, query="?quote"), sent, headers=PART)

    other_task = page(client, url(photo.project, "change-lighting"))
    other_project = page(client, url(factories.make_project(photo.project.created_by, "Winter")))

    assert "Slowly." not in other_task + other_project


def test_the_settings_of_a_step_open_again() -> None:
    client, photo = scene()
    given = {"camera": "orbit", "seconds": "7", "box-0": "10", "box-1": "20", "box-2": "30", "box-3": "40"}
    step = factories.make_order(photo, **given).steps.get()

    html = page(client, url(photo.project, query=f"?like=step:{step.pk}"))

    assert "checked" in field(html, "camera", "orbit")
    assert "checked" in field(html, "product", str(photo.pk))
    assert 'value="7"' in field(html, "seconds")
    assert all(f'value="{10 * (n + 1)}"' in field(html, f"box-{n}") for n in range(4))


def test_another_file_can_be_chosen_for_the_same_settings() -> None:
    client, photo = scene()
    step = factories.make_order(photo, camera="orbit").steps.get()

    html = page(client, url(photo.project, query=f"?like=step:{step.pk}&without=files"))

    assert "checked" in field(html, "camera", "orbit")
    assert "checked" not in field(html, "product", str(photo.pk))


def test_a_version_that_has_no_result_yet_opens_an_empty_form() -> None:
    client, photo = scene()
    step = factories.make_step(photo)

    html = page(client, url(photo.project, query=f"?from=step:{step.pk}"))

    assert "Nothing chosen yet." in html


def test_lines_without_javascript_arrive_as_subtitles() -> None:
    client, photo = scene()
    clip = clip_of(photo.project)

    answer = client.post(url(photo.project, "add-subtitles"), {"video": clip.pk, **CUES})

    assert answer.status_code == 302
    assert Order.objects.get().controls["cues"] == [{"start": 0.5, "end": 2.5, "text": "After the heat."}]


def test_an_optional_input_may_be_set_to_none() -> None:
    client, photo = scene()
    clip = clip_of(photo.project)

    answer = client.post(url(photo.project, "add-subtitles"), {"video": clip.pk, "cue_file": "", **CUES})

    assert answer.status_code == 302
    assert Order.objects.get().inputs == {"video": [clip.pk]}


def test_a_subtitle_file_can_be_given_on_the_form() -> None:
    client, photo = scene()
    clip = clip_of(photo.project)
    file = io.BytesIO(SRT)
    file.name = "words.srt"

    answer = client.post(url(photo.project, "add-subtitles"), {"video": clip.pk, "cue_file-file": file})

    assert answer.status_code == 302
    assert Order.objects.get().inputs["cue_file"] == [Asset.objects.get(kind="captions").pk]


def test_a_broken_subtitle_file_is_refused_at_its_slot() -> None:
    client, photo = scene()
    clip = clip_of(photo.project)
    file = io.BytesIO(b"\x00\x01\x02 no words")
    file.name = "words.srt"

    answer = client.post(url(photo.project, "add-subtitles"), {"video": clip.pk, "cue_file-file": file})

    assert answer.status_code == 422
    assert 'id="cue_file-err"' in answer.content.decode()


def test_a_reviewer_sees_the_form_and_cannot_send_it() -> None:
    _, photo = scene()
    client = browser_of(factories.people(photo.project)["reviewer"])

    html = page(client, url(photo.project, query=f"?from=asset:{photo.pk}"))
    answer = client.post(url(photo.project), {"product": photo.pk})

    assert 'type="submit"' not in html
    assert "Reviewers look and approve." in html
    assert answer.status_code == 403


def test_what_is_not_yours_is_not_there() -> None:
    client, photo = scene()
    theirs = factories.make_asset(factories.make_project(factories.make_user()))
    their_step = factories.make_step(theirs)

    asked = [
        url(theirs.project),
        url(photo.project, "no-such-task"),
        url(photo.project, query=f"?from=asset:{theirs.pk}"),
        url(photo.project, query="?from=asset:x"),
        url(photo.project, query=f"?like=step:{their_step.pk}"),
        url(photo.project, query="?like=step:" + "9" * 30),
    ]

    assert [client.get(address).status_code for address in asked] == [404] * len(asked)
    assert client.post(url(photo.project), {"product": theirs.pk}).status_code == 422


def test_the_form_asks_as_many_questions_for_forty_files_as_for_four() -> None:
    client, photo = scene()
    address = url(photo.project, query=f"?from=asset:{photo.pk}")
    counts = []
    for more in (3, 36):
        for number in range(more):
            factories.make_asset(photo.project, name=f"{more}-{number}.jpg")
        page(client, address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(client, address)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 20
