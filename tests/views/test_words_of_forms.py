"""What a task's form says: what is missing and where, its price as a sum, and lint of what a person typed."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from projects.models import Project
from projects.prompts import lint
from projects.wish import Change, Wish
from tests.desk import PART, clip_of, field, form_url, page, scene

pytestmark = pytest.mark.django_db
DOLLARS = re.compile(r"\$([\d.]+\d)")


@pytest.fixture
def key(settings: Any) -> None:
    """Open a door of the studio; nothing is sent by a form."""
    settings.GEMINI_API_KEY = "a key for prices"


def asked(client: Client, project: Project, task: str, sent: dict[str, Any]) -> str:
    """Return what a form answers to a change of it."""
    answer = client.post(form_url(project, task, "?quote"), sent, headers=PART)
    assert answer.status_code == 200
    return str(answer.content.decode())


def pay_of(html: str) -> str:
    """Return the pay bar."""
    return html.partition('id="pay"')[2].partition('id="people"')[0]


def test_a_refusal_that_belongs_to_no_field_has_the_focus() -> None:
    client, photo = scene()

    sent = {"product": photo.pk, "action": "own", "own_action": "It pours itself."}
    answer = client.post(form_url(photo.project), sent, headers=PART)
    html = answer.content.decode()

    assert answer.status_code == 422
    [focused] = re.findall(r"<[^>]* autofocus[^>]*>", html)
    assert 'role="alert"' in focused
    assert 'tabindex="-1"' in focused


def test_a_wrong_field_keeps_the_focus() -> None:
    client, photo = scene()

    html = client.post(form_url(photo.project), {"product": photo.pk, "seconds": "900"}).content.decode()

    [focused] = re.findall(r"<[^>]* autofocus[^>]*>", html)
    assert 'name="seconds"' in focused


def test_a_missing_file_of_an_empty_project_leads_to_the_upload() -> None:
    client, photo = scene()
    photo.delete()

    html = client.post(form_url(photo.project), {"seconds": "5"}).content.decode()

    [focused] = re.findall(r"<[^>]* autofocus[^>]*>", html)
    assert "/upload/" in focused


@pytest.mark.parametrize("sent_key", [None, "", "None"])
def test_a_form_that_comes_back_always_holds_a_key_that_can_be_sent(sent_key: str | None) -> None:
    client, photo = scene()
    sent = {"product": photo.pk, "seconds": "900"} | ({} if sent_key is None else {"request_key": sent_key})

    html = client.post(form_url(photo.project), sent).content.decode()

    found = re.search(r'value="([^"]*)"', field(html, "request_key"))
    assert found
    assert uuid.UUID(found[1])


def test_an_error_of_a_field_that_the_page_does_not_draw_is_said_on_top() -> None:
    client, photo = scene()

    html = client.post(form_url(photo.project), {"product": photo.pk, "engine": "abacus"}).content.decode()

    assert re.search(r'role="alert"[^>]* autofocus.{0,900}abacus', html, re.S)


def test_the_paid_button_stays_while_something_is_missing_and_leads_to_it(key: None) -> None:
    client, photo = scene()

    pay = pay_of(page(client, form_url(photo.project, "concept-images")))
    answer = client.post(form_url(photo.project, "concept-images"), {"engine": "nano-banana"}, headers=PART)

    assert 'value="nano-banana"' in pay
    assert "Describe the idea in a sentence or two. Then the price is shown." in pay
    assert "quote-" not in pay
    assert answer.status_code == 422
    assert "autofocus" in field(answer.content.decode(), "idea")


def test_no_paid_button_stands_where_nobody_sells(key: None) -> None:
    client, photo = scene()

    assert "Then the price is shown" not in page(client, form_url(photo.project, "add-subtitles"))


def test_no_paid_button_stands_without_a_door() -> None:
    client, photo = scene()

    pay = pay_of(page(client, form_url(photo.project, "concept-images")))

    assert "Not complete yet." in pay
    assert "Render" not in pay


@pytest.mark.parametrize(
    ("task", "sent", "takes"),
    [
        ("concept-images", {"idea": "A cup on a stone", "takes": "3"}, 3),
        ("concept-images", {"idea": "A cup", "takes": "1", "grounding": "on", "model": "detailed"}, 1),
        ("clip-from-text", {"scene": "Fog over a lake", "seconds": "7"}, 1),
    ],
)
def test_the_line_of_a_price_adds_up_to_the_button(
    key: None, task: str, sent: dict[str, str], takes: int
) -> None:
    client, photo = scene()

    pay = pay_of(asked(client, photo.project, task, sent))
    line = re.search(r"At most (\$[\d.]+): (.*?)\. Leaves", pay, re.S)

    assert line
    assert f'<span class="price">{line[1]}</span>' in pay
    *each, made, more = map(Decimal, DOLLARS.findall(line[2]))
    one = made + more
    assert takes * one == Decimal(line[1][1:])
    assert (each[-1:] == [one] and f"{takes} \u00d7 " in line[2]) if takes > 1 else "\u00d7" not in line[2]


def test_the_line_of_two_stages_adds_up_to_both_sums(key: None) -> None:
    client, photo = scene()
    clip = clip_of(photo.project)
    sent = {"source": clip.pk, "method": "re-render", "takes": "2", "target": "9:16"}

    pay = pay_of(asked(client, photo.project, "vertical-version", sent))
    line = re.search(
        r"At most \$([\d.]+) now, then \$([\d.]+): 2 \u00d7 (.*?), then (.*?)\. Leaves", pay, re.S
    )

    assert line
    one, made, more = map(Decimal, DOLLARS.findall(line[3]))
    assert (made + more, 2 * one) == (one, Decimal(line[1]))
    assert sum(map(Decimal, DOLLARS.findall(line[4])[-2:])) == Decimal(line[2])


def test_our_own_words_for_a_format_are_no_finding(key: None) -> None:
    client, photo = scene()
    sent = {"source": photo.pk, "method": "re-render", "target": "9:16"}

    html = asked(client, photo.project, "vertical-version", sent)
    typed = asked(client, photo.project, "vertical-version", {**sent, "instructions": "Make it 16:9 video"})

    assert "Extend the picture to 9:16" in html
    assert 'data-lint="shape"' not in html
    assert 'data-lint="shape"' in typed


def test_words_that_took_ours_over_may_keep_the_format_that_we_wrote() -> None:
    wish = Wish(change=Change("format", "frame", "9:16"))

    assert lint.findings(wish, "Extend the picture to 9:16. Keep the label readable.") == ()
    assert [one.rule for one in lint.findings(wish, "Extend the picture to 9:16 in 4K.")] == ["shape"]
