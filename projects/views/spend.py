"""Spend: what a project, or all projects of a person's teams, cost: quoted and real, by whom and for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from projects import policies
from projects.models import Attempt, Budget, Project, Team, ledger
from projects.models.budget import months
from projects.models.ledger import PERIODS, Scope, Total, totals
from projects.models.model import merged
from projects.policies import Ability
from projects.states import Bill
from projects.templatetags.money import TENTHS, fraction
from projects.views import spend_csv, spend_tables
from projects.views.request import Request, cursor_of, project_and_abilities, wants_part

PAGE = 60
MOST_BUDGETS = 10
EXAMPLE_SECONDS = 6
SHOWN = {
    "all": "All paid",
    Bill.BILLED: "Billed",
    Bill.NOT_BILLED: "Not billed",
    Bill.UNKNOWN: "Unknown or held",
    Bill.FREE: "Free",
}
"""The filters of the ledger: by what is known of the bill."""
FILE_NAMES = {"month": "this-month", "last": "last-month", "days": "90-days", "all": "all"}
"""How a table that is kept names its period."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What is looked at: the scope and its period, the teams that pay, and the project when it is one."""

    scope: Scope
    period: str
    show: str
    teams: tuple[Team, ...]
    project: Project | None = None
    can_budget: frozenset[int] = frozenset()


@login_required
@require_safe
def project_spend(request: Request, pk: int) -> HttpResponse:
    """Show what one project cost, or of its ledger the lines that follow the cursor."""
    return _page(request, _of_project(request, pk))


@login_required
@require_safe
def spend(request: Request) -> HttpResponse:
    """Show what all projects of a person's teams cost."""
    return _page(request, _of_teams(request))


@login_required
@require_safe
def project_csv(request: Request, pk: int) -> HttpResponseBase:
    """Send one project's ledger as a table."""
    desk = _of_project(request, pk)
    return spend_csv.answer(_entries(desk), f"spend-project-{pk}-{FILE_NAMES[desk.period]}.csv")


@login_required
@require_safe
def csv(request: Request) -> HttpResponseBase:
    """Send the ledger of all projects as a table."""
    desk = _of_teams(request)
    return spend_csv.answer(_entries(desk), f"spend-{FILE_NAMES[desk.period]}.csv")


def _of_project(request: Request, pk: int) -> Desk:
    project, able = project_and_abilities(request, pk)
    if Ability.MONEY not in able:
        raise PermissionDenied(policies.REFUSALS[Ability.MONEY])
    can_budget = frozenset({project.team_id} if Ability.BUDGET in able else ())
    return _desk(request, Scope((), project.pk), (project.team,), project, can_budget)


def _of_teams(request: Request) -> Desk:
    teams = policies.teams_where(request.user, Ability.MONEY).annotate(role=F("memberships__role"))
    if not teams:
        raise PermissionDenied(policies.REFUSALS[Ability.MONEY])
    payers = frozenset(team.pk for team in teams if Ability.BUDGET in policies.ABILITIES[team.role])
    return _desk(request, Scope(tuple(team.pk for team in teams)), tuple(teams), None, payers)


def _desk(
    request: Request, scope: Scope, teams: tuple[Team, ...], project: Project | None, payers: frozenset[int]
) -> Desk:
    asked, show = request.GET.get("period", ""), request.GET.get("show", "")
    period = asked if asked in PERIODS else next(iter(PERIODS))
    return Desk(
        scope.within(period, timezone.now()),
        period,
        show if show in SHOWN else "all",
        teams,
        project,
        payers,
    )


def _entries(desk: Desk) -> QuerySet[Attempt]:
    if desk.show == Bill.FREE:
        return ledger.with_words(ledger.free(desk.scope))
    rows = ledger.with_words(ledger.entries(desk.scope))
    return rows if desk.show == "all" else rows.filter(bill=desk.show)


def _page(request: Request, desk: Desk) -> HttpResponse:
    models = merged()
    names = {model.id: model.label for model in reversed(models)}
    after = cursor_of(request)
    rows = _entries(desk).filter(pk__lt=after) if after else _entries(desk)
    found = list(rows[: PAGE + 1])
    context: dict[str, Any] = {
        "desk": desk,
        "project": desk.project,
        "query": f"period={desk.period}&show={desk.show}",
        "entries": found[:PAGE],
        "names": names,
        "finest": fraction(*(entry.cost_usd for entry in found)),
        "after": found[PAGE - 1].pk if len(found) > PAGE else None,
    }
    if wants_part(request) and after:
        return render(request, "projects/spend.html#lines", context)
    context |= {"price": ledger.clip_price(models, EXAMPLE_SECONDS), "price_seconds": EXAMPLE_SECONDS}
    return render(request, "projects/spend.html", {**context, **_around(desk), **_sums(desk, names)})


def _around(desk: Desk) -> dict[str, Any]:
    """Return the choices of the page, and the words for what is chosen."""
    today = timezone.now().astimezone(UTC).date()
    return {
        "tab": "spend",
        "can_make": True,
        "periods": PERIODS,
        "period_name": PERIODS[desk.period].lower(),
        "budgets": _budgets(desk, today),
    }


def _sums(desk: Desk, names: dict[str, str]) -> dict[str, Any]:
    """Return the numbers on top, and every table but the ledger."""
    cells = ledger.cells(desk.scope)
    total = next(iter(totals(cells, lambda _: None)), Total())
    seconds = ledger.clip_seconds(desk.scope)
    finest = fraction(*(cell.real for cell in cells))
    days = spend_tables.days(cells, desk.scope)
    bills = {sum_.key: sum_.count for sum_ in totals(cells, lambda cell: cell.bill)}
    counts = {"all": total.count, Bill.FREE: None}
    return {
        "total": total,
        "places": min(TENTHS, finest),
        "finest": finest,
        "held": ledger.held(desk.scope),
        "seconds": seconds,
        "per_finished": total.real / seconds.finished if seconds.finished else None,
        "per_approved": total.real / seconds.approved if seconds.approved else None,
        "shown": [(key, label, counts.get(key, bills.get(key, 0))) for key, label in SHOWN.items()],
        "tables": spend_tables.tables(cells, names, of_one_project=desk.project is not None),
        "days": days,
        "by_day": spend_tables.by_day(days),
        "top": max(days, key=lambda day: day.real, default=None),
        "reasons": spend_tables.reasons(cells),
    }


def _budgets(desk: Desk, today: date) -> list[Budget]:
    """Return what limits the page's work, the nearest limit first: a project's own where it has one, a team's month."""
    rows = Budget.objects.filter(scope=Budget.Scope.PROJECT, project__deleted_at=None)
    rows = rows.filter(project=desk.project) if desk.project else rows.filter(project__team__in=desk.teams)
    own = list(rows.select_related("project").order_by("-project")[:MOST_BUDGETS])
    shared = months(desk.teams, today)
    return [*own, *shared] if desk.project else [*shared, *own]
