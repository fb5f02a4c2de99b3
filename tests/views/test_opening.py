"""How a task's form opens, and what it keeps."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import catalogue
from tests import factories
from tests.desk import PART, clip_of, field, form_url, page, scene

pytestmark = pytest.mark.django_db
CUES = {"cues-0-start": "0.5", "cues-0-end": "0:02,5", "cues-0-text": "After the heat."}


@pytest.mark.parametrize("slug", list(catalogue.all_tasks()))
def test_every_task_opens_with_all_its_inputs_and_controls(slug: str) -> None:
    client, photo = scene()
    task = catalogue.get(slug)
    kinds = task.slots[0].kinds if task.slots else ("image",)
    start = photo if "image" in kinds else clip_of(photo.project)

    html = page(client, form_url(photo.project, slug, f"?from=asset:{start.pk}"))

    drawn = set(re.findall(r'name="([a-z_0-9]+)(?:-\d|")', html))
    wanted = {slot.role for slot in task.slots} | {control.name for control in task.controls}
    assert wanted - {"cue_file"} <= drawn
    assert re.search(r'<span class="price">free</span>', html)
    assert "aria-invalid" not in html


def test_a_form_that_is_opened_from_a_photo_holds_it_and_its_price() -> None:
    client, photo = scene()

    html = page(client, form_url(photo.project, query=f"?from=asset:{photo.pk}"))

    assert "checked" in field(html, "product", str(photo.pk))
    assert "One continuous, unbroken shot, no cuts." in html
    assert "Make a draft" in html
    assert "Usually about" in html


def test_what_is_typed_is_kept_until_it_is_sent() -> None:
    client, photo = scene()
    sent = {"product": photo.pk, "screen_text": "After the heat.", "camera": "tilt"}
    client.post(form_url(photo.project, query="?quote"), sent, headers=PART)

    kept = page(client, form_url(photo.project))
    client.post(form_url(photo.project), sent)
    fresh = page(client, form_url(photo.project))

    assert 'value="After the heat."' in field(kept, "screen_text")
    assert "checked" in field(kept, "camera", "tilt")
    assert 'value="After the heat."' not in field(fresh, "screen_text")


def test_an_input_that_was_set_to_none_is_kept_empty() -> None:
    client, photo = scene()
    clip = clip_of(photo.project)
    address = form_url(photo.project, "add-subtitles")
    client.post(f"{address}?quote", {"video": clip.pk, "cue_file": "", **CUES}, headers=PART)

    html = page(client, address)

    assert "After the heat." in html
    assert "is not a valid value" not in html


def test_kept_words_belong_to_one_task_of_one_project() -> None:
    client, photo = scene()
    sent = {"product": photo.pk, "instructions": "Slowly."}
    client.post(form_url(photo.project, query="?quote"), sent, headers=PART)

    other_task = page(client, form_url(photo.project, "change-lighting"))
    other_project = page(client, form_url(factories.make_project(photo.project.created_by, "Winter")))

    assert "Slowly." not in other_task + other_project


def test_the_settings_of_a_step_open_again() -> None:
    client, photo = scene()
    given = {"camera": "orbit", "seconds": "7", "box-0": "10", "box-1": "20", "box-2": "30", "box-3": "40"}
    step = factories.make_order(photo, **given).steps.get()

    html = page(client, form_url(photo.project, query=f"?like=step:{step.pk}"))

    assert "checked" in field(html, "camera", "orbit")
    assert "checked" in field(html, "product", str(photo.pk))
    assert 'value="7"' in field(html, "seconds")
    assert all(f'value="{10 * (n + 1)}"' in field(html, f"box-{n}") for n in range(4))


def test_another_file_can_be_chosen_for_the_same_settings() -> None:
    client, photo = scene()
    step = factories.make_order(photo, camera="orbit").steps.get()

    html = page(client, form_url(photo.project, query=f"?like=step:{step.pk}&without=files"))

    assert "checked" in field(html, "camera", "orbit")
    assert "checked" not in field(html, "product", str(photo.pk))


def test_a_version_that_has_no_result_yet_opens_an_empty_form() -> None:
    client, photo = scene()
    step = factories.make_step(photo)

    html = page(client, form_url(photo.project, query=f"?from=step:{step.pk}"))

    assert "Nothing chosen yet." in html


def test_the_form_asks_as_many_questions_for_forty_files_as_for_four() -> None:
    client, photo = scene()
    address = form_url(photo.project, query=f"?from=asset:{photo.pk}")
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


def test_a_form_that_opens_as_it_was_left_offers_a_fresh_start() -> None:
    client, photo = scene()
    sent = {"product": photo.pk, "instructions": "Slowly."}
    client.post(form_url(photo.project, query="?quote"), sent, headers=PART)

    left = page(client, form_url(photo.project, query=f"?from=asset:{photo.pk}"))
    fresh = page(client, form_url(photo.project, query=f"?fresh&from=asset:{photo.pk}"))

    assert f'href="?fresh&amp;from=asset%3A{photo.pk}"' in left
    assert "Slowly." in left
    assert "Slowly." not in fresh


def test_a_form_too_large_to_keep_is_not_kept() -> None:
    client, photo = scene()
    points = str([[0.123, 0.456]] * 4000)
    sent = {"product": photo.pk, "instructions": "Slowly.", "strokes": points}

    answer = client.post(form_url(photo.project, query="?quote"), sent, headers=PART)

    assert answer.status_code == 200
    assert "Slowly." not in page(client, form_url(photo.project))


def test_the_words_of_an_edit_stand_open_and_the_box_beside_them() -> None:
    client, photo = scene()

    html = page(client, form_url(photo.project, "edit-image", f"?from=asset:{photo.pk}"))

    folded = re.findall(r"<details.*?</details>", html, re.DOTALL)
    for name in ("change", "kind", "box-0"):
        assert f'name="{name}"' in html
        assert not any(f'name="{name}"' in part for part in folded)
    assert "Say in one sentence what should change." in html
