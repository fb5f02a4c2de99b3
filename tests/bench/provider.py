"""The provider of scenario A: the emulator in a process of its own, whose clips have a size and bytes of their own.

`python -m tests.bench.provider BYTES` says its address and key, serves until its input ends, and then says what it was
asked: creates for each attempt, POSTs, looks, and the hashes of what it gave.
"""

from __future__ import annotations

import json
import secrets
import struct
import sys
import threading
from collections import Counter
from typing import Any

from tests.emulator import Emulator, Pace

PACE = Pace(video=2.0, spread=0.3)
"""A latency in step with the looks of one client would favour it."""
SWEPT = 0.2


def padded(size: int, clip: bytes) -> bytes:
    """Return a clip of about this size that no other equals: an empty box stands behind it."""
    tail = secrets.token_bytes(16)
    room = max(size - len(clip), len(tail) + 8)
    return clip + struct.pack(">I4s", room, b"free") + bytes(room - 8 - len(tail)) + tail


def forget(emulator: Emulator, given: set[int]) -> None:
    """Let go of the bytes that were delivered whole: a thousand clips are more than a machine may have room for."""
    for number, delivery in enumerate(emulator.ledger.deliveries):
        if number not in given and delivery.sent == delivery.size:
            emulator.world.files[delivery.of.removeprefix("files/")].data = b""
            given.add(number)


def told(emulator: Emulator) -> dict[str, Any]:
    """Return what happened, in numbers."""
    ledger = emulator.ledger
    return {
        "creates": ledger.tally(),
        "posts": len(ledger.posts()),
        "requests": Counter(entry.kind for entry in ledger.entries),
        "given": [one.sha256 for one in ledger.deliveries if one.sent == one.size],
        "refused": ledger.refusals(),
    }


def main(size: int) -> None:
    """Serve until the input ends."""
    done, given = threading.Event(), set[int]()
    threading.Thread(target=_wait_for_the_end, args=(done,), daemon=True).start()
    with Emulator(pace=PACE) as emulator:
        emulator.fault("comes_as_uri", times=None, spoils=lambda clip: padded(size, clip))
        _say({"url": emulator.url, "key": emulator.key})
        while not done.wait(SWEPT):
            forget(emulator, given)
        _say(told(emulator))


def _wait_for_the_end(done: threading.Event) -> None:
    sys.stdin.read()
    done.set()


def _say(words: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(words)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
