"""Live sockets: one of a project, one of a team. Who may not see it is refused; what a browser sends is ignored."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from projects import hub, policies, progress
from projects.hub import Scope, Watcher
from projects.policies import Abilities, Ability


class LiveConsumer(AsyncWebsocketConsumer):
    """Shows the steps of one scope. `find` says which, and what the person may do there."""

    watcher: Watcher | None = None
    scope_watched: Scope

    async def connect(self) -> None:
        """Accept a member; refuse everybody else with a code that does not reconnect."""
        user = self.scope["user"]
        if user is None or not user.is_authenticated:
            await self._refuse(hub.NOT_SIGNED_IN)
            return
        found = await database_sync_to_async(self.find)(user, int(self.scope["url_route"]["kwargs"]["pk"]))
        if found is None:
            await self._refuse(hub.NOT_YOURS)
            return
        self.scope_watched, abilities = found
        await self.accept()
        key = self.scope["session"].session_key or ""
        self.watcher = Watcher(user.pk, key, abilities, self.send_text, self._close)
        await hub.join(self.scope_watched, self.watcher)

    async def _refuse(self, code: int) -> None:
        await self.accept()
        await self.close(code=code)

    async def _close(self, code: int) -> None:
        await self.close(code=code)

    async def send_text(self, text: str) -> None:
        """Write one frame."""
        await self.send(text_data=text)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignore what a browser sends: people act by requests."""

    async def disconnect(self, code: int) -> None:
        """Stop watching."""
        if self.watcher is not None:
            await hub.leave(self.scope_watched, self.watcher)

    def find(self, user: Any, pk: int) -> tuple[Scope, Abilities] | None:
        """Return what to watch and the person's abilities there, or nothing for a stranger."""
        raise NotImplementedError


class ProjectConsumer(LiveConsumer):
    """The steps of one project: board and workspace."""

    def find(self, user: Any, pk: int) -> tuple[Scope, Abilities] | None:
        """Return the project's scope for a member of its team."""
        project = policies.projects(user).filter(pk=pk).first()
        if project is None:
            return None
        scope = Scope(progress.project_group(pk), "project_id", pk, project.team_id)
        return scope, policies.abilities(user, project.team_id)


class TeamConsumer(LiveConsumer):
    """The steps of one team: home."""

    def find(self, user: Any, pk: int) -> tuple[Scope, Abilities] | None:
        """Return the team's scope for a member."""
        abilities = policies.abilities(user, pk)
        if Ability.SEE not in abilities:
            return None
        return Scope(progress.team_group(pk), "project__team_id", pk, pk), abilities
