"""One connection of the server: what daphne leaves open to slow, greedy and absent clients is closed here."""
# ruff: noqa: N802, N803 - Twisted, autobahn and daphne have chosen the names of what is overridden

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import daphne.server  # noqa: F401 - it installs the asyncio reactor, which must come before Twisted's own import
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.ws_protocol import WebSocketProtocol
from twisted.web.http import HTTPChannel

from studio import gate
from studio.body import Body

if TYPE_CHECKING:
    from studio.server import StudioServer

_log = logging.getLogger(__name__)
_THROWN_AWAY = 1024 * 1024
_UNREAD_MESSAGES = 100

SERVICE_RESTART = 1012
"""The close code on which the page's socket connects again."""
_POLICY_VIOLATION = 1008

_NO_ROOM = "The server's disk has no room for this upload. Tell its operator, then send it again."


class Channel(HTTPChannel):
    """A connection with a clock for its sender, and an event that says when its reader has caught up."""

    def connectionMade(self) -> None:
        """Start the clock: a connection must bring its first request in time."""
        super().connectionMade()
        self.server: StudioServer = self.factory.server
        self.deadlines = self.server.deadlines
        self.room = asyncio.Event()
        self.room.set()
        self.gone = asyncio.get_running_loop().create_future()
        self.refused = False
        self._clock: Any = None
        self._thrown_away = 0
        self.server.channels.add(self)
        self.give(self.deadlines.request)

    def connectionLost(self, reason: Any) -> None:
        """Let go of everything that waits for this connection."""
        self.forget()
        super().connectionLost(reason)

    def forget(self) -> None:
        """Stop counting this connection: it is closed, or a websocket has taken it over."""
        self.rest()
        self.room.set()
        self.server.channels.discard(self)
        if not self.gone.done():
            self.gone.set_result(None)

    # The sender's clock.

    def give(self, seconds: float) -> None:
        """Cut the connection after so many seconds, unless something better happens."""
        self.rest()
        self._clock = self.callLater(seconds, self.transport.abortConnection)

    def earn(self, size: int) -> None:
        """Give more time to a body that keeps coming."""
        if self._clock is not None and self._clock.active():
            self._clock.delay(size / self.deadlines.body_rate)

    def rest(self) -> None:
        """Stop the clock."""
        if self._clock is not None and self._clock.active():
            self._clock.cancel()
        self._clock = None

    def dataReceived(self, data: bytes) -> None:
        """Start the clock at the first byte of a request, however long the connection was idle."""
        if self.refused:
            self._throw_away(data)
            return
        if self._clock is None and not self._handlingRequest:
            self.give(self.deadlines.request)
        super().dataReceived(data)

    def allContentReceived(self) -> None:
        """Hand the request on: from here on the sender has done its part."""
        if self.refused:
            return
        self.rest()
        super().allContentReceived()

    def refuse(self, status: int, sentence: str) -> None:
        """Answer and close, but keep listening for a moment: a reset would swallow the sentence."""
        self.refused = True
        body = f"{sentence}\n".encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n"
            "Cache-Control: no-store\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.loseWriteConnection()
        self.setTimeout(None)
        self.give(self.deadlines.linger)

    def _throw_away(self, data: bytes) -> None:
        self._thrown_away += len(data)
        if self._thrown_away > _THROWN_AWAY:
            self.transport.pauseProducing()

    # The reader's side.

    def pauseProducing(self) -> None:
        """Note that more is written than the reader takes."""
        self.room.clear()
        super().pauseProducing()

    def resumeProducing(self) -> None:
        """Note that the reader has taken all of it."""
        self.room.set()
        super().resumeProducing()

    async def wait_for_room(self) -> None:
        """Return when the reader has taken what was written; cut it off when it takes too long."""
        try:
            async with asyncio.timeout(self.deadlines.reader):
                await self.room.wait()
        except TimeoutError:
            self.transport.abortConnection()

    def loseConnection(self) -> None:
        """Close when the rest is sent, but never wait for ever for a reader that does not take it."""
        super().loseConnection()
        self.give(self.deadlines.reader)

    def leave(self) -> None:
        """Close now if no whole request head is here, else after its answer."""
        self.persistent = False
        request = self.requests[0] if self.requests else None
        if request is None or request.content is None:
            self.loseConnection()
        else:
            request.responseHeaders.setRawHeaders(b"Connection", [b"close"])


