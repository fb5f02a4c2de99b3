"""The studio's server with a trap in it: it dies, as by kill -9, where one of the runner's functions is called.

`python -m tests.paid.trap`. The trap is set while the data folder holds a file `trap` with `MODULE.FUNCTION` in it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

FOLDER = "/projects/runner/"
SET = Path(os.environ.get("STUDIO_DATA_DIR", ".")) / "trap"


def watch(frame: FrameType, event: str, _: object) -> None:
    """Kill this process at the call that the trap names."""
    code = frame.f_code
    if event != "call" or FOLDER not in code.co_filename or not SET.exists():
        return
    if SET.read_text() == f"{Path(code.co_filename).stem}.{code.co_name}":
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Serve the studio under watch: the threads from their start, the event loop once it runs."""
    from studio import server

    threading.setprofile(watch)
    server.reactor.callWhenRunning(sys.setprofile, watch)
    server.main()


if __name__ == "__main__":
    main()
