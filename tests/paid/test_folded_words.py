"""A version rendered again from its anchor: whose words are sent, and by which model."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from projects import actions
from projects.failures import Code
from projects.models import Step
from projects.states import Status
from tests import desk, factories
from tests.emulator import Emulator
from tests.paid.conftest import CLIP
from tests.paid.test_again_checked import NEW, OLD, change, page

pytestmark = pytest.mark.django_db
MUCH = Decimal(1000)
HERON = "MY OWN WORDS about a heron"
SAME = "Keep everything else the same."


def grown(*said: tuple[str, str], anchor: str = "", engine: str = "draft") -> Step:
    """Return the last version of a clip after these changes, each with what was sent in its place, if anything."""
    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    step = made(replace(factories.make_ask(photo, engine=engine, **CLIP), prompt=anchor))
    for words, own in said:
        assert step.output is not None
        edit = factories.make_ask(step.output, "edit-clip", engine="draft", kind="own", change=words)
        step = made(replace(edit, prompt=own))
    return step


def made(ask: actions.orders.Ask) -> Step:
    """Return the finished step of a request."""
    asset = next(assets[0] for assets in ask.assets.values())
    order = actions.orders.request(asset.project.created_by, asset.project, replace(ask, quote=MUCH))
    step = order.steps.get()
    output = desk.clip_of(asset.project, made_by=step)
    Step.objects.filter(pk=step.pk).update(status=Status.SUCCEEDED, output=output)
    return Step.objects.get(pk=step.pk)


def folded(step: Step) -> actions.orders.Checked:
    return actions.orders.checked(actions.chains.folded(step.order.by, step))


def test_a_fold_begins_with_the_anchors_own_words() -> None:
    found = folded(grown(("Lower the sun", ""), ("Add a palm", ""), anchor=HERON))

    assert found.is_own
    assert found.prompt.split("\n") == [HERON, "Lower the sun.", "Add a palm."]


def test_a_change_in_own_words_is_folded_as_those_words() -> None:
    step = grown(("Lower the sun", ""), ("Add a palm", f"Put a palm behind it. {SAME}"), ("Add fog", ""))

    found = folded(step)

    first, *later = found.prompt.split("\n")
    assert first.endswith("Lower the sun.")
    assert "Add a palm" not in found.prompt
    assert later == ["Put a palm behind it.", "Add fog."]


def test_a_fold_without_own_words_is_composed_as_before() -> None:
    found = folded(grown(("Lower the sun", ""), ("Add a palm", "")))

    assert not found.is_own
    assert found.prompt.endswith("Lower the sun. Add a palm.")


def test_own_words_stand_on_the_fold_and_can_be_changed_there() -> None:
    step = grown(("Lower the sun", ""), anchor=HERON)
    Step.objects.filter(pk=step.pk).update(status=Status.FAILED, output=None, code=Code.CHAIN_EXPIRED)

    html = page(step)
    browser = desk.browser_of(step.order.by)
    browser.post(f"/steps/{step.pk}/fold/", {"usd": "0"})
    browser.post(f"/steps/{step.pk}/fold/", {"usd": "0", "prompt": "Two herons."})

    assert re.search(rf'<textarea[^>]*name="prompt"[^>]*>{HERON}\nLower the sun\.</textarea>', html)
    kept, changed = Step.objects.order_by("-pk")[:2][::-1]
    assert (kept.prompt, kept.prompt_is_own) == (f"{HERON}\nLower the sun.", True)
    assert (changed.prompt, changed.prompt_is_own) == ("Two herons.", True)


def test_a_fold_keeps_the_model_of_its_version(emulator: Emulator) -> None:
    step = grown(("Lower the sun", ""))
    Step.objects.filter(pk=step.pk).update(engine="omni", model=OLD)
    step.refresh_from_db()

    before = folded(step).offer
    change(OLD, status="retired")
    after = folded(step).offer

    assert before.request.model is not None
    assert after.request.model is not None
    assert [before.request.model.id, after.request.model.id] == [OLD, NEW]
    assert f"{OLD} has retired. Omni 1.2 makes this instead, at the price shown." in after.verdict.notes


def longer(step: Step) -> Step:
    """Return a version that lets this one run on."""
    assert step.output is not None
    return made(factories.make_ask(step.output, "extend-clip", engine="draft", next="the camera rises"))


def test_what_was_added_at_the_end_is_not_folded_and_the_button_says_so() -> None:
    step = longer(grown(("Lower the sun", ""), ("Add a palm", "")))

    ask = actions.chains.folded(step.order.by, step)

    assert ask.name == "2 changes folded in"
    assert "rises" not in actions.orders.checked(ask).prompt
    assert actions.chains.left_out(step) == "3 s: what was added at the end is not in it."
    assert step.parent is not None
    assert actions.chains.left_out(step.parent) == ""


def test_where_a_clip_was_only_let_run_on_there_is_nothing_to_fold() -> None:
    step = longer(grown())

    with pytest.raises(actions.Refused, match="nothing to fold in"):
        actions.chains.folded(step.order.by, step)
    assert actions.chains.price_of_fold(step.order.by, step) is None
