"""The web server: daphne with an upload gate, deadlines, back-pressure, an embedded runner and a drain.

`python -m studio` starts it on HOST and PORT.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import django
from daphne.server import Server  # first: it installs the asyncio reactor
from daphne.ws_protocol import WebSocketFactory
from django.conf import settings
from django.utils.module_loading import import_string
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    STDLibLogObserver,
    globalLogBeginner,
)
from twisted.web.http import NO_BODY_CODES

from studio import access, forwarded
from studio.body import Inbox, Message, folder
from studio.connection import Channel, Factory, Request, Socket
from studio.drain import drain, ignore_signals
from studio.limits import Deadlines
from studio.readiness import CannotStart

_log = logging.getLogger(__name__)
_PART = 256 * 1024
_BACKLOG = 1024
_LONGEST_MESSAGE = 64 * 1024


class Runner(Protocol):
    """What starts and stops with the server. `stop` is called once, also after a `start` that was cut off."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


class NoRunner:
    """For a process that only serves pages."""

    async def start(self) -> None:
        """Start nothing."""

    async def stop(self) -> None:
        """Stop nothing."""


class StudioServer(Server):
    """daphne's bookkeeping of applications, on connections that are our own."""

    def __init__(
        self, application: Any, *, host: str, port: int, deadlines: Deadlines, runner: Runner
    ) -> None:
        super().__init__(
            application,
            endpoints=[f"{host}:{port}"],
            action_logger=access.write,
            ping_interval=deadlines.ping_interval,
            ping_timeout=deadlines.ping_timeout,
            websocket_connect_timeout=deadlines.handshake,
            websocket_timeout=-1,  # never by age: the page would not connect again after an ordinary close
            server_name="",
        )
        self.host, self.port = host, port
        self.deadlines = deadlines
        self.runner = runner
        self.proxies: int = getattr(settings, "TRUSTED_PROXY_COUNT", 0)
        self.channels: set[Channel] = set()
        self.connections: dict[Any, dict[str, Any]] = {}
        self.exit_code = 0

    def run(self) -> int:
        """Serve until a signal comes; return the exit code."""
        faults_only = LogLevelFilterPredicate(LogLevel.error)
        observer = FilteringLogObserver(STDLibLogObserver("daphne"), [faults_only])
        globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
        self._make_factories()
        try:
            self._listener = reactor.listenTCP(self.port, self.http_factory, _BACKLOG, self.host)
        except CannotListenError as error:
            _log.critical(
                "Port %d of %s cannot be used (%s). Set PORT to another.",
                self.port,
                self.host,
                error.socketError,
            )
            return 1
        asyncio.set_event_loop(reactor._asyncioEventloop)
        reactor.callWhenRunning(self._begin)
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        reactor.run()
        return self.exit_code

    def _make_factories(self) -> None:
        self.http_factory = Factory(self)
        self.http_factory.timeOut = self.deadlines.idle
        self.ws_factory = WebSocketFactory(self, server="")
        self.ws_factory.protocol = Socket
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.deadlines.ping_timeout,
            allowNullOrigin=True,
            openHandshakeTimeout=self.deadlines.handshake,
            failByDrop=False,  # a close frame says why
            maxMessagePayloadSize=_LONGEST_MESSAGE,
            maxFramePayloadSize=_LONGEST_MESSAGE,
        )

    def _begin(self) -> None:
        self.application_checker()
        self.timeout_checker()
        self.beginning = asyncio.ensure_future(self.runner.start())
        self.beginning.add_done_callback(self._begun)

    def _begun(self, beginning: asyncio.Future[None]) -> None:
        if beginning.cancelled():
            return
        if error := beginning.exception():
            unknown = None if isinstance(error, CannotStart) else error
            _log.critical("The runner did not start, so the server stops: %s", error, exc_info=unknown)
            self.exit_code = 1
            self.stop()
            return
        sys.stdout.write(f"Studio is ready at {self.address()}\n")
        sys.stdout.flush()

    def address(self) -> str:
        """Return where a browser on this machine finds the studio."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self._listener.getHost().port}"

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Start the application for a request or a websocket; return where daphne puts its messages."""
        scope.setdefault("asgi", {"version": "3.0"})
        self._say_who(protocol, scope)
        inbox: Any = Inbox(protocol.content) if isinstance(protocol, Request) else asyncio.Queue()
        application = self.application(scope, inbox.get, partial(self.handle_reply, protocol))
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(application)
        return inbox

    def _say_who(self, protocol: Any, scope: dict[str, Any]) -> None:
        """Name the client that the trusted proxies saw."""
        if address := forwarded.client(scope["headers"], self.proxies):
            protocol.client_addr = scope["client"] = [address, 0]
        if said := forwarded.scheme(scope["headers"], self.proxies):
            scope["scheme"] = said.replace("http", "ws") if scope["type"] == "websocket" else said

    async def handle_reply(self, protocol: Any, message: Message) -> None:
        """Send what the application says, no faster than the reader takes it."""
        if message["type"] != "http.response.body":
            await super().handle_reply(protocol, message)
            return
        for part in _parts(protocol, message):
            await super().handle_reply(protocol, part)
            if part["more_body"]:
                await protocol.wait_for_reader()

    def applications(self) -> set[asyncio.Future[None]]:
        """Return the applications that have not ended."""
        running = (details.get("application_instance") for details in self.connections.values())
        return {application for application in running if application and not application.done()}

    def sockets(self) -> list[Socket]:
        """Return the websockets."""
        return [protocol for protocol in self.connections if isinstance(protocol, Socket)]

    def stop_listening(self) -> None:
        """Take no more connections."""
        self._listener.stopListening()

    def kill_all_applications(self) -> Deferred[None]:
        """Return what the reactor waits for before it ends: the drain."""
        ignore_signals()
        return Deferred.fromFuture(asyncio.ensure_future(drain(self)))


def _parts(request: Any, message: Message) -> Iterator[Message]:
    """Cut a large part of an answer, so that a slow reader shows progress."""
    body: bytes = message.get("body", b"")
    if request.method == b"HEAD" or request.code in NO_BODY_CODES:
        body = b""  # daphne drops only the first part
    for start in range(0, len(body) or 1, _PART):
        more = message.get("more_body", False) or start + _PART < len(body)
        yield {"type": message["type"], "body": body[start : start + _PART], "more_body": more}


COLLECTED = (20_000, 20, 20)
"""Objects, and rounds of the younger kind, before the collector looks for circles: a tenth of the CPU was its own."""


def main() -> None:
    """Serve the studio until a signal comes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    django.setup(set_prefix=False)
    port = os.environ.get("PORT") or "8000"
    if not port.isdigit() or int(port) > 65535:
        sys.exit(f"PORT is {port!r}. Set it to a number from 1 to 65535.")
    Path(folder()).mkdir(parents=True, exist_ok=True)
    gc.set_threshold(*COLLECTED)
    server = StudioServer(
        import_string(settings.ASGI_APPLICATION),
        host=os.environ.get("HOST") or "127.0.0.1",
        port=int(port),
        deadlines=getattr(settings, "DEADLINES", Deadlines()),
        runner=_runner(),
    )
    sys.exit(server.run())


def _runner() -> Runner:
    path: str | None = getattr(settings, "EMBEDDED_RUNNER", "projects.runner.embedded")
    return cast(Runner, import_module(path)) if path else NoRunner()
