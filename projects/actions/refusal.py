"""The one error of the actions: a sentence for the person, and how the page answers."""

from __future__ import annotations

from projects.models import files


class Refused(Exception):
    """What was asked for cannot be done: `status` is the answer's, `field` the control it belongs to."""

    def __init__(self, sentence: str, status: int = 422, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
        self.field = field


def require_space(wanted: int = 0) -> None:
    """Refuse with 507 unless the disk can take this many bytes and keep its reserve."""
    try:
        files.require_space(wanted)
    except files.DiskFull as error:
        raise Refused(error.sentence, status=507) from error


MOVED_ON = "This step has already moved on. The page shows where it stands."
