"""Pictures that Nano Banana is asked for, by either door: what is ordered, and what was sent."""

from __future__ import annotations

from typing import Any

from projects.models import Asset, Step
from tests import factories
from tests.emulator import Emulator
from tests.paid.conftest import Told, do, run

GENERATE = ":generateContent"


def edit(asset: Asset | None = None, change: str = "a city at sunset") -> Step:
    """Return a queued edit of a picture, upright unless another one is given."""
    asset = asset or factories.make_asset(factories.make_project(), data=factories.photo_bytes(180, 320))
    order = factories.make_order(asset, task="edit-image", engine="nano-banana", kind="own", change=change)
    return order.steps.get()


def concept(**controls: str) -> Step:
    """Return a queued concept image."""
    photo = factories.make_asset(factories.make_project(), data=factories.photo_bytes(320, 180))
    ask = {"idea": "a bottle on warm stone", "takes": "1", **controls}
    return factories.make_order(photo, task="concept-images", engine="nano-banana", **ask).steps.get()


async def edited(*args: Any) -> Told:
    """Return what the rows say of an edit that has come to rest."""
    return await run(await do(edit, *args))


def bodies(vertex: Emulator) -> list[Any]:
    """Return what was sent, in order, media replaced by their sha-256."""
    return [post.body for post in vertex.ledger.posts(GENERATE)]
