"""How long a create may take, and what a host that lets nobody in means."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Iterator

import pytest

from projects.engines import interactions, models, openrouter, veo
from projects.engines.base import Door, Files, Json, Request
from projects.engines.errors import Doubt, EngineError, NotSent
from projects.wish import Wish
from tests.emulator import Emulator

OMNI = "gemini-omni-1.2-flash"


class TestCreates:
    """How long a create may take, and what a host that does not answer means."""

    @pytest.mark.usefixtures("account")
    async def test_a_host_that_lets_nobody_in_was_sent_nothing(self, files: Files) -> None:
        body: Json = {"model": "m", "input": [{"type": "text", "text": "A ball."}], "background": True}
        with mute() as mute_host, full() as full_host:
            url = f"https://{mute_host}"
            vertex = Door(1, "vertex", "", "p", "us-central1", "", url)
            developer, other = (Door(1, "developer", "k", base_url=at) for at in (url, f"http://{full_host}"))
            met = await asyncio.gather(
                of(interactions.create(developer, "v1beta", body)),
                of(interactions.create(other, "v1beta", body)),
                of(interactions.create(vertex, "v1beta1", body)),
                of(openrouter.OpenRouter().start(picture(url), files)),
                of(veo.Veo().start(clip(vertex), files)),
            )

        assert [type(error) for error in met] == [NotSent] * 5, [error.detail for error in met]

    @pytest.mark.usefixtures("account")
    async def test_a_clip_of_veo_has_a_minute_to_be_taken(self, emulator: Emulator, files: Files) -> None:
        door = Door(1, "vertex", "", "p", "us-central1", "", emulator.url)

        await veo.Veo().start(clip(door), files)

        [sent] = emulator.ledger.posts(":predictLongRunning")
        assert sent.headers["x-server-timeout"] == "60"

    @pytest.mark.parametrize("kind", ["developer", "vertex"])
    @pytest.mark.usefixtures("account")
    async def test_an_answer_after_its_time_is_a_doubt_about_work_that_is_there(
        self, emulator: Emulator, kind: str
    ) -> None:
        body: Json = {"model": OMNI, "input": [{"type": "text", "text": "A ball."}], "background": True}
        door = Door(1, kind, emulator.key if kind == "developer" else "", "p", "global", "", emulator.url)
        held, version = emulator.fault("held"), "v1beta" if kind == "developer" else "v1beta1"

        late = await of(interactions.create(door, version, body, 1.0))

        assert (type(late), held.arrived.is_set()) == (Doubt, True)
        assert len(emulator.ledger.creates()) == len(emulator.ledger.requests("create")) == 1


@contextlib.contextmanager
def mute() -> Iterator[str]:
    """Yield a host whose kernel takes connections, and where nobody reads what they say."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@contextlib.contextmanager
def full() -> Iterator[str]:
    """Yield a host that takes no more connections: its queue is full."""
    with socket.socket() as server, contextlib.ExitStack() as waiting:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(3):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        yield f"127.0.0.1:{server.getsockname()[1]}"


async def of(call: Awaitable[object]) -> EngineError:
    """Return how a call to a silent host fails; sooner than any create gives up."""
    async with asyncio.timeout(40):
        try:
            await call
        except EngineError as error:
            return error
    raise AssertionError("It was answered.")


def clip(door: Door) -> Request:
    """Return a clip that Veo is asked for."""
    model = models.find(models.shipped(), "veo-3.1-generate-001", "vertex")
    wish = Wish(seconds=4, format="16:9", size="720p")
    return Request(wish, "t", "video.text", model=model, door=door, prompt="A ball rolls.")


def picture(url: str) -> Request:
    """Return a picture that OpenRouter is asked for."""
    model = next(one for one in models.shipped() if one.engine == "openrouter")
    wish = Wish(format="1:1", size="1K")
    door = Door(1, "openrouter", "k", base_url=url)
    return Request(wish, "t", "image.generate", model=model, door=door, prompt="A ball.")
