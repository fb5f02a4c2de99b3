"""A create goes out as a plain request, and word for word as the real SDK writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google.genai._gaos.models import CreateInteractionRequest

from projects.engines import interactions, models, nano_banana, omni
from projects.engines.base import Chain, Door, Input, Json, Request
from projects.wish import Wish
from tests import factories
from tests.emulator import Emulator
from tests.emulator.asking import NANO, OMNI, client_of, video

KEPT = ("accept", "content-type", "x-goog-api-key")


def request_of(emulator: Emulator, ability: str, photo: Path, **more: Any) -> Request:
    """Return a request as a step sends it, with a photo where it is about one."""
    name = OMNI if ability.startswith("video") else NANO
    facts = {"sha256": "0" * 64, "mime": "image/jpeg", "seconds": 0, "width": 320, "height": 180}
    inputs = () if ability.endswith(("text", "generate")) else (Input("first_frame", "image", photo, facts),)
    return Request(
        Wish(seconds=5, format="16:9", size="720p" if name == OMNI else "1K"),
        "t",
        ability,
        **{"inputs": inputs, "hook": "https://studio.example.com/hooks/x"} | more,
        model=models.find(models.shipped(), name, "developer"),
        door=Door(1, "developer", emulator.key, base_url=emulator.url),
        prompt="Ein Glas, “halb voll”, 半分: ½.",
        label="5a9e4b1e-0000-4000-8000-000000000000",
    )


def bodies(emulator: Emulator, photo: Path) -> dict[str, Json]:
    """Return the body of a create of each kind."""
    with client_of(emulator) as client:
        before = client.interactions.create(**video())
    chain = Chain("omni", {"id": before.id, "model": OMNI})
    return {
        "text": omni.body_of(request_of(emulator, "video.text", photo)),
        "image": omni.body_of(request_of(emulator, "video.image", photo)),
        "edit": omni.body_of(request_of(emulator, "video.edit", photo, chain=chain, inputs=(), hook="")),
        "picture": nano_banana.body_of(request_of(emulator, "image.generate", photo)),
        "edited picture": nano_banana.body_of(request_of(emulator, "image.edit", photo)),
    }


@pytest.mark.parametrize("kind", ["text", "image", "edit", "picture", "edited picture"])
async def test_what_is_sent_is_what_the_sdk_would_send(kind: str, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(factories.photo_bytes(320, 180))
    with Emulator() as emulator:
        body = bodies(emulator, photo)[kind]
        said = len(emulator.ledger.entries)
        await interactions.create(Door(1, "developer", emulator.key, base_url=emulator.url), "v1beta", body)

        turn = {"type": "user_input", "content": body["input"]}
        typed = CreateInteractionRequest(body={**body, "input": [turn]})
        aside: dict[str, Any] = {} if body.get("background") else {"automatic_continuation": False}
        async with client_of(emulator).aio as client:
            await client.interactions.create(request=typed, **aside)

        ours, theirs = emulator.ledger.entries[said:][:2]
    assert (ours.method, ours.path, ours.query) == (theirs.method, theirs.path, theirs.query)
    assert json.dumps(ours.body, sort_keys=True) == json.dumps(theirs.body, sort_keys=True)
    assert {name: ours.headers[name] for name in KEPT} == {name: theirs.headers[name] for name in KEPT}
