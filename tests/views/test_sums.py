"""Amounts on screen: they add up, a line keeps one precision, and nothing says the same twice."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from projects import catalogue
from projects.catalogue.base import Given
from projects.models import Budget, Project, Role, Step
from projects.policies import REFUSALS, Ability
from projects.prompts import compose
from projects.templatetags.money import exactly, usd
from projects.templatetags.words import linked
from projects.views.launch import usual_seconds
from tests import desk, factories, paying

pytestmark = pytest.mark.django_db
COSTS = ("0.036696", "0.035001", "0.036696", "0.349167", "0.350952")


def words(html: str) -> str:
    """Return what a page says, without its tags and on one line."""
    return " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def dollars(html: str) -> list[Decimal]:
    """Return the amounts in a piece of a page."""
    return [Decimal(found) for found in re.findall(r"\$(\d+\.\d+)", html)]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0.036696", "$0.037"),
        ("0.35", "$0.35"),
        ("0.0004", "under $0.001"),
        ("0", "$0.00"),
        ("0.9996", "$1.000"),
        ("1.39706", "$1.40"),
        ("1234.5", "$1,234.50"),
    ],
)
def test_less_than_a_dollar_shows_tenths_of_a_cent_where_it_has_them(amount: str, said: str) -> None:
    assert usd(Decimal(amount)) == said


def test_what_has_to_add_up_shows_all_its_places() -> None:
    assert [exactly(Decimal(text), 3) for text in ("0.036696", "2.8", "0")] == [
        "$0.036696",
        "$2.800",
        "$0.000",
    ]


def test_rows_of_the_spend_page_add_up_to_its_total() -> None:
    project = factories.make_project()
    for number, cost in enumerate(COSTS):
        paying.pay(project, cost=cost, task=("edit-image", "animate-product")[number % 2])

    page = desk.page(_browser(project), f"/projects/{project.pk}/spend/")
    ledger = re.findall(r'<td class="r b">(\$[\d.]+)</td>', page.split('id="ledger"')[1])
    tasks = re.findall(r'<td class="r b">(\$[\d.]+)</td>', page.split('id="by-task"')[1].split("</table>")[0])

    assert "Spent, this month $0.809 5 attempts" in words(page)
    assert [len(ledger), len(tasks)] == [5, 2]
    assert sum(dollars(" ".join(ledger))) == sum(dollars(" ".join(tasks))) == Decimal("0.808512")


def _browser(project: Project) -> Client:
    client = Client()
    client.force_login(project.created_by)
    return client


def test_an_extension_is_counted_by_the_seconds_that_it_added() -> None:
    project = factories.make_project()
    step = paying.pay(project, cost="0.35", task="extend-clip", name="5 s more", seconds=10).step
    clip = factories.make_asset(project, kind="video", name="clip.mp4", seconds=5)
    Step.objects.filter(pk=step.pk).update(ability="video.extend", source=clip)

    ledger = words(desk.page(_browser(project), f"/projects/{project.pk}/spend/")).split("Ledger")[1]

    assert re.search(r"5 s more .* 5 s \$0\.60 \$0\.35 Billed", ledger)


def test_a_deleted_clip_stays_in_the_price_of_a_second() -> None:
    project = factories.make_project()
    paying.pay(project, cost="0.30", seconds=3)
    Step.objects.filter(pk=paying.pay(project, cost="0.30", seconds=3).step_id).update(
        deleted_at=timezone.now()
    )
    client = _browser(project)

    for address in (f"/projects/{project.pk}/spend/", "/spend/"):
        assert "$0.10 per finished second. Deleted clips count" in words(desk.page(client, address))


def test_a_used_up_budget_is_told_once_with_its_remedy(settings: Any) -> None:
    settings.GEMINI_API_KEY = "emulated-key-0123456789"
    client, photo = desk.scene()
    Budget.objects.create(scope="project", project=photo.project, limit_usd="0.01")
    address = f"/projects/{photo.project_id}/make/concept-images/"

    sent = {"idea": "A bottle at the sea", "ratio": "1:1", "takes": "4", "size": "1K", "model": "fast"}
    checked = client.post(f"{address}?quote", {**sent, "grounding": "on"}).content.decode()
    price = re.search(r'name="quote-nano-banana"[^>]*value="([\d.]+)"', checked)
    assert price
    pressed = client.post(address, {**sent, "engine": "nano-banana", "quote-nano-banana": price[1]})
    refused = pressed.content.decode()

    assert pressed.status_code == 402
    assert [words(html).count(" left, which is not enough.") for html in (checked, refused)] == [1, 1]
    assert "This may cost" not in refused
    assert "Everything this task needs is here." not in checked + refused
    assert "Render 4 images" in words(checked)
    assert f'href="/projects/{photo.project_id}/budget/"' in refused
    assert "producer" not in words(refused)
    assert "make a draft" not in words(checked)
    assert "make a draft" in words(refused)


def test_who_may_not_change_a_budget_is_told_whom_to_ask(settings: Any) -> None:
    settings.GEMINI_API_KEY = "emulated-key-0123456789"
    _, photo = desk.scene()
    Budget.objects.create(scope="project", project=photo.project, limit_usd="0.01")
    client = Client()
    client.force_login(factories.make_member(photo.project.team, Role.EDITOR))

    sent = {"idea": "A bottle at the sea", "ratio": "1:1", "takes": "1", "size": "1K", "model": "fast"}
    checked = client.post(f"/projects/{photo.project_id}/make/concept-images/?quote", sent).content.decode()

    assert "Ask a producer to raise it, or make a draft." in words(checked)
    assert "Change budget" not in checked


def test_a_reviewer_reads_who_can_make_it() -> None:
    _, photo = desk.scene()
    client = Client()
    client.force_login(factories.make_member(photo.project.team, Role.REVIEWER))

    answer = client.get(f"/projects/{photo.project_id}/make/animate-product/")

    assert answer.status_code == 403
    assert REFUSALS[Ability.MAKE] in answer.content.decode()


def test_a_page_that_was_looked_up_is_a_whole_link() -> None:
    address = "https://www.google.com/search?q=A+bottle+on+warm+stone+at+the+sea.&hl=en"

    said = linked(f"Looked up on the web: Google, “A <bottle>”, {address}")

    assert f'href="{escape(address)}"' in said
    assert ">Google, “A &lt;bottle&gt;”</a>" in said
    assert linked("Cut to 5 s <now>.") == "Cut to 5 s &lt;now&gt;."


def test_the_clip_of_a_new_place_keeps_the_picked_still_and_not_the_photo() -> None:
    task = catalogue.get("animate-product")
    controls = {control.name: control.default for control in task.controls}
    still, clip = task.build(Given({**controls, "background": "new", "scene": "a beach"}, {})).stages

    assert "The background stays as in the picture." in compose.prompt(clip.wish)
    assert "as in the photo" not in compose.prompt(still.wish) + compose.prompt(clip.wish)


def test_a_reviewer_reads_no_heading_over_nothing() -> None:
    project = factories.make_project()
    step = paying.pay(project).step
    client = Client()
    client.force_login(factories.make_member(project.team, Role.REVIEWER))

    assert "Change one thing" not in desk.page(client, f"/steps/{step.pk}/")
    assert "Change one thing" in desk.page(_browser(project), f"/steps/{step.pk}/")


def test_keys_and_upload_keep_the_way_back() -> None:
    project = factories.make_project()
    client = _browser(project)

    keys = desk.page(client, f"/teams/{project.team_id}/doors/")
    upload = desk.page(client, f"/projects/{project.pk}/upload/")

    assert 'aria-label="Main"' in keys
    assert (
        f'href="/projects/{project.pk}/spend/"' in upload.split('aria-label="Project"')[1].split("</nav>")[0]
    )


def test_a_card_tells_no_time_where_drafts_and_renders_are_mixed() -> None:
    start = timezone.now()
    ran = [("animate-product", "draft", 4), ("animate-product", "omni", 40), ("edit-image", "draft", 6)]

    usual = usual_seconds([(*row[:2], start, start + timedelta(seconds=row[2])) for row in ran])

    assert usual == {"edit-image": 6.0}
