"""Words from outside as a database takes them: PostgreSQL has no NUL, and no encoding has half a letter."""

from __future__ import annotations

import math
import re
from typing import Any

ODD = re.compile("[\0\ud800-\udfff]")
"""NUL, and the surrogates: JSON may hold one half of a pair (`"\\ud83d"`)."""


def cleaned(value: Any) -> Any:
    """Return the same value with nothing in it that no row can hold; a number that is none is left out as None."""
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else ODD.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {cleaned(name): cleaned(held) for name, held in value.items()}
    if isinstance(value, list):
        return [cleaned(held) for held in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
