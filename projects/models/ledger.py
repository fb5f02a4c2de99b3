"""What was spent: an entry for each paid attempt, and the sums that pages show.

An entry counts where and when its money was reserved, as on the budgets, so that quote and cost stand side by side
and a month here is the month of a budget (UTC).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, DecimalField, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, TruncDate

from projects.engines.models import Model
from projects.models.approval import Approval
from projects.models.asset import Asset
from projects.models.attempt import Attempt
from projects.models.budget import Budget, held_still
from projects.models.project import Project
from projects.models.spend import NOTHING, Spend
from projects.models.step import Step
from projects.states import AttemptState, Bill

MICRO = Decimal("0.000001")
EXTENDS = "video.extend"
"""How the abilities begin whose clips hold their source's seconds too, which were paid before."""
NO_RESULT = frozenset(
    {
        AttemptState.FAILED,
        AttemptState.CANCELLED,
        AttemptState.REFUSED,
        AttemptState.PRESUMED,
        AttemptState.WRITTEN_OFF,
    }
)
PERIODS = {"month": "This month", "last": "Last month", "days": "90 days", "all": "In all"}
"""The periods that a page offers; the first is shown until another one is chosen."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose entries: of some teams, or of one project alone; from a moment on, up to another."""

    teams: tuple[int, ...]
    project: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def within(self, period: str, now: datetime) -> Scope:
        """Return the same for one of PERIODS."""
        first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        before = (first - timedelta(days=1)).replace(day=1)
        since = {"month": first, "last": before, "days": now - timedelta(days=90)}.get(period)
        return replace(self, since=since, until=first if period == "last" else None)

    def of(self, project: str, moment: str) -> Q:
        """Return the condition on rows that know their project and their moment by these names."""
        owned = Q(**{project: self.project}) if self.project else Q(**{f"{project}__team__in": self.teams})
        if self.since:
            owned &= Q(**{f"{moment}__gte": self.since})
        return owned & Q(**{f"{moment}__lt": self.until}) if self.until else owned


def _settled() -> Exists:
    return Exists(Spend.objects.filter(attempt=OuterRef("pk"), kind=Spend.Kind.CHARGE))


def entries(scope: Scope) -> QuerySet[Attempt]:
    """Return the paid attempts, each with `at`, when its money was reserved, and whether it is `settled`."""
    reserved = scope.of("spend__project", "spend__at") & Q(spend__kind=Spend.Kind.RESERVE)
    return Attempt.objects.filter(reserved).annotate(at=F("spend__at"), settled=_settled())


def open_(scope: Scope) -> QuerySet[Attempt]:
    """Return the entries that hold money now, whatever the period."""
    return entries(replace(scope, since=None, until=None)).filter(~_settled())


def free(scope: Scope) -> QuerySet[Attempt]:
    """Return the attempts that could never cost anything, in the shape of entries."""
    rows = Attempt.objects.filter(scope.of("step__project", "created_at"), bill=Bill.FREE)
    return rows.annotate(at=F("created_at"), settled=Value(value=True))


