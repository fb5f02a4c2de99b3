"""Real servers for tests: `python -m studio` in a process of its own, watched by its words."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
LONGEST_WAIT = 150.0
_READY = "Studio is ready at "


@dataclass
class Running:
    """A server process and all that it has said."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    url: str = ""
    _said: threading.Condition = field(default_factory=threading.Condition)
    _silent: bool = False

    @property
    def port(self) -> int:
        """The port that it was given."""
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def wait_for(self, words: str) -> str:
        """Return the first line that holds these words; fail with the whole log when it never comes."""
        with self._said:
            self._said.wait_for(lambda: self._silent or self._find(words) is not None, LONGEST_WAIT)
            line = self._find(words)
        assert line is not None, f"The server never said {words!r}:\n" + "".join(self.lines)
        return line

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end and return the exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for the end and return the exit code; all lines are there afterwards."""
        code = self.process.wait(LONGEST_WAIT)
        with self._said:
            self._said.wait_for(lambda: self._silent, LONGEST_WAIT)
        return code

    def listen(self) -> None:
        """Keep what the server says until it closes its end."""
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                with self._said:
                    self.lines.append(line)
                    self._said.notify_all()
        with self._said:
            self._silent = True
            self._said.notify_all()

    def _find(self, words: str) -> str | None:
        return next((line for line in self.lines if words in line), None)


@contextmanager
def starting(app: str | None = None, *, module: str = "studio", **environment: str) -> Iterator[Running]:
    """Start a server and hand it over at once: for those that are expected not to come up.

    app: the dotted path of an ASGI application; without one the studio itself is served. module: what starts it.
    """
    extra = {"HOST": "127.0.0.1", "PORT": "0", "PYTHONUNBUFFERED": "1", **environment}
    if app is not None:
        extra |= {"DJANGO_SETTINGS_MODULE": "tests.server.settings", "SERVED_APPLICATION": app}
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env=os.environ | extra,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Running(process)
    ear = threading.Thread(target=running.listen, daemon=True)
    ear.start()
    try:
        yield running
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        ear.join(LONGEST_WAIT)


@contextmanager
def serving(app: str | None = None, *, module: str = "studio", **environment: str) -> Iterator[Running]:
    """Start a server, wait until it is ready, and see to it that it is gone afterwards."""
    with starting(app, module=module, **environment) as running:
        running.url = running.wait_for(_READY).removeprefix(_READY).strip()
        yield running


def gone(pid: int, seconds: float = LONGEST_WAIT) -> bool:
    """Wait until a process has ended, and tell whether it has."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)
