"""A real server that is killed in the middle of a render, or told to stop: nothing is lost, nothing comes twice."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests import shell
from tests.serving import ROOT, Running, serving

pytestmark = pytest.mark.kill
LONG = 150
MAKE = """
from tests import factories
photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 240))
print(factories.make_order(photo, tier="sketch", seconds=sys.argv[1]).steps.get().pk)
"""
SHORTEN = "UPDATE projects_step SET wish = json_set(wish, '$.seconds', 2) WHERE id = ?"
LOOK = "SELECT status, share, recoveries, note FROM projects_step WHERE id = ?"
RESULTS = "SELECT COUNT(*) FROM projects_asset WHERE made_by_id = ?"
ATTEMPTS = "SELECT state FROM projects_attempt WHERE step_id = ? ORDER BY number"


class Studio:
    """A data folder of its own, and what another process sees in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = shell.migrate(folder)
        self.environment = shell.environment(folder)

    def ask(self, code: str, *args: str) -> str:
        """Return what a piece of code prints there."""
        begin = "import django, sys; django.setup()"
        command = [sys.executable, "-W", "ignore", "-c", begin + code, *args]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True, timeout=LONG
        )
        return done.stdout.strip()

    def look(self, step: str) -> dict[str, Any]:
        """Return how a step stands."""
        [row] = self.rows(LOOK, step)
        [(results,)] = self.rows(RESULTS, step)
        names = ("status", "share", "recoveries", "note")
        attempts = [state for (state,) in self.rows(ATTEMPTS, step)]
        return {**dict(zip(names, row, strict=True)), "results": results, "attempts": attempts}

    def rows(self, sql: str, step: str) -> list[tuple[Any, ...]]:
        """Return what a statement about a step finds, beside the server and without a process of its own."""
        with closing(sqlite3.connect(self.folder / "studio.sqlite3", timeout=LONG)) as open_, open_:
            return open_.execute(sql, [step]).fetchall()

    def until(self, step: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return how a step stands once this is so; fail when it never is."""
        end = time.monotonic() + LONG
        while not is_so(found := self.look(step)):
            assert time.monotonic() < end, found
            time.sleep(0.02)
        return found

    def serving(self) -> Any:
        """Return a server on this folder."""
        return serving(**self.environment)


def is_rendering(found: dict[str, Any]) -> bool:
    """Say whether the engine is at work."""
    return found["status"] == "running" and bool(found["share"])


def children_of(server: Running) -> list[psutil.Process]:
    """Return every process that the server started."""
    return psutil.Process(server.process.pid).children(recursive=True)


def test_a_killed_server_takes_its_step_back_and_ends_it_once(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    with studio.serving() as server:
        step = studio.ask(MAKE, "60")
        studio.until(step, is_rendering)
        children = children_of(server)

        server.stop(signal.SIGKILL)
        gone, alive = psutil.wait_procs(children, timeout=LONG)

    assert not alive
    assert gone
    assert studio.look(step)["status"] == "running"
    studio.rows(SHORTEN, step)
    with studio.serving():
        found = studio.until(step, lambda row: row["status"] == "succeeded")

    assert (found["results"], found["attempts"]) == (1, ["stored"])
    assert not list((tmp_path / "work").iterdir())


def test_a_server_that_is_told_to_stop_gives_its_step_back_first(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    with studio.serving() as server:
        step = studio.ask(MAKE, "60")
        studio.until(step, is_rendering)

        code = server.stop(signal.SIGTERM)

    found = studio.look(step)
    assert code == 0
    assert (found["status"], found["recoveries"], found["note"]) == ("queued", 0, "Picked up again")
    assert found["attempts"] == ["accepted"]


def test_a_second_server_on_the_same_folder_says_why_it_does_not_start(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    with studio.serving():
        second = subprocess.run(
            [sys.executable, "-m", "studio"],
            cwd=ROOT,
            env={**studio.environment, "PORT": "0"},
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )

    assert second.returncode != 0
    assert "Another studio already runs" in second.stdout + second.stderr
    assert "Traceback" not in second.stdout + second.stderr
