"""How long a model is to think before it draws: asked for in the provider's word, and only of a model that can."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from channels.db import database_sync_to_async
from django.http import QueryDict

from projects import actions, catalogue
from projects.forms import TaskForm
from projects.models import Step
from projects.states import Status
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import run

pytestmark = pytest.mark.django_db(transaction=True)


def form_of(said: str) -> TaskForm:
    """Return the filled form of one concept image."""
    project = factories.make_project()
    words = QueryDict(f"idea=A+bottle+on+warm+stone&takes=1&engine=nano-banana&{said}")
    return TaskForm(catalogue.get("concept-images"), project, project.created_by, data=words)


def order(said: str) -> Step:
    """Return the queued step of one concept image."""
    form = form_of(said)
    assert form.is_valid(), form.errors
    ask = replace(form.ask(), quote=Decimal(9))
    return actions.orders.request(form.project.created_by, form.project, ask).steps.get()


@pytest.mark.parametrize(
    ("said", "sent"), [("thinking=high", {"thinking_level": "high"}), ("thinking=usual", None), ("", None)]
)
async def test_the_level_goes_along_where_one_is_chosen(
    emulator: Emulator, said: str, sent: dict[str, str] | None
) -> None:
    ended = await run(await database_sync_to_async(order)(f"model=detailed&{said}"))

    assert (ended.step.status, ended.step.sentence) == (Status.SUCCEEDED, "")
    [post] = emulator.ledger.posts("/v1beta/interactions")
    assert post.body.get("generation_config") == sent


async def test_on_vertex_it_goes_in_its_own_field(vertex: Emulator) -> None:
    ended = await run(await database_sync_to_async(order)("model=detailed&thinking=minimal"))

    assert (ended.step.status, ended.step.sentence) == (Status.SUCCEEDED, "")
    [post] = vertex.ledger.posts(":generateContent")
    assert post.body["generationConfig"]["thinkingConfig"] == {"thinking_level": "MINIMAL"}


def test_a_model_without_the_choice_says_so(emulator: Emulator) -> None:
    form = form_of("model_id=gemini-3-pro-image&thinking=high")

    assert not form.is_valid()
    assert "Set Thinking to “As usual”, or choose another model." in str(form.errors)
