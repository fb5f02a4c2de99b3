"""One hub per watched project or team in each web process.

It holds the subscription, re-reads what changed, renders each part once for readers with the same abilities, and
writes one frame to all its sockets. Every two seconds it looks for what changed since, so that a lost hint, a
second worker or a reconnect never shows a wrong picture.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from channels.db import database_sync_to_async
from django.contrib.sessions.models import Session
from django.db.models import Max
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone

from projects import policies, progress
from projects.models import Member, Step
from projects.models.approval import with_approval
from projects.models.step import StepQuerySet
from projects.policies import Abilities
from projects.runner.limits import limits
from projects.states import Status

logger = logging.getLogger(__name__)
Send = Callable[[str], Awaitable[None]]

OVERLAP = timedelta(seconds=2)
LARGEST = 48_000
"""Bytes of one message; the socket takes 64 KiB at a time."""
TRY_AGAIN = 1011
NOT_SIGNED_IN = 4401
NOT_YOURS = 4403


@dataclass(frozen=True, slots=True)
class Scope:
    """What a hub watches: its group, and the steps that belong to it."""

    group: str
    field: str
    pk: int
    team_id: int

    def steps(self) -> StepQuerySet:
        """Return the steps in view, with all that a part shows."""
        rows = Step.objects.filter(**{self.field: self.pk})
        return with_approval(rows.select_related("project", "output", "source", "order__by", "parent"))

    def gone(self, watchers: set[Watcher]) -> dict[Watcher, int]:
        """Return those who may not watch any longer as they do, with the code that closes their socket."""
        roles = dict(Member.objects.filter(team_id=self.team_id).values_list("user_id", "role"))
        keys = [watcher.session_key for watcher in watchers]
        alive = set(Session.objects.filter(pk__in=keys, expire_date__gt=Now()).values_list("pk", flat=True))
        return {
            watcher: NOT_SIGNED_IN if watcher.session_key not in alive else NOT_YOURS
            for watcher in watchers
            if watcher.session_key not in alive
            or policies.ABILITIES.get(roles.get(watcher.user_id, "")) != watcher.abilities
        }


@dataclass(eq=False, slots=True)
class Watcher:
    """One socket: whose it is, what that person may do, and how to write to it and close it."""

    user_id: int
    session_key: str
    abilities: Abilities
    send: Send
    close: Callable[[int], Awaitable[None]]


@dataclass(eq=False, slots=True)
class Hub:
    """The watchers of one scope, and the task that serves them."""

    scope: Scope
    watchers: set[Watcher] = field(default_factory=set)
    since: datetime = field(default_factory=timezone.now)
    seen: dict[int, int] = field(default_factory=dict)
    hinted: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Publish a moment after a hint, so that those that come together go out together, and at each resync."""
        layer = progress.layer()
        channel = await layer.new_channel()
        await layer.group_add(self.scope.group, channel)
        listening = asyncio.create_task(self._listen(channel), name=f"listen {self.scope.group}")
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(limits().hub_resync):
                        await self.hinted.wait()
                        await asyncio.sleep(limits().hub_window)
                self.hinted.clear()
                await self._refuse_the_gone()
                await self.publish()
        finally:
            listening.cancel()
            await layer.group_discard(self.scope.group, channel)

    async def _listen(self, channel: str) -> None:
        while True:
            await progress.layer().receive(channel)
            self.hinted.set()

    async def _refuse_the_gone(self) -> None:
        """Close the sockets of those who left the team, changed their role or signed out."""
        watchers = set(self.watchers)
        for watcher, code in (await database_sync_to_async(self.scope.gone)(watchers)).items():
            self.watchers.discard(watcher)
            await watcher.close(code)

    async def close(self) -> None:
        """Close every socket in a way that lets it connect again."""
        await asyncio.gather(*(watcher.close(TRY_AGAIN) for watcher in self.watchers), return_exceptions=True)

    async def publish(self) -> None:
        """Write every step that changed to all watchers."""
        changed = await database_sync_to_async(self._changed)()
        if not changed or not self.watchers:
            return
        kinds = {watcher.abilities for watcher in self.watchers}
        frames = {able: await database_sync_to_async(messages)(changed, able) for able in kinds}
        await asyncio.gather(
            *(self._write(watcher, frames[watcher.abilities]) for watcher in set(self.watchers))
        )

    async def _write(self, watcher: Watcher, texts: list[str]) -> None:
        try:
            for text in texts:
                await watcher.send(text)
        except (ConnectionError, RuntimeError):
            self.watchers.discard(watcher)

    def _changed(self) -> list[Step]:
        """Return the steps whose version is new to this hub; the clock is the database's."""
        rows = list(self.scope.steps().filter(changed_at__gt=self.since - OVERLAP).order_by("pk")[:200])
        self.since = max([self.since, *(step.changed_at for step in rows)])
        fresh = [step for step in rows if self.seen.get(step.pk) != step.version]
        self.seen.update((step.pk, step.version) for step in fresh)
        return fresh

    def begin(self) -> None:
        """Start from what stands now."""
        newest = self.scope.steps().aggregate(newest=Max("changed_at"))["newest"]
        self.since = newest or timezone.now()
        recent = self.scope.steps().filter(changed_at__gt=self.since - OVERLAP)
        self.seen = dict(recent.values_list("pk", "version"))


