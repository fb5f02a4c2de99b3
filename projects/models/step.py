"""Steps, and the only code that writes a step's status.

Each write is one conditional UPDATE: it names what the row must still be, and counts the rows that changed.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from projects import states
from projects.models.asset import Asset
from projects.models.door import Door, Rest
from projects.models.order import Order
from projects.models.project import Project
from projects.states import AttemptState, Phase, Status

MANY_RECOVERIES = 4
RESTED = timedelta(minutes=30)
"""Longer than any pause between two tries in a row; used-up quotas are left alone for longer."""
PUT_OFF = ("rate", "quota", "upload")
"""What a step waits for that is to be sent again."""
TIMED = (*PUT_OFF, "result")
"""What passes by itself: such a step is due once its time has come. For everything else somebody has to act."""
AT_PROVIDER = (AttemptState.ACCEPTED, AttemptState.FINISHED)

COPIED = (
    *("order_id", "project_id", "stage", "parent_id", "source_id", "name", "task", "ability", "wish", "seed"),
    *("composed", "prompt", "prompt_is_own", "engine", "model", "door_id", "seconds_usual", "started_at"),
)
"""What a sibling has of its step: all that was asked for, and nothing of what came of it."""


class StepQuerySet(models.QuerySet["Step"]):
    """Steps as pages and runners ask for them."""

    def live(self) -> Self:
        """Leave out what was deleted."""
        return self.filter(deleted_at=None)

    def kept(self) -> Self:
        """Leave out what was deleted for good; what is in the trash stays."""
        return self.filter(purged_at=None)

    def whole(self) -> Self:
        """Read along what every run of a step needs to know; few have a source or a parent as well."""
        return self.select_related("order", "project", "door")

    def due(self) -> Self:
        """Return what may be claimed now: queued and due, or running past its lease.

        A door that rests or is refused holds back what would be sent, not what lies at the provider already; so does
        a model behind it whose own quota is used up.
        Subqueries, no join: a claim updates these rows, and must look at each as it is by then.
        """
        timed = Q(status=Status.QUEUED, waits_for__in=("", *TIMED))
        resting = Rest.objects.filter(door=models.OuterRef("door"), model=models.OuterRef("model"))
        sendable = ~Q(door__in=Door.objects.closed().values("pk")) & ~Q(
            models.Exists(resting.filter(until__gt=Now()))
        )
        accepted = Step.objects.filter(pk=models.OuterRef("pk"), attempts__state__in=AT_PROVIDER)
        goes_on = sendable | Q(models.Exists(accepted))
        queued = timed & (Q(not_before=None) | Q(not_before__lte=Now())) & goes_on
        return self.filter(queued | Q(status=Status.RUNNING, lease_until__lt=Now()))

    def write(self, **fields: Any) -> int:
        """Write fields other than the status, as a new version of the row."""
        return self.update(version=F("version") + 1, changed_at=Now(), **fields)

    def move(self, pk: int, source: Status, target: Status, **fields: Any) -> bool:
        """Take a step from one status to another; true when this call did it.

        Raises ValueError for a move that the table in `states` does not know.
        """
        if not states.may_move(source, target):
            raise ValueError(f"A step never goes from {source} to {target}.")
        free = {"claim": None, "owner": "", "lease_until": None, "phase": "", "share": None}
        changed = self.filter(pk=pk, status=source).write(
            status=target, **{**free, **_ended(target), **fields}
        )
        return changed == 1

    def claim(self, pk: int, owner: str, lease: timedelta) -> uuid.UUID | None:
        """Take a due step for one runner, or nothing when somebody else has it.

        One that was put off, and rested for long since, starts anew: what refused it before is no row with what comes.
        """
        claim = uuid.uuid4()
        taken_over = models.Case(
            models.When(status=Status.RUNNING, then=F("recoveries") + 1),
            default=F("recoveries"),
            output_field=models.PositiveSmallIntegerField(),
        )
        changed = (
            self.due()
            .filter(pk=pk)
            .write(
                status=Status.RUNNING,
                claim=claim,
                owner=owner,
                lease_until=Now() + lease,
                recoveries=taken_over,
                phase=Phase.PREPARING,
                waits_for="",
                not_before=None,
                started_at=_started(),
                code="",
                detail="",
                sentence="",
            )
        )
        return claim if changed == 1 else None

    def held(self, pk: int, claim: uuid.UUID) -> Self:
        """Return the row only while this claim still holds it."""
        return self.filter(pk=pk, status=Status.RUNNING, claim=claim)

    def held_by(self, claims: Mapping[int, uuid.UUID]) -> Self:
        """Return the rows that these claims, each by its step, still hold. No two steps have the same claim."""
        return self.filter(pk__in=claims, status=Status.RUNNING, claim__in=claims.values())

    def end(self, pk: int, claim: uuid.UUID, target: Status, **fields: Any) -> bool:
        """Take a step that this claim holds to another status; true when this call did it."""
        return self.held(pk, claim).move(pk, Status.RUNNING, target, **fields)

    def renew(self, claims: Mapping[int, uuid.UUID], lease: timedelta) -> int:
        """Hold steps for longer, but for those whose claim is lost; how many. Not a change that people see."""
        return self.held_by(claims).update(lease_until=Now() + lease)

    def revive(self, pk: int, source: Status) -> bool:
        """Let a step go on that a late answer proves to be at work: a runner takes it at once."""
        owned = {"claim": uuid.uuid4(), "owner": "", "lease_until": Now() - timedelta(days=1)}
        fresh = {"code": "", "sentence": "", "detail": "", "recoveries": 0, "phase": Phase.GENERATING}
        return self.move(pk, source, Status.RUNNING, **owned, **fresh)

    def sibling(self, step: Step, note: str) -> Step:
        """Return a new take of the same stage, at work already: a runner takes it at once. It has no attempt yet."""
        Order.objects.select_for_update().get(pk=step.order_id)
        last = self.filter(order=step.order_id, stage=step.stage).aggregate(take=models.Max("take"))["take"]
        return self.create(
            **{name: getattr(step, name) for name in COPIED},
            take=last + 1,
            status=Status.RUNNING,
            phase=Phase.GENERATING,
            claim=uuid.uuid4(),
            lease_until=Now() - timedelta(days=1),
            note=note,
            notes=[note],
        )

    def take_back(self, owner: str) -> int:
        """Free at once what a former embedded server left running; the next claim counts it."""
        return self.filter(status=Status.RUNNING, owner=owner).update(lease_until=Now() - timedelta(days=1))


def _started() -> models.Case:
    rested = models.When(
        status=Status.QUEUED, waits_for__in=PUT_OFF, changed_at__lt=Now() - RESTED, then=Now()
    )
    return models.Case(rested, default=models.functions.Coalesce("started_at", Now()))


def _ended(target: Status) -> dict[str, Any]:
    return {"ended_at": Now() if target in states.ENDED else None}


class Step(models.Model):
    """One request of one task to one engine, and its result. Steps form a tree by `parent`."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="steps")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="steps")
    stage = models.PositiveSmallIntegerField(default=0)
    take = models.PositiveSmallIntegerField(default=1)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    source = models.ForeignKey(Asset, null=True, blank=True, on_delete=models.PROTECT, related_name="used_by")
    name = models.CharField(max_length=80)
    task = models.CharField(max_length=60)
    ability = models.CharField(max_length=30)
    wish = models.JSONField()
    seed = models.PositiveBigIntegerField(default=0)
    composed = models.TextField(blank=True)
    prompt = models.TextField(blank=True)
    prompt_is_own = models.BooleanField(default=False)
    engine = models.CharField(max_length=30)
    model = models.CharField(max_length=80, blank=True)
    door = models.ForeignKey(Door, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    status = models.CharField(max_length=12, choices=[(s, s) for s in Status], default=Status.QUEUED)
    phase = models.CharField(max_length=12, choices=[(p, p) for p in Phase], blank=True)
    share = models.FloatField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    waits_for = models.CharField(max_length=10, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    code = models.CharField(max_length=30, blank=True)
    sentence = models.CharField(max_length=500, blank=True)
    detail = models.TextField(blank=True)
    notes = models.JSONField(default=list, blank=True)
    seconds_usual = models.FloatField(default=0)

    claim = models.UUIDField(null=True, blank=True, editable=False)
    owner = models.CharField(max_length=40, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    recoveries = models.PositiveSmallIntegerField(default=0, editable=False)
    cancel_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)
    output = models.ForeignKey(Asset, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = StepQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "stage", "take"], name="step_stage_take_once"),
            models.CheckConstraint(condition=Q(status__in=list(Status)), name="step_status"),
            models.CheckConstraint(
                condition=Q(status=Status.RUNNING, claim__isnull=False, lease_until__isnull=False)
                | (~Q(status=Status.RUNNING) & Q(claim=None)),
                name="step_claim_while_running",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.SUCCEEDED) | Q(output__isnull=False),
                name="step_success_has_output",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.FAILED) | ~Q(code=""), name="step_failure_has_code"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-created_at", "-id"], name="step_project_recent"),
            models.Index(fields=["project", "changed_at"], name="step_project_changed"),
            models.Index(fields=["status", "id"], name="step_status_id"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the workspace."""
        return reverse("projects:step", args=[self.pk])
