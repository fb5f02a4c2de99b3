"""Run the emulator alone: `python -m tests.emulator --port 9040 --pace real`."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading

from tests.emulator import REAL, Emulator, Pace


def main() -> None:
    """Serve until a signal comes."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=9040)
    parser.add_argument("--pace", choices=["quick", "real"], default="quick")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with Emulator(port=given.port, pace=REAL if given.pace == "real" else Pace()) as emulator:
        sys.stdout.write(f"GEMINI_BASE_URL={emulator.url} GEMINI_API_KEY={emulator.key}\n")
        sys.stdout.flush()
        done.wait()


main()
