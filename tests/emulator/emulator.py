"""The emulator as tests use it: a thread of their own process with a loop of its own."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType
from typing import Any, Self

from tests.emulator import hooks
from tests.emulator.clock import Clock
from tests.emulator.faults import Fault
from tests.emulator.ledger import Ledger
from tests.emulator.server import Server
from tests.emulator.world import Pace, World, new_id

KEY = "emulated-key-0123456789"
START_SECONDS = 100.0


class Emulator:
    """The provider on loopback, for as long as the block lasts.

    `url` goes where the SDK takes a base address, `key` is the API key, the bearer token and the OpenRouter key
    alike. An error of the emulator's own comes out at the end of the block.
    """

    def __init__(self, *, port: int = 0, pace: Pace | None = None, key: str = KEY) -> None:
        self.world = World(pace or Pace(), key)
        self._port = port
        self._server = Server(self.world)
        self._errors: list[BaseException] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="emulator", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """The base address, without a slash at its end."""
        return self.world.url

    @property
    def key(self) -> str:
        """The key that it knows."""
        return self.world.key

    @property
    def ledger(self) -> Ledger:
        """What happened."""
        return self.world.ledger

    @property
    def clock(self) -> Clock:
        """Its time."""
        return self.world.clock

    def fault(self, name: str | int, /, **more: Any) -> Fault:
        """Let the next matching call go wrong: see `faults`."""
        return self.world.faults.add(name, **more)

    def calm(self) -> None:
        """Withdraw all faults."""
        self.world.faults.withdraw()

    def retire(self, model: str) -> None:
        """Take a model away."""
        self.world.retired.add(model)

    def hook(self, name: str, *, url: str = "", hook_id: str = "", **more: Any) -> list[int]:
        """Post the hook of an interaction to the addresses of its create, or to one; return the statuses.

        hook_id: the webhook-id, fresh when empty. more: age, forged, secret, changes; see `hooks.Hook`.
        """
        one = self.world.interactions[name]
        sent = hooks.Hook(hook_id or f"msg_{new_id(20)}", **more)
        addresses = [url] if url else one.body.get("webhook_config", {}).get("uris", [])
        return [hooks.post(self.world, one, address, sent).status_code for address in addresses]

    def allow(self, key: str, name: str) -> None:
        """Know another key, whose interactions and files are its own; the ledger calls it by its name."""
        self.world.keys[key] = name

    def forbid(self, key: str) -> None:
        """Know a key that was allowed no longer."""
        self.world.keys.pop(key)

    def start(self) -> Self:
        """Start it and wait until it listens."""
        self._thread.start()
        if not self._ready.wait(START_SECONDS) or not self.url:
            raise RuntimeError("The emulator did not start.") from next(iter(self._errors), None)
        return self

    def stop(self) -> None:
        """Stop it; raise what went wrong inside."""
        if self._loop and self._stop and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START_SECONDS)
        if self._errors:
            raise RuntimeError("The emulator itself failed.") from self._errors[0]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._errors.append(error)
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(self._failed)
        await self._server.open(self._port)
        self._ready.set()
        await self._stop.wait()
        await self._server.close()

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._errors.append(context.get("exception") or RuntimeError(context["message"]))
