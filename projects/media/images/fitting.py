"""What a provider takes as it is. No decoder is loaded for the question: the web process asks it."""

from __future__ import annotations

from pathlib import Path

LONGEST = 3072
MOST_BYTES = 7 << 20
SENT_AS_IT_IS = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def fits(path: Path, width: int, height: int) -> bool:
    """Return whether a clean still can go along as it is."""
    return (
        path.suffix in SENT_AS_IT_IS and max(width, height) <= LONGEST and path.stat().st_size <= MOST_BYTES
    )
