"""A team's own keys: save, test and remove. A key is written once, sealed, and never shown again."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError
from django.db.models.functions import Now
from django.views.decorators.debug import sensitive_variables

from projects import policies
from projects.actions.refusal import Refused
from projects.engines import probe
from projects.engines.probe import Probe
from projects.models import Attempt, Door, Step, Team, door, model, sealed
from projects.models.step import PUT_OFF
from projects.policies import Ability
from projects.states import AttemptState, Status

UNDER_WAY = (Status.QUEUED, Status.RUNNING, Status.UNCONFIRMED)


@sensitive_variables("secret", "found")
def save(user: User, team: Team, kind: str, secret: str, **where: Any) -> Door:
    """Test a key, seal it and return its door. `where`: location, bucket, keeps_days. Raises Refused.

    A key that the provider refuses is not kept; one that could not be tested is. The same key again replaces itself.
    """
    _require(user, team)
    secret = secret.strip()
    if fault := door.fault_of(kind, secret):
        raise Refused(fault, field="secret")
    found = Door(team=team, kind=kind, **where, **_parts(kind, secret))
    said = _probed(found)
    if said.ok is False:
        raise Refused(said.sentence, field="secret")
    fields = {
        name: getattr(found, name) for name in ("secret", "project", "location", "bucket", "keeps_days")
    }
    row, _ = Door.objects.update_or_create(
        team=team,
        kind=kind,
        last4=found.last4,
        defaults={**fields, "state": Door.State.UNTESTED, "paused_until": None, **_result(said)},
    )
    _let_go(row)
    return row


@sensitive_variables("secret", "account")
def _parts(kind: str, secret: str) -> dict[str, str]:
    """Return what a door keeps of a key: the key sealed, and the four signs that people tell it by."""
    try:
        if kind != Door.Kind.VERTEX:
            return {"secret": sealed.seal(secret), "last4": secret[-4:]}
        account = door.account_of(secret)
        return {
            "secret": sealed.seal(json.dumps(account)),
            "last4": account["private_key_id"][-4:],
            "project": account["project_id"][:100],
        }
    except sealed.NoKey as error:
        raise Refused(str(error), status=503) from error


def test(user: User, row: Door) -> Door:
    """Ask the provider whether it takes a team's key, and return the door with what it said.

    One that cannot be opened any more is refused too, so that nothing is tried through it.
    """
    _require(user, row.team)
    try:
        said = _probed(row)
    except Refused as error:
        said = Probe(False, error.sentence)
    Door.objects.filter(pk=row.pk).update(**_result(said))
    row.refresh_from_db()
    if said.ok:
        _let_go(row)
    return row


@transaction.atomic
def _let_go(row: Door) -> None:
    """Let go what waits for this key, and take over what another one that is refused has not sent yet."""
    refused = Door.objects.filter(team=row.team, kind=row.kind, state=Door.State.REFUSED).exclude(pk=row.pk)
    planned = Attempt.objects.filter(state=AttemptState.PLANNED, step__door__in=refused.values("pk"))
    queued = Step.objects.select_for_update().filter(status=Status.QUEUED, pk__in=planned.values("step"))
    steps = list(queued.values_list("pk", flat=True))
    Step.objects.filter(pk__in=steps).write(door=row)
    Attempt.objects.filter(step__in=steps, state=AttemptState.PLANNED).update(door=row)
    row.rests.all().delete()
    timed = Step.objects.filter(door=row, status=Status.QUEUED, waits_for__in=PUT_OFF)
    timed.write(waits_for="", not_before=None, note="")


def _probed(row: Door) -> Probe:
    try:
        return probe.probe(row.plain(), model.merged())
    except sealed.NoKey as error:
        raise Refused(str(error), status=503) from error


def _result(said: Probe) -> dict[str, Any]:
    """Return the columns of what a test said; where nobody could be asked, the state stays."""
    fields: dict[str, Any] = {"sentence": said.sentence, "tested_at": Now()}
    if said.ok is None:
        return fields
    state = Door.State.WORKS if said.ok else Door.State.REFUSED
    return {**fields, "state": state, "abilities": list(said.abilities), "paused_until": None}


@transaction.atomic
def remove(user: User, row: Door) -> None:
    """Forget a team's key for good. Raises Refused while steps are under way through it."""
    _require(user, row.team)
    under_way = Step.objects.filter(door=row, status__in=UNDER_WAY).count()
    if under_way:
        steps = "A step is" if under_way == 1 else f"{under_way} steps are"
        raise Refused(f"{steps} under way through this key. Wait for the end, or cancel first.", status=409)
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        gone = {
            "secret": "",
            "state": Door.State.REFUSED,
            "sentence": "This key was removed.",
            "abilities": [],
        }
        Door.objects.filter(pk=row.pk).update(**gone)


def _require(user: User, team: Team | None) -> None:
    if team is None or Ability.MANAGE not in policies.abilities(user, team.pk):
        raise PermissionDenied(policies.REFUSALS[Ability.MANAGE])
