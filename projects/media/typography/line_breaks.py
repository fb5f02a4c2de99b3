"""Line breaking: a cue's words on few, balanced lines that break where the sense does.

Dynamic programming over the places where a line may break. Even lines are good; so is a break after
punctuation or before a conjunction or a preposition; a line that ends on an article is bad.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

import budoux

from projects.media.typography.fonts import is_cjk, language_of
from projects.media.typography.shaping import clusters

Measure = Callable[[str], float]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that lean on the next one: never the end of a line (English, German, French, Spanish, Italian, …).
LEANING = _words(
    """a an the my your our their his her its this that no mr mrs dr
    der die das den dem des ein eine einen einem einer le la les un une des du de mon ma
    el los las una unos il lo gli i uno o os as um uma het een en ett"""
)
# Words that open a phrase: a line may well begin with them.
OPENING = _words(
    """and or but nor so yet because when while if that which who where than as of in on at to by for from
    with without into over under about after before und oder aber weil wenn dass mit ohne von aus auf für
    bei nach et ou mais car que qui dans avec sans pour sur par y pero porque con sin para por ma che di da"""
)
SENTENCE_ENDS = (".", "!", "?", "…", "。", "।", "؟", "\uff01", "\uff1f")
CLAUSE_ENDS = (",", ";", ":", "—", "、", "،", "\u2013", "\uff0c", "\uff1a")
SPEAKER = re.compile("\\s*[-\u2013\u2014\u2010]\\s*\\S")
# After a space, or after a dash or slash inside a long word.
BREAK = re.compile("(?<=[ \u200b])(?=[^ \u200b])|(?<=[-\u2013\u2014/])(?=[^\\W\\d])")
NO_LINE_START = frozenset(
    "、。」』】〉》・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々ๆฯ\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff09"
)
# East Asian signs are about this many Latin letters wide: 42 letters or 16 signs make a line.
CJK_LETTERS = 2.6


@dataclass(frozen=True, slots=True)
class Room:
    """What a line may hold: a number of Latin letters, and a width in the unit of `measure`, pixels say."""

    letters: float
    width: float
    measure: Measure

    def holds(self, line: str) -> bool:
        """Return whether the line fits."""
        return letters(line) <= self.letters and self.measure(line) <= self.width


def letters(text: str) -> float:
    """Return the length in Latin letters; marks take no room and East Asian signs more."""
    return sum(CJK_LETTERS if is_cjk(cluster[0]) else 1.0 for _, cluster in clusters(text))


def wrap(text: str, room: Room) -> tuple[str, ...]:
    """Return the words on as few lines as fit, balanced; breaks that were typed stay where they serve.

    Typed lines stay when there are at most two and each fits, or when they are lines of a dialogue.
    """
    typed = text.split("\n")
    if len(typed) <= 2 and all(room.holds(line) for line in typed):
        return tuple(typed)
    if len(typed) > 1 and all(SPEAKER.match(line) for line in typed):
        return tuple(line for part in typed for line in _filled(atoms(part), room))
    return _filled(atoms(joined(typed)), room)


def divide(text: str, parts: int) -> tuple[str, ...]:
    """Return the words in `parts` runs of like length, cut where the sense allows; fewer if words are few."""
    found = atoms(joined(text.split("\n")))
    return _runs(found, [letters(atom) for atom in found], min(parts, len(found)))


def joined(lines: Sequence[str]) -> str:
    """Return the lines as one, with a space between them unless the script has none."""
    whole = lines[0]
    for line in lines[1:]:
        spaceless = language_of(whole[-1:] + line[:1]) in {"ja", "zh", "th"}
        whole += line if spaceless else f" {line}"
    return whole


def atoms(text: str) -> list[str]:
    """Return the pieces between which a line may break, each with the space after it.

    Scripts without spaces break between phrases, found by BudouX.
    """
    whole: list[str] = []
    for piece in (piece for word in BREAK.split(text) if word for piece in _phrases(word)):
        if whole and piece[0] in NO_LINE_START:
            whole[-1] += piece
        else:
            whole.append(piece)
    return whole


def _phrases(word: str) -> list[str]:
    parser = _parser(language_of(word))
    return [word] if parser is None else list(parser.parse(word))


@lru_cache
def _parser(language: str) -> budoux.Parser | None:
    loaders = {
        "ja": budoux.load_default_japanese_parser,
        "zh": budoux.load_default_simplified_chinese_parser,
        "th": budoux.load_default_thai_parser,
    }
    return loaders[language]() if language in loaders else None


def _filled(words: Sequence[str], room: Room) -> tuple[str, ...]:
    fitting = [part for word in words for part in _cut_to_fit(word, room)]
    # Whichever limit is nearer counts, so one number a word is enough: its share of a line.
    shares = [max(letters(word) / room.letters, room.measure(word) / room.width) for word in fitting]
    space = max(1 / room.letters, room.measure(" ") / room.width)
    for count in range(1, len(fitting) + 1):
        lines = _runs(fitting, shares, count, most=1 + space + 1e-6)
        if lines and all(room.holds(line) for line in lines):
            return lines
    return tuple(word.strip() for word in fitting)


def _cut_to_fit(word: str, room: Room) -> list[str]:
    """Return a word in pieces that each fit on a line: one piece, but for addresses and the like."""
    if room.holds(word.strip()):
        return [word]
    parts = [""]
    for _, cluster in clusters(word):
        if parts[-1] and not room.holds(parts[-1] + cluster.rstrip()):
            parts.append("")
        parts[-1] += cluster
    return parts


def _runs(
    words: Sequence[str], lengths: Sequence[float], count: int, most: float = float("inf")
) -> tuple[str, ...]:
    """Return the words in `count` runs at the least cost; () when a run would be longer than `most`."""
    sums = [0.0, *accumulate(lengths)]
    even = sums[-1] / count
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for left in range(count - 1, -1, -1):
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (cost, ends) in best.items():
            for end in range(start + 1, len(words) + 1 - left) if left else (len(words),):
                length = sums[end] - sums[start]
                if length > most:
                    break
                total = (
                    cost + (length / even - 1) ** 2 + (_break_cost(words[end - 1], words[end]) if left else 0)
                )
                if end not in following or total < following[end][0]:
                    following[end] = (total, (*ends, end))
        best = following
    ends = best[len(words)][1] if len(words) in best else ()
    return tuple("".join(words[start:end]).strip() for start, end in pairwise((0, *ends)))


def _break_cost(before: str, after: str) -> float:
    last, first = before.rstrip(), after.strip().lower()
    if last.lower() in LEANING:
        return 0.6
    if last.endswith(SENTENCE_ENDS):
        return -0.35
    if last.endswith(CLAUSE_ENDS):
        return -0.2
    return -0.08 if first in OPENING else 0.0
