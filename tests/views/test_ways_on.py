"""What a refusal offers first and what it is said to cost, what compare shows when its parent is gone, whole names."""

from __future__ import annotations

import re

import pytest

from projects.failures import Code
from projects.models import Step
from projects.states import AttemptState, Bill, Status
from projects.templatetags import bills, steps
from tests import factories, paying
from tests.desk import clip_of, made_from, page, scene, with_clip

pytestmark = pytest.mark.django_db
LONG = (
    "Make the marble darker and let the light fall in from the left, a little lower than before, and warmer"
)


def test_a_blocked_request_offers_other_words_first_and_a_draft_for_nothing() -> None:
    client, photo = scene()
    step = factories.make_step(photo, Status.FAILED, code=Code.SAFETY_BLOCKED, engine="omni")

    words, draft, *_ = steps.offers(step)
    html = page(client, step.get_absolute_url())

    assert words.verb == "Change the words"
    assert words.href.endswith(f"?like=step:{step.pk}#composed")
    assert 'id="composed"' in page(client, words.href)
    assert 'Make a draft<span class="price">free</span>' in html
    assert draft.is_free
    assert re.findall(r'class="btn primary"[^>]*>([^<]+)', html) == ["Change the words"]


@pytest.mark.parametrize("cost", ["0.45", "0.003"])
@pytest.mark.parametrize(("bill", "end"), [(Bill.BILLED, " charged"), (Bill.UNKNOWN, ", bill unknown")])
def test_the_receipt_and_the_tile_have_one_word_for_what_it_cost(cost: str, bill: Bill, end: str) -> None:
    project = factories.make_project()
    paid = paying.pay(project, cost=cost, state=AttemptState.FAILED, bill=bill)
    step = Step.objects.get(pk=paid.step_id)

    assert bills.receipt(step).words == bills.in_short(step)
    assert bills.in_short(step).endswith(end)


def test_the_menu_of_compare_names_what_is_shown_beside() -> None:
    client, photo = scene()
    other, step = made_from(factories.make_asset(photo.project)), made_from(photo)

    html = page(client, f"/steps/{step.pk}/compare/?with=step:{other.pk}")

    assert re.findall(r'<option value="([^"]*)" selected', html) == [f"step:{other.pk}"]


def test_what_is_compared_with_a_deleted_upload_can_be_loaded_again() -> None:
    client, photo = scene()
    step = made_from(photo)
    type(photo).objects.filter(pk=photo.pk).update(deleted_at=step.created_at)

    html = page(client, f"/steps/{step.pk}/compare/")
    found = re.search(r'data-with="([^"]*)"', html)

    assert found
    assert "Measured" in page(client, f"/steps/{step.pk}/compare/?with={found[1]}&mode=side")


def test_home_tells_the_whole_name_of_what_waits_and_of_what_runs() -> None:
    client, photo = scene()
    for status in (Status.FAILED, Status.RUNNING):
        step = factories.make_step(photo, status)
        Step.objects.filter(pk=step.pk).update(
            name=LONG, ended_at=None if status == Status.RUNNING else step.created_at
        )

    html = page(client, "/")

    assert html.count(LONG) >= 2
    assert not [
        tag for tag in re.findall(rf"<a class=\"([^\"]*)\"[^>]*>{LONG}", html) if "clip" in tag.split()
    ]


def test_the_heading_of_a_page_tells_the_whole_name_and_cuts_nothing() -> None:
    client, photo = scene()
    type(photo).objects.filter(pk=photo.pk).update(name=LONG)
    step = made_from(photo)
    Step.objects.filter(pk=step.pk).update(name=LONG)
    addresses = [f"/steps/{step.pk}/", f"/steps/{step.pk}/compare/", photo.get_absolute_url()]

    headings = [re.findall(r"<h1\b.*?</h1>", page(client, address), re.DOTALL) for address in addresses]

    for [heading] in headings:
        assert LONG in heading
        assert "clip" not in heading


def test_every_version_in_the_menu_of_compare_has_the_number_of_the_tree() -> None:
    client, photo = scene()
    step, *others = [made_from(photo) for _ in range(3)]

    html = page(client, f"/steps/{step.pk}/compare/")

    versions = [(f"step:{other.pk}", f"v{number} {other.name}") for number, other in enumerate(others, 2)]
    assert re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)', html) == [
        (f"asset:{photo.pk}", photo.name),
        *versions,
    ]


def test_a_clip_of_ours_that_begins_a_new_chain_is_filed_as_an_edit_and_not_as_an_upload() -> None:
    client, photo = scene()
    ours, upload = with_clip(photo).output, clip_of(photo.project)
    assert ours is not None
    said = {"engine": "draft", "kind": "own", "change": "add a palm"}
    new, other = (factories.make_order(clip, "edit-video", **said).steps.get() for clip in (ours, upload))

    pages = [page(client, step.get_absolute_url()) for step in (new, other)]
    tiles = page(client, f"/projects/{photo.project_id}/").split("<article")

    filed = [re.findall(r"<dt>Task</dt><dd>([^<]+)", html) for html in pages]
    assert filed == [["Edit clip"], ["Edit uploaded video"]]
    assert "</span> Add a palm</h1>" in pages[0]
    (tile,) = (one for one in tiles if f'data-step="{new.pk}"' in one)
    assert "Add a palm" in tile
    assert ">Edit clip<" in tile
