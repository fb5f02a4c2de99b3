"""People, projects and files for tests, made plainly: call one, get a row."""

from __future__ import annotations

import io
import itertools
import uuid
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from projects import actions, catalogue
from projects.actions.orders import Ask
from projects.forms import TaskForm
from projects.models import Asset, Member, Order, Project, Role, Step, Team, files
from projects.states import Status

PASSWORD = "a long enough password"
_numbers = itertools.count(1)


def make_user(name: str = "") -> User:
    """Return a person who can sign in with PASSWORD."""
    return User.objects.create_user(name or f"person{next(_numbers)}", password=PASSWORD)


def make_member(team: Team, role: str) -> User:
    """Return a person of a team in this role, named like it."""
    user = make_user(f"{role}-{team.pk}")
    Member.objects.create(team=team, user=user, role=role)
    return user


def make_project(owner: User | None = None, name: str = "Autumn launch") -> Project:
    """Return a project of a team of its own."""
    owner = owner or make_user()
    team = actions.projects.found_team(owner, f"Team of {owner}")
    return Project.objects.create(team=team, name=name, created_by=owner)


def people(project: Project) -> dict[str, User | None]:
    """Return who can ask for a page of this project: four members, a stranger with a team of his own, nobody."""
    owner = project.team.memberships.get(role=Role.OWNER).user
    stranger = make_user("stranger")
    actions.projects.found_team(stranger, "Another team")
    others = {role: make_member(project.team, role) for role in (Role.PRODUCER, Role.EDITOR, Role.REVIEWER)}
    return {"owner": owner, **others, "stranger": stranger, "nobody": None}


def photo_bytes(width: int = 96, height: int = 72, colour: str = "#3a6ea5", kind: str = "JPEG") -> bytes:
    """Return a small picture of a round product on a pale ground."""
    picture = Image.new("RGB", (width, height), "#ece7df")
    centre, radius = (width // 2, height // 2), min(width, height) // 3
    ImageDraw.Draw(picture).ellipse(
        (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius), fill=colour
    )
    buffer = io.BytesIO()
    picture.save(buffer, kind, quality=92)
    return buffer.getvalue()


def make_asset(project: Project, *, kind: str = "image", name: str = "product.jpg", **fields: Any) -> Asset:
    """Return an asset row whose clean file is in place, without the walk through the intake."""
    data = fields.pop("data", None) or photo_bytes()
    source = Path(files.settings.DATA_DIR) / f"made-{uuid.uuid4().hex}"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_bytes(data)
    sha256 = files.digest(source)
    extension = name.rpartition(".")[2]
    files.place(source, files.clean(project.team_id, sha256, extension))
    facts = {
        "kind": kind,
        "mime": "image/jpeg",
        "width": 96,
        "height": 72,
        "seconds": "0",
        "rate": "0",
        "notes": [],
    }
    defaults: dict[str, Any] = {
        "extension": extension,
        "mime": "image/jpeg" if kind == "image" else "video/mp4",
        "sha256": sha256,
        "bytes": len(data),
        "width": 96,
        "height": 72,
        "facts": {**facts, "pictures": {}},
    }
    return Asset.objects.create(project=project, kind=kind, name=name, **{**defaults, **fields})


def make_ask(asset: Asset, task: str = "animate-product", user: User | None = None, **controls: Any) -> Ask:
    """Return a valid request of a task with this asset in its first slot."""
    recipe = catalogue.get(task)
    data = {recipe.slots[0].role: [asset.pk], **controls}
    form = TaskForm(recipe, asset.project, user or asset.project.created_by, data=_posted(data))
    assert form.is_valid(), form.errors
    return form.ask()


def make_order(asset: Asset, task: str = "animate-product", **controls: Any) -> Order:
    """Return an order, as the page would make it: its first step is queued."""
    ask = replace(
        make_ask(asset, task, **controls), quote=Decimal(1000)
    )  # whatever the button named, it was seen
    return actions.orders.request(asset.project.created_by, asset.project, ask)


def make_step(
    asset: Asset, status: str = Status.QUEUED, task: str = "animate-product", **fields: Any
) -> Step:
    """Return a step in this status; a succeeded one has an output."""
    step = make_order(asset, task).steps.get()
    if status == Status.SUCCEEDED:
        fields.setdefault("output", make_asset(asset.project, kind="image", name="result.png", made_by=step))
    if status == Status.FAILED:
        fields.setdefault("code", "studio_fault")
        fields.setdefault("sentence", "The studio could not finish this step.")
    if status == Status.RUNNING:
        fields.setdefault("claim", uuid.uuid4())
        fields.setdefault("lease_until", step.created_at)
        fields.setdefault("phase", "generating")
    Step.objects.filter(pk=step.pk).update(status=status, **fields)
    return Step.objects.get(pk=step.pk)


def file_of(data: bytes, name: str) -> ContentFile[bytes]:
    """Return bytes as a form's file."""
    return ContentFile(data, name=name)


def _posted(values: dict[str, Any]) -> Any:
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value) if isinstance(value, list) else data.update({name: value})
    return data
