"""The keys of a team: which there are, a new one, its test and its end. For the owners of the team."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from projects import actions, policies
from projects.actions import Refused
from projects.forms.door import FORMS, DoorForm
from projects.models import Door, Team
from projects.policies import Ability
from projects.views.request import Request


@sensitive_post_parameters("secret")
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def doors(request: Request, pk: int) -> HttpResponse:
    """Show a team's keys, or save one more."""
    team = _team(request, pk)
    if request.method != "POST":
        return _page(request, team, [form() for form in FORMS])
    forms = [form(request.POST if request.POST.get("kind") == form.kind else None) for form in FORMS]
    sent = next((form for form in forms if form.is_bound), None)
    if sent is None or not sent.is_valid():
        return _page(request, team, forms, status=422)
    try:
        row = actions.doors.save(request.user, team, sent.kind, **sent.cleaned_data)
    except Refused as error:
        sent.add_error("secret", error.sentence)
        return _page(request, team, forms, status=error.status)
    _tell(request, row)
    return redirect("projects:team-doors", team.pk)


@login_required
@require_POST
def test(request: Request, pk: int, door: int) -> HttpResponse:
    """Ask the provider about a key, and show what it said."""
    _tell(request, actions.doors.test(request.user, _door(request, pk, door)))
    return redirect("projects:team-doors", pk)


@login_required
@require_POST
def remove(request: Request, pk: int, door: int) -> HttpResponse:
    """Forget a key."""
    row = _door(request, pk, door)
    try:
        actions.doors.remove(request.user, row)
        messages.success(request, "The key is removed.")
    except Refused as error:
        messages.error(request, error.sentence)
    return redirect("projects:team-doors", pk)


def _team(request: Request, pk: int) -> Team:
    """Return a team of the person. Raises Http404 for a stranger, PermissionDenied for who is no owner."""
    team = get_object_or_404(policies.teams(request.user), pk=pk)
    if Ability.MANAGE not in policies.abilities(request.user, team.pk):
        raise PermissionDenied(policies.REFUSALS[Ability.MANAGE])
    return team


def _door(request: Request, pk: int, door: int) -> Door:
    return get_object_or_404(Door.objects.kept().select_related("team"), pk=door, team=_team(request, pk))


def _tell(request: Request, row: Door) -> None:
    """Say in a word how a test ended; the key's own line says the rest."""
    is_refused = row.state == Door.State.REFUSED
    (messages.error if is_refused else messages.success)(
        request, f"{row}: {row.get_state_display().lower()}."
    )


def _page(request: Request, team: Team, forms: list[DoorForm], status: int = 200) -> HttpResponse:
    own = list(Door.objects.kept().filter(team=team).order_by("pk"))
    opened: list[Door] = [] if own else list(Door.objects.of_studio())
    context = {
        "team": team,
        "forms": forms,
        "doors": own,
        "studios": [row.get_kind_display() for row in opened],
        "crumb": "Keys",
        "can_make": True,
        "others": policies.teams_where(request.user, Ability.MANAGE).exclude(pk=team.pk),
    }
    return render(request, "projects/doors.html", context, status=status)
