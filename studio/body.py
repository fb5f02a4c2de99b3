"""A request's body between the socket and the application: spooled as it comes, handed on in pieces."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import MutableMapping
from typing import Any

from django.conf import settings

PIECE = 64 * 1024
_IN_MEMORY = 100_000

Message = MutableMapping[str, Any]


def folder() -> str:
    """Return where bodies are spooled."""
    return os.fspath(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir())


class Body:
    """The file that Twisted fills and daphne offers to the application, kept in memory while it is small."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - Twisted closes it with its request
            max_size=_IN_MEMORY, dir=folder()
        )
        self.size = 0
        self._taken = 0

    def write(self, data: bytes) -> None:
        """Add what came from the socket; OSError when the disk is full."""
        self._file.write(data)
        # A full disk shows here, where it can still be answered, and not when the file is rewound.
        self._file.flush()
        self.size += len(data)

    def piece(self) -> tuple[bytes, bool]:
        """Return the next 64 KiB, and whether there is more. The last piece gives the disk space back."""
        data = self._file.read(PIECE)
        self._taken += len(data)
        more = bool(data) and self._taken < self.size
        if not more:
            self.close()
        return data, more

    def read(self, size: int = -1) -> bytes:
        """Return nothing: daphne would queue the whole body. The application takes pieces instead."""
        return b""

    def tell(self) -> int:
        """Return the number of bytes received."""
        return self.size

    def seek(self, offset: int, whence: int = 0) -> None:
        """Go back to the start: Twisted and daphne ask for nothing else."""
        self._file.seek(0)

    def close(self) -> None:
        """Give the memory or the disk space back."""
        self._file.close()

    @property
    def closed(self) -> bool:
        """Whether the body is used up or its connection has gone."""
        return bool(self._file.closed)


class Inbox:
    """What an application receives of one http request: its body when it asks for it, then the end of it."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._read = False
        self._gone = asyncio.Event()

    def put_nowait(self, message: Message) -> None:
        """Take daphne's word that the connection has gone; bodies are read on demand."""
        if message["type"] == "http.disconnect":
            self._gone.set()

    async def get(self) -> Message:
        """Return the next piece of the body, then wait for the end of the connection."""
        # Django asks in a tight loop: without a pause a large body would keep all others waiting.
        await asyncio.sleep(0)
        if self._read or self._gone.is_set():
            await self._gone.wait()
            return {"type": "http.disconnect"}
        data, more = self._body.piece()
        self._read = not more
        return {"type": "http.request", "body": data, "more_body": more}
