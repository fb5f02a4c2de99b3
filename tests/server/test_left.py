"""An upload whose sender goes away in the middle of a slice: no row is changed, and no file stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.conf import settings
from django.test import Client

from projects.models import Asset, Upload
from studio.pages import Pages
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN, HALF = "a" * 32, b"x" * 1000


async def test_a_slice_that_is_cut_off_leaves_no_row_and_no_file() -> None:
    address, cookie = await database_sync_to_async(begun)()
    before = stored()

    await send(address, cookie, {"body": HALF, "more_body": True}, {"type": "http.disconnect"})
    cut, left = (await Upload.objects.aget()).offset, stored()
    await send(address, cookie, {"body": HALF, "more_body": False})

    assert (cut, left) == (0, before)
    assert ((await Upload.objects.aget()).offset, await Asset.objects.acount()) == (len(HALF), 0)


def begun() -> tuple[str, str]:
    """Return where the slices of a new upload go, and the cookie of who sends them."""
    project, client = factories.make_project(), Client()
    client.force_login(project.created_by)
    answer = client.post(f"/projects/{project.pk}/uploads/", {"name": "rose.jpg", "size": 2000})
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    return answer["Location"], "; ".join(map("=".join, zip(names, (session, TOKEN), strict=True)))


async def send(address: str, cookie: str, *messages: dict[str, Any]) -> None:
    """Send a slice as these messages tell it, and wait for its end."""
    given = {"host": "localhost", "cookie": cookie, "upload-offset": "0", "x-csrftoken": TOKEN}
    headers = [(name.encode(), value.encode()) for name, value in given.items()]
    scope: dict[str, Any] = {"type": "http", "method": "PUT", "path": address, "headers": headers}
    sender = ApplicationCommunicator(Pages(), scope)
    for message in messages:
        await sender.send_input({"type": "http.request", **message})
    await sender.wait(60)


def stored() -> set[Path]:
    """Return the files of the data folder."""
    return {path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file()}