class Request(WebRequest):
    """A request whose body is measured as it arrives, and handed to the application in pieces."""

    error_template = "<!doctype html><title>%(title)s</title><p>%(title)s. Go back and try again.</p>"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Twisted would read a whole form into memory only to parse it a second time.
        super().__init__(*args, parsePOSTFormSubmission=False, **kwargs)
        self._received = 0

    def gotLength(self, length: int | None) -> None:
        """Open the gate or keep it shut: the head is here, the body is not."""
        cookie = self.received_cookies.get(gate.COOKIE.encode(), b"")
        self._allowance = gate.allowance(self.channel._command, self.channel._path, cookie)
        self.content = Body()
        if length is not None and length > self._allowance.limit:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._allowance.sentence)
        elif length is not None and not gate.fits(length):
            self._refuse(HTTPStatus.INSUFFICIENT_STORAGE, _NO_ROOM)

    def handleContentChunk(self, data: bytes) -> None:
        """Count and keep a part of the body."""
        if self.channel.refused:
            return
        self._received += len(data)
        if self._received > self._allowance.limit:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._allowance.sentence)
            return
        self.channel.earn(len(data))
        try:
            self.content.write(data)
        except OSError as error:
            _log.error("A request body could not be kept: %s", error)
            self._refuse(HTTPStatus.INSUFFICIENT_STORAGE, _NO_ROOM)

    def _refuse(self, status: HTTPStatus, sentence: str) -> None:
        self.requestHeaders.removeHeader(b"Expect")  # else Twisted goes on with "100 Continue"
        self.content.close()
        self.channel.refuse(status, sentence)
        self.server.log_action(
            "http",
            "complete",
            {
                "path": self.channel._path.decode("ascii", "backslashreplace"),
                "status": status.value,
                "method": self.channel._command.decode("ascii"),
                "client": f"{self.client.host}:{self.client.port}",
                "time_taken": 0,
                "size": 0,
            },
        )

    def process(self) -> Any:
        """Start the application, or hand the connection to a websocket."""
        started = super().process()
        if self.transport is None:  # daphne has given it to a websocket
            self.content.close()
            self.channel.forget()
            self.channel.transport.protocol.wait()
        return started

    async def wait_for_reader(self) -> None:
        """Return when more of the answer may be written; others get their turn in any case."""
        await asyncio.sleep(0)
        if not self.finished and self.channel is not None:
            await self.channel.wait_for_room()

    def handle_exception(self, exception: BaseException) -> None:
        """Answer 500, or cut an answer that has begun: it must not look complete."""
        if self._response_started:
            self.channel.transport.abortConnection()
        else:
            super().handle_exception(exception)


class Socket(WebSocketProtocol):
    """A websocket that takes nothing before it is accepted and not more than its application reads."""

    def wait(self) -> None:
        """Read nothing until the application has accepted: autobahn would keep it all."""
        if self.state == self.STATE_CONNECTING:
            self.transport.pauseProducing()

    def onOpen(self) -> None:
        """Start to read."""
        self.transport.resumeProducing()
        super().onOpen()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Pass a message on, or close on a sender that floods the application."""
        if self.application_queue.qsize() < _UNREAD_MESSAGES:
            super().onMessage(payload, isBinary)
        else:
            self.sendCloseFrame(code=_POLICY_VIOLATION)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """Tell the application, if the handshake was good enough to have one."""
        if hasattr(self, "server"):
            super().onClose(wasClean, code, reason)

    def leave(self) -> None:
        """Ask the page to connect again; autobahn's own `sendClose` does not know this code."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=SERVICE_RESTART)
        elif self.state == self.STATE_CONNECTING:
            self.dropConnection(abort=True)


class Factory(HTTPFactory):
    """Makes a channel for each connection."""

    protocol = Channel

    def buildProtocol(self, addr: Any) -> Any:
        """Return the channel of a new connection."""
        channel = super().buildProtocol(addr)
        channel.requestFactory = Request
        return channel
