"""Paid attempts for tests, made by the real functions: reserved on real budgets, settled, and moved to their end."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.contrib.auth.models import User
from django.utils import timezone

from projects.models import Attempt, Budget, Order, Project, Spend, Step
from projects.models.budget import months
from projects.models.spend import reserve, settle
from projects.states import AttemptState, Bill, Status
from tests import factories

OMNI = "gemini-omni-1.2-flash"


def month_of(project: Project) -> Budget:
    """Return the row of the team's budget of this month."""
    [budget] = months([project.team], timezone.now().date())
    budget.save()
    return budget


def hold(project: Project, quote: str = "0.60", by: User | None = None, **fields: object) -> Attempt:
    """Return an attempt under way that holds money. Fields: task, model, name."""
    step = _step(project, by or project.created_by, str(fields.get("task", "animate-product")))
    Step.objects.filter(pk=step.pk).update(name=fields.get("name", "Push in, 6 s"))
    attempt = Attempt.objects.create(step=step, number=1, model=str(fields.get("model", OMNI)))
    reserve(attempt, Decimal(quote), [month_of(project)])
    return attempt


def pay(
    project: Project,
    quote: str = "0.60",
    cost: str = "0.45",
    state: str = AttemptState.STORED,
    at: datetime | None = None,
    **fields: object,
) -> Attempt:
    """Return a settled attempt; a stored one has a clip of `seconds` (6), any other one the failure's `code`."""
    attempt = hold(project, quote, **fields)
    settle(attempt, Decimal(cost), None)
    ended: dict[str, object] = {"status": Status.FAILED, "code": fields.get("code") or "studio_fault"}
    if state == AttemptState.STORED:
        clip = factories.make_asset(
            project, kind="video", name="clip.mp4", seconds=fields.get("seconds", 6), made_by=attempt.step
        )
        ended = {"status": Status.SUCCEEDED, "output": clip}
    Step.objects.filter(pk=attempt.step_id).update(claim=None, lease_until=None, **ended)
    rows = Attempt.objects.filter(pk=attempt.pk)
    rows.update(state=state, bill=fields.get("bill", Bill.BILLED), code=fields.get("code", ""))
    if at:
        Spend.objects.filter(attempt=attempt).update(at=at)
    return rows.get()


def work_free(project: Project) -> Attempt:
    """Return a free attempt that made a clip of 100 seconds."""
    step = _step(project, project.created_by, "animate-product")
    clip = factories.make_asset(project, kind="video", name="draft.mp4", seconds=100, made_by=step)
    done = {"status": Status.SUCCEEDED, "output": clip, "claim": None, "lease_until": None}
    Step.objects.filter(pk=step.pk).update(engine="draft", **done)
    return Attempt.objects.create(
        step=step, number=1, model="draft", bill=Bill.FREE, state=AttemptState.STORED
    )


def _step(project: Project, by: User, task: str) -> Step:
    order = Order.objects.create(project=project, by=by, task=task)
    return Step.objects.create(
        order=order,
        project=project,
        name=task,
        task=task,
        ability="video.image",
        wish={},
        engine="omni",
        status=Status.RUNNING,
        claim=uuid4(),
        lease_until=timezone.now() + timedelta(days=1),
    )
