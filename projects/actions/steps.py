"""Ask for work, cancel it, try it again, delete and restore what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from projects import policies, progress
from projects.actions import choice
from projects.actions.refusal import Refused, require_space
from projects.catalogue.base import Given, Invalid, Plan, Task
from projects.engines.base import Engine, Verdict
from projects.models import Asset, Attempt, Order, Project, Step
from projects.policies import Ability
from projects.prompts import compose
from projects.runner import embedded, requests
from projects.runner.limits import limits
from projects.states import OPEN_ATTEMPT, AttemptState, Bill, Status


@dataclass(frozen=True, slots=True)
class Ask:
    """What a form or a command asks for: a task with cleaned controls and its assets by role."""

    task: Task
    controls: dict[str, Any]
    assets: dict[str, list[Asset]]
    engine: str = ""
    request_key: UUID = field(default_factory=uuid4)
    origin: str = Order.Origin.PAGE
    stop_after: str = ""
    owner: str = ""
    """Who drives it in a process of its own: the step is born claimed, so that no other runner takes it."""

    @property
    def given(self) -> Given:
        """Return what the task sees of it."""
        facts = {
            role: tuple(requests.facts_of(asset) for asset in assets) for role, assets in self.assets.items()
        }
        return Given(self.controls, facts)


def checked(ask: Ask) -> tuple[Plan, Engine, Verdict]:
    """Return the plan of a request, who serves its first stage, and the quote. Raises Refused; writes nothing."""
    _check_slots(ask)
    try:
        plan = ask.task.build(ask.given)
    except Invalid as error:
        raise Refused(error.sentence, field=error.field_name) from error
    names = [stage.name for stage in plan.stages]
    if ask.stop_after and ask.stop_after not in names:
        raise Refused(f"“{ask.stop_after}” is no stage of this plan. It has {', '.join(names)}.")
    asked = choice.request_for(
        plan.stages[0], ask.task, requests.inputs_of(ask.assets), ask.controls.get("seed", 0)
    )
    engine, verdict = choice.choose(asked, ask.engine)
    if engine is None:
        raise Refused(verdict.sentence)
    return plan, engine, verdict


def _check_slots(ask: Ask) -> None:
    for slot in ask.task.slots:
        assets = ask.assets.get(slot.role, [])
        if len(assets) < slot.least:
            raise Refused(f"Choose something for “{slot.title}”.", field=slot.role)
        if len(assets) > slot.most:
            raise Refused(
                f"“{slot.title}” takes {slot.most} at most. Remove {len(assets) - slot.most}.",
                field=slot.role,
            )
        for asset in assets:
            if asset.kind not in slot.kinds:
                raise Refused(
                    f"“{slot.title}” takes {' or '.join(slot.kinds)}, not {asset.kind}.", field=slot.role
                )


def request(user: User, project: Project, ask: Ask) -> Order:
    """Return the order of a request and its first step, queued. The same request key again gives the same order."""
    policies.require(user, project, Ability.MAKE)
    known = Order.objects.filter(by=user, request_key=ask.request_key).first()
    if known is not None:
        return known
    plan, engine, verdict = checked(ask)
    require_space()
    try:
        with transaction.atomic():
            order = _order(user, project, ask, plan)
            step = _first_step(order, ask, plan, engine, verdict)
            if ask.owner:
                Step.objects.claim(step.pk, ask.owner, limits().lease_time)
            progress.step_changed(step)
    except IntegrityError:
        return Order.objects.get(by=user, request_key=ask.request_key)
    embedded.wake()
    return order


def _order(user: User, project: Project, ask: Ask, plan: Plan) -> Order:
    return Order.objects.create(
        project=project,
        by=user,
        task=ask.task.slug,
        request_key=ask.request_key,
        origin=ask.origin,
        inputs={role: [asset.pk for asset in assets] for role, assets in ask.assets.items()},
        controls=ask.controls,
        plan=[stage.to_json() for stage in plan.stages],
        stop_after=ask.stop_after,
    )


def _first_step(order: Order, ask: Ask, plan: Plan, engine: Engine, verdict: Verdict) -> Step:
    stage = plan.stages[0]
    source = next((assets[0] for assets in ask.assets.values() if assets), None)
    text = compose.prompt(stage.wish)
    step = Step.objects.create(
        order=order,
        project=order.project,
        name=ask.task.title_of(ask.controls)[:80],
        task=ask.task.slug,
        ability=stage.ability,
        wish=stage.wish.to_json(),
        seed=ask.controls.get("seed", 0),
        composed=text,
        prompt=text,
        engine=engine.key,
        model=engine.key,
        source=source,
        parent=source.made_by if source else None,
        seconds_usual=verdict.quote.seconds_usual if verdict.quote else 0,
    )
    Attempt.objects.create(
        step=step, number=1, model=step.model, bill=Bill.UNKNOWN if engine.paid else Bill.FREE
    )
    return step


@transaction.atomic
def cancel(user: User, step: Step) -> None:
    """Stop a step: a queued one at once, a running one as soon as its runner sees it. An ended one stays."""
    policies.require(user, step.project, Ability.MAKE)
    if Step.objects.move(step.pk, Status.QUEUED, Status.CANCELLED, cancel_at=None):
        for attempt in step.attempts.filter(state__in=(AttemptState.PLANNED, AttemptState.ACCEPTED)):
            Attempt.objects.move(
                attempt.pk, AttemptState(attempt.state), AttemptState.CANCELLED, ended_at=Now()
            )
    else:
        Step.objects.filter(pk=step.pk, status=Status.RUNNING, cancel_at=None).write(cancel_at=Now())
    progress.step_changed(step)


@transaction.atomic
def retry(user: User, step: Step) -> None:
    """Queue a failed or cancelled step again, as a new attempt. One that moved on stays."""
    policies.require(user, step.project, Ability.MAKE)
    require_space()
    fresh = {
        "cancel_at": None,
        "recoveries": 0,
        "code": "",
        "detail": "",
        "sentence": "",
        "started_at": None,
        "note": "",
    }
    moved = (
        Step.objects.move(step.pk, Status(step.status), Status.QUEUED, **fresh) if _may_retry(step) else False
    )
    if not moved:
        raise Refused("This step has already moved on. The page shows where it stands.", status=409)
    if not step.attempts.filter(state__in=OPEN_ATTEMPT).exists():
        number = step.attempts.count() + 1
        Attempt.objects.create(step=step, number=number, model=step.model, bill=Bill.FREE)
    progress.step_changed(step)
    transaction.on_commit(embedded.wake)


def _may_retry(step: Step) -> bool:
    return step.status in {Status.FAILED, Status.CANCELLED}


@transaction.atomic
def delete(user: User, step: Step) -> None:
    """Take a step off the board; one that is under way is cancelled. It can be restored."""
    policies.require(user, step.project, Ability.MAKE)
    if step.status in {Status.QUEUED, Status.RUNNING}:
        cancel(user, step)
    Step.objects.filter(pk=step.pk, deleted_at=None).write(deleted_at=Now())
    progress.step_changed(step)


@transaction.atomic
def restore(user: User, step: Step) -> None:
    """Put a deleted step back on the board."""
    policies.require(user, step.project, Ability.MAKE)
    Step.objects.filter(pk=step.pk).write(deleted_at=None)
    progress.step_changed(step)