def messages(steps: list[Step], abilities: Abilities) -> list[str]:
    """Return the parts of these steps, each an element that is swapped by its id, in as few messages as they fit."""
    texts: list[str] = []
    for step in steps:
        parts = _parts(step, abilities)
        if texts and len((texts[-1] + parts).encode()) <= LARGEST:
            texts[-1] += parts
        else:
            texts.append(parts)
    return texts


def _parts(step: Step, abilities: Abilities) -> str:
    context = {"step": step, **policies.flags(abilities), "oob": True}
    return render_to_string("projects/parts/frame.html", context)


def present(scope: Scope, abilities: Abilities) -> list[str]:
    """Return the messages that repair whatever a socket missed: all that is under way or ended a moment ago."""
    recent = timezone.now() - timedelta(minutes=2)
    under_way = scope.steps().live().filter(status__in=(Status.QUEUED, Status.RUNNING))
    ended = scope.steps().filter(changed_at__gt=recent).exclude(status__in=(Status.QUEUED, Status.RUNNING))
    return messages([*ended.order_by("pk")[:50], *under_way.order_by("pk")[:100]], abilities)


_hubs: dict[Scope, Hub] = {}


def watched() -> list[Scope]:
    """Return what somebody watches in this process."""
    return list(_hubs)


async def join(scope: Scope, watcher: Watcher) -> None:
    """Send a new socket the present state, then every change."""
    hub = _hubs.get(scope)
    if hub is None:
        hub = _hubs[scope] = Hub(scope)
        await database_sync_to_async(hub.begin)()
        hub.task = asyncio.create_task(hub.serve(), name=f"hub {scope.group}")
        hub.task.add_done_callback(partial(_ended, hub))
    hub.watchers.add(watcher)
    first, *others = await database_sync_to_async(present)(scope, watcher.abilities) or [""]
    for text in (f'<div id="connection" hx-swap-oob="true"></div>{first}', *others):
        await watcher.send(text)


def _ended(hub: Hub, task: asyncio.Task[None]) -> None:
    """Let the sockets of a hub that crashed connect anew, to a new one."""
    if task.cancelled() or (error := task.exception()) is None:
        return
    logger.error("The hub of %s crashed", hub.scope.group, exc_info=error)
    _hubs.pop(hub.scope, None)
    hub.task = asyncio.create_task(hub.close(), name=f"close {hub.scope.group}")


async def leave(scope: Scope, watcher: Watcher) -> None:
    """Forget a socket; the last one ends the hub."""
    hub = _hubs.get(scope)
    if hub is None:
        return
    hub.watchers.discard(watcher)
    if not hub.watchers and hub.task is not None:
        hub.task.cancel()
        _hubs.pop(scope, None)
