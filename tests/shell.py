"""The command line in a process of its own, on a data folder of its own, as a person would use it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_WAIT = 200


def environment(data: Path) -> dict[str, str]:
    """Return the environment of a studio on this data folder, with real clocks and SQLite."""
    own = {
        "STUDIO_DATA_DIR": str(data),
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_CLOCK_SCALE": "1",
    }
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | own


def manage(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` on a data folder and return how it ended and what it said."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=LONGEST_WAIT,
        check=False,
    )


def migrate(data: Path) -> Path:
    """Return a data folder with all tables and the collected static files.

    They are made once for all workers of a run, and copied: half a dozen studios need the same.
    """
    made = Path(os.environ["TESTS_SHARED_DIR"]) / "migrated"
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            fresh = made.with_suffix(".new")
            run(fresh, "migrate", "--verbosity", "0", "--skip-checks")
            run(fresh, "collectstatic", "--noinput", "--verbosity", "0", "--skip-checks")
            fresh.rename(made)
    shutil.copytree(made, data, dirs_exist_ok=True)
    return data


def run(data: Path, *arguments: str) -> None:
    """Run `manage.py` on a data folder; what goes wrong fails the test."""
    ended = manage(data, *arguments)
    assert ended.returncode == 0, ended.stderr


def new_studio(data: Path) -> Path:
    """Return the data folder of a studio that has begun, without the sample project."""
    run(migrate(data), "begin", "--no-sample")
    return data
