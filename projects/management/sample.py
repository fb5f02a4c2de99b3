"""The sample project: our own photos, taken in like anybody's, and one step of every task, queued."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from django.contrib.auth.models import User
from django.http import QueryDict

from projects import actions, catalogue
from projects.forms import TaskForm
from projects.models import Asset, Project, Team

FOLDER = Path(__file__).resolve().parent.parent / "samples"
NAME = "Aurel, autumn launch"
BRIEF = (
    "Three scents, one quiet look: warm stone, low sun, slow moves. "
    "A hero clip and its 9:16 for social, pack shots on brand colours for the shop."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One step of the sample: a task, the photo or clip in its first slot, and the controls that differ."""

    task: str
    source: str
    controls: dict[str, str] = field(default_factory=dict)


CUES = [
    {"start": "0.4", "end": "2.4", "text": "Amber, cedar, warm stone."},
    {"start": "2.8", "end": "5.4", "text": "Aurel No. 4"},
]
WHOLE = {"cutout": "whole"}
SPEAKER = {"box": "31,12,33,75"}
WANTED = (
    Wanted(
        "change-lighting",
        "aurel-no4-stone-set.jpg",
        {"look": "golden-hour", "from": "left", "strength": "1", **WHOLE},
    ),
    Wanted(
        "replace-background",
        "aurel-no1-rose.jpg",
        {"place": "gradient", "colour": "#f1dcd6", "colour_2": "#c98f86"},
    ),
    Wanted("animate-product", "aurel-no4-amber.jpg", {"camera": "orbit", "seconds": "5", "format": "4:5"}),
    Wanted("add-subtitles", "aurel-no4-dune.mp4", {"cues": json.dumps(CUES), "mode": "both"}),
    Wanted("vertical-version", "aurel-no4-stone-set.jpg", {"target": "9:16"}),
    Wanted("change-lighting", "living-room.jpg", {"look": "neon-night", "strength": "1", **WHOLE}),
    Wanted("replace-background", "aurel-no7-moss.jpg", {"place": "white-sweep"}),
    Wanted("animate-product", "volta-speaker.jpg", {"camera": "push-in", "seconds": "4", **SPEAKER}),
)


def make(user: User, team: Team) -> Project:
    """Return the sample project with its photos and queued steps."""
    project = actions.projects.create(user, team, name=NAME, brief=BRIEF)
    assets = {path.name: actions.uploads.take_in(user, project, path, path.name) for path in media()}
    for wanted in WANTED:
        _request(user, project, wanted, assets[wanted.source])
    return project


def media() -> list[Path]:
    """Return the photos and clips of the sample, by name."""
    return sorted(path for path in FOLDER.iterdir() if path.suffix in {".jpg", ".mp4"})


def _request(user: User, project: Project, wanted: Wanted, source: Asset) -> None:
    task = catalogue.get(wanted.task)
    data = QueryDict(mutable=True)
    data.update({**wanted.controls, task.slots[0].role: str(source.pk)})
    form = TaskForm(task, project, user, data=data)
    if not form.is_valid():
        raise ValueError(f"The sample asks {wanted.task} for what it refuses: {form.errors.as_text()}")
    actions.orders.request(user, project, form.ask())
