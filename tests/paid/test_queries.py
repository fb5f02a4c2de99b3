"""What a paid step costs the database: its statements are counted, from the claim to the stored result."""

from __future__ import annotations

from typing import Any

import pytest
from channels.db import database_sync_to_async as do
from django.db import connection

from projects import progress
from projects.models import Receipt, Step
from projects.runner import ledger
from projects.runner.run import run_step
from projects.states import Status
from tests.emulator import Emulator
from tests.paid.conftest import asked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
OF_THE_HOLD = ('SELECT "projects_step"."id" AS "pk"', 'UPDATE "projects_step" SET "lease_until"')
"""What looks after all running steps at once, by the clock."""
UPDATES = {"projects_step": 4, "projects_attempt": 5, "projects_budget": 1}
"""A step: lines 2, 5, 6 and 7. Its attempt: lines 4 to 7, and what it cost."""
MOST_READS = 13


async def test_a_step_costs_few_statements(emulator: Emulator) -> None:
    step, seen = await asked(), list[str]()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(OF_THE_HOLD):
            seen.append(sql)
        return execute(sql, params, many, context)

    await do(lambda: connection.execute_wrappers.append(note))()
    try:
        await run_step(step.pk, "here", progress.Book())
    finally:
        await do(lambda: connection.execute_wrappers.remove(note))()

    assert (await Step.objects.aget(pk=step.pk)).status == Status.SUCCEEDED
    reads = [sql for sql in seen if sql.startswith("SELECT")]
    written = [sql.split('"')[1] for sql in seen if sql.startswith("UPDATE")]
    assert not [sql for sql in seen if "SAVEPOINT" in sql]
    assert {table: written.count(table) for table in set(written)} == UPDATES
    assert len([sql for sql in seen if sql.startswith("INSERT")]) == 4
    assert len([sql for sql in seen if sql.startswith("BEGIN")]) <= 4
    assert len(reads) <= MOST_READS, reads


async def test_a_fact_is_written_once_however_often_it_is_told(emulator: Emulator) -> None:
    attempt = await (await asked()).attempts.aget()

    first = await do(ledger.receipt)(attempt, Receipt.Kind.HOOK, "hook:1", {"said": "first"})
    again = await do(ledger.receipt)(attempt, Receipt.Kind.HOOK, "hook:1", {"said": "again"})

    assert again.pk == first.pk
    assert [row.body async for row in Receipt.objects.all()] == [{"said": "first"}]
