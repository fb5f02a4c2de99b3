"""Shaping: a line in any scripts as pieces of one face and one direction, left to right on the screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bidi import algorithm as bidi

from projects.media.faults import Refused
from projects.media.typography.fonts import STEERING, Face, Fonts, drawn, draws, shapes

RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
# Scripts whose letters join, stack or turn round: without Raqm they come out wrong, so they are refused.
COMPLEX = ("ARABIC", "HEBREW", "DEVANAGARI", "BENGALI", "TAMIL", "THAI", "SYRIAC", "KHMER", "LAO", "MYANMAR")
BRACKETS = {"(": ")", "[": "]", "{": "}"}
# Inter's contextual forms turn a hyphen and a greater-than sign into an arrow; captions stay as typed.
AS_TYPED = ["-calt"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters in reading order that one face draws in one direction."""

    text: str
    face: Face
    right_to_left: bool = False

    def width(self, pixels: float) -> float:
        """Return the advance in pixels."""
        return float(drawn(self.face, pixels).getlength(self.text, **self.layout))

    @property
    def layout(self) -> dict[str, Any]:
        """What Pillow needs to know to lay the piece out."""
        if not shapes():
            return {}
        return {"direction": "rtl" if self.right_to_left else "ltr", "features": AS_TYPED}


def reads_right_to_left(text: str) -> bool:
    """Return whether the first letter with a direction goes right to left (UAX 9, P2 and P3)."""
    return bool(bidi.get_base_level(text))


def pieces(line: str, fonts: Fonts, *, right_to_left: bool) -> list[Piece]:
    """Return the pieces of one line in the order in which they stand, left to right.

    Raises Refused, naming the sign, when no font draws it or this machine cannot shape its script.
    """
    if not shapes():
        _check_simple(line)
    levels = _levels(line, int(right_to_left))
    runs: list[tuple[int, str, Face]] = []
    for at, cluster, face in _faced(line, fonts):
        level = levels[at]
        if runs and runs[-1][0] == level and runs[-1][2] == face:
            runs[-1] = (level, runs[-1][1] + cluster, face)
        else:
            runs.append((level, cluster, face))
    return [Piece(text, face, bool(level % 2)) for level, text, face in _on_screen(runs)]


def clusters(text: str) -> Iterator[tuple[int, str]]:
    """Yield each letter with the marks and joiners that belong to it, and where it starts."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _stays(text[at - 1], text[at]):
            yield start, text[start:at]
            start = at


def _stays(before: str, sign: str) -> bool:
    joined = before == "\u200d" and not sign.isspace()
    return joined or unicodedata.category(sign)[0] == "M" or ord(sign) in STEERING


def _faced(line: str, fonts: Fonts) -> Iterator[tuple[int, str, Face]]:
    """Yield clusters with their face; a space stays in the face of the letters before it."""
    previous: Face | None = None
    for at, cluster in clusters(line):
        if cluster[0] == " " and previous and draws(previous, cluster):
            yield at, cluster, previous
            continue
        previous = fonts.face(cluster)
        yield at, cluster, previous


def _levels(line: str, base: int) -> list[int]:
    """Return the embedding level of each sign (UAX 9); odd is right to left."""
    if not base and not any(unicodedata.bidirectional(sign) in RIGHT_TO_LEFT for sign in line):
        return [0] * len(line)
    storage = bidi.get_empty_storage()
    storage.update(base_level=base, base_dir="LR"[base])
    bidi.get_embedding_levels(line, storage)
    everything = list(storage["chars"])
    bidi.explicit_embed_and_overrides(storage)
    bidi.resolve_weak_types(storage)
    _pair_brackets(storage["chars"], "LR"[base])
    bidi.resolve_neutral_types(storage, debug=False)
    bidi.resolve_implicit_levels(storage, debug=False)
    # Joiners take no part (rule X9); clusters() hangs them on the letter before, whose level counts.
    return [sign["level"] for sign in everything]


def _pair_brackets(signs: list[dict[str, Any]], base: str) -> None:
    """Give both brackets of a pair one direction (UAX 9, N0), which python-bidi leaves out."""
    for opening, closing in _pairs("".join(sign["ch"] for sign in signs)):
        inside = {_strength(sign) for sign in signs[opening + 1 : closing]} - {""}
        if not inside:
            continue
        before = next((found for sign in reversed(signs[:opening]) if (found := _strength(sign))), base)
        other = "LR"[base == "L"]
        direction = other if base not in inside and before == other else base
        signs[opening]["type"] = signs[closing]["type"] = direction


def _pairs(text: str) -> list[tuple[int, int]]:
    """Return where each bracket pair opens and closes, in order of opening."""
    waiting: list[tuple[str, int]] = []
    found = []
    for at, sign in enumerate(text):
        if sign in BRACKETS:
            waiting.append((BRACKETS[sign], at))
        matches = [index for index, (closing, _) in enumerate(waiting) if closing == sign]
        if matches:
            found.append((waiting[matches[-1]][1], at))
            del waiting[matches[-1] :]
    return sorted(found)


def _strength(sign: dict[str, Any]) -> str:
    return {"L": "L", "R": "R", "EN": "R", "AN": "R"}.get(sign["type"], "")


def _on_screen(runs: list[tuple[int, str, Face]]) -> list[tuple[int, str, Face]]:
    """Return the runs as they stand on the screen: each stretch at or above a level reversed (UAX 9, L2)."""
    order = list(runs)
    for level in range(max((run[0] for run in runs), default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and order[end][0] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = max(end, start) + 1
    return order


def _check_simple(line: str) -> None:
    for sign in line:
        if unicodedata.name(sign, "").startswith(COMPLEX):
            raise Refused(
                f"This server cannot join the letters of “{sign}”. Ask the operator to install FriBiDi "
                "(apt-get install libfribidi0)."
            )
