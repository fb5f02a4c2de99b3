"""The words of an edit: one short plain sentence for what changes, and that everything else stays the same.

Google's guidance for Omni and Nano Banana: a longer description makes what should stay drift. Pure functions.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence

from projects.wish import Box, Change, Wish

SAME = "Keep everything else the same."
CONTINUES = "Keep the same subject, place, light and style."
SENTENCES = {
    "light": "Change only the light to {}",
    "background": "Replace only the background with {}",
    "object": "Change only the object: {}",
    "text": "Change only the text to {}",
    "style": "Change only the style to {}",
    "camera": "Change only the camera: {}",
    "weather": "Change only the weather to {}",
    "pose": "Change only the pose: {}",
    "scale": "Change only the size: {}",
    "format": "Extend the picture to {}",
    "extend": "Continue the same shot: {}",
}
"""How a wish that is no sentence of its own becomes one."""
IMPERATIVES = frozenset(
    re.findall(
        r"\w+",
        """add apply blur brighten bring change colour color continue convert crop cut darken delete draw dress enlarge
        erase extend fill flip give hide insert keep make move paint pan place pull push put recolour recolor relight
        remove render replace rewrite rotate scale sharpen shift shrink soften straighten swap switch take tilt tint
        transform turn use write zoom""",
    )
)
"""Words with which a person's own sentence begins; it is taken as it is."""
JOINT = re.compile(
    r"\s*(?:[;.!]\s+|,?\s+(?:and\s+then|then|and\s+also|and|also|plus)\s+|,\s+)", re.IGNORECASE
)
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|„[^“]*“|«[^»]*»")
OVERRULED = frozenset({"light", "background", "style", "weather", "camera"})
"""Of these there is one at a time: a later change of the same place stands for an earlier one."""
FIELDS = {"light": "light", "background": "place", "style": "style"}
WHOLE = 0.7
"""A box over this share of the picture names no part of it."""


def prompt(wish: Wish) -> str:
    """Return the prompt of an edit: what changes, and that the rest stays. Without a change there is none."""
    if wish.change is None:
        return ""
    changes = (wish.change, *wish.folded)
    stays = CONTINUES if wish.change.kind == "extend" else SAME
    if len(changes) > 1:
        return " ".join((*(_said(change, alone=False) for change in changes), stays))
    locks = "" if wish.subject or not wish.locks else f"; keep {_listed(wish.locks)}"
    words = "".join(f", with exactly the words {_listed(_quotes(wish.words))}" if wish.words else "")
    return f"{_said(wish.change).removesuffix('.')}{words}{locks}. {stays}"


def also(wish: Wish) -> str:
    """Return the sentences of the changes that were folded into a wish that is no edit itself."""
    return "" if wish.change else " ".join(_said(change, alone=False) for change in wish.folded)


def said(change: Change) -> str:
    """Return a change as one sentence beside others."""
    return _said(change, alone=False)


def followed(first: str, later: Iterable[str]) -> str:
    """Return a version's words, then each later change on a line of its own; that the rest stays is said last, once."""
    lines = [_without_rest(words) for words in (first, *later)]
    return "\n".join(line for line in (*lines, SAME if SAME in first else "") if line)


def _without_rest(words: str) -> str:
    return words.replace(SAME, "").replace(CONTINUES, "").strip()


def fold(anchor: Wish, changes: Sequence[Change]) -> Wish:
    """Return one wish for the anchor and every change on the path from it, in order.

    A later light, background, style, weather or camera overrules an earlier one of the same place, the anchor's too.
    """
    first = (anchor.change,) if anchor.change else ()
    path: list[Change] = []
    for change in (*first, *anchor.folded, *changes):
        path = [entry for entry in path if not _overrules(change, entry)]
        path.append(change)
    said = [_plain(change) for change in path[len(first) :]]
    if first:
        return dataclasses.replace(anchor, change=path[0], extra={**anchor.extra, "changes": said})
    gone = {FIELDS[change.kind]: "" for change in path if change.kind in FIELDS and change.box is None}
    return dataclasses.replace(anchor, **gone, extra={**anchor.extra, "changes": said})  # type: ignore[arg-type]


def several(text: str) -> tuple[str, ...]:
    """Return the changes that a text asks for, one each: two verbs are two, “30 % smaller and lower” is one.

    Words in quotes are never taken apart.
    """
    quotes = [match.span() for match in QUOTED.finditer(text)]
    found, start = [], 0
    for joint in JOINT.finditer(text):
        inside = any(first <= joint.start() < last for first, last in quotes)
        if not inside and _begins(text[joint.end() :]):
            found.append(text[start : joint.start()])
            start = joint.end()
    found.append(text[start:])
    return tuple(_capital(part.strip(" .,;!")) for part in found if part.strip(" .,;!"))


def whereabouts(box: Box | None) -> str:
    """Return in words where a box lies, such as “in the upper left”; nothing for none and for the whole picture."""
    if box is None or box[2] * box[3] > WHOLE:
        return ""
    across, down = (min(2, int(3 * (box[side] + box[side + 2] / 2))) for side in (0, 1))
    column, row = ("left", "", "right")[across], ("upper", "", "lower")[down]
    if row and column:
        return f"in the {row} {column}"
    if row:
        return "at the top" if row == "upper" else "at the bottom"
    return f"on the {column}" if column else "in the middle"


def _said(change: Change, *, alone: bool = True) -> str:
    """Return a change as a sentence; beside others it cannot be the only one."""
    words = _capital(_worded(change))
    where = whereabouts(change.box)
    words = f"{words}, {where} of the picture" if where else words
    return f"{words if alone else words.replace(' only ', ' ', 1)}."


def _worded(change: Change) -> str:
    """Return a change in words, without its place. A task that names its target has words of its own."""
    text = " ".join(change.text.split()).strip(". ")
    if change.kind == "extend" and not text:
        return "Continue the same shot and its movement"
    if change.kind == "text":
        return text if change.target or _begins(text) else SENTENCES["text"].format(_quoted(text))
    if not change.target and _begins(text) and change.kind != "extend":
        return text
    return SENTENCES.get(change.kind, "{}").format(text.replace("-", " ") if " " not in text else text)


def _overrules(later: Change, earlier: Change) -> bool:
    return later.kind in OVERRULED and (later.kind, later.box) == (earlier.kind, earlier.box)


def _plain(change: Change) -> dict[str, object]:
    return {**dataclasses.asdict(change), "box": list(change.box) if change.box else None}


def _begins(text: str) -> bool:
    first = re.match(r"[^\W\d_]+", text.lstrip())
    return first is not None and first.group().lower() in IMPERATIVES


def _quoted(text: str) -> str:
    return text if QUOTED.search(text) else f"“{text}”"


def _quotes(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"“{text}”" for text in words)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(entry for entry in (", ".join(words[:-1]), words[-1]) if entry)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
