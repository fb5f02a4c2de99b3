"""Which model a price stands for is said beside it, and only what is there is offered. Rows and pages, no call."""

from __future__ import annotations

from typing import Any

import pytest

from projects.failures import Code
from projects.models import Asset, Attempt, Closure, Step
from projects.states import AttemptState, Status
from projects.templatetags import steps
from tests import desk, factories
from tests.paid.conftest import CLIP, clip
from tests.paid.stills import edit
from tests.paid.test_again_checked import NEW, OLD, change
from tests.paid.test_again_checked import still as picture_before_clip
from tests.paid.test_closed import project_in
from tests.paid.test_other_model import hidden
from tests.paid.test_refused_chain import changed, failed, kept, seen, shut

pytestmark = pytest.mark.django_db
INSTEAD = "Omni 1.1 makes this instead, at the price shown."
RETIRED = "gemini-omni-flash-preview has retired. Omni 1.2 makes this instead, at the price shown."
PICTURES, PRO = "gemini-nano-banana-2.1", "gemini-3-pro-image"


@pytest.fixture(autouse=True)
def _keyed(settings: Any) -> None:
    """Give the studio a key; nobody is at the provider's address."""
    settings.GEMINI_API_KEY, settings.GEMINI_BASE_URL = "emulated-key-0123456789", "http://127.0.0.1:9"


def photo_in(country: str = "DE") -> Asset:
    """Return a photo of a project there."""
    return factories.make_asset(project_in(country), data=factories.photo_bytes(320, 180))


def opened(photo: Asset, query: str = "") -> str:
    """Return the form of a clip as it opens with a photo."""
    query = f"?from=asset:{photo.pk}{query}"
    return desk.page(
        desk.browser_of(photo.project.created_by), desk.form_url(photo.project, "animate-product", query)
    )


@pytest.mark.parametrize("query", ["", "&engine=omni", "&engine=draft"])
def test_the_model_that_takes_the_place_of_a_closed_one_is_said_at_the_price(query: str) -> None:
    photo = photo_in()
    Closure.objects.close(clip(photo.project), "DE")

    html = opened(photo, query)

    assert hidden(html)["model-omni"] == OLD
    assert html.count(INSTEAD) == 1
    assert INSTEAD in html.split('id="pay"')[1]


def test_a_recheck_says_it_too() -> None:
    photo = photo_in()
    Closure.objects.close(clip(photo.project), "DE")
    browser = desk.browser_of(photo.project.created_by)

    answer = browser.post(f"{desk.form_url(photo.project)}?quote", {"product": photo.pk, **CLIP})

    assert answer.content.decode().count(INSTEAD) == 1


@pytest.mark.parametrize("engine", ["", "&engine=omni"])
def test_a_retired_model_of_the_address_is_said_to_have_retired(engine: str) -> None:
    html = opened(photo_in(), f"{engine}&model=gemini-omni-flash-preview")

    assert hidden(html)["model-omni"] == NEW
    assert html.count(RETIRED) == 1


def test_a_model_of_a_later_stage_is_said_once() -> None:
    photo = photo_in()
    Closure.objects.close(clip(photo.project), "DE")
    sent = {"product": photo.pk, **CLIP, "background": "new", "scene": "a ledge", "takes": "1"}

    answer = desk.browser_of(photo.project.created_by).post(f"{desk.form_url(photo.project)}?quote", sent)

    html = answer.content.decode()
    assert OLD in hidden(html)["model-nano-banana"]
    assert html.count(INSTEAD) == 1


@pytest.mark.parametrize("model", ["nonsense", "gemini-3.1-flash-image"])
def test_a_model_of_the_address_that_makes_nothing_here_is_left_out(model: str) -> None:
    html = opened(photo_in(), f"&engine=omni&model={model}")

    assert hidden(html)["model-omni"] == NEW
    assert "No engine here can do this" not in html


def test_a_sent_model_that_is_not_there_is_refused_without_a_word_of_a_key() -> None:
    photo = photo_in()
    sent = {"product": photo.pk, **CLIP, "engine": "omni", "model_id": "nonsense"}

    html = desk.browser_of(photo.project.created_by).post(desk.form_url(photo.project), sent).content.decode()

    assert "No model here can do this, set as it is. Choose another one." in html
    assert "A Gemini key" not in html


