"""A studio in a process of its own that can be killed, beside the provider, and what its rows say to a stranger."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tests import factories, shell
from tests.emulator import Emulator
from tests.serving import ROOT, Running, serving

LONG = 200
SCALE = "0.1"
RESTING = ("succeeded", "failed", "cancelled", "unconfirmed")
BEGIN = "import django, sys; django.setup(); from tests.paid import house; "
ORDERS = {
    "omni": {"task": "animate-product", "tier": "sketch", "seconds": "3"},
    "nano-banana": {"task": "edit-image", "kind": "own", "change": "a city at sunset"},
}


def fill(wanted: dict[str, str]) -> dict[str, tuple[int, str]]:
    """Ask an engine for each name; return the steps and their attempts. The steps wait for `begin`."""
    from projects.models import Step

    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    made = {
        name: factories.make_order(photo, engine=engine, **ORDERS[engine]).steps.get()
        for name, engine in wanted.items()
    }
    Step.objects.update(waits_for="slot")
    return {name: (step.pk, str(step.attempts.get().uuid)) for name, step in made.items()}


@dataclass(frozen=True)
class Found:
    """A step and its attempts as they stand."""

    status: str
    code: str
    states: tuple[str, ...]
    bills: tuple[str, ...]
    results: tuple[str, ...]
    """The sha-256 of every asset that the step has made."""


class House:
    """A data folder with one step for each name, all waiting; its server; and its books, read beside it."""

    def __init__(self, folder: Path, emulator: Emulator, wanted: dict[str, str]) -> None:
        self.folder, self.emulator = shell.migrate(folder), emulator
        self.environment = shell.environment(folder) | {
            "GEMINI_API_KEY": emulator.key,
            "GEMINI_BASE_URL": emulator.url,
            "STUDIO_CLOCK_SCALE": SCALE,
            "STUDIO_LEAST_FREE_BYTES": "1000000",
            "STUDIO_RUNNING_STEPS": "8",
        }
        code = "import json; print(json.dumps(house.fill(json.loads(sys.argv[1]))))"
        command = [sys.executable, "-W", "ignore", "-c", BEGIN + code, json.dumps(wanted)]
        made = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True, timeout=LONG
        )
        self.steps: dict[str, tuple[int, str]] = json.loads(made.stdout)
        self._stack = ExitStack()
        self.server = self.start()

    def start(self) -> Running:
        """Serve, with the trap unset."""
        (self.folder / "trap").unlink(missing_ok=True)
        self.server = self._stack.enter_context(serving(module="tests.paid.trap", **self.environment))
        return self.server

    def close(self) -> None:
        """End the server."""
        self._stack.close()

    def kill(self) -> None:
        """Kill the server as the machine's death would."""
        assert self.server.stop(signal.SIGKILL) == -signal.SIGKILL

    def trap(self, place: str) -> None:
        """Let the server die where this function of the runner is called."""
        (self.folder / "trap").write_text(place)

    def begin(self, name: str) -> None:
        """Let a step go."""
        with self._open() as rows:
            rows.execute("UPDATE projects_step SET waits_for = '' WHERE id = ?", [self.steps[name][0]])

    def label(self, name: str) -> str:
        """Return the attempt by which the provider knows a step."""
        return self.steps[name][1]

    def ask(self, sql: str, *values: object) -> list[tuple[str, ...]]:
        """Return the rows of a question."""
        with self._open() as rows:
            return rows.execute(sql, values).fetchall()

    def look(self, name: str) -> Found:
        """Return how a step stands."""
        step = self.steps[name][0]
        [(status, code)] = self.ask("SELECT status, code FROM projects_step WHERE id = ?", step)
        attempts = self.ask(
            "SELECT state, bill FROM projects_attempt WHERE step_id = ? ORDER BY number", step
        )
        results = self.ask("SELECT sha256 FROM projects_asset WHERE made_by_id = ?", step)
        states, bills = zip(*attempts, strict=True)
        return Found(status, code, states, bills, tuple(sha for (sha,) in results))

    def until(self, name: str, is_so: Callable[[Found], bool]) -> Found:
        """Return how a step stands once this is so."""
        end = time.monotonic() + LONG
        while not is_so(found := self.look(name)):
            assert time.monotonic() < end, (found, "".join(self.server.lines[-30:]))
            time.sleep(0.02)
        return found

    def rest(self, name: str) -> Found:
        """Return how a step stands once nothing goes on by itself."""
        return self.until(name, lambda found: found.status in RESTING)

    def check_books(self) -> None:
        """Compare the budget with its lines, the tally with the attempts, and the disk with the rows."""
        [(reserved, spent)] = self.ask("SELECT reserved, spent FROM projects_budget")
        lines = dict(self.ask("SELECT kind, SUM(usd) FROM projects_spend GROUP BY kind"))
        sums = {kind: float(lines.get(kind, 0)) for kind in ("reserve", "release", "charge", "adjust")}
        assert round(sums["reserve"] - sums["release"] - float(reserved), 6) == 0
        assert round(sums["charge"] + sums["adjust"] - float(spent), 6) == 0
        assert not self.ask(HELD_IN_VAIN)
        tally = self.emulator.ledger.tally()
        known = {str(UUID(uuid)) for (uuid,) in self.ask("SELECT uuid FROM projects_attempt")}
        assert set(tally) <= known
        assert not [label for label, creates in tally.items() if creates > 1]

    def check_disk(self, name: str) -> None:
        """See that nothing half-made is left of a step, and no answer that the rows have.

        `os.walk` because the server still clears folders away, and `rglob` raises over one that just went.
        """
        end = time.monotonic() + LONG
        while left := self._left(name):
            assert time.monotonic() < end, left
            time.sleep(0.02)

    def parts(self) -> list[Path]:
        """Return the files that are on their way."""
        found = (Path(at, name) for at, _, names in os.walk(self.folder) for name in names)
        return [path for path in found if path.suffix == ".part"]

    def _left(self, name: str) -> list[Path]:
        step, label = self.steps[name]
        return [
            *self.parts(),
            *(self.folder / "work").glob(f"step-{step}-*"),
            *(self.folder / "spool").glob(label),
        ]

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / "studio.sqlite3", timeout=LONG)


HELD_IN_VAIN = """
SELECT step.id, step.status FROM projects_attempt attempt JOIN projects_step step ON step.id = attempt.step_id
WHERE step.status IN ('succeeded', 'failed', 'cancelled')
AND EXISTS (SELECT 1 FROM projects_spend WHERE attempt_id = attempt.id AND kind = 'reserve')
AND NOT EXISTS (SELECT 1 FROM projects_spend WHERE attempt_id = attempt.id AND kind = 'release')
"""
