"""The studio's runner as scenario A starts it: `EMBEDDED_RUNNER` of `tests.bench.settings`.

It notes how late the loop is, and stores results unopened where BENCH_FINISH is `off`: what a result's check and
pictures cost is a row of its own, because the client beside it makes none.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from pathlib import Path

from django.conf import settings

from projects.engines.base import Output
from projects.runner import embedded, save

EVERY = 0.05
FACTS = {
    "facts": {
        "kind": "video",
        "format": "mp4",
        "mime": "video/mp4",
        "width": 640,
        "height": 360,
        "seconds": "3",
    },
    "thumbs": {},
}
late: list[float] = []


async def unopened(output: Output, folder: Path) -> save.Checked:
    """Take a result for what it should be."""
    return save.Checked(output, output.files[0], {"facts": dict(FACTS["facts"]), "thumbs": {}})


async def start() -> None:
    """Start the studio's own runner."""
    if os.environ["BENCH_FINISH"] == "off":
        save.checked = unopened
    await embedded.start()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, embedded.wake)
    watching.append(asyncio.create_task(watch()))


watching: list[asyncio.Task[None]] = []


async def watch() -> None:
    """Note how much later than asked the loop comes back."""
    while True:
        asked = time.perf_counter()
        await asyncio.sleep(EVERY)
        late.append(time.perf_counter() - asked - EVERY)


async def stop() -> None:
    """Leave what was noted in the data folder, and stop."""
    watching[0].cancel()
    (Path(settings.DATA_DIR) / "late.json").write_text(json.dumps(late))
    await embedded.stop()
