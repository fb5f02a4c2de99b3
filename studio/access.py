"""The access log: one short line for each answer, without query strings and bodies."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

_log = logging.getLogger("studio.access")
_LONGEST_PATH = 200


def write(protocol: str, action: str, details: Mapping[str, Any]) -> None:
    """Log what daphne says has happened: an answer, or a websocket's coming and going."""
    address = (details["client"] or "-").rpartition(":")[0] or "-"
    path = details["path"].partition("?")[0][:_LONGEST_PATH]
    if path.startswith("/hooks/"):
        path = "/hooks/..."  # the rest of such an address is a secret
    if protocol == "http":
        _log.info(
            "%s %s %s %s %s B %.0f ms",
            address,
            details["method"],
            path,
            details["status"],
            details["size"],
            details["time_taken"] * 1000,
        )
    elif action != "connecting":
        _log.info("%s websocket %s %s", address, path, action)
