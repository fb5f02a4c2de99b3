"""What a person decides about money: the three ways on after a lost answer, and a producer's yes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from projects import actions
from projects.models import Step
from projects.views.request import Request, step_of


@login_required
@require_POST
def check(request: Request, pk: int) -> HttpResponse:
    """Look for the lost answer, and say what came of it."""
    return _done(request, pk, lambda step: actions.unconfirmed.check_again(request.user, step))


@login_required
@require_POST
def again(request: Request, pk: int) -> HttpResponse:
    """Send it a second time, at the amount that the button named."""
    return _done(
        request, pk, lambda step: actions.unconfirmed.start_again(request.user, step, amount(request))
    )


@login_required
@require_POST
def leave(request: Request, pk: int) -> HttpResponse:
    """Book what it may have cost, now."""
    return _done(request, pk, lambda step: actions.unconfirmed.leave(request.user, step))


@login_required
@require_POST
def confirm(request: Request, pk: int) -> HttpResponse:
    """Let an order go that waits for a producer, at the amount that the button named."""
    usd = amount(request) if "usd" in request.POST else None
    return _done(request, pk, lambda step: actions.repeats.confirm(request.user, step, usd))


def amount(request: Request) -> Decimal:
    """Return the dollars that a button named and the person agreed to; nothing where it named none."""
    try:
        found = Decimal(request.POST.get("usd", "0"))
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def _done(request: Request, pk: int, act: Callable[[Step], str | None]) -> HttpResponse:
    step = step_of(request, pk)
    try:
        said = act(step)
    except actions.Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        if said:
            messages.info(request, said)
    return redirect(step)
