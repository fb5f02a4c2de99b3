"""J: a large upload, in slices and as a plain form. The server's memory, its other answers meanwhile, and the bytes.

The file is a true clip with a long empty box, so that the studio takes it in: its size is the upload's, not the
decoder's work. Memory is that of the server process; the child that probes the file has limits of its own.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

from tests.bench import site
from tests.bench.measure import MIB, Row, counted, judged, metered, rss_of, skipped

NAME = "upload"
SIZES = {"quick": 128, "full": 1000}
STOCK = {"quick": 16, "full": 64}
SLICE = 8 * MIB
SLOWEST_HEALTH = 0.25
BOUNDARY = "studio-bench"
TOGETHER = 4


def run(mode: str, data: Path) -> list[Row]:
    """Return the rows of memory, health and bytes for each way to upload."""
    size = SIZES[mode]
    with site.studio(data) as server, site.bare() as stock:
        server.sign_in()
        project = _project(server)
        rows = [
            *_measured(server, data, size, "in slices", lambda path: _in_slices(server, project, path)),
            *_measured(server, data, size, "as a form", lambda path: _as_form(server, project, path)),
            _stock(stock, data, STOCK[mode]),
        ]
        if mode == "full":
            rows.append(_together(server, data, project))
        else:
            rows.append(skipped(NAME, f"{TOGETHER} uploads at once", "only in the full run"))
        return rows


def _project(server: site.Site) -> str:
    form = f"name=Uploads&csrfmiddlewaretoken={server.token()}".encode()
    _, headers, _ = server.ask(
        "POST", "/projects/new/", form, Content_Type="application/x-www-form-urlencoded"
    )
    return headers["location"]


def _measured(server: site.Site, data: Path, size: int, way: str, send: Callable[[Path], None]) -> list[Row]:
    path = _clip(data, size)
    before = rss_of(server.process.pid, alone=True)
    with _health_watched(server) as answers, metered(server.process.pid, alone=True) as usage:
        send(path)
    kept = list((data / "media").glob(f"*/*/{_digest(path)}/original"))
    path.unlink()
    named = f"{size} MB {way}"
    p95 = quantiles(answers, n=20)[-1]
    return [
        counted(NAME, f"{named}, memory", "MiB more", max(0, usage.rss - before) / MIB, 40),
        Row(
            NAME,
            f"{named}, /healthz p95 meanwhile",
            "s",
            p95,
            goal=SLOWEST_HEALTH,
            verdict=judged(p95, SLOWEST_HEALTH, usage.foreign),
            n=len(answers),
            foreign=usage.foreign,
            spread=(min(answers), max(answers)),
        ),
        counted(NAME, f"{named}, lost or changed", "files", 1 - len(kept), 0),
    ]


def _clip(data: Path, size: int) -> Path:
    """Return a clip of so many megabytes that no other equals."""
    path = data / f"clip-{uuid.uuid4().hex}.mp4"
    shutil.copyfile(site.ROOT / "projects" / "samples" / "aurel-no4-dune.mp4", path)
    length = size * 1_000_000 - path.stat().st_size
    with path.open("ab") as file:
        file.write(length.to_bytes(4, "big") + b"free")
        for start in range(8, length, MIB):
            file.write(os.urandom(min(MIB, length - start)))
    return path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _in_slices(server: site.Site, project: str, path: Path) -> None:
    token = server.token()
    size = path.stat().st_size
    begin = f"name={path.name}&size={size}&csrfmiddlewaretoken={token}".encode()
    status, headers, _ = server.ask(
        "POST", f"{project}uploads/", begin, Content_Type="application/x-www-form-urlencoded"
    )
    _require(status, 201)
    address = headers["location"]
    with path.open("rb") as file:
        for offset in range(0, size, SLICE):
            body = file.read(SLICE)
            digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
            status, _, _ = server.ask(
                "PUT", address, body, X_CSRFToken=token, Upload_Offset=str(offset), Content_Digest=digest
            )
            _require(status, 204 if offset + len(body) < size else 200)


def _as_form(server: site.Site, project: str, path: Path) -> None:
    status = _posted(server, f"{project}upload/", path, server.token())
    _require(status, 302)


def _posted(server: site.Site, address: str, path: Path, token: str) -> int:
    """Send a form with a file, as a browser does, and return the status."""
    field = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
    file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
    head = f"{field}{file}Content-Type: video/mp4\r\n\r\n".encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()

    def body() -> Iterator[bytes]:
        yield head
        with path.open("rb") as opened:
            while piece := opened.read(MIB):
                yield piece
        yield tail

    status, _, _ = server.ask(
        "POST", address, body(),
        Content_Type=f"multipart/form-data; boundary={BOUNDARY}",
        Content_Length=str(len(head) + path.stat().st_size + len(tail)),
    )  # fmt: skip
    return status


def _stock(stock: site.Site, data: Path, size: int) -> Row:
    """Return what stock daphne takes for a smaller form, to compare with."""
    path = _clip(data, size)
    before = rss_of(stock.process.pid)
    with metered(stock.process.pid) as usage:
        _posted(stock, "/upload", path, "")
    path.unlink()
    return Row(NAME, f"stock daphne, {size} MB as a form, memory", "MiB more", (usage.rss - before) / MIB)


def _together(server: site.Site, data: Path, project: str) -> Row:
    paths = [_clip(data, 250) for _ in range(TOGETHER)]
    before = rss_of(server.process.pid, alone=True)
    senders = [threading.Thread(target=_in_slices, args=(server, project, path)) for path in paths]
    with metered(server.process.pid, alone=True) as usage:
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    for path in paths:
        path.unlink()
    return counted(
        NAME, f"{TOGETHER} uploads at once, memory", "MiB more", max(0, usage.rss - before) / MIB, 100
    )


@contextmanager
def _health_watched(server: site.Site) -> Iterator[list[float]]:
    """Collect how long /healthz takes, asked again and again beside the block."""
    answers: list[float] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.wait(0.02):
            began = time.perf_counter()
            site.Site(server.port, server.process, server.data, 0).ask("GET", "/healthz")
            answers.append(time.perf_counter() - began)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    try:
        yield answers
    finally:
        stop.set()
        asking.join()


def _require(status: int, wanted: int) -> None:
    if status != wanted:
        raise RuntimeError(f"The upload was answered with {status} instead of {wanted}.")
