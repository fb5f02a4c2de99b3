"""The emulator's server: takes calls one by one on each connection, keeps the ledger, lets faults strike."""

from __future__ import annotations

import asyncio
import logging

import h11

from tests.emulator import routes
from tests.emulator.blows import Struck, answered
from tests.emulator.ledger import Delivery, Entry, redacted, redacted_headers
from tests.emulator.refusals import Refused
from tests.emulator.wire import Connection, Reply, Request
from tests.emulator.world import World

logger = logging.getLogger("tests.emulator")


class Server:
    """Serves one world on one port of the loopback."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._talks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self, port: int) -> None:
        """Listen; port 0 takes a free one."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", port)
        self.world.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening, end what is under way and close every connection."""
        assert self._server is not None
        self._server.close()
        self.world.faults.withdraw()
        leaving = [*self._talks, *self.world.tasks]
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        connection = Connection(reader, writer)
        try:
            while (request := await connection.request()) is not None:
                if not await self._answer(request, connection):
                    break
        except (ConnectionError, h11.RemoteProtocolError, asyncio.CancelledError):
            logger.debug("A connection ended early.")
        finally:
            self._talks.discard(task)
            await connection.close()

    async def _answer(self, request: Request, connection: Connection) -> bool:
        """Answer one request; return whether the connection goes on."""
        route, words = routes.find(request)
        entry = self._enter(request, route, words)
        owner = self.world.owner(routes.key_of(request))
        call = routes.Call(request, words, route.door if route else "", owner)

        async def go() -> Reply:
            if route is None:
                raise Refused(f"There is no {request.method} {request.path}.", 404, "google")
            routes.admit(self.world, route, request)
            return await route.handler(self.world, call)

        fault = self.world.faults.take(entry) if route else None
        if fault is None:
            return await self._send(await answered(go, entry), entry, connection)
        self.world.ledger.note(entry, fault=fault.name)
        struck = Struck(self.world, connection, entry, fault, call, lambda: answered(go, entry))
        reply = await fault.blow(struck)
        if reply is None:
            self._write(entry, "broken")
            return False
        return await self._send(reply, entry, connection)

    def _enter(self, request: Request, route: routes.Route | None, words: dict[str, str]) -> Entry:
        ledger = self.world.ledger
        attempt, model = routes.about(self.world, route, request, words)
        key = routes.key_of(request)
        entry = Entry(
            number=len(ledger.entries) + 1,
            at=self.world.clock.now(),
            kind=route.kind if route else "unknown",
            method=request.method,
            path=request.path,
            query={name: "…" if self.world.owner(text) else text for name, text in request.query.items()},
            headers=redacted_headers(request.headers),
            body=redacted(request.json),
            key=(self.world.owner(key) or "unknown") if key else "none",
            attempt=attempt,
            model=model,
        )
        ledger.write(ledger.entries, entry)
        return entry

    async def _send(self, reply: Reply, entry: Entry, connection: Connection) -> bool:
        self.world.ledger.note(entry, status=reply.status)
        again = await (self._deliver(reply, connection) if reply.gives else connection.send(reply))
        self._write(entry, "answered")
        return again

    async def _deliver(self, reply: Reply, connection: Connection) -> bool:
        assert reply.gives is not None
        delivery = Delivery(*reply.gives, len(reply.body))
        self.world.ledger.write(self.world.ledger.deliveries, delivery)
        try:
            return await connection.send(reply)
        finally:
            delivery.sent = connection.sent

    def _write(self, entry: Entry, ended: str) -> None:
        self.world.ledger.note(entry, ended=ended)
        logger.info(
            "%s %s %s %s%s%s",
            entry.number,
            entry.method,
            entry.path,
            entry.status or "-",
            f" fault={entry.fault}" if entry.fault else "",
            f" refused: {entry.refused}" if entry.refused else "",
        )
