"""The doctor: one sentence for each fault, with its remedy, and an exit code that a script can read."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from projects.management import health

pytestmark = pytest.mark.django_db


def doctor() -> tuple[int, list[str]]:
    """Run the command; return its exit code and its lines."""
    said, code = io.StringIO(), 0
    try:
        call_command("doctor", stdout=said, no_color=True)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, said.getvalue().splitlines()


def faults(lines: list[str]) -> list[str]:
    """Return the faults among the lines."""
    return [line.removeprefix("fault").strip() for line in lines if line.startswith("fault")]


def test_a_healthy_studio_gets_one_line_a_part_and_exit_code_0() -> None:
    code, lines = doctor()

    assert (code, faults(lines)) == (0, [])
    assert [line.split(maxsplit=1)[1] for line in lines] == list(health.PARTS)


def test_a_full_disk_is_a_fault_that_says_how_much_is_left(settings: Any) -> None:
    settings.LEAST_FREE_BYTES = 10**18

    code, lines = doctor()

    assert code == 1
    (said,) = faults(lines)
    assert said.startswith("disk: ")
    assert "MB left" in said


def test_a_data_folder_that_cannot_keep_files_is_a_fault(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "taken"
    settings.DATA_DIR.write_text("a file, not a folder")

    assert "Set STUDIO_DATA_DIR" in health.data_folder()[0]


def test_a_secret_that_others_can_read_is_a_fault(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    secret = tmp_path / "secret-key"
    secret.write_text("kept")
    os.chmod(secret, 0o644)  # noqa: PTH101 - the mode is what is tested
    before = health.data_folder()

    secret.chmod(0o600)

    assert "chmod 600" in before[0]
    assert health.data_folder() == []


def test_a_migration_that_waits_is_a_fault() -> None:
    ((app, newest),) = MigrationLoader(connection).graph.leaf_nodes("projects")
    MigrationRecorder(connection).record_unapplied(app, newest)

    (said,) = health.database()

    assert said.endswith("migrations wait. Run `manage.py migrate`.")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"PUBLIC_URL": "http://studio.example.com"}, "not https"),
        (
            {"PUBLIC_URL": "https://studio.example.com", "ALLOWED_HOSTS": ["other.example.com"]},
            "ALLOWED_HOSTS lacks",
        ),
        (
            {"PUBLIC_URL": "https://studio.example.com", "PRODUCTION": True, "CSRF_TRUSTED_ORIGINS": []},
            "CSRF_TRUSTED_ORIGINS lacks https://studio.example.com",
        ),
    ],
)
def test_an_address_that_browsers_cannot_use_is_a_fault(
    settings: Any, changes: dict[str, Any], words: str
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)

    assert any(words in said for said in health.addresses())


def test_a_server_for_others_without_an_address_is_a_fault(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOST", "::")
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "", ["localhost"]
    alone = health.addresses()

    settings.ALLOWED_HOSTS = ["localhost", "studio.example.com"]

    assert "Set PUBLIC_URL" in alone[0]
    assert health.addresses() == []


def test_a_redis_that_does_not_answer_is_a_fault(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": settings.REDIS_URL}
    }

    (said,) = health.shared_store()

    assert said.startswith("Redis does not answer")
    assert said.endswith("Look at REDIS_URL.")
