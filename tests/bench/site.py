"""Servers to measure: the studio as `make run` starts it, and the bare one; each on a free port, each ended cleanly."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "a password for benches"
LONGEST_START = 60
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Site:
    """A server that answers: where it is, its process, and its data folder."""

    port: int
    process: subprocess.Popen[bytes]
    data: Path
    seconds_to_start: float
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request with the site's cookies; return status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            found = answer.read()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, found

    def sign_in(self) -> str:
        """Sign in as the first operator and return a token for forms."""
        _, _, page = self.ask("GET", "/accounts/login/")
        form = {"username": "admin", "password": PASSWORD, "csrfmiddlewaretoken": token_of(page)}
        status, _, _ = self.ask(
            "POST",
            "/accounts/login/",
            urlencode(form).encode(),
            Content_Type="application/x-www-form-urlencoded",
        )
        if status != 302:
            raise RuntimeError(f"Signing in was answered with {status}.")
        return self.token()

    def token(self) -> str:
        """Return a token for the forms of the person who signed in."""
        return token_of(self.ask("GET", "/projects/new/")[2])


def token_of(page: bytes) -> str:
    """Return the form token of a page."""
    found = _TOKEN.search(page.decode())
    if found is None:
        raise RuntimeError("The page has no form.")
    return found[1]


def manage(data: Path, *arguments: str) -> None:
    """Run a command of the studio on a data folder."""
    subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment(data), check=True, stdout=subprocess.DEVNULL
    )


def environment(data: Path, **more: str) -> dict[str, str]:
    """Return the environment of a studio that serves from this data folder."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    own = {"STUDIO_DATA_DIR": str(data), "STUDIO_ADMIN_PASSWORD": PASSWORD, "LOG_LEVEL": "WARNING"}
    return {**kept, **own, **more}


@contextmanager
def prepared() -> Iterator[Path]:
    """Yield the data folder of a studio that has begun, without the sample; it is gone afterwards."""
    data = Path(tempfile.mkdtemp(prefix="studio-bench-"))
    try:
        manage(data, "manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        manage(data, "manage.py", "migrate", "--verbosity", "0")
        manage(data, "manage.py", "begin", "--no-sample")
        yield data
    finally:
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def studio(data: Path, **more: str) -> Iterator[Site]:
    """Yield the studio, serving from a data folder. more: of its environment."""
    port = free_port()
    with _serving(["-m", "studio"], environment(data, PORT=str(port), **more), port, data) as site:
        yield site


@contextmanager
def bare(page: Path | None = None) -> Iterator[Site]:
    """Yield the bare server, with these bytes as its page."""
    port = free_port()
    command = ["-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", "tests.bench.bare:application"]
    env = {**environment(Path("unused")), "BENCH_PAGE": str(page or ""), "DJANGO_SETTINGS_MODULE": ""}
    with _serving(command, env, port, Path("unused")) as site:
        yield site


@contextmanager
def _serving(command: list[str], env: dict[str, str], port: int, data: Path) -> Iterator[Site]:
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        site = Site(port, process, data, 0)
        _wait_until_well(site)
        site.seconds_to_start = time.perf_counter() - began
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        if process.poll() is None:
            process.kill()
            process.wait()


def _wait_until_well(site: Site) -> None:
    end = time.monotonic() + LONGEST_START
    while time.monotonic() < end:
        with suppress(OSError):
            if site.ask("GET", "/healthz")[0] == 200:
                return
        if site.process.poll() is not None:
            raise RuntimeError(f"The server ended with {site.process.returncode} before it answered.")
        time.sleep(0.01)
    raise RuntimeError("The server did not answer in time.")


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
    return port