def test_a_named_model_that_is_closed_leads_to_another_one_only_where_there_is_one() -> None:
    photo = photo_in()
    step = clip(photo.project)
    Closure.objects.close(step, "DE")
    one = opened(photo, f"&model={NEW}")
    Step.objects.filter(pk=step.pk).update(model=OLD)
    Closure.objects.close(Step.objects.get(pk=step.pk), "DE")

    both = opened(photo, f"&model={NEW}")

    assert "The provider refused this for Omni 1.2" in one
    assert "Choose another model." in one
    assert "The provider refused this for Omni 1.2" in both
    assert "Choose another model" not in both


def still() -> Step:
    """Return a picture that Nano Banana made, in a conversation that the provider keeps."""
    step = edit(photo_in())
    output = factories.make_asset(step.project, made_by=step, data=factories.photo_bytes(320, 180))
    ticket = {"id": f"interaction-{step.pk}", "api_version": "v1beta", "model": step.model}
    Attempt.objects.filter(step=step).update(
        state=AttemptState.STORED, ticket=ticket, ended_at=step.created_at
    )
    Step.objects.filter(pk=step.pk).update(status=Status.SUCCEEDED, output=output)
    return Step.objects.get(pk=step.pk)


def test_a_still_whose_model_is_closed_is_changed_by_the_next_one_which_is_said() -> None:
    step = still()
    assert hidden(seen(step))["model-nano-banana"] == PICTURES
    Closure.objects.close(step, "DE")

    html = seen(step)
    shown = hidden(html)

    assert shown["model-nano-banana"] not in ("", PICTURES)
    assert html.count("makes this instead, at the price shown.") == 1
    sent = {**shown, "image": step.output_id, "kind": "own", "change": "red", "engine": "nano-banana"}
    answer = desk.browser_of(step.order.by).post(desk.form_url(step.project, "edit-image"), sent)
    assert answer.status_code == 302
    new = Step.objects.latest("pk")
    assert (new.model, new.parent_id) == (shown["model-nano-banana"], step.pk)


def test_a_still_stays_with_its_model_while_that_can() -> None:
    step = still()
    change(PICTURES, abilities=["image.generate"])

    assert "model-nano-banana" not in hidden(seen(step))


def refused_change() -> Step:
    """Return a change of a clip in JP that was refused, after another one; what it began with is closed too."""
    step = failed(changed(kept(changed(kept(clip(project_in("JP"))))), "Add a palm"), "JP")
    anchor = step.parent
    assert anchor is not None
    assert anchor.parent is not None
    shut(anchor.parent, "JP", "video.image")
    return step


def test_a_fold_goes_to_the_model_that_can_still_make_what_it_begins_with() -> None:
    step = refused_change()

    html = seen(step)
    form = html.split(f'action="/steps/{step.pk}/fold/"')[1].split("</form>")[0]

    assert hidden(form)["model"] == OLD
    assert form.count(INSTEAD) == 1


def test_a_pick_goes_on_with_the_model_that_can_and_says_so() -> None:
    waiting = picture_before_clip()
    Closure.objects.close(waiting, "")

    html = seen(waiting)

    assert hidden(html.split('id="picks"')[1])["model"] == OLD
    assert html.count(INSTEAD) == 1


@pytest.mark.parametrize("code", [Code.MODEL_UNAVAILABLE, Code.REGION_LIMITED])
def test_what_was_refused_as_gone_names_and_offers_only_what_is_there(code: Code) -> None:
    step = clip(project_in("DE"))
    step.attempts.update(state=AttemptState.REFUSED)
    Step.objects.filter(pk=step.pk).update(status=Status.FAILED, code=code)
    change(OLD, status="retired")
    if code == Code.REGION_LIMITED:
        Closure.objects.close(step, "DE")

    step = Step.objects.get(pk=step.pk)

    assert [offer.verb for offer in steps.offers(step)] == ["Make a draft"]
    assert "Another one can make the same" not in seen(step)
