"""What every test stands on: a reason for each skip, and no data folder left behind."""

from __future__ import annotations

import gc
import json
import os
import shutil
import socket
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db.models.signals import post_migrate

from tests.emulator.emulator import KEY


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, with the reason; under CI that is a failure.

    Each file goes to one worker, and all browsers to the same: they look at one filled studio, made once.
    """
    missing = {
        "browser": None if shutil.which("chromium") else "no Chromium: apt-get install chromium",
        "postgres": None if _answers("127.0.0.1", 5432) else "no PostgreSQL on 127.0.0.1:5432",
    }
    for item in items:
        group = "browser" if item.get_closest_marker("browser") else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
        for marker, reason in missing.items():
            if reason and item.get_closest_marker(marker):
                if os.environ.get("CI"):
                    raise pytest.UsageError(f"{item.nodeid}: {reason}")
                item.add_marker(pytest.mark.skip(reason=reason))


def _answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(20)
        return probe.connect_ex((host, port)) == 0


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """Keep no price and no clock of the test before: rows of tests have the same numbers again and again."""
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Make the rights of Django's staff once: every flush would make them anew, and one file asks for them."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the machine an account of its own at the emulator, whose token is good for long."""
    path = tmp_path / "account.json"
    unused = dict.fromkeys(("refresh_token", "client_id", "client_secret"), "none")
    known = {"type": "authorized_user", "token": KEY, "expiry": "2999-01-01T00:00:00Z", **unused}
    path.write_text(json.dumps(known))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))


def pytest_collection_finish() -> None:
    """Keep what was imported out of the garbage collector's rounds."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Remove the data folder."""
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
