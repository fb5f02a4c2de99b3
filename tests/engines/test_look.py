"""A look at an interaction goes out as a plain request; what it is answered is read like the SDK's own errors."""

from __future__ import annotations

import pytest

from projects.engines import answers, client, interactions
from projects.engines.base import Door
from tests.emulator import Emulator


@pytest.mark.parametrize("status", [400, 401, 404, 429, 503])
async def test_a_refused_look_says_its_status_and_the_providers_words(status: int) -> None:
    with Emulator() as emulator:
        emulator.fault("status", kind="poll", status=status)
        door = Door(pk=1, kind="developer", secret=emulator.key, base_url=emulator.url)

        with pytest.raises(client.failures()) as caught:
            await interactions.look(door, "v1beta", "v1_unknown")

    said = answers.said(caught.value)
    assert said
    assert said.status == status
    assert said.message


async def test_an_id_stays_inside_its_address() -> None:
    with Emulator() as emulator:
        door = Door(pk=1, kind="developer", secret=emulator.key, base_url=emulator.url)

        with pytest.raises(client.Answered):
            await interactions.look(door, "v1beta", "../models?key=1#")

        [asked] = emulator.ledger.entries
    assert asked.path.startswith("/v1beta/interactions/")
