"""`manage.py render`: a real draft in a real process, what fails, and every refusal in one sentence."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import termios
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from projects import actions
from projects.models import Asset, Order, Project, Role, Step
from projects.states import Status
from tests import factories, shell

SMALL = ("tier=sketch", "seconds=2", "camera=push-in", "cutout=whole")
KEYS = [
    "step",
    "task",
    "engine",
    "model",
    "status",
    "seconds",
    "width",
    "height",
    "cost_usd",
    "receipt",
    "sha256",
    "path",
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a studio that has begun."""
    return shell.new_studio(tmp_path_factory.mktemp("render") / "data")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Return a product photo."""
    path = tmp_path / "product.jpg"
    path.write_bytes(factories.photo_bytes(320, 240))
    return path


def test_a_draft_ends_with_its_file_and_one_object(data: Path, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "clip.mp4"

    ended = shell.manage(
        data,
        "render",
        "animate-product",
        "--input",
        f"product={photo}",
        "--set",
        *SMALL,
        "--out",
        str(out),
        "--json",
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    told = json.loads(ended.stdout)
    assert list(told) == KEYS
    assert (told["task"], told["engine"], told["status"]) == ("animate-product", "draft", "succeeded")
    assert (told["seconds"], told["width"], told["height"]) == (2.0, 640, 360)
    assert (told["cost_usd"], told["receipt"], told["path"]) == (0, "free", str(out))
    assert told["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    with av.open(str(out)) as clip:
        assert clip.streams.video[0].codec_context.name == "h264"
    assert [path.name for path in out.parent.iterdir()] == ["clip.mp4"]


def on_terminal(data: Path, *arguments: str) -> tuple[str, str]:
    """Run the command with its errors on a terminal of 80 columns; return its answer and what the terminal showed."""
    master, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    ended = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=shell.ROOT,
        env=shell.environment(data),
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
        timeout=shell.LONGEST_WAIT,
        check=True,
    )
    os.close(terminal)
    shown = os.read(master, 1 << 16)
    os.close(master)
    return ended.stdout, shown.decode()


def test_a_terminal_shows_a_bar_and_a_damaged_result_fails_with_code_and_sentence(
    data: Path, photo: Path, tmp_path: Path
) -> None:
    light = (
        "render",
        "change-lighting",
        "--set",
        "cutout=whole",
        "--json",
        "--out",
        str(tmp_path / "still.png"),
    )
    answer, shown = on_terminal(data, *light, "--input", str(photo))
    first = json.loads(answer)
    for kept in data.glob(f"media/*/*/{first['sha256']}/file.*"):
        kept.write_bytes(kept.read_bytes()[:100])

    ended = shell.manage(data, *light, "--input", f"step:{first['step']}")

    assert "generating" in shown
    assert "%" in shown
    assert ended.returncode == 1
    told = json.loads(ended.stdout)
    assert (told["status"], told["path"]) == ("failed", "")
    assert told["code"]
    assert told["sentence"] == ended.stderr.strip()


def refused(out: Path, *arguments: str) -> str:
    """Run the command, which must refuse; return its one sentence."""
    said = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("render", *arguments, "--out", str(out), stderr=said, no_color=True)
    assert end.value.code == 2
    assert not out.exists()
    (sentence,) = said.getvalue().splitlines()
    return sentence


@pytest.fixture
def owner(db: None) -> User:
    """Return the first superuser, who has a team."""
    user = User.objects.create_superuser("root", password=factories.PASSWORD)
    actions.projects.found_team(user, "Studio")
    return user


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["animate"], "There is no task “animate”. There are animate-product"),
        (["animate-product"], "Choose something for “Product photo”."),
        (["animate-product", "--input", "none.jpg"], "There is no file at none.jpg."),
        (["animate-product", "--input", "hero={photo}"], "has no role “hero”. It has product."),
        (["animate-product", "--input", "asset:99"], "There is no asset 99"),
        (["animate-product", "--input", "step:99"], "There is no step 99"),
        (
            ["animate-product", "--input", "{photo}", "--set", "zoom=2"],
            "has no control “zoom”. It has camera",
        ),
        (["animate-product", "--input", "{photo}", "--set", "zoom"], "Write CONTROL=VALUE."),
        (["animate-product", "--input", "{photo}", "--set", "camera=zoom"], "camera: “zoom” is not offered."),
        (["animate-product", "--input", "{photo}", "--set", "seconds=90"], "seconds: "),
        (["animate-product", "--input", "{photo}", "--set", "action=pour"], "needs a Gemini engine"),
        (
            ["vertical-version", "--input", "{photo}", "--engine", "omni"],
            "Gemini Omni does not make this, set as it is. Choose Local.",
        ),
        (
            ["animate-product", "--input", "{photo}", "--engine", "imagen"],
            "has no engine “imagen”. It has omni, nano-banana, veo, openrouter, draft",
        ),
        (
            ["animate-product", "--input", "{photo}", "--stop", "cut"],
            "“cut” is no stage of this plan. It has clip.",
        ),
        (["animate-product", "--input", "{photo}", "--project", "Nowhere"], "There is no project “Nowhere”"),
        (["animate-product", "--input", "{photo}", "--user", "nobody"], "There is no user “nobody”."),
        (["add-subtitles", "--input", "{photo}"], "“Clip” takes video, not image."),
        (["animate-product", "--input", "{text}"], "This kind of file is not taken."),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence(
    owner: User, photo: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    text = tmp_path / "notes.pdf"
    text.write_bytes(b"%PDF-1.7 not for us")

    said = refused(tmp_path / "x.mp4", *(word.format(photo=photo, text=text) for word in arguments))

    assert words in said
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_without_a_user_it_says_how_to_begin(photo: Path, tmp_path: Path) -> None:
    said = refused(tmp_path / "x.mp4", "animate-product", "--input", str(photo))

    assert said == "There is no user yet. Run `manage.py begin` once, then try again."


def test_a_reviewer_is_refused_in_the_words_of_the_page(owner: User, photo: Path, tmp_path: Path) -> None:
    project = factories.make_project(name="Harvest")
    factories.make_member(project.team, Role.REVIEWER)

    said = refused(
        tmp_path / "x.mp4", "animate-product", "--input", str(photo), "--user", f"reviewer-{project.team_id}",
        "--project", "Harvest",
    )  # fmt: skip

    assert said.startswith("Reviewers look and approve.")
    assert not Asset.objects.exists()


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_made(
    owner: User, photo: Path, tmp_path: Path
) -> None:
    said = io.StringIO()

    with pytest.raises(SystemExit) as end:
        call_command("render", "animate-product", "--input", str(photo), "--out", str(tmp_path), stderr=said)

    assert end.value.code == 2
    assert "is a folder" in said.getvalue()
    assert not Project.objects.exists()


def test_an_asset_decides_the_project_unless_another_is_named(owner: User, tmp_path: Path) -> None:
    project = factories.make_project(owner)
    asset = factories.make_asset(project)
    step = factories.make_step(asset, Status.QUEUED)
    other = factories.make_project(owner, name="Winter")

    elsewhere = refused(
        tmp_path / "x.mp4", "animate-product", "--input", f"asset:{asset.pk}", "--project", str(other.pk)
    )
    unfinished = refused(tmp_path / "x.mp4", "animate-product", "--input", f"step:{step.pk}")

    assert elsewhere.endswith(f"Add --project {project.pk}.")
    assert unfinished == f"Step {step.pk} is queued and has no result. Name one that succeeded."


def test_the_step_is_born_claimed_so_that_no_server_takes_it(owner: User) -> None:
    asset = factories.make_asset(factories.make_project(owner))

    order = actions.orders.request(owner, asset.project, replace(factories.make_ask(asset), owner="render-1"))

    step = order.steps.get()
    assert (step.status, step.owner) == (Status.RUNNING, "render-1")
    assert not Step.objects.due().exists()


def test_missing_arguments_give_one_line(capsys: Any) -> None:
    from django.core.management import execute_from_command_line

    with pytest.raises(SystemExit) as end:
        execute_from_command_line(["manage.py", "render", "animate-product"])

    assert end.value.code == 2
    assert capsys.readouterr().err == "manage.py render: error: the following arguments are required: --out\n"
