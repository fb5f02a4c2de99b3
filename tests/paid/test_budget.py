"""Fifty people press at once, and the budget covers one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from projects import actions
from projects.actions.orders import Ask
from projects.actions.refusal import Refused
from projects.models import Attempt, Budget, Order, Project, Spend, Step
from tests import factories, paying
from tests.emulator import Emulator
from tests.paid.conftest import CLIP

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
PEOPLE = 50


@pytest.fixture
def to_disk(tmp_path: Path) -> Iterator[Any]:
    """Return what gives the threads that start after it their rows in a file, as they are served.

    SQLite's rows of tests lie in memory, where nobody waits for a lock. On PostgreSQL it does nothing.
    """
    rows = connections.settings["default"]
    memory, path = rows["NAME"], tmp_path / "rows.sqlite3"

    def move() -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(path)])
            # Fifty at once cannot switch it over: that waits for nobody, and a served one has been switched long ago.
            with closing(sqlite3.connect(path)) as copied:
                copied.execute("PRAGMA journal_mode=WAL")
            rows["NAME"] = path

    yield move
    rows["NAME"] = memory


def press(project: Project, ask: Ask) -> str:
    """Return what a press of the button came to."""
    try:
        actions.orders.request(project.created_by, project, ask)
    except Refused as error:
        return f"refused {error.status}"
    finally:
        connection.close()
    return "accepted"


def count() -> tuple[list[int], tuple[Decimal, Decimal]]:
    """Return how many rows there are of each kind, and what the budget says."""
    rows: list[Any] = [Order, Step, Attempt, Spend]
    budget = Budget.objects.get()
    try:
        return [row.objects.count() for row in rows], (budget.reserved, budget.spent)
    finally:
        connection.close()


def test_of_fifty_requests_at_once_a_budget_for_one_lets_one_through(
    emulator: Emulator, to_disk: Any
) -> None:
    project = factories.make_project()
    photo = factories.make_asset(project)
    asks = [factories.make_ask(photo, engine="omni", **CLIP) for _ in range(PEOPLE)]
    price = actions.orders.checked(asks[0]).total
    paying.month_of(project)
    Budget.objects.update(limit_usd=price * Decimal("1.9"))
    to_disk()

    with ThreadPoolExecutor(PEOPLE) as people:
        came = list(people.map(lambda ask: press(project, replace(ask, quote=price)), asks))
        counted = people.submit(count).result()

    assert sorted(came) == ["accepted", *["refused 402"] * (PEOPLE - 1)]
    assert counted == ([1, 1, 1, 1], (price, Decimal(0)))
    assert emulator.ledger.creates() == []
