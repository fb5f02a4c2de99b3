"""What a call and its child tell each other through the call's folder: whose turn it is, and how far it is.

Small files that are taken or replaced as a whole: a killed child jams nothing.
"""

import os
import time
from pathlib import Path

TURN, SHARE, DRAFT = ".turn", ".share", ".share.new"
EVERY = 0.25


class Share:
    """Called with a share from 0 to 1, leaves it in the folder for the parent; at most four times a second."""

    def __init__(self, folder: Path) -> None:
        self._target, self._draft = folder / SHARE, folder / DRAFT
        self._next = 0.0

    def __call__(self, share: float) -> None:
        """Note the share together with this process's id."""
        now = time.monotonic()
        if now < self._next and share < 1:
            return
        self._next = now + EVERY
        self._draft.write_text(f"{os.getpid()} {min(max(share, 0.0), 1.0):.3f}")
        self._draft.replace(self._target)


def offer_turn(folder: Path) -> None:
    """Leave the turn in the folder, for the child to take when it begins, or for the caller to take back."""
    forget(folder)
    (folder / TURN).touch()


def take_turn(folder: Path) -> bool:
    """Take the turn, and tell whether it was there: of child and caller exactly one gets it."""
    try:
        (folder / TURN).unlink()
    except FileNotFoundError:
        return False
    return True


def read_share(folder: Path) -> tuple[int, float] | None:
    """Return the child's process id and share, None while it has not begun."""
    try:
        pid, share = (folder / SHARE).read_text().split()
    except FileNotFoundError:
        return None
    return int(pid), float(share)


def forget(folder: Path) -> None:
    """Remove all that was told."""
    for name in (TURN, SHARE, DRAFT):
        (folder / name).unlink(missing_ok=True)
