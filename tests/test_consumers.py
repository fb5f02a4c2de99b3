"""Live sockets: who may watch, and that two people see the same truth."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.test import Client

from projects import actions, hub
from projects.models import Step
from studio.asgi import application
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rows]
LONG = 100.0


@pytest.fixture(autouse=True)
async def quiet(transactional_db: None) -> AsyncIterator[None]:
    """Let the last read of a hub end before the tables are emptied."""
    yield
    await database_sync_to_async(bool)()


def cookie_of(user: User | None) -> bytes:
    """Return the cookie header of a signed-in person, empty for nobody."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()).encode()


class Socket(WebsocketCommunicator):
    """A browser's socket that waits as long as a busy machine needs, where the library waits for a second."""

    async def receive_output(self, *_: float) -> dict[str, Any]:
        return await super().receive_output(LONG)

    async def disconnect(self, *_: float) -> None:
        await super().disconnect(timeout=LONG)


def socket_of(path: str, cookie: bytes, origin: bytes = b"http://localhost") -> Socket:
    """Return a socket that has not connected yet."""
    headers = [(b"cookie", cookie), (b"origin", origin), (b"host", b"localhost")]
    return Socket(application, path, headers)


def make_scene() -> tuple[Step, dict[str, bytes]]:
    """Return a queued step, and the cookies of everybody who could ask for it."""
    step = factories.make_step(factories.make_asset(factories.make_project()))
    return step, {role: cookie_of(user) for role, user in factories.people(step.project).items()}


async def test_members_are_let_in_and_others_are_refused() -> None:
    step, cookies = await database_sync_to_async(make_scene)()
    seen: dict[str, set[object]] = {}
    for role, cookie in cookies.items():
        for path in (f"/ws/project/{step.project_id}/", f"/ws/team/{step.project.team_id}/"):
            socket = socket_of(path, cookie)
            await socket.connect()
            first = await socket.receive_output()
            seen.setdefault(role, set()).add(first["code"] if first["type"] == "websocket.close" else "open")
            await socket.disconnect()

    open_to_members = {role: {"open"} for role in ("owner", "producer", "editor", "reviewer")}
    assert seen == {**open_to_members, "stranger": {4403}, "nobody": {4401}}


async def test_a_socket_from_another_site_is_refused() -> None:
    step, cookies = await database_sync_to_async(make_scene)()
    socket = socket_of(
        f"/ws/project/{step.project_id}/", cookies["owner"], origin=b"https://elsewhere.example"
    )

    connected, _ = await socket.connect()

    assert not connected


async def test_two_people_see_the_same_change_once_each() -> None:
    step, cookies = await database_sync_to_async(make_scene)()
    sockets = [socket_of(f"/ws/project/{step.project_id}/", cookies[role]) for role in ("owner", "editor")]
    for socket in sockets:
        await socket.connect()
        assert f'id="step-{step.pk}"' in await socket.receive_from()

    await database_sync_to_async(cancel)(step)
    frames = [await socket.receive_from() for socket in sockets]

    assert frames[0] == frames[1]
    assert 'data-status="cancelled"' in frames[0]
    for socket in sockets:
        await socket.disconnect()


async def test_a_lost_hint_is_repaired_by_the_next_look() -> None:
    step, cookies = await database_sync_to_async(make_scene)()
    socket = socket_of(f"/ws/project/{step.project_id}/", cookies["owner"])
    await socket.connect()
    await socket.receive_from()

    await database_sync_to_async(Step.objects.filter(pk=step.pk).write)(note="Picked up again")

    assert f"step-{step.pk}" in await socket.receive_from()
    await socket.disconnect()


async def test_readers_with_fewer_abilities_get_a_part_without_buttons() -> None:
    step, cookies = await database_sync_to_async(make_scene)()
    frames = {}
    for role in ("editor", "reviewer"):
        socket = socket_of(f"/ws/project/{step.project_id}/", cookies[role])
        await socket.connect()
        frames[role] = await socket.receive_from()
        await socket.disconnect()

    assert "formaction" in frames["editor"]
    assert "formaction" not in frames["reviewer"]


async def test_the_last_watcher_ends_the_hub() -> None:
    step, cookies = await database_sync_to_async(make_scene)()
    socket = socket_of(f"/ws/project/{step.project_id}/", cookies["owner"])
    await socket.connect()
    await socket.receive_from()
    assert hub.watched()

    await socket.disconnect()

    assert not hub.watched()


async def test_a_member_who_is_removed_is_shown_nothing_more() -> None:
    step, cookies = await database_sync_to_async(make_scene)()
    socket = socket_of(f"/ws/project/{step.project_id}/", cookies["editor"])
    await socket.connect()
    await socket.receive_from()

    await step.project.team.memberships.filter(role="editor").adelete()

    closed = await socket.receive_output()
    assert (closed["type"], closed["code"]) == ("websocket.close", 4403)
    await socket.disconnect()


def cancel(step: Step) -> None:
    """Cancel as the person who asked for it."""
    actions.steps.cancel(step.order.by, step)