def with_made(rows: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Return the same rows, each with the seconds of clip that its own money `made`; None where it made no clip.

    An extension made what it added: the rest of its clip is of the attempts that made its sources.
    """
    before = Case(When(step__ability__startswith=EXTENDS, then="step__source__seconds"), default=NOTHING)
    own = Greatest(F("step__output__seconds") - Coalesce(before, NOTHING), NOTHING)
    is_clip = Q(state=AttemptState.STORED, step__output__kind=Asset.Kind.VIDEO)
    return rows.annotate(made=Case(When(is_clip, then=own), output_field=DecimalField()))


def is_approved() -> Q:
    """Return the condition on attempts whose clips are approved, by themselves or within an approved extension.

    Whoever approves an extension has approved the whole clip, so that what its sources made counts with it.
    """
    standing = Approval.objects.standing().values("step")
    extensions = Step.objects.filter(ability__startswith=EXTENDS, source__made_by__isnull=False)
    sources = extensions.order_by().values_list("source__made_by", flat=True)
    held, found = set[int](), set(sources.filter(pk__in=standing))
    while found:
        held |= found
        found = set(sources.filter(pk__in=found)) - held
    return Q(step__in=standing) | Q(step__in=held)


def with_words(rows: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Return the same rows with all that a line of the ledger names, the newest first."""
    named = with_made(rows).select_related("step__project", "step__output", "step__order__by")
    return named.defer("request", "step__wish", "step__composed", "step__prompt").order_by("-pk")


@dataclass(frozen=True, slots=True)
class Cell:
    """A sum over the entries that are alike in everything a page groups by."""

    project: int
    project_name: str
    put_away: datetime | None
    person: int
    model: str
    task: str
    day: date
    state: str
    code: str
    bill: str
    settled: bool
    count: int
    quoted: Decimal
    real: Decimal

    @property
    def held(self) -> Decimal:
        """Return what is still reserved."""
        return NOTHING if self.settled else self.quoted

    @property
    def waste(self) -> Decimal:
        """Return what was paid for nothing."""
        return self.real if self.state in NO_RESULT else NOTHING


OF_A_LINE = {
    "project": "project_id",
    "project_name": "project__name",
    "put_away": "project__deleted_at",
    "person": "by_id",
    "model": "model",
    "task": "task",
}


def cells(scope: Scope) -> list[Cell]:
    """Return the entries summed by everything that a page groups by, so that one question answers all its tables."""
    copied = {f"of_{name}": F(f"spend__{field}") for name, field in OF_A_LINE.items()}
    keys = {f"of_{name}": name for name in OF_A_LINE}
    rows = (
        entries(scope)
        .annotate(day=TruncDate("spend__at", tzinfo=UTC), **copied)
        .order_by()
        .values("day", "state", "code", "bill", "settled", *keys)
        .annotate(count=Count("pk"), quoted=Sum("quote_usd"), real=Sum("cost_usd"))
    )
    return [_cell({keys.get(name, name): value for name, value in row.items()}) for row in rows]


def _cell(row: dict[str, Any]) -> Cell:
    money = {name: row[name].quantize(MICRO) for name in ("quoted", "real")}
    return Cell(**{**row, "person": row["person"] or 0, **money})


@dataclass(slots=True)
class Total:
    """What some entries come to. `key` is what they have in common."""

    key: Any = None
    count: int = 0
    quoted: Decimal = NOTHING
    real: Decimal = NOTHING
    held: Decimal = NOTHING
    waste: Decimal = NOTHING
    wasted: int = 0

    def add(self, cell: Cell) -> None:
        """Count a cell in."""
        self.count += cell.count
        self.quoted += cell.quoted
        self.real += cell.real
        self.held += cell.held
        if waste := cell.waste:
            self.waste += waste
            self.wasted += cell.count


def totals(found: Iterable[Cell], key: Callable[[Cell], Any]) -> list[Total]:
    """Return the sums by what `key` says of a cell, the dearest first."""
    sums: dict[Any, Total] = {}
    for cell in found:
        name = key(cell)
        if name not in sums:
            sums[name] = Total(name)
        sums[name].add(cell)
    return sorted(sums.values(), key=lambda total: (-total.real, -total.quoted))


@dataclass(frozen=True, slots=True)
class Held:
    """What is reserved at this moment, whatever the period, and the part that nobody can vouch for."""

    usd: Decimal
    count: int
    doubtful: Decimal
    doubts: int


def held(scope: Scope) -> Held:
    """Return what is reserved now."""
    doubt = Q(state=AttemptState.UNCONFIRMED)
    found = open_(scope).aggregate(
        usd=Sum("quote_usd"),
        count=Count("pk"),
        doubtful=Sum("quote_usd", filter=doubt),
        doubts=Count("pk", filter=doubt),
    )
    return Held(**{**found, "usd": _exact(found["usd"]), "doubtful": _exact(found["doubtful"])})


def _exact(usd: Decimal | None) -> Decimal:
    return (usd or NOTHING).quantize(MICRO)


@dataclass(frozen=True, slots=True)
class ClipSeconds:
    """What was `made` for money and is finished, and what of it is approved; deleted clips were paid too."""

    finished: Decimal
    approved: Decimal


def clip_seconds(scope: Scope) -> ClipSeconds:
    """Return how many seconds of clips were got for the money."""
    sums = with_made(entries(scope)).aggregate(
        finished=Sum("made"), approved=Sum("made", filter=is_approved())
    )
    return ClipSeconds(sums["finished"] or NOTHING, sums["approved"] or NOTHING)


@dataclass(frozen=True, slots=True)
class ClipPrice:
    """What a clip of some length costs with a model, by its size."""

    label: str
    sizes: dict[str, Decimal]


def clip_price(models: Iterable[Model], seconds: int) -> ClipPrice | None:
    """Return the price of a clip of so many seconds with the first model on offer that makes clips."""
    model = next((model for model in models if model.is_offered and model.video_second), None)
    if model is None:
        return None
    return ClipPrice(model.label, {size: usd * seconds for size, usd in model.video_second.items()})


@transaction.atomic
def begin_project(project: Project, limit: Decimal) -> Budget:
    """Return a new budget of a project that already counts what the project has spent and holds.

    Entries that may still change settle on it too; what is billed does not change any more. No money moves meanwhile:
    first the entries are kept from settling and then new ones from being held, the order in which a runner does both.
    """
    scope = Scope((), project.pk)
    may_change = open_(scope) | entries(scope).filter(bill=Bill.UNKNOWN)
    kept = Attempt.objects.select_for_update(no_key=True).filter(pk__in=may_change.values("pk"))
    list(kept.order_by("pk").values_list("pk"))
    held_still(project.team)
    spent = _exact(entries(scope).aggregate(usd=Sum("cost_usd"))["usd"])
    budget = Budget.objects.create(
        scope=Budget.Scope.PROJECT,
        project=project,
        limit_usd=limit,
        reserved=held(scope).usd,
        spent=spent,
    )
    moving = list(may_change.all())
    for attempt in moving:
        attempt.budget_ids = [*attempt.budget_ids, budget.pk]
    Attempt.objects.bulk_update(moving, ["budget_ids"], batch_size=200)
    return budget
