"""A button names a model beside its price: where another one would take its place since, it is asked about again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from projects.models import Closure, ModelChange, Order, Step
from projects.states import Status
from tests import desk, factories
from tests.paid.conftest import CLIP, clip
from tests.paid.test_again_checked import NEW, OLD, change, of, still
from tests.paid.test_closed import project_in
from tests.paid.test_folded_words import grown

pytestmark = pytest.mark.django_db
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"[^>]*value="([^"]*)"')
ALIKE = {"video_second": {"360p": 0.0232, "720p": 0.0695, "1080p": 0.1043, "4k": 0.2085}, "video_million": 12}


@pytest.fixture(autouse=True)
def _keyed(settings: Any) -> None:
    """Give the studio a key, nobody at the provider's address, and two models at one price."""
    settings.GEMINI_API_KEY, settings.GEMINI_BASE_URL = "emulated-key-0123456789", "http://127.0.0.1:9"
    change(OLD, **ALIKE)


def hidden(html: str) -> dict[str, str]:
    """Return what a form sends along unseen."""
    return dict(HIDDEN.findall(html))


def pressed(browser: Client, address: str, sent: dict[str, Any]) -> tuple[int, str]:
    """Send a form; return the answer's status, and the page that a person ends on."""
    answer = browser.post(address, sent, follow=True)
    return answer.status_code, answer.content.decode()


def test_a_form_whose_model_was_closed_meanwhile_is_shown_anew_with_the_other_one() -> None:
    project = project_in("DE")
    photo = factories.make_asset(project, data=factories.photo_bytes(320, 180))
    browser, address = desk.browser_of(project.created_by), desk.form_url(project)
    typed = {"product": photo.pk, **CLIP}
    shown = hidden(browser.post(f"{address}?quote", typed).content.decode())
    Closure.objects.close(clip(project), "DE")
    before = Order.objects.count()

    status, html = pressed(browser, address, {**typed, **shown, "engine": "omni"})
    recheck = browser.post(f"{address}?quote", typed).content.decode()
    again = hidden(recheck)

    assert (status, Order.objects.count()) == (409, before)
    assert again["quote-omni"] == shown["quote-omni"]
    assert hidden(html)["model-omni"] == again["model-omni"] == OLD
    assert "Omni 1.1 would make this now, for $" in html
    assert [page.count("Omni 1.1 makes this instead, at the price shown.") for page in (html, recheck)] == [
        1,
        1,
    ]
    assert pressed(browser, address, {**typed, **again, "engine": "omni"})[0] == 200
    assert Step.objects.latest("pk").model == OLD


def test_a_change_of_a_picture_whose_model_has_retired_is_asked_about_again() -> None:
    _, photo = desk.scene()
    version = desk.made_from(photo)
    browser = desk.browser_of(version.order.by)
    shown = hidden(desk.page(browser, version.get_absolute_url()))
    change("gemini-nano-banana-2.1", status="retired")
    change("gemini-3-pro-image", image={"1K": 0.001, "2K": 0.001, "4K": 0.001}, image_million=1)

    sent = {**shown, "image": version.output_id, "kind": "own", "change": "red", "engine": "nano-banana"}
    status, html = pressed(browser, desk.form_url(photo.project, "edit-image"), sent)

    assert status == 409
    assert "would make this now, for $" in html


def test_a_pick_whose_model_has_retired_is_asked_about_again() -> None:
    change(NEW, **ALIKE)
    waiting = still(model_id=OLD)
    browser = desk.browser_of(waiting.order.by)
    shown = hidden(desk.page(browser, waiting.get_absolute_url()))
    change_of(OLD, status="retired")

    _, html = pressed(browser, f"/steps/{waiting.pk}/pick/", {**shown, "take": of(waiting).made_by_id})

    waiting.refresh_from_db()
    assert waiting.waits_for == "pick"
    assert "Omni 1.2 would make this now, for $" in html


def test_a_fold_whose_model_has_retired_is_asked_about_again() -> None:
    step = grown(("Lower the sun", ""))
    Step.objects.filter(pk=step.pk).update(
        engine="omni", model=OLD, status=Status.FAILED, output=None, code="chain_expired"
    )
    browser = desk.browser_of(step.order.by)
    html = desk.page(browser, step.get_absolute_url())
    form = html.split(f'action="/steps/{step.pk}/fold/"')[1].split("</form>")[0]
    usd = re.search(r'name="usd" value="([\d.]+)"', form)
    assert usd
    sent = {**hidden(form), "usd": usd[1]}
    change_of(OLD, status="retired")
    before = Order.objects.count()

    _, html = pressed(browser, f"/steps/{step.pk}/fold/", sent)

    assert Order.objects.count() == before
    assert "Omni 1.2 would make this now, for $" in html


def change_of(model: str, **values: Any) -> None:
    """Let an operator change a row that was changed already."""
    row = ModelChange.objects.get(model_id=model, door="developer")
    row.values = {**row.values, **values}
    row.save()
