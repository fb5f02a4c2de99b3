"""The inside of a child process: what it may use, when it ends, and how its faults come home as plain values."""

import ctypes
import errno
import gc
import os
import resource
import select
import signal
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from projects.media.faults import Corrupt, Refused, Stopped
from projects.media.share import Share, take_turn

KEPT_VARIABLES = ("PATH", "LANG")
# <linux/sched.h>
NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# <malloc.h>
MALLOC_ARENAS = -8
CV_OUT_OF_MEMORY = -4
NICE = 5

BROKE_OFF = "The work on this file broke off. Export the file again, or use a smaller one."
TOO_LARGE = "The file needs more memory or space than one file gets. Make it smaller and try again."


def enter(server: int, memory: int, file_bytes: int) -> None:
    """Prepare this process, as the first thing it does: limits, environment, network, and its end.

    server: the process whose end is ours. memory: bytes of address space. file_bytes: longest file written.
    """
    # At once, not after the codec call that is under way: whoever ends a child has given it up.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Decoders print what a hostile file makes them say; what matters comes home as a value.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    leave_network()
    # By default every thread reserves 64 MB of address space for itself, which the limit counts.
    ctypes.CDLL(None).mallopt(MALLOC_ARENAS, 2)
    gc.freeze()
    for name in set(os.environ) - set(KEPT_VARIABLES):
        del os.environ[name]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)
    watch = threading.Thread(target=_end_with, args=(os.pidfd_open(server),), daemon=True)
    watch.start()


def leave_network() -> bool:
    """Move into an empty network, and tell whether the host allows it. It must run before any thread starts."""
    unshare = ctypes.CDLL(None).unshare
    return bool(unshare(NEW_NETWORK) == 0 or unshare(NEW_USER | NEW_NETWORK) == 0)


def _end_with(server: int) -> None:
    select.select([server], [], [])
    os.kill(os.getpid(), signal.SIGKILL)


def work(function: Callable[..., Any] | str, args: Sequence[Any], folder: str | None) -> tuple[str, Any]:
    """Call the function and return (what came of it, plain values about it); nothing is raised.

    function: itself, or its name as "package.module:function". It is not called when the caller has taken
    the turn back from the folder.

    ('value', result) · ('refused', (sentence, code)) · ('corrupt', seconds) · ('stopped', None) ·
    ('full', errno) · ('died', (sentence, traceback)).
    """
    try:
        if folder is not None:
            if not take_turn(Path(folder)):
                return "stopped", None
            Share(Path(folder))(0.0)
        called = resolve_name(function) if isinstance(function, str) else function
        return "value", called(*args)
    except Exception as error:  # noqa: BLE001 - a decoder may raise anything; it goes home as plain values
        return _told(error)
    finally:
        # Decoders hang in cycles with their streams; until they are collected their threads and frames stay.
        gc.collect()


def _told(error: Exception) -> tuple[str, Any]:
    if isinstance(error, Refused):
        return "refused", (error.sentence, error.code)
    if isinstance(error, Corrupt):
        return "corrupt", error.at_seconds
    if isinstance(error, Stopped):
        return "stopped", None
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        return "full", error.errno
    sentence = TOO_LARGE if _wants_more(error) else BROKE_OFF
    return "died", (sentence, "".join(traceback.format_exception(error)))


def _wants_more(error: Exception) -> bool:
    """Tell whether the limit of memory or of file size was met."""
    if isinstance(error, OSError):
        return error.errno in (errno.EFBIG, errno.ENOMEM)
    return isinstance(error, MemoryError) or getattr(error, "code", None) == CV_OUT_OF_MEMORY
