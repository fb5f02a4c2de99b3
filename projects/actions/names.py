"""File names as people see them: text of their own, never a place on disk."""

from __future__ import annotations

import unicodedata

LONGEST = 200
DIRECTION_MARKS = {
    chr(code) for code in (*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def shown(name: str) -> str:
    """Return a file's name without folders, control characters and direction marks, at most 200 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = (letter for letter in unicodedata.normalize("NFC", last) if _is_shown(letter))
    text = " ".join("".join(kept).split()).strip(". ")
    if len(text) <= LONGEST:
        return text or "untitled"
    stem, _, extension = text.rpartition(".")
    tail = f".{extension}" if stem and len(extension) <= 8 else ""
    return text[: LONGEST - len(tail)] + tail


def _is_shown(letter: str) -> bool:
    return letter not in DIRECTION_MARKS and unicodedata.category(letter) not in {"Cc", "Cs", "Co", "Cn"}
