"""A studio whose Gemini key leads to the emulator, and one clip asked of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from channels.db import database_sync_to_async

from projects import actions, progress
from projects.models import Attempt, Budget, Project, Spend, Step
from projects.runner.run import run_step
from tests import factories
from tests.emulator import Emulator
from tests.emulator.faults import Fault

CLIP = {"tier": "sketch", "seconds": "3", "camera": "push-in"}


@pytest.fixture
def emulator(settings: Any) -> Iterator[Emulator]:
    """Return the provider on loopback, with the studio's key leading to it."""
    with Emulator() as running:
        settings.GEMINI_API_KEY = running.key
        settings.GEMINI_BASE_URL = running.url
        yield running


@pytest.fixture
def vertex(emulator: Emulator, settings: Any, account: None) -> Emulator:
    """Return the emulator behind a Vertex door, with the machine's own account."""
    settings.GEMINI_API_KEY, settings.GOOGLE_GENAI_USE_VERTEXAI = "", True
    settings.GOOGLE_CLOUD_PROJECT, settings.GOOGLE_CLOUD_LOCATION = "autumn", "global"
    return emulator


@pytest.fixture
def router(emulator: Emulator, settings: Any) -> Emulator:
    """Return the emulator behind OpenRouter's door alone."""
    settings.GEMINI_API_KEY = ""
    settings.OPENROUTER_API_KEY, settings.OPENROUTER_BASE_URL = emulator.key, f"{emulator.url}/api/v1"
    return emulator


@dataclass(frozen=True)
class Told:
    """What the rows say of a step after a run."""

    step: Step
    attempts: list[Attempt]
    spend: list[tuple[int, str, str]]

    @property
    def states(self) -> list[str]:
        """Return the states of its attempts, the first first."""
        return [attempt.state for attempt in self.attempts]

    @property
    def held(self) -> bool:
        """Return whether money of the last attempt is still reserved."""
        kinds = [kind for number, kind, _ in self.spend if number == self.attempts[-1].number]
        return kinds == ["reserve"]


def clip(project: Project | None = None, **controls: str) -> Step:
    """Return a queued step that Omni is asked for."""
    photo = factories.make_asset(project or factories.make_project(), data=factories.photo_bytes(320, 180))
    return factories.make_order(photo, engine="omni", **{**CLIP, **controls}).steps.get()


def told(step: Step) -> Told:
    """Return what the rows say now."""
    spend = Spend.objects.filter(attempt__step=step).order_by("pk")
    return Told(
        Step.objects.select_related("output", "project", "order__by").get(pk=step.pk),
        list(step.attempts.order_by("number")),
        [(line.attempt.number, line.kind, f"{line.usd:.6f}") for line in spend.select_related("attempt")],
    )


async def run(step: Step, owner: str = "here") -> Told:
    """Run a step until it rests, and return what the rows say."""
    await run_step(step.pk, owner, progress.Book())
    return await database_sync_to_async(told)(step)


async def cut_off(step: Step, held: Fault) -> None:
    """Drive a step until the provider is asked what it holds back, and end the process there."""
    driven = asyncio.create_task(run_step(step.pk, "here", progress.Book()))
    assert await asyncio.to_thread(held.arrived.wait, 60)
    driven.cancel()
    await asyncio.wait({driven})
    held.release()


async def asked(**controls: str) -> Step:
    """Return a queued clip, from a test that is a coroutine."""
    return await database_sync_to_async(clip)(**controls)


async def do(act: Callable[..., Any], *values: Any, **more: Any) -> Any:
    """Call what asks for rows, from a test that is a coroutine."""
    return await database_sync_to_async(act)(*values, **more)


async def check_money(emulator: Emulator) -> None:
    """Compare the budget with its lines and the attempts with both; nothing is held, and nobody paid twice."""
    budget = await Budget.objects.aget()
    sums = dict.fromkeys(Spend.Kind, Decimal(0))
    async for line in Spend.objects.all():
        sums[Spend.Kind(line.kind)] += line.usd
    assert sums[Spend.Kind.RESERVE] - sums[Spend.Kind.RELEASE] == budget.reserved == 0
    assert sums[Spend.Kind.CHARGE] + sums[Spend.Kind.ADJUST] == budget.spent
    assert budget.spent == sum([one.cost_usd async for one in Attempt.objects.all()])
    assert max(emulator.ledger.tally().values()) == 1


__all__ = ["actions"]
