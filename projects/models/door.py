"""Doors: the ways to a provider, of one team or of the whole studio; and the files that lie behind one.

A team with a working door uses only its own. The studio's own doors come from the environment and keep no secret.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When
from django.db.models.functions import Now
from django.utils import timezone

from projects.engines import base
from projects.models import sealed
from projects.models.asset import Asset
from projects.models.team import Team

KEY = re.compile(r"[A-Za-z0-9._~+/=-]{20,200}")
REFUSED = "The provider refused the key. Test it, or add another."
TOKENS = "https://oauth2.googleapis.com/token"
"""The only place that a service account is sent to: its file names one, and could name any."""
ACCOUNT = ("type", "project_id", "private_key_id", "private_key", "client_email", "token_uri")


class DoorQuerySet(models.QuerySet["Door"]):
    """Doors as engines are asked through them."""

    def kept(self) -> Self:
        """Leave out a team's doors whose key was removed; attempts still name them."""
        return self.exclude(team__isnull=False, secret="")

    def working(self) -> Self:
        """Leave out what the provider refused. What rests comes last: its steps wait, and nobody else pays for them."""
        rests = Case(When(paused_until__gt=Now(), then=1), default=0)
        return self.exclude(state=Door.State.REFUSED).order_by(rests, "pk")

    def closed(self) -> Self:
        """Return what nothing is sent through now: the key was refused, or the provider asked to wait."""
        return self.filter(Q(state=Door.State.REFUSED) | Q(paused_until__gt=Now()))

    def closed_for(self, model: str) -> Self:
        """Return what nothing of this model is sent through now."""
        return self.closed() | self.filter(rests__model=model, rests__until__gt=Now())

    def rest(self, pk: int, seconds: float, model: str = "") -> None:
        """Send nothing through a door for so long, or nothing of one model; a pause is never made shorter."""
        until = Now() + timedelta(seconds=seconds)
        if model:
            row, _ = Rest.objects.get_or_create(door_id=pk, model=model, defaults={"until": until})
            Rest.objects.filter(pk=row.pk, until__lt=until).update(until=until)
            return
        shorter = Q(paused_until=None) | Q(paused_until__lt=until)
        self.filter(shorter, pk=pk).update(paused_until=until)

    def refuse(self, pk: int, seconds: float) -> None:
        """Close a team's door until a key is tested or saved; the studio's own, which nobody can test here, rests."""
        refused = {"state": Door.State.REFUSED, "sentence": REFUSED}
        if not self.filter(pk=pk, team__isnull=False).update(**refused):
            self.rest(pk, seconds)

    def of_team(self, team_id: int) -> Self:
        """Return the doors of a team, or the studio's own where the team has no working one."""
        own = self.filter(team_id=team_id)
        return own if own.working().exists() else self.of_studio()

    def of_studio(self) -> Self:
        """Return the doors that the environment opens now."""
        self.note_environment()
        opened = Q(pk__in=[])
        for said in _environment():
            opened |= Q(**said)
        return self.filter(opened, team=None)

    def note_environment(self) -> None:
        """Make a row for each door of the environment, so that attempts can name the one that they used."""
        known = list(self.filter(team=None).values("kind", "last4", "project", "location"))
        for said in _environment():
            if not any(said.items() <= row.items() for row in known):
                self.get_or_create(team=None, **said)


class Door(models.Model):
    """One key, or one cloud project, through which requests go out."""

    class Kind(models.TextChoices):
        """Whose door it is."""

        DEVELOPER = "developer", "Gemini API"
        VERTEX = "vertex", "Vertex"
        OPENROUTER = "openrouter", "OpenRouter"

    class State(models.TextChoices):
        """What the last test said."""

        UNTESTED = "untested"
        WORKS = "works"
        REFUSED = "refused"

    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="doors")
    kind = models.CharField(max_length=10, choices=Kind)
    secret = models.TextField(blank=True, editable=False)
    last4 = models.CharField(max_length=4, blank=True)
    project = models.CharField(max_length=100, blank=True)
    location = models.CharField(max_length=40, blank=True)
    bucket = models.CharField(max_length=200, blank=True)
    keeps_days = models.PositiveSmallIntegerField(default=55)
    state = models.CharField(max_length=10, choices=State, default=State.UNTESTED)
    sentence = models.CharField(max_length=300, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    abilities = models.JSONField(default=list, blank=True)

    objects = DoorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "kind", "last4"], name="door_once"),
            # SQLite counts a row without a team as different from every other.
            models.UniqueConstraint(
                fields=["kind", "last4", "project", "location"],
                condition=Q(team=None),
                name="door_of_studio_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["developer", "vertex", "openrouter"]), name="door_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} …{self.last4}" if self.last4 else self.get_kind_display()

    @property
    def is_open(self) -> bool:
        """Return whether its key can be opened with the operator's keys of today."""
        try:
            self.plain()
        except sealed.NoKey:
            return False
        return True

    @property
    def rests_until(self) -> datetime | None:
        """Return until when nothing is sent through it, where the provider asked to wait."""
        return self.paused_until if self.paused_until and self.paused_until > timezone.now() else None

    def rests_until_for(self, model: str) -> datetime | None:
        """Return until when nothing of a model is sent through it: it rests, or only this model behind it does."""
        own = self.rests.filter(model=model, until__gt=Now()).values_list("until", flat=True).first()
        return max((at for at in (self.rests_until, own) if at), default=None)

    def plain(self) -> base.Door:
        """Return what an engine needs to go through it. Raises NoKey when its key was removed or cannot be opened."""
        if self.team_id is not None and not self.secret:
            raise sealed.NoKey("This key was removed. An owner of the team can save one again.")
        secret = sealed.opened(self.secret) if self.secret else _secrets()[self.kind]
        return base.Door(
            pk=self.pk,
            kind=self.kind,
            secret=secret,
            project=self.project,
            location=self.location,
            bucket=self.bucket,
            base_url=_base_urls().get(self.kind, ""),
        )


