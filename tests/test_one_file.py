"""One new file adds a task; one new file adds an engine. In a copy of the studio, with real drafts and real pages."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests import factories, shell

TASK = '''
"""Warm up: a photo in late light."""

from projects.catalogue import base, common
from projects.catalogue.base import Control, Plan, Slot, Stage, Task, options
from projects.wish import Change, Wish

WARMTH = Control(name="warmth", label="Warmth", default="gentle", options=options("Gentle", "Strong"))
CONTROLS = (WARMTH, *common.CUTOUT)


def build(given):
    """Return one stage: the photo in its new light."""
    strength = {"gentle": 1, "strong": 3}[given.controls["warmth"]]
    change = Change(kind="light", target="light", text="golden-hour")
    extra = {"from": "as-is", "strength": strength, "own_look": False, **common.cutout_help(given.controls)}
    return Plan((Stage("change", "image.edit", Wish(light="golden-hour", change=change, extra=extra)),))


TASK = Task(
    slug="warm-up", title="Warm up", promise="Late light on any photo.", rank=60, icon="sun",
    slots=(Slot("source", "Photo"),), controls=CONTROLS, needs=frozenset({"image.edit"}), build=build,
    title_of=lambda controls: "Warm up",
)
'''
ENGINE = '''
"""The stamp engine: answers every edit of a still with a red square."""

from decimal import Decimal

from PIL import Image

from projects.engines.base import Ended, Made, Output, Progress, Quote, Verdict
from projects.states import Phase


class Stamp:
    """Makes red squares."""

    key, label, rank, paid, abilities = "stamp", "Stamp", 95, False, frozenset({"image.edit"})

    def can(self, request):
        """Say yes, free."""
        return Verdict(Quote(Decimal(0), 1))

    async def prepare(self, request, files):
        """Return the request as it is."""
        return request

    async def start(self, request, files):
        """Return an empty ticket."""
        return {}

    async def follow(self, ticket, request, files):
        """Draw the square."""
        yield Progress(Phase.GENERATING, 0.5)
        Image.new("RGB", (64, 48), "#ff0000").save(files.new("square.png"))
        yield Ended("done")

    async def fetch(self, ended, request, files):
        """Return the square."""
        return Output((Made(files.new("square.png"), "image"),))

    async def cancel(self, ticket, door):
        """Nothing runs elsewhere."""

    async def forget(self, ticket, door):
        """Nothing is kept elsewhere."""


ENGINES = (Stamp(),)
'''
VISIT = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
photo, drafted, stamped = sys.argv[1:]
call_command("begin", "--no-sample", verbosity=0)
call_command("render", "warm-up", "--input", photo, "--set", "warmth=strong", "--out", drafted)
call_command("render", "warm-up", "--input", "asset:1", "--engine", "stamp", "--out", stamped)
client = Client(SERVER_NAME="localhost")
client.force_login(User.objects.get())
pages = {
    "form": reverse("projects:make", args=[1, "warm-up"]) + "?from=asset:1",
    "board": reverse("projects:board", args=[1]),
    "admin": reverse("admin:projects_step_changelist"),
}
print(json.dumps({name: client.get(address).content.decode() for name, address in pages.items()}))
"""


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a studio with two more files shows and makes: its pages, and two stills."""
    folder = tmp_path_factory.mktemp("one-file")
    root = folder / "studio"
    for part in ("projects", "studio"):
        shutil.copytree(shell.ROOT / part, root / part)
    for part in ("templates", "static", "manage.py"):
        (root / part).symlink_to(shell.ROOT / part)
    (root / "projects" / "catalogue" / "warm_up.py").write_text(TASK.lstrip())
    (root / "projects" / "engines" / "stamp.py").write_text(ENGINE.lstrip())
    photo, drafted, stamped = folder / "photo.jpg", folder / "drafted.png", folder / "stamped.png"
    photo.write_bytes(factories.photo_bytes(320, 240))
    ended = subprocess.run(
        [sys.executable, "-c", VISIT, str(photo), str(drafted), str(stamped)],
        cwd=root,
        env=shell.environment(shell.migrate(folder / "data")),
        capture_output=True,
        text=True,
        timeout=shell.LONGEST_WAIT,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    pages: dict[str, str] = json.loads(ended.stdout.splitlines()[-1])
    return {**pages, "photo": photo, "drafted": drafted, "stamped": stamped}


def test_one_file_adds_a_task_with_its_form_and_its_card(visited: dict[str, Any]) -> None:
    assert 'name="warmth"' in visited["form"]
    assert 'value="strong"' in visited["form"]
    assert "/make/warm-up/" in visited["board"]
    assert "Warm up" in visited["board"]


def test_one_file_adds_a_task_that_is_drafted_from_the_command_line(visited: dict[str, Any]) -> None:
    cold, warm = (warmth(visited[name]) for name in ("photo", "drafted"))

    assert warm > cold + 10


def warmth(path: Path) -> float:
    """Return how much more red than blue a picture is."""
    with Image.open(path) as picture:
        red, _, blue = np.asarray(picture.convert("RGB")).mean(axis=(0, 1))
    return float(red - blue)


def test_one_file_adds_an_engine_that_the_form_offers_and_the_runner_drives(visited: dict[str, Any]) -> None:
    assert "Stamp" in visited["form"]
    with Image.open(visited["stamped"]) as square:
        assert (square.size, square.convert("RGB").getpixel((9, 9))) == ((64, 48), (255, 0, 0))


def test_both_are_filters_of_the_operator(visited: dict[str, Any]) -> None:
    assert "task=warm-up" in visited["admin"]
    assert "engine=stamp" in visited["admin"]
