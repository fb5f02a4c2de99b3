"""A person at the workspace: a browser, a photo, clips and finished versions of it."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from projects.models import Asset, Project, Step
from projects.states import Status
from tests import factories

PART = {"HX-Request": "true"}


def scene(**fields: Any) -> tuple[Client, Asset]:
    """Return an owner's browser and a photo in an otherwise empty project."""
    project = factories.make_project()
    return browser_of(project.created_by), factories.make_asset(project, **fields)


def browser_of(user: Any) -> Client:
    """Return a browser of this person."""
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, address: str) -> str:
    """Return a page that answers with 200."""
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def field(html: str, name: str, value: str = "") -> str:
    """Return the tag of a form's field; of a choice, the one with this value."""
    tags = re.findall(rf'<(?:input|textarea|select)[^>]*name="{name}"[^>]*>', html)
    return next(tag for tag in tags if not value or f'value="{value}"' in tag)


def form_url(project: Project, task: str = "animate-product", query: str = "") -> str:
    """Return the address of a task's form."""
    return f"/projects/{project.pk}/make/{task}/{query}"


def clip_of(project: Project, **fields: Any) -> Asset:
    """Return a clip of two seconds at the rate of American television, as a row."""
    facts = {
        "kind": "video",
        "rate": "24000/1001",
        "frames": 48,
        "has_audio": True,
        "notes": [],
        "pictures": {},
    }
    shown = {"width": 1280, "height": 720, "seconds": "2.002", **fields}
    return factories.make_asset(project, kind="video", name="clip.mp4", facts=facts, **shown)


def made_from(asset: Asset | None, **fields: Any) -> Step:
    """Return a finished step that began with this file; its result is a still."""
    assert asset is not None
    step = factories.make_step(asset, Status.SUCCEEDED, "change-lighting", **fields)
    return Step.objects.select_related("output__project").get(pk=step.pk)


def with_clip(photo: Asset, **fields: Any) -> Step:
    """Return a finished step whose result is a clip."""
    step = made_from(photo)
    clip = clip_of(photo.project, **fields)
    Asset.objects.filter(pk=clip.pk).update(made_by=step)
    Step.objects.filter(pk=step.pk).update(output=clip)
    return Step.objects.get(pk=step.pk)