def fault_of(kind: str, secret: str) -> str:
    """Return what is wrong with the form of a key, in a sentence, or nothing. What it opens, only a test can tell."""
    if kind == Door.Kind.VERTEX:
        return _account_fault(secret)
    if secret.startswith("{"):
        return "This is a service account. Paste it under Vertex."
    is_openrouter = secret.startswith("sk-or-")
    if kind == Door.Kind.OPENROUTER and not is_openrouter:
        return "A key of OpenRouter begins with sk-or-. Copy it from openrouter.ai/keys."
    if kind == Door.Kind.DEVELOPER and is_openrouter:
        return "This is a key of OpenRouter. Paste it there."
    if not KEY.fullmatch(secret):
        return "A key is 20 to 200 letters, digits and signs without spaces. Copy it again, whole."
    return ""


def account_of(secret: str) -> dict[str, str]:
    """Return the parts of a service account that are needed, and no others. Raises ValueError for anything else."""
    found: Any = json.loads(secret)
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in ACCOUNT):
        raise ValueError
    return {name: found[name] for name in ACCOUNT}


def _account_fault(secret: str) -> str:
    try:
        account = account_of(secret)
    except ValueError:
        return f"A service account is a JSON file with {', '.join(ACCOUNT)}. Paste it whole."
    if account["type"] != "service_account" or "PRIVATE KEY" not in account["private_key"]:
        return "This is no key of a service account. Make one in the Google Cloud console, as JSON."
    if account["token_uri"] != TOKENS:
        return f"The token_uri of a service account is {TOKENS}. This file names another one."
    return ""


def _secrets() -> dict[str, str]:
    """Return the studio's own keys by kind of door."""
    return {"developer": settings.GEMINI_API_KEY, "openrouter": settings.OPENROUTER_API_KEY, "vertex": ""}


def _base_urls() -> dict[str, str]:
    return {
        "developer": settings.GEMINI_BASE_URL,
        "vertex": settings.GEMINI_BASE_URL,
        "openrouter": settings.OPENROUTER_BASE_URL,
    }


def _environment() -> list[dict[str, Any]]:
    """Return what tells each door that the environment opens from every other one.

    A key leads to its own account, whatever project is set beside it.
    """
    found: list[dict[str, Any]] = []
    if settings.GOOGLE_GENAI_USE_VERTEXAI and (project := settings.GOOGLE_CLOUD_PROJECT):
        where = {"project": project, "location": settings.GOOGLE_CLOUD_LOCATION}
        found.append({"kind": "vertex", "last4": project[-4:], **where})
    if settings.GEMINI_API_KEY and not found:
        found.append({"kind": "developer", "last4": settings.GEMINI_API_KEY[-4:]})
    if settings.OPENROUTER_API_KEY:
        found.append({"kind": "openrouter", "last4": settings.OPENROUTER_API_KEY[-4:]})
    return found


class Rest(models.Model):
    """One model of which nothing is sent through a door for a while: a quota of its own is used up."""

    door = models.ForeignKey(Door, on_delete=models.CASCADE, related_name="rests")
    model = models.CharField(max_length=80)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["door", "model"], name="rest_once")]

    def __str__(self) -> str:
        return f"{self.model} rests until {self.until}"


class ProviderFile(models.Model):
    """A file of ours that lies at a provider for a while, behind one door."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=100)
    uri = models.CharField(max_length=500)
    state = models.CharField(max_length=12)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "door"], name="provider_file_once")]

    def __str__(self) -> str:
        return self.name
