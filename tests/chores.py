"""Work for the children of test_pool: functions that a child finds by name."""

import errno
import itertools
import os
import time
from pathlib import Path

from projects.media.faults import Corrupt, Refused, Stopped
from projects.media.share import Share


def variables() -> dict[str, str]:
    """Return the whole environment of the child."""
    return dict(os.environ)


def refuse() -> None:
    """Refuse an input."""
    raise Refused("The picture is upside down.", "file_too_large")


def corrupt() -> None:
    """Find a file damaged."""
    raise Corrupt(1.5)


def stop() -> None:
    """Stop as asked."""
    raise Stopped


def stumble() -> None:
    """Raise what nobody expects."""
    raise LookupError("where is it")


def fill_disk() -> None:
    """Meet a full disk."""
    raise OSError(errno.ENOSPC, "No space left on device")


def write_bytes(path: str, count: int) -> int:
    """Write a file of zeros."""
    return Path(path).write_bytes(bytes(count))


def crash(signal: int) -> None:
    """End this process by a signal."""
    os.kill(os.getpid(), signal)
    time.sleep(60)


def climb(folder: str, heard: str, steps: int) -> int:
    """Tell shares from 0 to 1, each until it stands in the file `heard`."""
    tell = Share(Path(folder))
    for step in range(steps):
        while Path(heard).read_text() != str(step / steps):
            tell(step / steps)
            time.sleep(0.01)
    tell(1)
    return steps


def scribble(folder: str) -> None:
    """Write to a file as fast as possible, without end."""
    tell = Share(Path(folder))
    for number in itertools.count():
        tell(0.5)
        Path(folder, "scribble").write_text(str(number))
