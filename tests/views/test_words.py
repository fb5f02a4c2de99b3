"""Tasks that begin with words: their form opens without a file, warns of what goes wrong, and is ordered."""

from __future__ import annotations

import pytest

from projects.models import Order, Step
from tests import factories
from tests.desk import PART, browser_of, field, form_url, page, scene

pytestmark = pytest.mark.django_db


def test_a_task_without_inputs_opens_in_an_empty_project_and_says_what_to_do() -> None:
    project = factories.make_project()

    html = page(browser_of(project.created_by), form_url(project, "clip-from-text"))

    assert "Write what you want to see." in html
    assert "Describe the scene in a sentence or two." in html
    assert 'data-lint="' not in html


def test_what_goes_wrong_stands_under_the_line_with_its_fix() -> None:
    client, photo = scene()
    sent = {"scene": "A street without people. After 9 seconds it rains."}

    html = client.post(
        form_url(photo.project, "clip-from-text", "?quote"), sent, headers=PART
    ).content.decode()

    assert 'data-lint="negation"' in html
    assert "Say what should be seen: an empty, quiet place." in html
    assert "the clip ends at 5 s" in html


def test_words_alone_become_a_queued_step_that_carries_their_prompt() -> None:
    project = factories.make_project()
    sent = {"scene": "Waves roll onto a beach."}

    browser_of(project.created_by).post(form_url(project, "clip-from-text"), sent)

    step = Step.objects.get()
    assert (step.status, step.engine, step.ability, step.source) == ("queued", "draft", "video.text", None)
    assert step.prompt.startswith("One continuous, unbroken shot, no cuts. Waves roll onto a beach.")


def test_each_take_is_a_step_of_its_own_with_its_own_seed() -> None:
    project = factories.make_project()
    sent = {"idea": "A lighthouse", "takes": "3", "seed": "7"}

    browser_of(project.created_by).post(form_url(project, "concept-images"), sent)

    assert sorted(Order.objects.get().steps.values_list("seed", flat=True)) == [7, 8, 9]


def test_the_first_picture_of_any_role_stands_on_the_stage() -> None:
    client, photo = scene()
    sent = {"style": photo.pk, "shown": ""}

    html = client.post(
        form_url(photo.project, "clip-from-references", "?quote"), sent, headers=PART
    ).content.decode()

    assert "The first image is only the style" in html
    assert f'name="shown" value="{photo.pk}"' in html


def test_a_morph_is_off_until_a_model_can_do_it() -> None:
    client, photo = scene()
    both = f"?from=asset:{photo.pk}"

    html = page(client, form_url(photo.project, "bridge-frames", both))

    assert "disabled" in field(html, "how", "morph")
    assert "A morph needs a Gemini engine." in html
    assert "disabled" not in field(html, "how", "match-cut")
