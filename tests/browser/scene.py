"""What the browser tests look at: people, and one project with finished, failed and cancelled work."""

from __future__ import annotations

import io

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from PIL import Image, ImageDraw

from projects import actions
from projects.models import Asset, Member, Order, Project, Role, Step
from projects.states import AttemptState, Status
from tests import factories, paying

PASSWORD = "a long enough password"


def make() -> None:
    """Fill the studio. The server that runs beside this does the queued work."""
    owner = User.objects.create_user("owner", password=PASSWORD)
    team = actions.projects.found_team(owner, "Maison Aurel")
    for name, role in (("editor", Role.EDITOR), ("reviewer", Role.REVIEWER)):
        Member.objects.create(team=team, user=User.objects.create_user(name, password=PASSWORD), role=role)
    stranger = User.objects.create_user("stranger", password=PASSWORD)
    actions.projects.found_team(stranger, "Another team")
    project = actions.projects.create(
        owner, team, name="Autumn launch", brief="", country="DE", us_state="", due=None
    )
    photo = upload(owner, project, "bottle.png", pack_shot())
    ask(photo, "animate-product", tier="sketch", seconds="2")
    ask(photo, "change-lighting", look="candle")
    ended(photo, "3", Status.FAILED, code="input_rejected", sentence="The picture is cut off after 40 %.")
    ended(photo, "4", Status.CANCELLED)
    wait_for_all(project)
    spend(project)


def spend(project: Project) -> None:
    """Leave two paid attempts in the ledger, one of them for nothing; their steps are deleted, off the board."""
    paid = [paying.pay(project), paying.pay(project, state=AttemptState.FAILED, code="timed_out")]
    Step.objects.filter(pk__in=[attempt.step_id for attempt in paid]).update(deleted_at=timezone.now())


def upload(user: User, project: Project, name: str, data: bytes) -> Asset:
    """Return a file taken in as the page would."""
    return actions.uploads.receive(user, project, ContentFile(data).chunks(), name)


def ask(photo: Asset, task: str, **controls: str) -> Step:
    """Return the queued step of a request as the page would make it."""
    order: Order = factories.make_order(photo, task, **controls)
    return order.steps.get()


@transaction.atomic
def ended(photo: Asset, seconds: str, status: Status, **said: str) -> None:
    """Leave a step on the board that ended without a result; no server ever sees it queued."""
    step = ask(photo, "animate-product", tier="sketch", seconds=seconds)
    step.attempts.update(state=AttemptState(status), ended_at=Now())
    Step.objects.filter(pk=step.pk).update(status=status, ended_at=Now(), **said)


def wait_for_all(project: Project) -> None:
    """Return when the server has done everything."""
    import time

    end = time.monotonic() + 200
    while project.steps.filter(status__in=(Status.QUEUED, Status.RUNNING)).exists():
        assert time.monotonic() < end, list(project.steps.values("status", "sentence"))
        time.sleep(0.2)


def pack_shot(width: int = 900, height: int = 700) -> bytes:
    """Return a picture of a bottle on a pale ground."""
    picture = Image.new("RGB", (width, height), "#ece7df")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((300, 600, 600, 650), fill="#cfc8bd")
    draw.rounded_rectangle((330, 220, 570, 630), 40, fill="#a3562a")
    draw.rectangle((400, 120, 500, 220), fill="#2b2724")
    draw.rectangle((370, 360, 530, 480), fill="#f4efe6")
    draw.text((420, 410), "AUREL", fill="#222222")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
